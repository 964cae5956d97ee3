#!/usr/bin/env bash
# Grids end properly with any signal settings, limits and environment of the parent process.
source "$(dirname "$0")/e2e.inc.sh"
plane_script grid.lua 2 "schedule = { checkpoint = 0.05 },"
only=flow=transport

say "signals that are ignored or blocked"
# A program that hangs would hang forever.
limited() { timeout -s KILL 60 "$@"; }
expect_code 0 limited env --ignore-signal=CHLD "$hifm" plugin list
expect_code 0 limited env --ignore-signal=CHLD "$hifm" run grid.lua --only $only --out ignored
expect_code 0 limited env --block-signal "$hifm" run grid.lua --only $only --out blocked
expect_same ignored/grid-partial-*/runs.csv blocked/grid-partial-*/runs.csv
is_training() { [ -n "$(find "$1/runs" -name checkpoint.safetensors 2>/dev/null)" ]; }
# endless OUT WORDS...: a grid that never ends, started by env with these words; sets $scheduler.
endless() {
  env "${@:2}" "$hifm" run grid.lua --only $only --set train.epochs=100000000 --out "$tmp/$1" \
    >stdout 2>stderr </dev/null &
  scheduler=$!
  wait_for 20 is_training "$1"
}
stop() {
  local code=0
  kill -TERM "$scheduler"
  wait "$scheduler" || code=$?
  [ "$code" = 143 ] || fail "SIGTERM ended the grid with $code"
  expect_no_workers 2
}
endless deaf --block-signal
stop

say "a limit on the size of files"
small() { (ulimit -f 8 && exec "$@"); }
expect_code 74 small "$hifm" run grid.lua --only $only --out small
expect_words "cannot write small/" "File too large"
expect_code 74 small "$hifm" sample ignored/runs/* -n 2000 --out small.npy
expect_words "cannot write small.npy" "File too large"

if ! has_sanitizers; then
  say "a limit on memory"
  expect_code 0 limited sh -c "ulimit -v 150000 && exec \"\$@\"" - "$hifm" ls --out ignored
  expect_words done
fi

say "one thread of OpenBLAS, unless another number is given; the process keeps its name"
# threads NUMBER WORDS...: in the environment of a scheduler started with these words.
threads() {
  endless "threads$1" "${@:2}"
  [ "$(tr '\0' '\n' <"/proc/$scheduler/environ" | grep '^OPENBLAS_NUM')" = \
    "OPENBLAS_NUM_THREADS=$1" ] || fail "not $1 threads"
  [ "$(cat "/proc/$scheduler/comm")" = hifm ] || fail "the process is $(cat "/proc/$scheduler/comm")"
  tr '\0' ' ' <"/proc/$scheduler/cmdline" | grep -q "^$hifm run grid.lua" || fail "other words"
  stop
}
threads 1 -u OPENBLAS_NUM_THREADS
threads 3 OPENBLAS_NUM_THREADS=3
