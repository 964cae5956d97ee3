#!/usr/bin/env bash
# Validation points choose the best weights and when to stop; test points are measured at the end alone.
source "$(dirname "$0")/e2e.inc.sh"

# script NAME DATASET [TRAIN] [MORE]: one flow, in equal steps, so that a mean over points is that of its parts;
# the best epoch is not the last.
script() {
  cat >"$1.lua" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = { "mcmc", energy = { "double_well", b = 2 }, dimensions = 2, train = 400, train_pool = 400,
              test_pool = 40, chains = 8, warmup = 100, thin = 2, leapfrog = 5, $2 },
  network = { "mlp", width = 8, depth = 2 },
  train = { batch = 50, ${3:-epochs = 6} },
  optimizer = { lr = 0.2 },
  flow = { { "interpolant" } },
  measure = { solver = { "rk4", steps = 4 } },
  schedule = { checkpoint = 0.02 },
  tables = { t = { columns = { { "flow", "flow" }, { "NLL", "nll_min" } } } },
  ${4:-}
}
LUA
}

run() { expect_code 0 "$hifm" run "$1.lua" --out "$2" "${@:3}"; }

# column FILE NAME: the cells of a CSV file, by the name in its header.
column() {
  sed 's/"[^"]*"//g' "$1" |
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }'
}
runs() { column "$1/$2/runs.csv" "$3"; }
history() { column "$1/$2/history.csv" "$3"; }

script plain 'test = 20'
script all 'test = 40'
script chosen 'test = 20, validation = 20'

say "the history is that of the last 20 of 40 points, and of no test point"
run plain apart
cp "apart/plain/runs.csv" plain.csv
run all whole
run chosen out
expect_words "Best weights are chosen on 20 validation points."
[ "$(runs out chosen nll_min)" != "$(runs apart plain nll_min)" ] || fail "the points are the same"
paste <(history out chosen nll) <(history apart plain nll) <(history whole all nll) >points
awk 'NF != 3 || ($1 + $2) / 2 - $3 > 1e-4 || $3 - ($1 + $2) / 2 > 1e-4 { exit 1 }
  END { exit NR != 6 }' points || fail "not the other half: $(cat points)"

say "test.* are the test points, measured at the same weights without validation"
best=$(runs out chosen epoch_min)
[ "$best" != 6 ] || fail "the best epoch is the last"
[ "$(runs out chosen test.nll_best)" = "$(history apart plain nll | sed -n "${best}p")" ] || fail "test.nll_best"
[ "$(runs out chosen test.nll_last)" = "$(runs apart plain nll_last)" ] || fail "test.nll_last"
[ "$(runs out chosen test.nfe_last)" = "$(runs apart plain nfe_last)" ] || fail "test.nfe_last"
[ -n "$(runs out chosen test.nll_gaussian)" ] || fail "no baseline of the test points"
expect_code 0 "$hifm" show interpolant --out out
expect_words "20 validation points (dataset.validation)"

say "it is chosen on validation points: their minimum, whatever the test points say"
history out chosen nll | sort -g | head -1 >least
[ "$(runs out chosen nll_min)" = "$(cat least)" ] || fail "not the least of the history"

say "asked for after the training: nothing is trained, the last weights are measured"
expect_code 0 "$hifm" run chosen.lua --out apart --dry-run
expect_words "1 run, 0 done" "audit test" "measured again"
run chosen apart
[ "$(find apart/runs -name result.json | wc -l)" = 1 ] || fail "it was trained again"
[ "$(runs apart chosen nll_last)" = "$(runs out chosen nll_last)" ] || fail "another nll_last"
[ "$(runs apart chosen test.nll_last)" = "$(runs out chosen test.nll_last)" ] || fail "another test.nll_last"
[ -z "$(runs apart chosen nll_min)" ] || fail "a minimum of one epoch"
expect_code 0 "$hifm" table plain.lua --out apart
expect_same plain.csv apart/plain/runs.csv

