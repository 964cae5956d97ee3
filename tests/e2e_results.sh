#!/usr/bin/env bash
# The committed results are results of the committed scripts: every row of results/NAME/runs.csv has
# the identities (train_id, measure_id) that scripts/NAME.lua gives its rows now. A change that gives
# other numbers raises a revision, and this test then says that results/ is out of date.
source "$(dirname "$0")/e2e.inc.sh"

# ids FILE: the columns train_id and measure_id.
ids() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
           { print $at["train_id"], $at["measure_id"] }' "$1"
}

for name in lj13 mnist; do
  expect_code 0 "$hifm" table "$source_dir/scripts/$name.lua" --out out
  ids "$source_dir/results/$name/runs.csv" >committed
  ids "out/$name/runs.csv" >computed
  [ "$(wc -w <committed)" -ge 20 ] || fail "results/$name/runs.csv has no identities"
  diff committed computed >"$tmp/stderr" || fail "results/$name is not of scripts/$name.lua"
  say "$name: $(wc -l <committed) rows have the identities of the script"
done
