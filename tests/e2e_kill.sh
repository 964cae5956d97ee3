#!/usr/bin/env bash
# SIGKILL at any moment, of the scheduler or of workers, costs only time: the grid ends with the same
# bytes, no finished run is repeated, no worker is left.
source "$(dirname "$0")/e2e.inc.sh"
kills=5
[ "${HIFM_LONG:-0}" = 1 ] && kills=100
more='seed = h.grid { 0, 1 }, measure = { every = 80 },
  schedule = { checkpoint = 0.02, retries = 1000 },'
plane_script grid.lua 1600 "$more"

# Times between kills are parts of the time that the grid takes on this machine: kills that come
# faster than a worker starts would never let the grid end.
begin_ms=$(date +%s%3N)
expect_code 0 "$hifm" run grid.lua -j2 --out calm
calm_ms=$(($(date +%s%3N) - begin_ms))

# start FOLDER: the grid in the background; sets $scheduler.
start() {
  "$hifm" run grid.lua -j2 --out "$tmp/$1" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null &
  scheduler=$!
}

has_checkpoint() { [ -n "$(find "$1/runs" -name checkpoint.safetensors 2>/dev/null)" ]; }

# ended: waits for the scheduler, which must not have been killed.
ended() {
  local code=0
  wait "$scheduler" || code=$?
  [ "$code" = 0 ] || fail "the grid ended with $code"
}

# expect_not_repeated: every result of the last look is still the same file.
expect_not_repeated() {
  [ -z "$(comm -23 before <(results_of stormy))" ] || fail "a finished run was repeated"
}

say "$kills kills of the scheduler"
: >before
done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
  start stormy
  sleep_ms $((calm_ms / 10)) "$calm_ms"
  if ! kill -KILL "$scheduler" 2>/dev/null; then
    ended
    expect_same_grid calm stormy grid
    rm -rf stormy
    : >before
    continue
  fi
  wait "$scheduler" 2>/dev/null || true
  done_kills=$((done_kills + 1))
  expect_no_workers 2
  [ -d stormy ] || continue
  expect_not_repeated
  results_of stormy >before
done
expect_code 0 "$hifm" run grid.lua -j2 --out stormy
expect_same_grid calm stormy grid
expect_not_repeated

say "a run continues from its checkpoint"
tries=10
until grep -rqF 'resumed at step' stormy/runs; do # the storm may have missed every training
  [ $((tries--)) -gt 0 ] || fail "no run continued from a checkpoint"
  rm -rf stormy
  start stormy
  wait_for 20 has_checkpoint stormy
  kill -KILL "$scheduler" 2>/dev/null || true
  wait "$scheduler" 2>/dev/null || true
  expect_no_workers 2
  expect_code 0 "$hifm" run grid.lua -j2 --out stormy
  expect_same_grid calm stormy grid
done

say "no worker outlives its scheduler, however long its job is"
"$hifm" run grid.lua -j2 --set train.epochs=100000000 --out "$tmp/endless" >stdout 2>stderr &
scheduler=$!
wait_for 20 has_checkpoint endless
[ -n "$(workers)" ] || fail "no workers"
two_run() { [ "$("$hifm" ls --out endless | grep -c '^running ')" = 2 ]; }
wait_for 20 two_run
kill -KILL "$scheduler"
wait "$scheduler" 2>/dev/null || true
expect_no_workers 2
"$hifm" ls --out endless | grep -q '^running ' && fail "ls says that a killed run is running"

say "$kills kills of workers"
# begin: a new grid, in whose folders workers that were killed have left files.
begin() {
  local folder
  rm -rf stormy
  for folder in calm/cache/* calm/runs/*; do
    mkdir -p "stormy/${folder#calm/}"
    echo torn >"stormy/${folder#calm/}/result.json.1-0.tmp"
  done
  start stormy
}

done_kills=0
begin
while [ "$done_kills" -lt "$kills" ]; do
  sleep_ms $((calm_ms / 20)) $((calm_ms / 3))
  if ! kill -0 "$scheduler" 2>/dev/null; then
    ended
    begin
    continue
  fi
  mapfile -t pids < <(workers)
  [ ${#pids[@]} -gt 0 ] || continue
  if kill -KILL "${pids[RANDOM % ${#pids[@]}]}" 2>/dev/null; then done_kills=$((done_kills + 1)); fi
done
ended
grep -q '^retry: .*killed by SIGKILL' stderr || fail "no retry was reported"
expect_same_grid calm stormy grid
expect_no_workers 2
[ -z "$(find stormy -name checkpoint.safetensors)" ] || fail "a checkpoint outlived its run"
[ -z "$(find stormy -name '*.tmp')" ] || fail "temporary files are left in stormy"

say "attempts are recorded"
# attempts_in FOLDER: of the jobs there together.
attempts_in() { awk '/^ *"attempts": / { sum += $2 } END { print sum }' "$1"/*/result.json; }
jobs=$(find stormy/cache stormy/runs -name result.json | wc -l)
retries=$(grep -c '^retry: ' stderr)
[ $(($(attempts_in stormy/cache) + $(attempts_in stormy/runs))) = $((jobs + retries)) ] ||
  fail "$jobs jobs and $retries retries are not the attempts in their results"
recorded=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "train_attempts") column = i }
                    NR > 1 { sum += $column } END { print sum }' stormy/grid/timings.csv)
[ "$recorded" = "$(attempts_in stormy/runs)" ] || fail "timings.csv says $recorded attempts"