say "with and without validation, in one grid: one training, two histories"
script mixed 'test = 20, validation = h.grid { 0, 20 }'
run mixed both
expect_words "0 to 20 validation points (0: on the test points)."
[ "$(find both/runs -name result.json | wc -l)" = 1 ] || fail "more than one training"
for name in nll_min test.nll_best; do
  [ "$(runs both mixed $name)" = "$(column plain.csv nll_min && runs out chosen $name)" ] || fail "$name"
done

say "patience: it stops, its rows are the first ones of a training without, and it has a best epoch"
script long 'test = 20, validation = 20' 'epochs = 60, keep_state = true'
script stopped 'test = 20, validation = 20' 'epochs = 60, patience = 4, keep_state = true'
script longer 'test = 20, validation = 20' 'epochs = 80, patience = 4'
run long out
run stopped out
epochs=$(runs out stopped epochs_measured) best=$(runs out stopped epoch_min)
[ "$epochs" = $((best + 4)) ] || fail "$epochs epochs, the best is $best"
[ "$epochs" -lt 60 ] || fail "it did not stop"
[ "$(runs out stopped steps)" = $((8 * epochs)) ] || fail "steps"
cmp <(history out stopped nll) <(history out long nll | head -"$epochs") || fail "other rows"
[ -n "$(runs out stopped test.nll_best)" ] || fail "no test.nll_best"
folder=$(echo out/runs/*-"$(runs out stopped train_id)")
grep -q '"planned_steps": 480' "$folder/result.json" || fail "not in result.json"
run stopped out
expect_words "nothing to do"

say "no longer training goes on from one that stopped"
[ ! -e "$folder/state.safetensors" ] || fail "a state"
run longer out
! grep -q continues out/runs/*-"$(runs out longer train_id)"/log.txt || fail "it went on"
[ "$(runs out longer epochs_measured)" = "$epochs" ] || fail "it stopped elsewhere"

say "killed and resumed, it stops at the same step with the same bytes"
script slow 'test = 20, validation = 20' 'epochs = 900, patience = 150'
run slow calm
tries=20
until compgen -G "stormy/runs/*/checkpoint.safetensors" >/dev/null; do
  [ $((tries--)) -gt 0 ] || fail "no run was seen with a checkpoint"
  rm -rf stormy
  "$hifm" run slow.lua --out stormy >/dev/null 2>&1 </dev/null &
  runner=$!
  until compgen -G "stormy/runs/*/checkpoint.safetensors" >/dev/null || ! kill -0 $runner 2>/dev/null; do :; done
  kill -KILL $runner 2>/dev/null || true
  wait $runner 2>/dev/null || true
  expect_no_workers 10
done
run slow stormy
grep -q "resumed at step" stormy/runs/*/log.txt || fail "it was not resumed"
[ "$(runs calm slow epochs_measured)" -lt 900 ] || fail "it did not stop"
expect_same_grid calm stormy slow

say "what cannot be is refused before anything runs"
script crowded 'test = 30, validation = 20'
script impatient 'test = 20' 'epochs = 6, patience = 2'
script taken 'test = 20, validation = 20' '' 'audits = { test = { ["dataset.test"] = 10 } },'
expect_refusal 78 "dataset.validation: 20 points, and 30 by dataset.test" -- run crowded.lua --out none
expect_refusal 78 "train.patience: without dataset.validation" -- run impatient.lua --out none
expect_refusal 78 "audits.test: with dataset.validation" -- run taken.lua --out none
printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': (100, 2), }" >points.npy
numbers=$(for ((i = 0; i < 200; i++)); do printf '\\0\\0\\0\\0\\0\\0\\%03o\\100' $((i % 250)); done)
# shellcheck disable=SC2059 # the format is the file
printf "$numbers" >>points.npy
sed 's/dataset = .*/dataset = { "file", path = "points.npy", train = 50, test = 6, validation = 5 },/; /test_pool/d' \
  plain.lua >few.lua
expect_refusal 78 "dataset.validation: 5 points, and 6 by dataset.test, are asked for, but there are 10" \
  "10 % of the rows" -- run few.lua --set train.batch=10 --out none
[ ! -e none/runs ] || fail "something ran"
