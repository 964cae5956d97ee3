#!/usr/bin/env bash
# What can be found without training is found by --dry-run, and by run before its first job.
source "$(dirname "$0")/e2e.inc.sh"

# points FILE ROWS COLUMNS: different whole numbers, of 16 bits.
points() {
  local i items=''
  printf '\223NUMPY\1\0v\0%-117s\n' "{'descr': '<i2', 'fortran_order': False, 'shape': ($2, $3), }" >"$1"
  for ((i = 0; i < $2 * $3; i++)); do printf -v items '%s\\%03o\\%03o' "$items" $((i % 256)) $((i / 256)); done
  # shellcheck disable=SC2059 # the format is the items
  printf "$items" >>"$1"
}

# script DATASET NETWORK FLOW [MORE]: in lines 2, 3, 5 and 6.
script() {
  cat >run.lua <<LUA
return require("hifm").experiment {
  dataset = $1,
  network = $2,
  train   = { batch = 5, epochs = 1 },
  flow    = $3,
  ${4:-}
}
LUA
}

# found CODE WORDS...: nothing is made.
found() {
  local code=$1
  shift
  expect_refusal "$code" "$@" -- run run.lua ${option:---dry-run} --out none
  [ ! -e none ] || fail "a results folder was made"
}

plane='{ "file", path = "plane.npy", train = 20, test = 4 }'
sampled='{ "mcmc", energy = "double_well", dimensions = 2, train = 20, test = 4, train_pool = 20, test_pool = 4, chains = 2, warmup = 2 }'
transport='{ { "transport" } }'
points plane.npy 40 2
draw_images train.idx 30 8 8 1
draw_images test.idx 10 8 8 2
images='{ "images", folder = ".", train_file = "train.idx", test_file = "test.idx", train = 20, test = 4 }'
script "$plane" '"mlp"' "$transport"
expect_code 0 "$hifm" run run.lua --dry-run --out none

say "more points than there are, of audits, too"
script '{ "file", path = "plane.npy", train = 37, test = 4 }' '"mlp"' "$transport"
found 78 "run.lua:2: dataset.train: 37 points are asked for, but the data set has 36"
option=--quiet found 78 "run.lua:2: dataset.train: 37 points" # and by run
script '{ "file", path = "plane.npy", train = 20, test = 5 }' '"mlp"' "$transport"
found 78 "run.lua:2: dataset.test: 5 points are asked for, but the data set has 4"
script "$plane" '"mlp"' "$transport" 'audits = { more = { ["dataset.test"] = 1000 } },'
found 78 "run.lua:6: audits.more.dataset.test: 1000 points are asked for, but the data set has 4"
script "${images/train = 20/train = 31}" '"mlp"' "$transport"
found 78 "run.lua:2: dataset.train: 31 points are asked for, but the data set has 30"
script "$plane" '"mlp"' "$transport"
expect_refusal 78 "--set dataset.train=1e9: dataset.train: 1000000000 points are asked for" -- \
  run run.lua --dry-run --set dataset.train=1e9

say "networks and energies that refuse the data"
script "$plane" '"egnn"' "$transport"
found 78 "run.lua:3: network: egnn refuses"
option=--quiet found 78 "run.lua:3: network: egnn refuses"
script "$plane" '"unet"' "$transport"
found 78 "run.lua:3: network: unet refuses"
script "$images" '"egnn"' "$transport"
found 78 "run.lua:3: network: egnn refuses"
script "${images/test = 4/test = 4, dequantise = \"uniform\"}" '"egnn"' '{ { "hessian", energy = "double_well" } }'
found 78 "run.lua:2: dataset.dequantise"
script "$plane" '"mlp"' '{ { "hessian", energy = "formation" } }'
found 78 "run.lua:5: flow.hessian: energy \"formation\" is a sum over pairs"
script '{ "file", path = "plane.npy", particles = 2, space = 1, train = 20, test = 4 }' '"mlp"' \
  '{ { "hessian", energy = "double_well" } }'
found 78 "run.lua:5: flow.hessian: energy \"double_well\" is not invariant under translations"
script "${sampled/\"double_well\", dimensions = 2/\"formation\", particles = 4}" '"mlp"' "$transport"
found 78 "run.lua:2: dataset.energy: energy \"formation\" is defined relative to a data point"
script "${sampled/dimensions = 2,/}" '"mlp"' "$transport"
found 78 "run.lua:2: dataset: give exactly one of particles and dimensions"

say "a solver that would give up each time, and one that needs few steps"
steps='measure = { solver = { "euler", steps = 20000 } },'
script "$plane" '"mlp"' "$transport" "$steps"
found 78 "run.lua:6: measure.solver: euler gives up with measure.max_attempts = 10000, whatever the flow is"
script "$plane" '"mlp"' "$transport" 'audits = { fine = { ["measure.solver"] = "rk4", ["measure.max_attempts"] = 9 } },'
found 78 "run.lua:6: audits.fine.measure.solver: rk4 gives up with measure.max_attempts = 9"
script "$plane" '"mlp"' "$transport" 'measure = { max_attempts = 1 },'
expect_code 0 "$hifm" run run.lua --dry-run --out none

