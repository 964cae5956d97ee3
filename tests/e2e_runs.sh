#!/usr/bin/env bash
# A day with a grid: which run is this cell, in what do two runs differ, why does one run again, what
# failed and why.
source "$(dirname "$0")/e2e.inc.sh"
unset COLUMNS

cat >grid.lua <<LUA
local h = require "hifm"
local well = { "hessian", energy = { "double_well", b = 2 }, negative = "absolute" }
return h.experiment {
  dataset   = $plane_data,
  network   = { "mlp", width = 8, depth = 3 },
  optimizer = { lr = h.grid { 1e-3, 2e-3 } },
  train     = { batch = 50, epochs = 3 },
  flow      = h.grid {
    h.as("OT",   { { "transport" } }),
    h.as("well", { well, { "condition", c = 2 }, h.maybe { "isotropize" } }),
  },
  seed      = h.grid { 0, 1 },
}
LUA
expect_code 0 "$hifm" run grid.lua --quiet
expect_code 0 "$hifm" run grid.lua --quiet --set optimizer.lr=1000 --set network.depth=12 --only flow=OT,seed=0
cluster_script cluster.lua 1
expect_code 1 "$hifm" run cluster.lua --quiet --set flow.hessian.energy=lennard_jones \
  --only flow.hyperbolize=no,flow.project=no

# id_of CELLS: of the one run of grid.lua that has them.
id_of() { "$hifm" ls --csv --only "$1,network.depth=3" | awk -F, 'NR == 2 { print substr($2, 1, 12) }'; }

say "ls: a heading, then names in order; settings in order within a name"
expect_code 0 "$hifm" ls
[ "$(wc -l <stdout)" = 16 ] || fail "not a heading and 14 runs"
head -1 stdout | grep -qx 'state  *best  *last  *epochs  *time  *when  *run  *settings' || fail "no heading"
tail -n +3 stdout | grep -o 'mcmc-[a-z-]*-' >names
sort -c names || fail "not in the order of names"
grep -o 'mcmc-mlp-transport.*lr=0.00.*' stdout | grep -o 'lr=[0-9.]* seed=[01]' >order
printf 'lr=%s seed=%s\n' 0.001 0 0.001 1 0.002 0 0.002 1 | cmp - order || fail "not in the order of settings"
grep -q '^diverged .*depth=12.*  not finite at step' stdout || fail "no reason of what diverged"
expect_words "flow=OT " "flow=well " "flow=well+isotropize "

say "ls on a narrow screen: ids, reasons below, at most 80 columns"
COLUMNS=80 expect_code 0 "$hifm" ls
[ "$(wc -L <stdout)" -le 80 ] || fail "a line of $(wc -L <stdout) columns"
expect_words "$(id_of flow=OT,seed=0,optimizer.lr=1e-3 | cut -c1-6)  " "  not finite at step" "  training point "

say "ls: some of them, in another order, for programs"
expect_code 0 "$hifm" ls --failed
[ "$(tail -n +3 stdout | cut -d' ' -f1 | sort | tr '\n' ' ')" = "diverged failed " ] || fail "not what failed"
expect_code 0 "$hifm" ls --only flow=OT,optimizer.lr=0.001 --sort best
[ "$(tail -n +3 stdout | awk '{ print $2 }' | sort -nc && tail -n +3 stdout | wc -l)" = 2 ] || fail "--sort best"
[ "$("$hifm" ls --only flow.isotropize=no,flow=well --csv | wc -l)" = 5 ] || fail "not the 4 runs without a stage"
[ "$("$hifm" ls --only seed=0 --only flow=OT --csv | wc -l)" = 11 ] || fail "--only twice is not both"
expect_code 0 "$hifm" ls --sort optimizer.lr --csv
head -1 stdout | grep -q '^name,id,state,best,last,epochs,seconds,when,script,reason,.*optimizer.lr,' || fail "no CSV"
grep -q "^mcmc-mlp-transport.*,done,.*,3,.*T.*Z,$tmp/grid.lua,," stdout || fail "no script in the CSV"
tail -1 stdout | grep -q ',diverged,' || fail "the largest rate is not the last"
expect_code 0 "$hifm" ls --json
for key in '"optimizer.lr": "0.002"' '"state": "failed"' "\"script\": \"$tmp/cluster.lua\""; do
  grep -qF "$key" stdout || fail "no $key in the JSON"
done
expect_refusal 2 "choose one" -- ls --csv --json
expect_refusal 2 "--sort bst: not a column" 'did you mean "best"' -- ls --sort bst
expect_code 0 "$hifm" ls --only 'status=failed|diverged' --csv
cp stdout by_status
expect_code 0 "$hifm" ls --failed --csv
expect_same by_status stdout
[ "$("$hifm" ls --only 'flow!=OT,seed=0|1' --csv | grep -c 'transport')" = 0 ] || fail "flow!=OT has runs of OT"
expect_refusal 78 'no run has a setting "flw"; did you mean "flow"?' -- ls --only flw=OT
expect_refusal 66 "no run with the conditions before it has seed=7; seed is one of 0, 1" -- ls --only flow=OT,seed=7
expect_refusal 78 "must be column=cell" -- ls --only OT

say "a run is named by cells, by the first digits of its id, by a part of its name"
one=$(id_of flow=OT,seed=0,optimizer.lr=1e-3) other=$(id_of flow=OT,seed=1,optimizer.lr=1e-3)
for run in "mcmc-mlp-transport-$one" "$one" "${one:0:6}" "rt-${one:0:9}" "results/runs/mcmc-mlp-transport-$one/" \
  flow=OT,seed=0,optimizer.lr=0.001; do
  expect_code 0 "$hifm" show "$run"
  head -1 stdout | grep -qx "mcmc-mlp-transport-$one" || fail "$run is another run"
