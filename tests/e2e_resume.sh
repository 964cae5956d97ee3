#!/usr/bin/env bash
# A train job that is killed at any moment and started again until it ends, each time with another
# number of threads, leaves the same bits as one that was never stopped, for every network.
source "$(dirname "$0")/e2e.inc.sh"
kills=5
[ "${HIFM_LONG:-0}" = 1 ] && kills=20

# without_provenance FILE: a result without the part about machine and time, and the hash that covers it.
without_provenance() { sed '/^  "content"/d; /^  "provenance": {/,/^  }/d' "$1"; }

# expect_same_run ONE OTHER: folders of the same run.
expect_same_run() {
  local measure best
  measure=$(basename "$1"/measure-*.json)
  best=$(basename "$1"/best-*.safetensors)
  expect_same "$1/last.safetensors" "$2/last.safetensors"
  expect_same "$1/losses.npy" "$2/losses.npy"
  expect_same "$1/$best" "$2/$best"
  without_provenance "$1/$measure" >one.json
  without_provenance "$2/$measure" >other.json
  grep -q '"nll"' one.json || fail "no NLL in $1/$measure"
  expect_same one.json other.json
  [ ! -e "$2/checkpoint.safetensors" ] || fail "the checkpoint outlived the run"
}

saved_or_ended() { [ -e "$1/checkpoint.safetensors" ] || [ -e "$1/result.json" ]; }

# run_killed CALM STORMY JOB: kills the worker until enough were killed, then lets it end. The first
# kill may come before any checkpoint; the others do not, however slow this machine is.
run_killed() {
  local done_kills=0 code worker
  while [ "$done_kills" -lt "$kills" ]; do
    mkdir -p "$2"
    sed -i "s/^  \"threads\": [0-9]*/  \"threads\": $((1 + done_kills % 3))/" "$3"
    "$hifm" worker "$3" >/dev/null 2>>all.log </dev/null &
    worker=$!
    [ "$done_kills" = 0 ] || wait_for 100 saved_or_ended "$2"
    sleep_ms 30 250
    kill -KILL "$worker" 2>/dev/null || true
    code=0
    wait "$worker" 2>/dev/null || code=$?
    case $code in
    137) done_kills=$((done_kills + 1)) ;;
    0) # it was faster: compare, start again
      expect_same_run "$1" "$2"
      rm -r "$2"
      ;;
    *) fail "the worker ended with $code" ;;
    esac
  done
  expect_code 0 "$hifm" worker "$3"
  cat stderr >>all.log
  expect_same_run "$1" "$2"
}

# check NAME DATA NETWORK EPOCHS [TRAIN]: one run, undisturbed, then in another folder and killed.
check() {
  local name=$1 calm
  cat >"$name.lua" <<LUA
return require("hifm").experiment {
  dataset = $2,
  network = $3,
  train   = { batch = 50, epochs = $4, ${5:-} },
  measure = { every = $(($4 / 4)) },
  flow    = { { "interpolant" } },
}
LUA
  say "$name, killed $kills times"
  expect_code 0 "$hifm" run "$name.lua" --out "$tmp/$name"
  calm=$(echo "$tmp/$name"/runs/*)
  sed -e "s,^  \"folder\": .*,  \"folder\": \"$tmp/stormy\"\,," \
    -e '/^  "content": /d' -e 's,^  "checkpoint_seconds": .*,  "checkpoint_seconds": 0.01\,,' \
    "$calm/job.json" >"$name.job.json"
  run_killed "$calm" "$tmp/stormy" "$tmp/$name.job.json"
  grep -q 'resumed at step [1-9]' all.log || fail "$name did not continue from a checkpoint"
  rm -r "$tmp/stormy" all.log
}

check egnn1 "$cluster_data" '{ "egnn", layers = 1, depth = 2, width = 16 }' 1600
check series "$cluster_data" \
  '{ "egnn", layers = 1, depth = 2, width = 16, evaluate = "spectral" }' 1200 'microbatch = 25'
grep -q '"spectral_rows"' "$tmp"/series/runs/*/result.json || fail "no series was used"
check egnn2 "$cluster_data" '{ "egnn", layers = 2, depth = 2, width = 16 }' 400 'microbatch = 13'
check mlp "$plane_data" '{ "mlp", width = 32, depth = 4 }' 1600
