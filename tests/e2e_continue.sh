#!/usr/bin/env bash
# A run with more epochs goes on from a shorter one that kept its state, and its weights, losses and numbers
# are those of a training from the start.
source "$(dirname "$0")/e2e.inc.sh"

# script NAME TRAIN [MEASURE] [OPTIMIZER]: one flow; the best epoch is not the last.
script() {
  cat >"$1.lua" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $plane_data,
  network = { "mlp", width = 8, depth = 2 },
  train = { batch = 50, $2 },
  optimizer = { lr = 0.2, ${4:-} },
  flow = { { "interpolant" } },
  measure = { ${3:-} },
  schedule = { checkpoint = 0.02 },
}
LUA
}

run() { expect_code 0 "$hifm" run "$1.lua" --out "$2" "${@:3}"; }

# fresh NAME: a results folder in which nothing else ran; the data set is made once.
fresh() {
  [ ! -e "fresh/$1" ] || return 0
  mkdir -p "fresh/$1"
  cp -r short/cache "fresh/$1"
  expect_code 0 "$hifm" run "$1.lua" --out "fresh/$1"
}

# The folder of the run that the script NAME asked for in OUT.
folder_of() {
  local id
  id=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "train_id") at = i; next } { print $at; exit }' \
    "$1/$2/runs.csv")
  echo "$1"/runs/*-"$id"
}

without_provenance() { sed '/^  "content"/d; /^  "provenance": {/,/^  }/d' "$1"; }

# expect_fresh OUT NAME: tables, weights, losses and results are those of a folder in which nothing else ran.
expect_fresh() {
  local one other file
  fresh "$2"
  for file in runs.csv history.csv; do expect_same "$1/$2/$file" "fresh/$2/$2/$file"; done
  one=$(folder_of "$1" "$2") other=$(folder_of "fresh/$2" "$2")
  diff <(cd "$one" && ls) <(cd "$other" && ls) || fail "$2 has other files"
  for file in "$other"/*; do
    case $file in
    *state.safetensors | *job.json | *log.txt) ;; # the state has the seconds of the training
    *.json) cmp <(without_provenance "$file") <(without_provenance "$one/${file##*/}") || fail "$file" ;;
    *) expect_same "$file" "$one/${file##*/}" ;;
    esac
  done
}

# expect_log OUT NAME WORDS: in the log of this run.
expect_log() { grep -qF "$3" "$(folder_of "$1" "$2")/log.txt" || fail "no \"$3\" in the log of $2"; }
expect_from_start() {
  expect_log "$1" "$2" "trains from the start: "
  expect_log "$1" "$2" "$3"
}

keep='keep_state = true'
script six "epochs = 6, $keep"
script twelve "epochs = 12, $keep"
script twenty 'epochs = 20'

say "it goes on, twice"
expect_code 0 "$hifm" run six.lua --dry-run --out out
expect_words "train.keep_state: 1 training will write state.safetensors, "
run six out
cp -r out short
six=$(basename "$(folder_of out six)")
run twelve out
expect_log out twelve "continues $six at epoch 6"
run twenty out
expect_log out twenty "continues $(basename "$(folder_of out twelve)") at epoch 12"
[ ! -e "$(folder_of out twenty)/state.safetensors" ] || fail "a state that nobody asked for"
for name in twelve twenty; do expect_fresh out $name; done
! grep -q continues fresh/twenty/runs/*/log.txt || fail "the fresh run is not from the start"

say "--retrain trains from the start, and leaves other runs as they are"
run twelve out --retrain
! grep -q continues "$(folder_of out twelve)/log.txt" || fail "--retrain went on"
results_of out/runs | grep -v "$six" >before
run six out --retrain
results_of out/runs | grep -v "$six" | cmp - before || fail "--retrain of a shorter run changed longer ones"
expect_fresh out twelve

say "steps in place of epochs, another measurement, one more measurement"
script steps 'steps = 60'
script coarse 'epochs = 9' 'every = 3'
script tight 'epochs = 8' 'solver = { "rk45", rtol = 1e-5 }'
cp -r short out2
for name in steps coarse tight; do
  run $name out2
  expect_fresh out2 $name
done
expect_log out2 steps "continues $six at epoch 6"
expect_from_start out2 tight "did not measure all that this run measures"

say "with averages, clipping, warm-up, skipped steps, two measurements and all weights"
both='weights = h.grid { "averaged", "raw" }, every = 2'
more="ema = 0.9, skip_nonfinite = 3, keep = \"all\""
script rich6 "epochs = 6, $keep, $more" "$both" 'clip = 2, warmup = 30'
script rich12 "epochs = 12, $more" "$both" 'clip = 2, warmup = 30'
run rich6 rich
cp -r rich rich_short
rich6=$(basename "$(folder_of rich rich6)")
run rich12 rich
expect_log rich rich12 "continues"
expect_fresh rich rich12
[ -e "$(folder_of rich rich12)/last_averaged.safetensors" ] || fail "no averaged weights"

say "what is not the beginning of it"
script seven "epochs = 7, $keep" 'every = 4'
script by4 'epochs = 12' 'every = 4'
script cosine6 "epochs = 6, $keep" '' 'schedule = "cosine"'
script cosine12 'epochs = 12' '' 'schedule = "cosine"'
run seven odd
run by4 odd
expect_from_start odd by4 "ended at epoch 7, where this run does not measure"
expect_fresh odd by4
run cosine6 odd
expect_words "train.keep_state: 1 training keeps no state: optimizer.schedule"
[ ! -e "$(folder_of odd cosine6)/state.safetensors" ] || fail "a state that nothing can use"
run cosine12 odd
! grep -q continues "$(folder_of odd cosine12)/log.txt" || fail "each step has another learning rate"

say "damaged, without its best weights, made in another way"
for damage in state best made; do
  rm -rf out
  cp -r short out
  case $damage in
  state) printf x | dd of="out/runs/$six/state.safetensors" bs=1 seek=2000 conv=notrunc 2>dd.log ;;
  best) rm "out/runs/$six"/best-* ;;
  made) sed -i '/^  "content"/d; s/"processor": ".*"/"processor": "another"/' "out/runs/$six/result.json" ;;
  esac
  run twelve out
  expect_log out twelve "trains from the start: "
  expect_fresh out twelve
done
expect_log out twelve "was made with another processor"

say "killed in between, and the shorter run removed"
script longer 'epochs = 150, ema = 0.9, skip_nonfinite = 3' "$both" 'clip = 2, warmup = 30'
rm -rf out
tries=20
until compgen -G "out/runs/*/checkpoint.safetensors" >/dev/null; do
  [ $((tries--)) -gt 0 ] || fail "no run was seen with a checkpoint"
  rm -rf out
  cp -r rich_short out
  "$hifm" run longer.lua --out out >/dev/null 2>&1 </dev/null &
  runner=$!
  until compgen -G "out/runs/*/checkpoint.safetensors" >/dev/null || ! kill -0 $runner 2>/dev/null; do :; done
  kill -KILL $runner 2>/dev/null || true
  wait $runner 2>/dev/null || true
  expect_no_workers 10
done
grep -q "continues $rich6 at epoch 6" out/runs/*/log.txt || fail "it was not a continuation that was killed"
rm -r "out/runs/$rich6"
run longer out
expect_log out longer "resumed at step"
expect_fresh out longer
