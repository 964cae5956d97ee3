#!/usr/bin/env bash
# The folder of a grid's tables belongs to one script and one set of options, and has only what they
# declare.
source "$(dirname "$0")/e2e.inc.sh"
plane_script plane.lua 1 'profiles = { quick = { train = { epochs = 1 } }, wide = { network = { width = 9 } } },'

say "two scripts of one name"
mkdir x y
cp plane.lua x/e.lua
cp plane.lua y/e.lua
expect_code 0 "$hifm" run x/e.lua --only flow=transport
expect_code 0 "$hifm" table x/e.lua
cp results/e/runs.csv first.csv
for command in run table; do
  expect_refusal 78 "$tmp/y/e.lua" "$tmp/x/e.lua" "Rename one of the two scripts" "--out" -- $command y/e.lua
done
expect_same first.csv results/e/runs.csv
expect_code 0 "$hifm" table y/e.lua --out other
expect_code 0 "$hifm" table ./x/../x/e.lua
rm x/e.lua # the script was moved
expect_code 0 "$hifm" table y/e.lua

say "a profile, and a script that is called like it"
cp plane.lua q.lua
cp plane.lua q-quick.lua
expect_code 0 "$hifm" table q.lua --profile quick
expect_refusal 78 "$tmp/q-quick.lua" "results/q-quick" "$tmp/q.lua" -- run q-quick.lua
expect_code 0 "$hifm" table q.lua --profile quick --profile wide
expect_code 0 "$hifm" table q.lua --profile wide --profile quick
[ -e results/q-quick+wide/runs.csv ] && [ -e results/q-wide+quick/runs.csv ] || fail "no folder of two profiles"

say "each set of options has its own folder, which says what made it"
expect_code 0 "$hifm" table plane.lua --set seed=1
expect_code 0 "$hifm" table plane.lua --set seed=1 --only flow=transport
expect_code 0 "$hifm" table plane.lua --set seed=1
expect_code 0 "$hifm" table plane.lua --set schedule.timeout=30 # no other grid
[ -e results/plane/runs.csv ] || fail "a timeout made another folder"
views=(results/plane-partial-*)
[ ${#views[@]} = 2 ] || fail "not 2 folders: ${views[*]}"
cat results/plane-partial-*/options.txt | sort >options
printf -- '--only flow=transport\n--set seed=1\n--set seed=1\n' | cmp - options || fail "other options"
expect_code 0 "$hifm" table plane.lua --exclude flow=transport
grep -qx -- '--exclude flow=transport' results/plane-partial-*/options.txt || fail "no --exclude"
! grep -q "$tmp" results/*/*.csv || fail "a path is in a CSV file"

say "a table or figure that the script does not declare any more is removed, and nothing else"
more='figures = { NAME = { panels = { "nll" } } }, tables = { NAME = { columns = { { "NLL", "nll_min" } } } },'
plane_script named.lua 1 "${more//NAME/first}"
expect_code 0 "$hifm" table named.lua
touch results/named/first.svg results/named/mine.svg results/named/mine.md
plane_script named.lua 1 "${more//NAME/second}"
expect_code 0 "$hifm" table named.lua
[ -z "$(find results/named -name 'first.*')" ] || fail "files of an earlier table are left"
for file in second.md second.csv mine.svg mine.md runs.csv history.csv; do
  [ -e "results/named/$file" ] || fail "no $file"
done
