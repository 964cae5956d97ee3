#!/usr/bin/env bash
# SIGINT and SIGTERM end a grid within 10 s with its checkpoints written; the next call continues
# from them to the same bytes. Two programs never share a results folder.
source "$(dirname "$0")/e2e.inc.sh"
plane_script grid.lua 3000 'measure = { every = 500 }, schedule = { checkpoint = 0.05 },'

expect_code 0 "$hifm" run grid.lua -j2 --out calm

# start FOLDER ARGUMENTS...: the grid in the background; sets $scheduler.
start() {
  "$hifm" run grid.lua -j2 --out "$tmp/$1" "${@:2}" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null &
  scheduler=$!
}

# Some worker is inside its training loop.
is_training() { [ -n "$(find "$1/runs" -name checkpoint.safetensors 2>/dev/null)" ]; }

# The steps at which runs were stopped, and those at which they continued.
steps_of() { sed -n "s/.*$2 at step \([0-9]*\) of.*/\1/p" "$1"/runs/*/log.txt | sort; }

# stop_with SIGNAL CODE SECONDS: sent to the scheduler, which ends with CODE in time.
stop_with() {
  local begun=$SECONDS code=0
  kill -"$1" "$scheduler"
  wait "$scheduler" || code=$?
  [ "$code" = "$2" ] || fail "SIG$1 ended the grid with $code instead of $2"
  [ $((SECONDS - begun)) -le "$3" ] || fail "SIG$1 took longer than $3 s"
  [ -z "$(workers)" ] || fail "workers outlived the scheduler after SIG$1"
}

for signal in INT:130 TERM:143 HUP:129; do
  name=${signal%:*}
  say "SIG$name: checkpoint, end, continue"
  rm -rf stopped
  start stopped
  wait_for 20 is_training stopped
  stop_with "$name" "${signal#*:}" 10
  grep -q '^stopping: ' stderr || fail "nothing said that the grid is stopping"
  steps_of stopped "stopped by a signal" >stops
  [ -s stops ] || fail "no log says: stopped by a signal at step"
  ! grep -q '^failed' stderr || fail "a stopped run was called failed"
  expect_code 0 "$hifm" ls --out stopped
  expect_words interrupted
  expect_code 0 "$hifm" run grid.lua -j2 --out stopped
  steps_of stopped resumed | cmp - stops || fail "a run did not continue where it was stopped"
  expect_same_grid calm stopped grid
done

say "under nohup a hangup changes nothing"
(
  trap '' HUP
  exec "$hifm" run grid.lua --only flow=transport --out "$tmp/nohup" >stdout 2>stderr </dev/null
) &
scheduler=$!
wait_for 20 is_training nohup
stop_with HUP 0 60
! grep -q '^stopping: ' stderr || fail "the grid was stopping"

say "a second signal ends at once, whatever the workers do"
start twice --set train.epochs=1000000
wait_for 20 is_training twice
for pid in $(workers); do kill -STOP "$pid"; done
kill -INT "$scheduler"
wait_for 5 grep -q '^stopping: ' stderr
sleep 0.5
kill -0 "$scheduler" || fail "one signal ended the grid without its workers"
stop_with INT 130 3
expect_no_workers 1

say "a second program on the same folder is refused; the message names the first"
start held --set train.epochs=1000000
wait_for 20 is_training held
expect_code 75 "$hifm" run grid.lua --out held
expect_words "held by process $scheduler on $(uname -n)"
expect_code 0 "$hifm" ls --out held
kill -KILL "$scheduler"
wait "$scheduler" 2>/dev/null || true
expect_no_workers 2
expect_code 0 "$hifm" run grid.lua -j2 --only flow=transport --out held
