#!/usr/bin/env bash
# Whatever the parent has done to signals, limits and the environment: grids end, and end in order.
source "$(dirname "$0")/e2e.inc.sh"
plane_script grid.lua 2 "schedule = { checkpoint = 0.05 },"
only=flow=transport

say "signals that are ignored or blocked"
# A program that hangs would hang for good.
limited() { timeout -s KILL 60 "$@"; }
expect_code 0 limited env --ignore-signal=CHLD "$hifm" plugin list
expect_code 0 limited env --ignore-signal=CHLD "$hifm" run grid.lua --only $only --out ignored
expect_code 0 limited env --block-signal "$hifm" run grid.lua --only $only --out blocked
expect_same ignored/grid-partial/runs.csv blocked/grid-partial/runs.csv
is_training() { [ -n "$(find "$1/runs" -name checkpoint.safetensors 2>/dev/null)" ]; }
env --block-signal "$hifm" run grid.lua --only $only --set train.epochs=100000000 \
  --out "$tmp/endless" >stdout 2>stderr &
scheduler=$!
wait_for 20 is_training endless
kill -TERM "$scheduler"
code=0
wait "$scheduler" || code=$?
[ "$code" = 143 ] || fail "SIGTERM ended the grid with $code"
expect_no_workers 2

say "a limit on the size of files"
small() { (ulimit -f 8 && exec "$@"); }
expect_code 74 small "$hifm" run grid.lua --only $only --out small
expect_words "cannot write small/" "File too large"
expect_code 74 small "$hifm" sample ignored/runs/* -n 2000 --out small.npy
expect_words "cannot write small.npy" "File too large"
