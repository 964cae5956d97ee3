#!/usr/bin/env bash
# A number in runs.csv does not depend on what ran before it: it is the one that a fresh results folder
# gives, or it is empty and a line says why.
source "$(dirname "$0")/e2e.inc.sh"
sequences=6 epochs=6
pairs=("four one" "one tight" "four grid" "loose audit")
if [ "${HIFM_LONG:-0}" = 1 ]; then
  sequences=500
  pairs+=("one four" "tight four" "grid one" "audit loose")
fi

# script NAME EPOCHS MEASURE [MORE] [KEEP]: two flows; a learning rate at which the best epoch is not the
# last.
script() {
  cat >"$1.lua" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $plane_data,
  network = { "mlp", width = 8, depth = 2 },
  train = { batch = 50, epochs = $2 ${5:-} },
  optimizer = { lr = 0.2 },
  flow = h.grid { h.as("transport", { { "transport" } }), h.as("interpolant", { { "interpolant" } }) },
  schedule = { checkpoint = 0.02 },
  measure = { $3 }, ${4:-}
}
LUA
}

run() { expect_code 0 "$hifm" run "$1.lua" --out "$2" "${@:3}"; }

# fresh NAME: the files of a folder in which nothing else ran, in fresh/NAME/NAME.
fresh() { [ -e "fresh/$1" ] || expect_code 0 "$hifm" run "$1.lua" --out "fresh/$1"; }

gap_line='no history:|no best weights:'

# expect_fresh OUT NAME: every cell of OUT is that of a fresh folder or, if the last command said so,
# empty; every row of the history is a row of the fresh one.
expect_fresh() {
  local explained=0
  ! grep -qE "$gap_line" stderr || explained=1
  awk -F, -v explained="$explained" '
    NR == FNR { line[FNR] = $0; rows = FNR; next }
    { n = split(line[FNR], cell, ","); if (n != NF) { print "line " FNR ": " NF " cells"; exit 1 }
      for (i = 1; i <= NF; i++)
        if ($i != cell[i] && ($i != "" || !explained)) {
          print "line " FNR ", cell " i ": \"" $i "\", not \"" cell[i] "\""; exit 1 } }
    END { if (FNR != rows) { print FNR " rows, not " rows; exit 1 } }
  ' "fresh/$2/$2/runs.csv" "$1/$2/runs.csv" >>stderr || fail "$2 in $1: runs.csv is not that of a fresh folder"
  ! grep -vxFf "fresh/$2/$2/history.csv" "$1/$2/history.csv" >>stderr || fail "$2 in $1: rows of another history"
  [ "$explained" = 1 ] || expect_same "fresh/$2/$2/history.csv" "$1/$2/history.csv"
}

