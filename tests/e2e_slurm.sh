#!/usr/bin/env bash
# A grid on a real Slurm: the numbers are those of -j 1; what is queued, running or cancelled is known;
# a task that is killed, cancelled or out of time loses no work. HIFM_LONG=1: e2e_slurm_faults.sh.
source "$(dirname "$0")/e2e.inc.sh"
source "$source_dir/tests/slurm.inc.sh"
plane_script grid.lua 20 'seed = h.grid { 0, 1, 2 },'
plane_script other.lua 10 'seed = 7,'

say "a Slurm with two nodes starts"
slurm_up 2
expect_code 0 "$hifm" run grid.lua -j1 --out calm

say "nothing is written by --dry-run, which shows scripts, commands and slices"
expect_code 0 "$hifm" run grid.lua --executor slurm --tasks 6 --time 4:00:00 --dry-run -- --comment='two words'
expect_words '# sbatch --parsable '"'--comment=two words'"' results/submissions/grid/prepare.sh' \
  '--dependency=afterok:PREPARE --kill-on-invalid-dep=yes' '--dependency=afterany:SLICE' \
  '#SBATCH --array=1-6' '#SBATCH --time=4:00:00' '#SBATCH --signal=B:USR1@60' '12 jobs in 6 slices' \
  'slice results/submissions/grid/slice-"$SLURM_ARRAY_TASK_ID".json'
[ ! -e results ] || fail "--dry-run has written"

say "options that do not fit are refused"
expect_refusal 2 "--time needs --executor slurm" -- run grid.lua --time 60
expect_refusal 2 "-j is not for --executor slurm" -- run grid.lua --executor slurm -j 2
expect_refusal 2 "hifm sets --array itself" -- run grid.lua --executor slurm -- --array=1-3
expect_refusal 2 "available: local, slurm" -- run grid.lua --executor pbs
expect_refusal 2 "not a time" -- run grid.lua --executor slurm --time soon
expect_refusal 2 "at most 1000 tasks" -- run grid.lua --executor slurm --tasks 1001
expect_refusal 78 "nowhere" -- run grid.lua --executor slurm -- --partition=nowhere
expect_code 0 squeue --noheader
[ ! -s stdout ] || fail "a refused grid has left jobs in the queue"

say "drained nodes: the grid waits in the queue, and others know"
scontrol update nodename=node1,node2 state=drain reason=test
expect_code 0 "$hifm" run grid.lua --executor slurm --tasks 6
expect_words "submitted: 12 jobs in 6 tasks" "prepare " "slice " "merge " "hifm cancel grid.lua"
expect_refusal 75 "is in the queue or running elsewhere" "Slurm jobs" -- run grid.lua
expect_refusal 75 "hifm cancel grid.lua" -- run grid.lua --executor slurm
expect_refusal 75 "a grid is in the queue" -- gc grid.lua --yes
expect_code 0 "$hifm" ls
[ "$(grep -c '^queued' stdout)" = 12 ] || fail "not 12 runs are queued"
expect_code 75 "$hifm" run other.lua # its data are being made
expect_code 0 "$hifm" cancel grid.lua
expect_words "cancelled"
wait_for 10 queue_is_empty
expect_code 0 "$hifm" run other.lua -j2 # nothing is in the queue any more
expect_code 66 "$hifm" cancel other.lua
scontrol update nodename=node1,node2 state=resume

say "the numbers are those of -j 1"
expect_code 0 "$hifm" run grid.lua --executor slurm --tasks 6 --wait --out fresh
expect_words "12 done" "Method" "prepare " "done: "
expect_same_grid calm fresh grid
grep -q '"exit_code": 0' fresh/submissions/grid/ending.json || fail "the last job has not ended well"
expect_code 0 "$hifm" run grid.lua --executor slurm --out fresh
expect_words "12 of 12 runs done already"
wait_for 10 queue_is_empty
expect_refusal 66 "is over" -- cancel grid.lua --out fresh

say "one array of many tiny runs, the script gone, with what --only leaves"
cp grid.lua gone.lua
expect_code 0 "$hifm" run gone.lua --executor slurm --out fresh --only flow=transport --set train.epochs=2
rm gone.lua
is_over() { [ -e "$(echo fresh/submissions/gone-partial-*)/ending.json" ]; }
wait_for 30 is_over
[ "$(grep -c ',done,' fresh/gone-partial-*/runs.csv)" = 3 ] || fail "not three runs of a script that is gone"
