#!/usr/bin/env bash
# Tasks on a real Slurm that are killed, cancelled, requeued, out of time, or lose their controller or
# their last job: time is lost, nothing else. HIFM_LONG=1: 60 runs, and a real time limit.
source "$(dirname "$0")/e2e.inc.sh"
source "$source_dir/tests/slurm.inc.sh"
seeds=0 tasks=4
[ -z "${HIFM_LONG:-}" ] || seeds=$(seq -s, 0 14) tasks=6
plane_script grid.lua 4000 "seed = h.grid { $seeds }, measure = { every = 500 }, schedule = { checkpoint = 0.05 },"
slurm_up 2
expect_code 0 "$hifm" run grid.lua -j2 --out calm
folder=$tmp/results/submissions/grid # a path that no other process has

# state_of SLICE: the word in its file.
state_of() { sed -n 's/.*"state": "\(.*\)".*/\1/p' "$folder/$1.task.json"; }

# has_checkpoint SLICE: a run of the slice is on its way.
has_checkpoint() {
  local run
  for run in $(sed -n 's/^ *"folder": "\(.*runs.*\)".*/\1/p' "$folder/$1.json" | sort -u); do
    if [ -e "$run/checkpoint.safetensors" ]; then return; fi
  done
  return 1
}
is_over() { [ -e "$folder/ending.json" ]; }

# log_says SLICE WORDS
log_says() { grep -q "$2" "$folder/$1.log" 2>/dev/null; }

expect_code 0 "$hifm" run grid.lua --executor slurm --tasks "$tasks" --out "$tmp/results"
for slice in slice-1 slice-2 slice-3; do wait_for 60 has_checkpoint $slice; done

say "one task is killed, one asked to stop ahead of its time limit, one cancelled"
kill -KILL "$(task_process "$folder/slice-1.json")"
kill -USR1 "$(task_process "$folder/slice-2.json")"
scancel "$(sed -n 's/.*"slurm_job": "\(.*\)".*/\1/p' "$folder/slice-3.task.json")"
wait_for 60 log_says slice-2 '^requeued; it goes on'

say "the controller is killed, once it has saved its queue"
is_saved() { [ "$slurm/state/job_state" -nt "$folder/submission.json" ]; }
wait_for 60 is_saved
kill -KILL "$(cat "$slurm/slurmctld.mypid")"
if [ -n "${HIFM_LONG:-}" ]; then # squeue waits for it some time
  expect_code 75 "$hifm" run grid.lua --out "$tmp/results"
fi
start_controller

wait_for 240 is_over
[ "$(state_of slice-3)" = stopped ] || fail "the cancelled task is $(state_of slice-3)"
[ "$(state_of slice-2)" = ended ] || fail "the requeued task is $(state_of slice-2)"
[ "$(state_of again-1)" = ended ] || fail "the killed task was not tried once more"
grep -q '"exit_code": 1' "$folder/ending.json" || fail "cancelled runs count as done"
grep -q 'slice-3.json was stopped by a signal' "$folder/ending.json" || fail "nothing says what was stopped"
! grep -q 'resumed at step' calm/runs/*/log.txt || fail "an undisturbed run was resumed"
[ "$(grep -l 'resumed at step' results/runs/*/log.txt | wc -l)" -ge 2 ] || fail "no checkpoint was used"

say "the next call goes on; its last job is lost; another call makes the tables"
wait_for 60 queue_is_empty
expect_code 0 "$hifm" run grid.lua --executor slurm --out "$tmp/results"
scancel "$(sed -n 's/^merge //p' stdout)"
wait_for 240 queue_is_empty
[ ! -e "$folder/ending.json" ] || fail "the last job was not lost"
expect_code 0 "$hifm" run grid.lua --out "$tmp/results"
expect_words "runs done already"
expect_same_grid calm results grid

if [ -n "${HIFM_LONG:-}" ]; then
  say "a time limit of a minute, runs that take longer"
  plane_script slow.lua 120000 'measure = { every = 20000 }, schedule = { checkpoint = 1 },'
  two='flow=transport|interpolant'
  expect_code 0 "$hifm" run slow.lua -j2 --out calm --only "$two"
  expect_code 0 "$hifm" run slow.lua --executor slurm --tasks 2 --time 1 --wait --only "$two"
  expect_same_grid calm results "$(basename results/slow-partial-*)"
  requeues=$(cat results/submissions/slow-partial-*/slice-1.log | grep -c '^requeued' || true)
  [ "$requeues" -gt 0 ] || fail "no task was requeued"
  say "requeued $requeues times"
fi