done
expect_refusal 2 '5 runs in results/runs have "transport" in their name; the runs are above' \
  "mcmc-mlp-transport-$one  lr=0.001 seed=0 depth=3" -- log transport
expect_refusal 2 '13 runs in results/runs have "mlp"' "the first ten are above" -- log mlp
[ "$(grep -c '^  mcmc' stderr)" = 10 ] || fail "not ten runs"
expect_refusal 66 'no run in results/runs has "mcmc-mlp-trasport"' 'did you mean "mcmc-mlp-transport"?' -- \
  show mcmc-mlp-trasport
expect_refusal 66 'no run has flow=OTT; flow is one of' 'did you mean "OT"' -- show flow=OTT

say "show: one screen"
COLUMNS=80 expect_code 0 "$hifm" show "$one"
[ "$(wc -l <stdout)" -le 24 ] && [ "$(wc -L <stdout)" -le 80 ] || fail "more than a screen"
best=$(awk -F, -v id="$one" '$2 ~ "^" id { printf "%.3f", $4 }' <("$hifm" ls --csv))
expect_words "state      done, " ", 3 epochs in " "best       NLL $best, NFE " " at epoch 3" "network    mlp depth=3 width=8" \
  "optimizer  adamw lr=0.001" "train      batch=50 epochs=3" "flow       transport" "identity   train $one, measure " "made by    hifm " \
  "BLAS       OpenBLAS" "plugins    energy/double_well " "last.safetensors 1." ", 122 weights" \
  "asked by   grid: $tmp/grid.lua seed=0 optimizer.lr=0.001"
! grep -q weight_decay stdout || fail "show has defaults"
expect_code 0 "$hifm" show "$one" --all
expect_words "weight_decay=0.0001"

say "diff: settings, numbers, where the histories part"
expect_code 0 "$hifm" diff "$one" "$other"
grep -qx 'seed  *0  *1' stdout || fail "diff does not show the seed"
[ "$(grep -c '^[a-z]*\.' stdout)" = 0 ] || fail "another setting differs"
grep -q '^best nll  *[0-9.]*  *[0-9.]*  *[-+][0-9.]*$' stdout || fail "no difference of numbers"
expect_words "the histories part at epoch 1: loss "
expect_code 0 "$hifm" diff "$one" "$one"
expect_words "no setting differs" "the histories are equal in 3 measured epochs"

say "why: of a run"
expect_code 0 "$hifm" why "$other"
expect_words "state      done: it is not run again" "nearest    mcmc-mlp-transport-$one" "seed 0 -> 1"
expect_code 0 "$hifm" why network=egnn
expect_words "state      failed: hifm run skips it until" "--rerun-failed" "reason     training point "
expect_code 0 "$hifm" why optimizer.lr=1000
expect_words "diverged: it is not run again" "network.depth 3 -> 12, optimizer.lr 0.001 -> 1000"
expect_refusal 2 "are for a SCRIPT" -- why "$one" --profile quick

say "why: of a script, by reason"
sed 's/1e-3, 2e-3/1e-3, 2e-3, 4e-3/' grid.lua >more.lua
mv "results/runs/mcmc-mlp-transport-$other/result.json" kept.json
expect_code 0 "$hifm" why more.lua
expect_words "18 runs, 11 done, 7 to do" "train       6  new: the nearest finished run has another optimizer.lr" \
  "first: OT lr 0.004 seed 0: optimizer.lr 0.001 -> 0.004, from mcmc-mlp-transport-$one" \
  "train       1  new: the nearest finished run has another seed"
mv kept.json "results/runs/mcmc-mlp-transport-$other/result.json"
expect_code 0 "$hifm" why cluster.lua --set flow.hessian.energy=lennard_jones --only flow.hyperbolize=no,flow.project=no
expect_words "1 run, 0 done, 1 to do" "failed before, skipped (--rerun-failed tries again): training point"
expect_code 0 "$hifm" why grid.lua --set measure.solver.rtol=1e-5 --only seed=0,optimizer.lr=1e-3
expect_words "measure     3  new: the weights are trained"
expect_code 0 "$hifm" why grid.lua
[ "$(cat stdout)" = "12 runs, 12 done, 0 to do" ] || fail "something is still to do"

say "log -f follows a run until it ends; why says where it continues"
sed 's/epochs = 3/epochs = 100000000/; s/seed  .*/seed = 5, schedule = { checkpoint = 0.05 }, measure = { every = 200 },/' \
  grid.lua >long.lua
"$hifm" run long.lua --only flow=OT,optimizer.lr=1e-3 --quiet >run.out 2>&1 &
scheduler=$!
running() { "$hifm" ls --only seed=5 2>/dev/null | grep -q '^running '; }
wait_for 20 running
"$hifm" log -f seed=5 >followed 2>&1 &
follower=$!
wait_for 20 grep -q '^ *400 ' followed
kill -INT "$scheduler"
wait "$scheduler" || true
wait "$follower" || fail "log -f failed"
[ "$(grep -c '^ *200 ' followed) $(tail -1 followed)" = "1 interrupted" ] || fail "log -f did not end with the state"
expect_code 0 "$hifm" why long.lua --only flow=OT,optimizer.lr=1e-3
expect_words "train       1  interrupted: continues from its checkpoint" "OT lr 0.001: at step "
expect_code 0 "$hifm" run long.lua --only flow=OT,optimizer.lr=1e-3 --dry-run
grep -q '^  train    OT lr 0.001  interrupted at step [0-9]* of 800000000$' stdout || fail "no step in the list"
