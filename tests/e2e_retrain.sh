#!/usr/bin/env bash
# --retrain: a result goes when its successor is complete, never before. Killed at any moment, every
# run has its old result or a new one.
source "$(dirname "$0")/e2e.inc.sh"
kills=8
[ "${HIFM_LONG:-0}" = 1 ] && kills=200
plane_script grid.lua 200 'measure = { every = 20 }, schedule = { checkpoint = 0.02 },
  audits = { tight = { ["measure.solver.rtol"] = 1e-7 } },'
view=out/grid

expect_code 0 "$hifm" run grid.lua -j2 --out out
expect_words "4 done, 0 diverged, 0 failed, 0 skipped"
cp "$view/runs.csv" first.csv
cp "$view/history.csv" first_history.csv
files_of_runs() { (cd out/runs && find . -name 'result.json' -o -name 'measure-????????????.json' | sort); }
files_of_runs >files

# expect_whole: every run is complete, and the table shows it.
expect_whole() {
  expect_code 0 "$hifm" table grid.lua --out out
  expect_same first.csv "$view/runs.csv"
  expect_same first_history.csv "$view/history.csv"
  files_of_runs | grep -v '\.new/' | cmp - files || fail "a result is missing"
}

say "a dry run"
expect_code 0 "$hifm" run grid.lua --retrain --dry-run --out out
expect_words "4 runs, 0 done, 4 to do"
[ -z "$(find out/runs -name '*.new')" ] || fail "--dry-run wrote a folder"

say "all are replaced, the count is said first"
results_of out/runs >before
expect_code 0 "$hifm" run grid.lua --retrain -j2 --out out
head -1 stderr | grep -q '^4 finished results will be replaced, each' || fail "the count is not the first line"
expect_words "--retrain: 4 results replaced"
[ -z "$(results_of out/runs | comm -12 - before)" ] || fail "--retrain left a result"
[ -z "$(find out/runs -name '*.new' -o -name '*.old' -o -name retrain.txt)" ] || fail "something is left behind"
! grep -rq '\.new"' out/runs/*/*job.json || fail "a job file names the folder of the successor"
expect_whole

say "one row, and a result that cannot be read as JSON"
results_of out/runs >before
one=$(cd out/runs && echo *interpolant*)
echo torn >"out/runs/$one/result.json"
expect_code 0 "$hifm" run grid.lua --retrain --only flow=interpolant --out out
[ "$(results_of out/runs | comm -13 before - | cut -d/ -f1)" = "$one" ] || fail "another run was trained again"
expect_whole

# start: --retrain in the background; sets $scheduler.
start() {
  "$hifm" run grid.lua --retrain -j2 --out "$tmp/out" >stdout 2>stderr </dev/null &
  scheduler=$!
}

say "$kills kills"
done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
  start
  sleep_ms 20 400
  if kill -KILL "$scheduler" 2>/dev/null; then done_kills=$((done_kills + 1)); fi
  wait "$scheduler" 2>/dev/null || true
  expect_no_workers 2
  expect_whole
done
expect_code 0 "$hifm" run grid.lua --retrain -j2 --out out
expect_whole

say "Ctrl-C: the old results stay; a plain run says what is there; the same command goes on"
results_of out/runs >before
start
wait_for 20 test -e "out/runs/$(cd out/runs && ls | grep -m1 transport)/result.json"
has_new_checkpoint() { [ -n "$(find out/runs -path '*.new/*' -name checkpoint.safetensors)" ]; }
wait_for 20 has_new_checkpoint
kill -INT "$scheduler"
code=0
wait "$scheduler" || code=$?
[ "$code" = 130 ] || fail "exit code $code after Ctrl-C"
[ -z "$(comm -23 before <(results_of out/runs))" ] || grep -q 'results* replaced' stderr || fail "a result is gone"
expect_whole
new=$(find out/runs -name '*.new' | sort)
[ -n "$new" ] || fail "no successor was left"
expect_code 0 "$hifm" run grid.lua --out out
expect_words "an interrupted --retrain has left" "to drop them, remove these folders"
[ "$(find out/runs -name '*.new' | sort)" = "$new" ] || fail "a plain run touched a successor"
expect_code 0 "$hifm" log transport --out out
expect_code 0 "$hifm" run grid.lua --retrain -j2 --out out
expect_words "an interrupted --retrain goes on"
grep -rqF 'resumed at step' out/runs || fail "no successor went on from its checkpoint"
[ -z "$(find out/runs -name '*.new')" ] || fail "a successor is left"
expect_whole

say "a kill between the exchange and the removal of what was replaced"
cp -r "out/runs/$one" "out/runs/$one.new"
touch "out/runs/$one/retrain.txt"
expect_code 0 "$hifm" run grid.lua --out out
[ ! -e "out/runs/$one.new" ] && [ ! -e "out/runs/$one/retrain.txt" ] || fail "what was replaced is left"
expect_whole
mv "out/runs/$one" "out/runs/$one.old" # where folders cannot be exchanged
expect_whole

say "a successor that fails replaces nothing"
sed 's/checkpoint = 0.02/checkpoint = 0.02, retries = 0/' grid.lua >hasty.lua
# kill_workers_of PID: until it ends. Without other processes, so it is faster than a worker starts.
kill_workers_of() {
  local child children program word
  while [ -e "/proc/$1/exe" ]; do # not of a process that has ended
    read -r children <"/proc/$1/task/$1/children" || true # its line has no end
    for child in $children; do
      { read -r -d '' program && read -r -d '' word; } 2>/dev/null <"/proc/$child/cmdline" || continue
      [ "$program $word" != "$hifm worker" ] || kill -KILL "$child" 2>/dev/null || true
    done
  done
}
"$hifm" run hasty.lua --retrain --only flow=transport --out "$tmp/out" >stdout 2>stderr </dev/null &
scheduler=$!
kill_workers_of "$scheduler"
code=0
wait "$scheduler" || code=$?
[ "$code" = 1 ] || fail "exit code $code of a grid whose worker was killed"
expect_words "--retrain: 0 results replaced, 1 kept" "1 done, 0 diverged, 0 failed"
expect_whole
expect_code 0 "$hifm" run grid.lua --retrain --only flow=transport --out out
expect_words "--retrain: 1 result replaced"
expect_whole
