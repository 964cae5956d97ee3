#!/usr/bin/env bash
# What happens around a grid: closed terminals, Ctrl-Z, links, little memory, printing plugins, what killed
# processes leave.
source "$(dirname "$0")/e2e.inc.sh"
plane_script grid.lua 2 'schedule = { checkpoint = 0.05 },'
only=flow=transport
run() { "$hifm" run grid.lua --only $only "$@"; }
expect_code 0 run --out calm
is_training() { [ -n "$(find "$1/runs" -name checkpoint.safetensors 2>/dev/null)" ]; }
# states: of the workers, one letter each (T: stopped).
states() { for pid in $(workers); do sed 's/.*) \(.\).*/\1/' "/proc/$pid/stat"; done | sort -u; }
are_in() { [ "$(states)" = "$1" ]; }
are_moving() { ! states | grep -q T; }
has_ended() { ! kill -0 "$1" 2>/dev/null; }
long='--set train.epochs=100000000'

say "SIGHUP twice, as when a terminal closes: the checkpoint is kept"
# shellcheck disable=SC2086 # several words
"$hifm" run grid.lua --only $only $long --out "$tmp/closed" >stdout 2>stderr </dev/null &
scheduler=$!
wait_for 20 is_training closed
kill -HUP "$scheduler"
kill -HUP "$scheduler" 2>/dev/null || true
sleep 0.05
kill -HUP "$scheduler" 2>/dev/null || true
code=0
wait "$scheduler" || code=$?
[ "$code" = 129 ] || fail "SIGHUP twice ended the grid with $code"
grep -q "stopped by a signal" closed/runs/*/log.txt || fail "the worker was killed"

say "a pseudo terminal that closes"
if command -v python3 >/dev/null; then
  cat >close_terminal.py <<'PY'
import glob, os, pty, sys, time
process, terminal = pty.fork()
if process == 0:
    os.execv(sys.argv[2], sys.argv[2:])
while not glob.glob(sys.argv[1]):
    time.sleep(0.05)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
PY
  # shellcheck disable=SC2086
  expect_code 129 timeout 30 python3 close_terminal.py "$tmp/pty/runs/*/checkpoint.safetensors" "$hifm" run grid.lua \
    --only $only $long --out "$tmp/pty"
  grep -q "stopped by a signal" pty/runs/*/log.txt || fail "the worker was killed"
else
  say "SKIPPED: there is no python3"
fi

say "Ctrl-Z stops the workers; stopped time does not count for the timeout"
plane_script hasty.lua 100000000 'schedule = { checkpoint = 0.05, timeout = 3, retries = 0 },'
set -m # its own process group, which a shell could continue
"$hifm" run hasty.lua --only $only --out "$tmp/paused" >stdout 2>stderr </dev/null &
scheduler=$!
set +m
wait_for 20 is_training paused
kill -TSTP "$scheduler"
wait_for 5 are_in T
wait_for 2 grep -q '^State:.T' "/proc/$scheduler/status"
sleep 3
are_in T || fail "a worker went on"
kill -CONT "$scheduler"
wait_for 5 are_moving
sleep 0.5
kill -TERM "$scheduler"
code=0
wait "$scheduler" || code=$?
[ "$code" = 143 ] || fail "after Ctrl-Z the grid ended with $code"
! grep -q timeout stderr || fail "the stopped time was counted"

say "a figure shows runs that are not finished, where it is asked to; history.csv does not"
mkdir fake
printf '#!/bin/sh\ncat >>%s/plotted\necho picture\n' "$tmp" >fake/gnuplot
chmod +x fake/gnuplot
for wanted in false true; do
  sed "s/^  schedule/  figures = { course = { panels = { \"nll\" }, unfinished = $wanted } },\n&/" hasty.lua >drawn.lua
  expect_code 0 env PATH="$tmp/fake:$PATH" "$hifm" table drawn.lua --only $only --out paused
  [ "$(wc -l <"$(latest_partial paused/drawn)/history.csv")" = 1 ] || fail "history.csv has an unfinished run"
  [ "$wanted" = true ] || [ ! -e plotted ] || fail "an unfinished run is drawn"
done
grep -q '^1 [0-9]' plotted || fail "the unfinished run is not drawn"

view=$(basename "$(latest_partial calm/grid)")
say "no link inside the results folder is followed"
mkdir victim
echo mine >victim/mine
# refused NAME: a results folder in which NAME is a link to a folder of somebody.
refused() {
  rm -rf linked
  mkdir -p "linked/$(dirname "$1")"
  ln -s "$tmp/victim" "linked/$1"
  expect_code 73 run --out linked
  expect_words "linked/$1: it is a symbolic link"
  [ "$(ls victim)" = mine ] || fail "a link was followed: $1"
}
for name in .plugins runs cache "$view" "runs/$(ls calm/runs)" "cache/$(ls calm/cache | head -n 1)"; do
  refused "$name"
done
for name in runs "runs/$(ls calm/runs).new"; do
  rm -rf linked && cp -r calm linked && rm -rf "linked/$name" && ln -s "$tmp/victim" "linked/$name"
  expect_code 73 run --retrain --out linked
  [ "$(ls victim)" = mine ] || fail "--retrain followed a link: $name"
done
rm -rf linked victim/*
mkdir -p "linked/runs/$(ls calm/runs)"
ln -s "$tmp/victim/log" "linked/runs/$(ls calm/runs)/log.txt"
expect_code 73 run --out linked
[ -z "$(ls victim)" ] || fail "a log went through a link"
ln -s "$tmp/real" results-link
mkdir real
expect_code 0 run --out results-link
expect_same "calm/$view/runs.csv" "real/$view/runs.csv"
mkdir real/.plugins/other
expect_code 0 run --retrain --out results-link
[ -d real/.plugins/other ] || fail "a folder of somebody was removed"

say "what killed processes have left is removed; what is somebody's stays"
run_folder=$(echo real/runs/*)
touch real/$view/table1.csv.123-4.tmp real/$view/mine.tmp "$run_folder/checkpoint.safetensors"
expect_code 0 run --out results-link
[ ! -e real/$view/table1.csv.123-4.tmp ] || fail "a temporary file is left"
[ ! -e "$run_folder/checkpoint.safetensors" ] || fail "a checkpoint is left"
[ -e real/$view/mine.tmp ] || fail "a file of somebody was removed"
touch "$run_folder/measure-0123456789ab.json.123-4.tmp"
mkdir -p "$tmp/t/hifm-sample-abcdef" "$tmp/t/hifm-sample-mine"
touch -d '2 minutes ago' "$tmp/t/hifm-sample-abcdef"
expect_code 0 env TMPDIR="$tmp/t" "$hifm" sample "$run_folder" -n 3 --out three.npy
[ "$(ls t)" = hifm-sample-mine ] || fail "left: $(ls t)"

say "a slow disk: the time to the next checkpoint begins when one is written"
if can_trace; then
  cp -r calm slow
  sed -i -e '/^  "content": /d' -e 's,^  "folder": .*,  "folder": "slow/run"\,,' \
    -e 's,^  "checkpoint_seconds": .*,  "checkpoint_seconds": 0.005\,,' -e 's,"epochs": 2,"epochs": 20,' \
    slow/runs/*/job.json
  expect_code 0 strace -o slow/calls -e trace=fsync,rename -e inject=fsync:delay_exit=5000 \
    "$hifm" worker slow/runs/*/job.json
  saves=$(grep -c 'rename.*checkpoint.safetensors"' slow/calls) || true
  [ "$saves" -lt 80 ] || fail "$saves checkpoints in 160 steps"
fi

say "a result that cannot be read now is not missing"
if can_trace; then
  cp real/$view/runs.csv before.csv
  result=$(realpath "$run_folder/result.json")
  expect_code 74 strace -f -o /dev/null -P "$result" -e trace=read -e inject=read:error=EIO:when=3+ \
    "$hifm" table grid.lua --only $only --out real
  expect_words result.json
  expect_same before.csv real/$view/runs.csv
  expect_code 0 strace -f -o /dev/null -P "$result" -e trace=read -e inject=read:error=EIO "$hifm" ls --out real
  expect_words unreadable
fi
unset ASAN_OPTIONS

say "too little memory ends with 71"
if ! has_sanitizers; then
  limits="60000 150000"
  [ -z "${HIFM_LONG:-}" ] || limits="50000 60000 70000 80000 100000 120000 150000 180000 220000 300000"
  for limit in $limits; do
    rm -rf small
    code=0
    (ulimit -v $limit && exec timeout -s KILL 10 "$hifm" run grid.lua --only $only --out small) \
      >stdout 2>stderr </dev/null || code=$?
    [ "$code" = 71 ] || [ "$code" = 0 ] || fail "exit code $code with $limit KB"
    [ "$code" = 0 ] || grep -q 'OpenBLAS\|memory' stderr || fail "no message with $limit KB"
  done
fi

say "the child that reads a script ends with its parent"
cat >slow.lua <<'LUA'
local text = ("a"):rep(200000)
while true do text:find(".-.-.-b") end
LUA
"$hifm" run slow.lua --out slow >stdout 2>stderr </dev/null &
scheduler=$!
has_child() { [ -n "$(cat "/proc/$1/task/$1/children" 2>/dev/null)" ]; }
wait_for 5 has_child "$scheduler"
sleep 0.3
child=$(tr -d ' ' <"/proc/$scheduler/task/$scheduler/children")
kill -KILL "$scheduler"
wait "$scheduler" 2>/dev/null || true
wait_for 2 has_ended "$child"

say "paths that are not UTF-8 are refused"
latin=$(printf 'caf\351')
expect_code 78 run --out "$latin"
expect_words "is not UTF-8"
mkdir "$latin"
expect_code 78 env -C "$latin" "$hifm" ls
expect_words "is not UTF-8"
[ "$(ls -d caf*)" = "$latin" ] || fail "another folder was made"
cp calm/cache/mcmc-*/train.npy "$latin" && ln -s "$latin" link-to-latin
expect_code 78 run --set 'dataset={ "file", path = "link-to-latin/train.npy", train = 50, test = 5 }'