say "a plugin that crashes while it is bound is named"
export HIFM_PLUGIN_PATH
HIFM_PLUGIN_PATH=$(dirname "$hifm")/tests/fakes/dies_in_init
script "$plane" '"mlp"' '{ { "hessian", energy = "dies_in_init" } }'
found 78 "run.lua:5: flow: hessian (dies_in_init), anisotropic crashed with SIGSEGV with these settings"
script "${sampled/double_well/dies_in_init}" '"mlp"' "$transport"
found 78 "run.lua:2: dataset.energy: dies_in_init crashed with SIGSEGV with these settings"
points space.npy 40 3
script "${plane/plane/space}" '"mlp"' '{ { "hessian", energy = "dies_in_init" } }'
expect_code 0 "$hifm" run run.lua --dry-run --out none

say "files of points that no job could read"
torn() {
  script "${plane/plane/torn}" '"mlp"' "$transport"
  found 65 "run.lua:2: dataset: " "torn.npy" "$1"
}
head -c 200 plane.npy >torn.npy
torn "truncated"
echo "no array" >torn.npy
torn "too few for a .npy file"
head -c 100 train.idx >torn.idx
script "${images/train.idx/torn.idx}" '"mlp"' "$transport"
expect_refusal 65 "torn.idx" -- run run.lua --dry-run --out none
script "${images/train.idx/nothing.idx}" '"mlp"' "$transport"
expect_refusal 66 "nothing.idx" -- run run.lua --dry-run --out none

say "what is in the cache is not listed as to do, and is looked at in place of its file"
script "$plane" '"mlp"' "$transport"
expect_code 0 "$hifm" run run.lua --dry-run --out out
expect_words "data set file  not in the cache" "  first run" "time     no past run of like size: no estimate" \
  "disk     about " ": data sets 640 B, runs "
expect_code 0 "$hifm" run run.lua --out out
expect_code 0 "$hifm" run run.lua --dry-run --out out --set train.epochs=2
! grep -q "data set file" stdout || fail "the data set is listed"
expect_words "1 run, 0 done, 1 to do" "train "
expect_refusal 78 "dataset.train: 37 points are asked for" -- run run.lua --dry-run --out out --set dataset.train=37

say "why each job is to do, and what it will need, on a screen, too"
expect_code 0 "$hifm" run run.lua --dry-run --out out
[ "$(wc -l <stdout)" = 3 ] || fail "something is still to do"
expect_code 0 "$hifm" run run.lua --dry-run --out out --set train.epochs=2 -j 3
expect_words "  another train.epochs" "with -j 3, from 1 past run of like size"
! grep -q "data sets" stdout || fail "the data set needs room"
expect_code 0 "$hifm" run run.lua --dry-run --out out --set measure.solver.rtol=1e-3
expect_words "  not measured like this" "time     no estimate for measurements of trained weights"
expect_code 0 "$hifm" run run.lua --dry-run --out out --set network.width=7
expect_words "  another network.width" "no past run of like size"
expect_code 0 "$hifm" run run.lua --dry-run --out out --retrain
expect_words "run  --retrain"
COLUMNS=50 expect_code 0 "$hifm" run run.lua --dry-run --out out --set train.epochs=2 --set network.depth=5,6 \
  --set network.width=9
[ "$(wc -L <stdout)" -le 50 ] || fail "a line of $(wc -L <stdout) columns"
expect_words ".."
result=$(echo out/runs/*/result.json)
cp "$result" kept.json
truncate -s 100 "$result"
expect_code 0 "$hifm" run run.lua --dry-run --out out
expect_words "  its result is damaged"
expect_code 0 "$hifm" why run.lua --out out
expect_words "train       1  its result is damaged, it counts as missing"
mv kept.json "$result"
points other.npy 41 2
mv other.npy plane.npy
expect_code 0 "$hifm" run run.lua --dry-run --out out
expect_words "data set file  not in the cache" "  the data file changed"

say "flows that are one path are named, where their rows are equal in all else"
script "$plane" '"mlp"' 'h.grid { h.as("straight", { { "transport" } }), h.as("level", { { "interpolant" } }),
            h.as("fast", { { "interpolant", kappa = 2 } }), h.as("far", { { "data", kappa = 2 } }) }'
sed -i '1s/^/local h = require "hifm" /' run.lua
for option in --dry-run --fail-fast; do
  expect_code 0 "$hifm" run run.lua $option --out paths
  grep -A 9 "^rows that are one path" stderr | grep "^  " | sed 's/ (.*//' >lines || fail "no path has two names"
  printf '  straight and level\n  fast and far\n' >wanted
  expect_same wanted lines
  expect_code 0 "$hifm" run run.lua $option --only 'flow=fast|straight' --set seed=7 --out paths
  ! grep -q "one path" stderr || fail "two paths are said to be one"
done
script "$plane" '"mlp"' '{ { "transport" } }' 'h.also { flow = { { "interpolant" } }, seed = 1 },'
sed -i '1s/^/local h = require "hifm" /' run.lua
expect_code 0 "$hifm" run run.lua --dry-run --out paths
! grep -q "one path" stderr || fail "rows of other seeds are said to be one path"