# expect_same_losses OUT NAME: the trainings are those of a fresh folder, bit for bit.
expect_same_losses() {
  local file
  for file in "fresh/$2"/runs/*/losses.npy; do expect_same "$file" "$1/${file#fresh/"$2"/}"; done
}

# expect_all OUT NAME: the same, and nothing is empty.
expect_all() {
  expect_same "fresh/$2/$2/runs.csv" "$1/$2/runs.csv"
  expect_same "fresh/$2/$2/history.csv" "$1/$2/history.csv"
  ! grep -qE "$gap_line" stderr || fail "$2 in $1: a line about what is not empty"
}

tight='solver = { "rk45", rtol = 1e-5, atol = 1e-5 }'
loose='solver = { "rk45", rtol = 1e-1, atol = 1e-1 }'
audits='audits = { more = { ["dataset.test"] = 40 }, fine = { ["measure.solver.rtol"] = 1e-6 } }'
script one $epochs "every = 1"
script four $epochs "every = 4"
script tight $epochs "$tight"
script grid $epochs 'every = h.grid { 4, 1 }, solver = { "rk45", rtol = h.grid { 1e-2, 1e-5 } }' "$audits"
script audit $epochs "every = 1" "$audits"
script loose $epochs "every = 2, $loose" "$audits"
for name in one four tight grid audit loose; do fresh $name; done
[ "$(tail -n +2 fresh/one/one/history.csv | wc -l)" = $((2 * epochs)) ] || fail "not a row for each epoch"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "epoch_min") at = i; next }
         $at != 6 { found = 1 } END { exit !found }' fresh/one/one/runs.csv || fail "the best epoch is the last"

say "another interval or tolerance after training, in either order, and inside one grid"
for pair in "${pairs[@]}"; do
  read -r first second <<<"$pair"
  run "$first" two
  expect_all two "$first"
  run "$second" two
  expect_fresh two "$second"
  expect_code 0 "$hifm" table "$first.lua" --out two
  expect_all two "$first"
  rm -r two
done

say "a coarser interval is read out of a finer one; a finer one is not there"
run one two
run four two
expect_all two four
run four three
run one three
expect_words "2 rows have no history: the measurement was asked for after the training" "--retrain"
cut -d, -f3-7 three/one/runs.csv | tail -n +2 | sort -u | cmp - <(echo ",,,,") || fail "a minimum of two epochs"
expect_code 0 "$hifm" table one.lua --out three
expect_words "2 rows have no history"
expect_fresh three one
expect_code 0 "$hifm" ls --out three
expect_code 0 "$hifm" log transport --out three
[ "$(awk 'END { print NR, $1 }' stdout)" = "4 6" ] || fail "log does not show the history of the training"

say "a grid of measurements is one training, whatever the order of its rows"
script order1 $epochs 'solver = { "rk45", rtol = h.grid { 1e-2, 1e-5 } }'
script order2 $epochs 'solver = { "rk45", rtol = h.grid { 1e-5, 1e-2 } }'
run order1 o1
run order2 o2
[ "$(find o1/runs -name result.json | wc -l)" = 2 ] || fail "not two trainings"
cmp <(sort o1/order1/runs.csv) <(sort o2/order2/runs.csv) || fail "the order of a grid changed numbers"
cmp <(sort o1/order1/history.csv) <(sort o2/order2/history.csv) || fail "the order of a grid changed numbers"

say "--only chooses runs, not how a training is measured"
run grid only --only measure.every=1,measure.solver.rtol=1e-5
run grid only
expect_all only grid

say "a removed measurement is missing, and the line says so"
cp -r fresh/audit lost
rm lost/runs/*-transport-*/measure-????????????.json
run audit lost
expect_words "1 row has no history: the file of the measurement is missing"
! grep -qF "asked for after" stderr || fail "other settings are blamed"
expect_fresh lost audit

say "the best weights of the first measurement, or the last, for samples"
sample() { # from a results folder
  rm -rf results
  cp -r "$1" results
  expect_code 0 "$hifm" sample transport "${@:2}"
}
sample fresh/grid --out first.npy
expect_words "4 measurements of this run: the best weights of the first are used"
sample only --out only.npy
expect_same first.npy only.npy
sample fresh/one --out best.npy
! grep -qF "measurements of this run" stderr || fail "it has one measurement"
sample fresh/one --weights last --out last.npy
! cmp -s best.npy last.npy || fail "best and last are the same"

say "with train.keep = \"all\" a later measurement has its history"
script kept $epochs "every = 1" '' ', keep = "all"'
script kept_tight $epochs "$tight" "$audits" ', keep = "all"'
script plain_tight $epochs "$tight" "$audits"
script kept_four $epochs 'every = 4, solver = { "rk45", rtol = 1e-5 }' '' ', keep = "all"'
expect_code 0 "$hifm" run kept.lua --dry-run --out all
expect_words "train.keep = \"all\": 2 trainings will write $((2 * epochs)) files of weights"
run kept all
[ "$(find all/runs -name 'weights-*.safetensors' | wc -l)" = $((2 * epochs)) ] || fail "not all weights"
for name in kept_tight plain_tight kept_four; do
  fresh $name
  run $name all
  expect_all all $name
done
expect_same fresh/kept_tight/kept_tight/runs.csv fresh/plain_tight/plain_tight/runs.csv
run four part
script kept_one $epochs "every = 1" '' ', keep = "all"'
fresh kept_one
run kept_one part
expect_words "2 rows have no history"
expect_fresh part kept_one

say "results of earlier versions: the same rows, and audits of the same best weights"
# old_files OUT NAME AUDIT_OUT: the folder OUT as it was before there were several measurements. Its audits
# had the id of a row with their settings, here those of AUDIT_OUT.
old_files() {
  local run id other
  for run in "$1"/runs/*; do
    other=$3/runs/${run##*/}
    id=$(sed -n '/"family"/,$ s/^ *"id": "\(.*\)",\{0,1\}$/\1/p' "$run/job.json" | head -1)
    rm "$run"/*.job.json
    for file in "$run"/measure-*.json; do sed -i '/^  "measurement": {/,/^  },/d' "$file"; done
    rm "$run/losses.npy"
    sed -i '/^  "stem"/d; /^  "threads"/d; s/^  \],$/  ]/' "$run/job.json"
    sed -i "/^  \"measurements\": \\[\$/,/^  \\]\$/c\\  \"measure_id\": \"$id\"" "$run/job.json"
    mv "$run/best-${id:0:12}.safetensors" "$run/best.safetensors"
    other=$(sed -n 's/^  "id": "\(.*\)",$/\1/p' "$other"/measure-????????????.json)
    file=$(grep -l nll_identity "$run"/measure-*.json)
    sed -i "s/^  \"id\": .*/  \"id\": \"$other\",/" "$file"
    mv "$file" "$run/measure-${other:0:12}.json"
    for file in "$run"/*.json; do drop_hashes "$file"; done
  done
}
script more $epochs "every = 1" 'audits = { more = { ["dataset.test"] = 40 } }'
fresh more
run more rows --set dataset.test=40
cp -r fresh/more old
old_files old more rows
run more old
expect_words "nothing to do"
expect_all old more
numbers() { "$hifm" ls --csv --out "$1" | cut -d, -f1-6; } # name, id, state, best, last, epochs
cmp <(numbers old) <(numbers fresh/more) || fail "ls shows another history"
sample_old() { (cd "$tmp/$1" && mkdir -p x && cp -r runs cache x/ && mv x results && "$hifm" sample transport --quiet --out s.npy); }
sample_old old && sample_old fresh/more && expect_same old/s.npy fresh/more/s.npy
file=$(grep -l nll_identity old/runs/*transport*/measure-????????????.json)
step=$(sed -n 's/^ *"step": \([0-9]*\),*$/\1/p' "$file" | head -1)
sed -i "s/\"step\": $step\(,*\)$/\"step\": $((step == 8 ? 16 : 8))\1/" "$file"
expect_code 0 "$hifm" run more.lua --dry-run --out old
expect_words "2 runs, 1 done, 1 to do"
run more old
expect_all old more

