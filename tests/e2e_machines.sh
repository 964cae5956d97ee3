#!/usr/bin/env bash
# A grid on several machines without a scheduler: commands for its parts, and folders that are copied
# together. The numbers are those of -j 1.
source "$(dirname "$0")/e2e.inc.sh"
plane_script grid.lua 20 'seed = h.grid { 0, 1 },'
expect_code 0 "$hifm" run grid.lua -j1 --out calm

say "--print-commands: a shell command for each part, in any order"
expect_code 0 "$hifm" run grid.lua --print-commands --tasks 3 --dry-run
expect_words '8 jobs in 3 slices' 'results/submissions/grid/hifm slice results/submissions/grid/slice-3.json -j 1'
[ ! -e results ] || fail "--dry-run has written"
expect_code 0 "$hifm" run grid.lua --print-commands --tasks 3 -j 2
cp stdout commands
[ "$(wc -l <commands)" = 3 ] || fail "not three commands"
[ "$(grep -c ' -j 2$' commands)" = 3 ] || fail "not with -j 2"
[ "$(find results/cache -name result.json | wc -l)" = 2 ] || fail "the data are not made"
[ -z "$(find results/runs -name result.json 2>/dev/null)" ] || fail "something was trained"

say "data that become visible late are waited for; meanwhile the slice and its grid are taken"
tac commands >reversed
read -r last <reversed
mv results/cache results/kept
sh -c "$last" >slice.log 2>&1 &
slice=$!
wait_for 20 test -e results/submissions/grid/slice-3.task.json
expect_code 75 sh -c "$last"
expect_words "another process runs this slice"
expect_refusal 75 "running elsewhere" -- run grid.lua
expect_refusal 75 "running elsewhere" -- gc grid.lua --yes
expect_code 0 "$hifm" ls
[ "$(grep -c '^queued' stdout)" = 8 ] || fail "not 8 runs are queued"
mv results/kept results/cache
wait "$slice" || fail "the slice has failed: $(tail -3 slice.log)"
while read -r line; do expect_code 0 sh -c "$line"; done <reversed
expect_code 0 "$hifm" run grid.lua
expect_same_grid calm results grid
expect_code 0 "$hifm" run grid.lua --print-commands
[ ! -s stdout ] || fail "commands where nothing is to do"

say "two machines: folders copied together make the tables of one"
expect_code 0 "$hifm" run grid.lua --only seed=0 --out first
expect_code 0 "$hifm" run grid.lua --only seed=1 --out second
cp -R second/runs second/cache first/
expect_code 0 "$hifm" table grid.lua --out first
expect_same_grid calm first grid

say "--strict-bits: not on a machine of another kind"
expect_code 0 "$hifm" run grid.lua --only seed=0 --out strict --strict-bits --print-commands --tasks 1
read -r line <stdout
data=$(find strict/cache -name result.json -path '*mcmc*')
sed -i '/^  "content"/d; s/"processor": ".*"/"processor": "another one"/' "$data"
expect_code 71 sh -c "$line"
expect_words "--strict-bits" '"processor" differs'
expect_code 71 "$hifm" run grid.lua --only seed=0 --out strict --strict-bits
expect_code 0 "$hifm" run grid.lua --only seed=0 --out strict