say "prints do not fill the disk"
echo 'while true do print(("x"):rep(1000)) end' >loud.lua
expect_code 78 "$hifm" run loud.lua --out loud
expect_words "the script printed more than 1 MB"
[ "$(stat -c %s stderr)" -lt 1200000 ] || fail "a script printed $(stat -c %s stderr) bytes"
mkdir -p fakes/energies
cat >fakes/energies/loud.c <<'C'
#include <stdio.h>
#include "hifm/energy.h"
static hifm_status value(const void *self, const hifm_configuration *at, double *out, hifm_error *err) {
  (void)self, (void)err;
  for (int i = 0; i < 100; i++) fprintf(stderr, "%0200d\n", i);
  *out = 0;
  for (unsigned i = 0; i < at->domain->d; i++) *out += at->y[i] * at->y[i] / 2;
  return HIFM_OK;
}
static const hifm_energy_ops ops = {.value = value};
HIFM_PLUGIN(energy, HIFM_ENERGY, char, .revision = 1, .name = "loud", .summary = "loud", .ops = {.energy = &ops});
C
find_compiler
"$compiler" -std=c11 -O2 -shared -fPIC -I "$source_dir/include" -o fakes/energies/loud.so fakes/energies/loud.c
expect_code 0 env HIFM_PLUGIN_PATH="$tmp/fakes:${HIFM_PLUGIN_PATH:-}" "$hifm" run grid.lua --only $only \
  --set dataset.energy=loud --out loud
log=$(find loud/cache -name log.txt)
[ "$(stat -c %s "$log")" -lt 10000000 ] || fail "a log of $(stat -c %s "$log") bytes"
grep -q "this log was longer than 8 MB" "$log" || fail "nothing says that the log was cut"