say "results that have their losses in themselves: the same rows"
cp -r fresh/one inside
for run in inside/runs/*; do
  drop_hashes "$run/result.json"
  od -An -v -tf8 -w16 -j128 "$run/losses.npy" | awk '
    BEGIN { print "  \"losses\": [" }
    { print (NR > 1 ? ", " : "") "{ \"loss\": " $1 ", \"gradient_norm\": " $2 " }" }
    END { print "  ]," }' >losses
  sed -i '1r losses' "$run/result.json"
  rm "$run/losses.npy"
done
run four inside
expect_all inside four

# run_killed NAME OUT: killed when it has a checkpoint. A fast machine may end all runs unseen: then again.
run_killed() {
  local runner tries=20
  until has_checkpoint "$2"; do
    [ $((tries--)) -gt 0 ] || fail "no run of $1 was seen with a checkpoint"
    rm -rf "$2"
    "$hifm" run "$1.lua" --out "$2" -j1 >/dev/null 2>&1 </dev/null &
    runner=$!
    until has_checkpoint "$2" || ! kill -0 $runner 2>/dev/null; do :; done
    kill -KILL $runner 2>/dev/null || true
    wait $runner 2>/dev/null || true
    expect_no_workers 10
  done
}
has_checkpoint() { compgen -G "$1/runs/*/checkpoint.safetensors" >/dev/null; }

say "killed in between, then asked in another way"
script long1 100 "every = 1"
script long20 100 "every = 20"
script long_tight 100 "every = 20, $tight" "$audits"
for name in long1 long20 long_tight; do fresh $name; done
for pair in "long1 long20" "long20 long1" "long1 long_tight"; do
  read -r first second <<<"$pair"
  run_killed "$first" killed
  run "$second" killed
  expect_fresh killed "$second"
  [ "$first" = long1 ] && [ "$second" = long20 ] && expect_all killed long20
  run "$first" killed
  expect_fresh killed "$first"
  rm -r killed
done

# retrain NAME OUT: nothing is empty then, unless it went on with an interrupted one, which trains a part.
retrain() {
  local check=expect_all
  ! compgen -G "$2/runs/*.new" >/dev/null || check=expect_fresh
  run "$1" "$2" --retrain
  $check "$2" "$1"
}

# Further commands of the sequences: a shorter training that keeps its state, best weights by validation points.
script short 3 "every = 1" '' ', keep_state = true'
sed 's/test = 20,/test = 20, validation = 20,/' one.lua >chosen.lua
fresh short
fresh chosen

# step OUT: one random command of a sequence; a kill may come too late.
commands=(one four tight grid audit loose short chosen)
step() {
  local name=${commands[RANDOM % ${#commands[@]}]} runner option=--quiet
  case $((RANDOM % 7)) in
  0 | 1) run "$name" "$1" ;;
  2) run "$name" "$1" --only flow=transport ;;
  3) expect_code 0 "$hifm" table "$name.lua" --out "$1" ;;
  4)
    [ $((RANDOM % 2)) = 0 ] || option=--retrain
    "$hifm" run "$name.lua" --out "$1" $option >/dev/null 2>&1 </dev/null &
    runner=$!
    sleep_ms 5 200
    kill -KILL $runner 2>/dev/null || true
    wait $runner 2>/dev/null || true
    expect_no_workers 10
    ;;
  5) run "$name" "$1" -j1 --set measure.every=3 ;;
  6) retrain "$name" "$1" ;;
  esac
  echo "$name" >>steps
}

say "$sequences random sequences of commands"
RANDOM=18
for i in $(seq $sequences); do
  rm -rf any steps
  for j in $(seq $((2 + RANDOM % 4))); do step any; done
  for name in grid "${commands[RANDOM % ${#commands[@]}]}"; do
    run "$name" any
    expect_fresh any "$name"
    expect_same_losses any "$name"
  done
done
