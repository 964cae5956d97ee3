#!/usr/bin/env bash
# A grid on several machines without a scheduler: commands for its parts, and folders that are copied
# together. The numbers are those of -j 1.
source "$(dirname "$0")/e2e.inc.sh"
plane_script grid.lua 20 'seed = h.grid { 0, 1 },'
expect_code 0 "$hifm" run grid.lua -j1 --out calm

say "--print-commands: a shell command for each part, in any order"
expect_code 0 "$hifm" run grid.lua --print-commands --tasks 3 --dry-run
expect_words '8 jobs in 3 slices' 'results/submissions/grid/hifm slice results/submissions/grid/slice-3.json -j 1'
[ ! -e results ] || fail "--dry-run has written"
expect_code 0 "$hifm" run grid.lua --print-commands --tasks 3 -j 2
cp stdout commands
[ "$(wc -l <commands)" = 3 ] || fail "not three commands"
[ "$(grep -c ' -j 2$' commands)" = 3 ] || fail "not with -j 2"
[ "$(find results/cache -name result.json | wc -l)" = 2 ] || fail "the data are not made"
[ -z "$(find results/runs -name result.json 2>/dev/null)" ] || fail "something was trained"

say "data that become visible late are waited for; meanwhile the slice and its grid are taken"
tac commands >reversed
read -r last <reversed
mv results/cache results/kept
sh -c "$last" >slice.log 2>&1 &
slice=$!
wait_for 20 test -e results/submissions/grid/slice-3.task.json
expect_code 75 sh -c "$last"
expect_words "another process runs this slice"
expect_refusal 75 "running elsewhere" -- run grid.lua
expect_refusal 75 "running elsewhere" -- gc grid.lua --yes
expect_code 0 "$hifm" ls
[ "$(grep -c '^queued' stdout)" = 8 ] || fail "not 8 runs are queued"
mv results/kept results/cache
wait "$slice" || fail "the slice has failed: $(tail -3 slice.log)"
while read -r line; do expect_code 0 sh -c "$line"; done <reversed
mv grid.lua gone.lua
expect_code 0 "$hifm" merge results/submissions/grid # tables of what was submitted: the script is not read
expect_words "8 done" Method
mv gone.lua grid.lua
expect_same_grid calm results grid

say "slices that are gone, stopped or failed on a node are named"
task() { sed -i "s/\"$2\": [^,]*/\"$2\": $3/" "results/submissions/grid/slice-$1.task.json"; }
task 1 state '"running"' && task 1 node '"bad"' && task 1 done 0
task 2 state '"stopped"'
expect_code 0 "$hifm" merge results/submissions/grid
expect_words "slice-1.json is gone without a word: killed on bad" "slice-2.json was stopped by a signal" \
  "node bad: nothing that ran there succeeded"
rm "$(find results/runs -name result.json | head -1)"
expect_code 1 "$hifm" merge results/submissions/grid
expect_words "7 done, 0 diverged, 0 failed, 0 skipped, 1 missing"

say "hifm run does what is left"
expect_code 0 "$hifm" run grid.lua
expect_same_grid calm results grid
expect_code 0 "$hifm" run grid.lua --print-commands
[ ! -s stdout ] || fail "commands where nothing is to do"

say "SIGUSR1 in a task of Slurm: checkpoints, then requeued by its own name; without progress never again"
mkdir fake
printf '#!/bin/sh\necho "$@" >>%s/scontrol.log\n' "$tmp" >fake/scontrol
chmod +x fake/scontrol
expect_code 0 "$hifm" run grid.lua --print-commands --tasks 1 --out long --only flow=transport,seed=0 \
  --set train.epochs=1000000 --set schedule.checkpoint=0.05
read -r line <stdout
task=$(echo long/submissions/grid-partial-*)/slice-1.task.json
is_training() { [ -n "$(find long/runs -name checkpoint.safetensors 2>/dev/null)" ]; }
# in_task: the slice as a task of an array, until it is asked to stop; sets $code.
in_task() {
  env PATH="$tmp/fake:$PATH" SLURM_JOB_ID=12 SLURM_ARRAY_JOB_ID=12 SLURM_ARRAY_TASK_ID=3 SLURMD_NODENAME=node7 \
    SLURM_CPUS_ON_NODE=1 bash -c "exec $line" >slice.log 2>&1 &
  slice=$! code=0
  wait_for 20 grep -q '^start' slice.log
  wait_for 20 is_training
  kill -USR1 "$slice"
  wait "$slice" || code=$?
}
in_task
[ "$code" = 138 ] || fail "exit code $code after SIGUSR1"
[ "$(cat scontrol.log)" = "requeue 12_3" ] || fail "scontrol was called with: $(cat scontrol.log)"
grep -q '"state": "requeued"' "$task" || fail "not requeued: $(cat "$task")"
grep -q '"node": "node7"' "$task" || fail "the node is not known"
sed -i 's/"progress": .*,/"progress": 1e300,/' "$task"
in_task
[ "$(wc -l <scontrol.log)" = 1 ] || fail "a task that does not get on was requeued"
grep -q '"state": "stuck"' "$task" || fail "not stuck: $(cat "$task")"
grep -q 'more with --time' slice.log || fail "nothing says what to do"

say "two machines: folders copied together make the tables of one"
expect_code 0 "$hifm" run grid.lua --only seed=0 --out first
expect_code 0 "$hifm" run grid.lua --only seed=1 --out second
cp -R second/runs second/cache first/
expect_code 0 "$hifm" table grid.lua --out first
expect_same_grid calm first grid

say "--strict-bits: not on a machine of another kind"
expect_code 0 "$hifm" run grid.lua --only seed=0 --out strict --strict-bits --print-commands --tasks 1
read -r line <stdout
data=$(find strict/cache -name result.json -path '*mcmc*')
sed -i '/^  "content"/d; s/"processor": ".*"/"processor": "another one"/' "$data"
expect_code 71 sh -c "$line"
expect_words "--strict-bits" '"processor" differs'
expect_code 71 "$hifm" run grid.lua --only seed=0 --out strict --strict-bits
expect_code 0 "$hifm" run grid.lua --only seed=0 --out strict
