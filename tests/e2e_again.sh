#!/usr/bin/env bash
# Every call of hifm run continues: finished runs are skipped, missing ones are made, nothing else is
# changed.
source "$(dirname "$0")/e2e.inc.sh"
plane_script plane.lua 3 'figures = { curve = { panels = { "nll" } } },'
out=$tmp/out view=plane

expect_code 0 "$hifm" run plane.lua --dry-run --out "$out"
expect_words "4 runs, 0 done, 4 to do" "train"
[ ! -e "$out" ] || fail "--dry-run wrote a folder"

expect_code 0 "$hifm" run plane.lua --out "$out" -j1
[ "$(grep -c ',done,' "$out/$view/runs.csv")" = 4 ] || fail "not 4 rows done in runs.csv"
nll=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "nll_last") column = i }
               $1 == "transport" { printf "%.3f", $column }' "$out/$view/runs.csv")
expect_words "done: transport, NLL $nll,"
cp -r "$out/$view" "$tmp/first"
results_of "$out" >"$tmp/first_results"
[ "$(wc -l <"$tmp/first_results")" = 6 ] || fail "not one data set, one set of modes and 4 runs"

say "ls shows in which settings runs differ, log how a run went"
expect_code 0 "$hifm" ls --out "$out"
grep -q '^done .* mcmc-mlp-transport-[0-9a-f]*  *flow=transport$' stdout || fail "ls shows more than what differs"
expect_code 0 "$hifm" log transport --out "$out"
[ "$(awk 'END { print NR, $1 }' stdout)" = "5 3" ] || fail "not a line for each of three epochs"
expect_code 0 "$hifm" run plane.lua --only flow=transport --set seed=1 --set optimizer.lr=1e-3 --out two
expect_code 0 "$hifm" run plane.lua --only flow=transport --set optimizer.lr=2e-3 --out two
expect_code 0 "$hifm" ls --out two
expect_words "  lr=0.001 seed=1" "  lr=0.002 seed=0"

say "a second call does nothing"
expect_code 0 "$hifm" run plane.lua --out "$out"
expect_words "nothing to do"
for file in runs.csv history.csv table1.md table1.csv; do
  expect_same "$tmp/first/$file" "$out/$view/$file"
done
results_of "$out" | cmp - "$tmp/first_results" || fail "the second call wrote a result"

say "a removed run is made again, and no other"
gone=$(cd "$out/runs" && echo *interpolant*)
rm -r "$out/runs/$gone"
expect_code 0 "$hifm" run plane.lua --dry-run --out "$out"
expect_words "4 runs, 3 done, 1 to do"
[ ! -e "$out/runs/$gone" ] || fail "--dry-run wrote a run"
expect_code 0 "$hifm" run plane.lua --out "$out"
expect_same "$tmp/first/runs.csv" "$out/$view/runs.csv"
expect_same "$tmp/first/history.csv" "$out/$view/history.csv"
results_of "$out" >"$tmp/results"
grep -vF "$gone" "$tmp/first_results" | cmp - <(grep -vF "$gone" "$tmp/results") ||
  fail "another result was written again"
! grep -qxFf <(grep -F "$gone" "$tmp/first_results") "$tmp/results" || fail "$gone was not redone"

say "another tolerance measures again, without training"
stamp() { (cd "$out" && find cache runs -type f ! -name 'measure-*' -printf '%P %T@\n' | sort); }
stamp >"$tmp/before"
expect_code 0 "$hifm" run plane.lua --set measure.solver.rtol=1e-5 --out "$out"
partial=$(echo "$out/$view"-partial-*)
expect_words "4 rows have no history: the measurement was asked for after the training" \
  "done: transport rtol 1e-05, measured again, NLL"
head -1 "$partial/runs.csv" | grep -q '^measure.solver.rtol,flow,' || fail "no column of the setting"
stamp | cmp - "$tmp/before" || fail "a new tolerance touched training"
[ "$(find "$out/runs" -name 'measure-????????????.json' | wc -l)" = 8 ] || fail "not 8 measurements"
cmp -s "$partial/runs.csv" "$out/$view/runs.csv" && fail "rtol changed no number"
expect_same "$tmp/first/runs.csv" "$out/$view/runs.csv"

say "a figure of an earlier partial grid does not stay beside the CSV of another"
expect_code 0 "$hifm" table plane.lua --set seed=5 --out "$out"
partial=$(dirname "$(grep -lx -e '--set seed=5' "$out/$view"-partial-*/options.txt)")
touch "$partial/curve.png" "$partial/mine.png"
expect_code 0 "$hifm" table plane.lua --set seed=5 --out "$out"
expect_words "no figure curve" "nothing is measured yet"
[ -z "$(find "$partial" -name 'curve.*')" ] || fail "an older curve.png was left"
[ -e "$partial/mine.png" ] || fail "a file that is not declared was removed"

