#!/usr/bin/env bash
# Tasks on a real Slurm that are killed, cancelled, requeued, out of time, or lose their controller or
# their last job: time is lost, nothing else. HIFM_LONG=1: a larger grid, and real time limits.
source "$(dirname "$0")/e2e.inc.sh"
source "$source_dir/tests/slurm.inc.sh"
epochs=3000 seeds='0'
[ -z "${HIFM_LONG:-}" ] || epochs=6000 seeds=$(seq -s, 0 14)
plane_script grid.lua "$epochs" "seed = h.grid { $seeds }, measure = { every = 500 }, schedule = { checkpoint = 0.2 },"
rows=$((4 * $(tr , '\n' <<<"$seeds" | wc -l)))
slurm_up 2
expect_code 0 "$hifm" run grid.lua -j4 --out calm

# submit FOLDER ARGUMENTS...
submit() { expect_code 0 "$hifm" run grid.lua --executor slurm --out "$1" "${@:2}"; }

is_over() { [ -e "$1/submissions/grid/ending.json" ]; }
has_checkpoint() { [ -n "$(find "$1/runs" -name checkpoint.safetensors 2>/dev/null)" ]; }
task_runs() { [ -n "$(task_process "$1" "$2")" ]; }

# state_of FOLDER SLICE
state_of() { sed -n 's/.*"state": "\(.*\)".*/\1/p' "$1/submissions/grid/$2.task.json"; }

# finish FOLDER: the grid ends, and its numbers are those of an undisturbed one.
finish() {
  wait_for 240 is_over "$1"
  grep -q '"exit_code": 0' "$1/submissions/grid/ending.json" || fail "$(cat "$1/submissions/grid/ending.json")"
  expect_same_grid calm "$1" grid
}

say "a task killed: its runs are tried once more, from their checkpoints"
submit killed --tasks 2
wait_for 60 has_checkpoint killed
kill -KILL "$(task_process killed/submissions/grid slice-1)"
finish killed
[ "$(state_of killed again-1)" = ended ] || fail "there was no second round"
grep -q 'resumed at step' killed/runs/*/log.txt || fail "no run went on from a checkpoint"

say "a task requeued ahead of its time limit goes on from its checkpoints"
submit requeued --tasks 2
wait_for 60 has_checkpoint requeued
kill -USR1 "$(task_process requeued/submissions/grid slice-1)"
wait_for 20 grep -q '^requeued; it goes on' requeued/submissions/grid/slice-1.log
finish requeued
[ ! -e requeued/submissions/grid/again-1.json ] || fail "a requeued task counted as lost"

say "a task cancelled is not tried again by itself; the next call goes on"
submit cancelled --tasks 2
wait_for 60 has_checkpoint cancelled
wait_for 20 task_runs cancelled/submissions/grid slice-2
scancel "$(sed -n 's/.*"slurm_job": "\(.*\)".*/\1/p' cancelled/submissions/grid/slice-2.task.json)"
wait_for 240 is_over cancelled
[ "$(state_of cancelled slice-2)" = stopped ] || fail "the task is $(state_of cancelled slice-2)"
grep -q '"exit_code": 1' cancelled/submissions/grid/ending.json || fail "cancelled runs count as done"
grep -q 'stopped by a signal' cancelled/submissions/grid/ending.json || fail "nothing says what was stopped"
wait_for 20 queue_is_empty
expect_code 0 "$hifm" run grid.lua --executor slurm --out cancelled --wait
finish cancelled

say "the controller is killed and started again; meanwhile nobody else takes the grid"
submit controller --tasks 2
wait_for 60 has_checkpoint controller
kill -KILL "$(cat "$slurm/slurmctld.mypid")"
start_controller
finish controller

say "the last job is lost: the next call makes the tables"
submit merge --tasks 2
wait_for 60 has_checkpoint merge
scancel "$(sed -n 's/^merge //p' stdout)"
wait_for 240 queue_is_empty
expect_code 0 "$hifm" run grid.lua --out merge
expect_same_grid calm merge grid
[ "$(wc -l <calm/grid/runs.csv)" = $((rows + 1)) ] || fail "not $rows rows"

if [ -n "${HIFM_LONG:-}" ]; then
  say "a time limit of a minute, runs that take longer"
  plane_script slow.lua 120000 'measure = { every = 20000 }, schedule = { checkpoint = 1 },'
  expect_code 0 "$hifm" run slow.lua -j4 --out calm
  expect_code 0 "$hifm" run slow.lua --executor slurm --out limited --tasks 4 --time 1 --wait
  expect_same_grid calm limited slow
  grep -c '^requeued' limited/submissions/slow/slice-1.log >requeues || fail "no task was requeued"
  say "requeued $(cat requeues) times"
fi
