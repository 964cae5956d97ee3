#!/usr/bin/env bash
# hifm gc lists and removes what no script refers to, and nothing else; killed anywhere, it loses nothing
# that is referred to.
source "$(dirname "$0")/e2e.inc.sh"
plane_script keep.lua 2 'audits = { more = { ["measure.solver.rtol"] = 1e-5 } },'
plane_script drop.lua 1
expect_code 0 "$hifm" run keep.lua --quiet
expect_code 0 "$hifm" run keep.lua --quiet --only flow=transport --set optimizer.lr=3e-3
expect_code 0 "$hifm" run keep.lua --quiet --set measure.solver.rtol=1e-3
expect_code 0 "$hifm" run drop.lua --quiet
sed -i 's/b = 2/b = 3/g' drop.lua
expect_code 0 "$hifm" run drop.lua --quiet # its earlier runs are in no table any more

# stamp: every file that keep.lua needs, and what hifm does not know.
stamp() { (cd results && xargs -a "$tmp/needed" -r stat -c '%n %s %Y' 2>&1); }
expect_code 0 "$hifm" gc keep.lua drop.lua
[ "$(cut -c1-11 stdout | sort | uniq -c | tr -s ' \n' ' ')" = " 4 run " ] || fail "not the four earlier runs"
expect_words "4 items, " "can be removed: add --yes"
expect_code 0 "$hifm" gc keep.lua
[ "$(cut -c1-11 stdout | sort | uniq -c | tr -s ' \n' ' ')" = " 2 cache 8 run 1 tables " ] || fail "not all of drop.lua"
(cd results && find . -type f | sort) >before
awk '{ print $NF }' stdout | sed 's,^results/,./,' >listed
grep -vFf listed before | grep -v '/\.' | grep -v '^./\.' >needed
stamp >needed.before

say "what hifm did not make stays, with the folder around it; what is in use stays"
run=$(awk '$1 == "run" { print $NF; exit }' stdout)
echo mine >"$run/notes.txt"
ln -s "$tmp/keep.lua" results/cache/link-0123456789ab
mkdir results/mine results/runs/mine results/cache/mine
expect_code 0 "$hifm" gc keep.lua --yes
expect_words "$run  kept: hifm did not make notes.txt in it" "; 1 more are kept" "are removed"
[ -e "$run/notes.txt" ] && [ -e "$run/result.json" ] && [ -L results/cache/link-0123456789ab ] || fail "too much was removed"
[ -d results/mine ] && [ -d results/runs/mine ] && [ -d results/cache/mine ] || fail "unknown folders were removed"
stamp | cmp - needed.before || fail "what keep.lua needs was changed"
rm "$run/notes.txt"
expect_code 0 "$hifm" gc keep.lua --yes
[ ! -e "$run" ] || fail "$run is still there"
expect_code 0 "$hifm" gc keep.lua
[ ! -s stdout ] || fail "something is left: $(cat stdout)"
expect_code 0 "$hifm" run keep.lua
expect_words "nothing to do"

say "tables of a script keep the runs of --set; without them these go, and measurements that no script asks for"
partial=$(dirname "$(grep -lx -e '--set optimizer.lr=3e-3' results/keep-partial-*/options.txt)")
other=$(dirname "$(grep -lx -e '--set measure.solver.rtol=1e-3' results/keep-partial-*/options.txt)")
rm -r "$partial" "$other"
expect_code 0 "$hifm" gc keep.lua
[ "$(cut -c1-11 stdout | sort | uniq -c | tr -s ' \n' ' ')" = " 8 measurement 1 run " ] || fail "not one run, 4 measurements and their audits"
expect_code 0 "$hifm" gc keep.lua --yes
expect_code 0 "$hifm" run keep.lua
expect_words "nothing to do"
expect_code 0 "$hifm" run keep.lua --dry-run --set measure.solver.rtol=1e-3
expect_words "0 done, 4 to do"

say "refusals: a script with a mistake, a results folder in use, a link in place of a folder"
expect_refusal 66 "no.lua" -- gc keep.lua no.lua --yes
expect_refusal 2 "gc takes SCRIPT..., but 0 words were given" -- gc
(flock -n 9 && expect_refusal 75 "results is held" -- gc keep.lua --yes) 9>>results/.lock
expect_code 0 "$hifm" gc keep.lua
mv results/runs real && ln -s ../real results/runs
expect_refusal 73 "is a symbolic link" -- gc keep.lua --yes
rm results/runs && mv real results/runs

can_trace || exit 0
say "a table that cannot be read now may refer to any run"
expect_code 0 "$hifm" run keep.lua --quiet --only flow=transport --set optimizer.lr=3e-3
partial=$(dirname "$(grep -lx -e '--set optimizer.lr=3e-3' results/keep-partial-*/options.txt)")
results_of results >before
expect_code 74 strace -f -o /dev/null -P "$partial/runs.csv" -P "$partial/script.json" -e trace=read \
  -e inject=read:error=EIO "$hifm" gc keep.lua --yes
expect_words "cannot read $partial/"
results_of results | cmp - before || fail "a run was removed"
rm -r "$partial"
expect_code 0 "$hifm" gc keep.lua --yes

say "kills"
expect_code 0 "$hifm" run drop.lua --quiet
for at in 1 3 8 13; do
  code=0
  strace -f -o /dev/null -e trace=unlinkat -e inject=unlinkat:signal=KILL:when=$at \
    "$hifm" gc keep.lua --yes >stdout 2>stderr || code=$?
  [ "$code" = 137 ] || fail "not killed at removal $at, but exit code $code"
  expect_code 0 "$hifm" ls
  expect_code 0 "$hifm" run keep.lua
  expect_words "nothing to do"
done
expect_code 0 "$hifm" gc keep.lua --yes
expect_code 0 "$hifm" gc keep.lua
[ ! -s stdout ] || fail "something is left after kills: $(cat stdout)"
find results/runs results/cache -mindepth 1 -maxdepth 1 -type d ! -name mine | sort >folders
[ "$(wc -l <folders)" = 6 ] || fail "folders are left: $(cat folders)"