say "a broken gnuplot stops no run; it is reported at the end"
mkdir fake
printf '#!/bin/sh\nexit 1\n' >fake/gnuplot
chmod +x fake/gnuplot
expect_code 0 "$hifm" run plane.lua --only flow=transport --out broken
PATH=$PWD/fake:$PATH expect_code 73 "$hifm" run plane.lua --out broken
expect_words "gnuplot"
[ "$(grep -c ',done,' broken/plane/runs.csv)" = 4 ] || fail "not 4 runs done"

say "a table that cannot be printed is an error, also where gnuplot starts after it"
printf '#!/bin/sh\necho picture\n' >fake/gnuplot
PATH=$PWD/fake:$PATH expect_code 74 sh -c '"$@" >/dev/full' - "$hifm" table plane.lua --out broken
expect_words "cannot write to standard output"

say "gnuplot ends with hifm"
printf '#!/bin/sh\necho $$ >gnuplot.pid\nexec sleep 1000.75\n' >fake/gnuplot
PATH=$PWD/fake:$PATH "$hifm" table plane.lua --out broken >stdout 2>stderr &
wait_for 20 test -s gnuplot.pid
kill -KILL $!
wait $! 2>/dev/null || true
is_over() { ! grep -qs 1000.75 "/proc/$(cat gnuplot.pid)/cmdline"; }
wait_for 5 is_over

say "a run whose folder cannot be made leaves the others in runs.csv"
mkdir -p blocked/runs
touch "blocked/runs/$(cd broken/runs && echo *interpolant*)"
expect_code 73 "$hifm" run plane.lua --out blocked -j1
grep -q '^transport,.*,done,' blocked/plane/runs.csv || fail "the run that is done is not in runs.csv"

say "simultaneous calls of ls are not taken for workers"
mkdir lists
rm broken/runs/*transport*/result.json
for i in $(seq 8); do
  (for j in $(seq 10); do "$hifm" ls --out broken; done >"lists/$i") &
done
wait
[ "$(grep -c '^done \|^interrupted \|^unfinished ' <(cat lists/*))" = 320 ] || fail "not 80 lists of 4 runs"
! grep -q '^running' lists/* || fail "ls says that a run is running"
expect_code 0 "$hifm" run plane.lua --out broken

say "--retrain starts the selected runs again, also when a result cannot be read"
as_user() { # root can read everything
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --clear-groups "$@"; else "$@"; fi
}
[ "$(id -u)" != 0 ] || { chmod a+rx "$tmp" && chown -R 65534 broken; }
result=$(echo broken/runs/*transport*/result.json)
if as_user "$hifm" ls --out broken >lists/user 2>&1; then
  chmod 000 "$result"
  expect_code 77 as_user "$hifm" run plane.lua --only flow=transport --out broken
  expect_words "$result"
  expect_code 0 as_user "$hifm" run plane.lua --only flow=transport --retrain --out broken
else
  say "SKIPPED: another user cannot start hifm here"
fi
expect_code 0 "$hifm" run plane.lua --retrain --dry-run --out "$out"
expect_words "4 runs, 0 done, 4 to do"
cp -r "$out/runs" "$tmp/runs"
expect_code 0 "$hifm" run plane.lua --retrain --only flow=transport --out "$out"
results_of "$out" >"$tmp/retrained"
again=$(comm -13 results retrained | cut -d/ -f2)
[ "$again" = "$(cd "$out/runs" && echo *transport*)" ] ||
  fail "--retrain --only flow=transport redid something else"
expect_code 0 "$hifm" run plane.lua --retrain --out "$out"
[ "$(results_of "$out/runs" | comm -12 - <(cd "$tmp" && sed 's,^runs/,,' retrained) | wc -l)" = 0 ] ||
  fail "--retrain kept a result"
expect_same "$tmp/first/runs.csv" "$out/$view/runs.csv"

say "-j1 and -j4, and another working directory, give the same bytes"
mkdir -p elsewhere
(cd elsewhere && expect_code 0 "$hifm" run ../plane.lua --out "$tmp/four" -j4)
expect_same_grid "$out" "$tmp/four" "$view"
cluster_script cluster.lua 2
expect_code 0 "$hifm" run cluster.lua --out one -j1
expect_code 0 "$hifm" run cluster.lua --out four -j4
expect_same_grid one four cluster

say "hifm table writes the same table from what is there"
rm -r "${out:?}/$view"
expect_code 0 "$hifm" table plane.lua --out "$out"
for file in runs.csv history.csv table1.md; do
  expect_same "$tmp/first/$file" "$out/$view/$file"
done
