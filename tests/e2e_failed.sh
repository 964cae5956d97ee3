#!/usr/bin/env bash
# A run that failed or diverged keeps its reason. What would fail again is not tried at each call.
source "$(dirname "$0")/e2e.inc.sh"

# cell COLUMN FLOW: of runs.csv in $view. No cell before the column may have a comma.
cell() {
  awk -F, -v name="$1" -v flow="$2" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } $1 == flow { print $at }' "$view/runs.csv"
}

say "a failed training: its reason is in runs.csv, ls, log and the last lines"
cluster_script cluster.lua 1 'audits = { tight = { ["measure.solver.rtol"] = 1e-7 } },'
grid=(cluster.lua --set flow.hessian.energy=lennard_jones
  --only flow.hyperbolize=no,flow.project=no --only flow=transport --out out)
why="negative eigenvalue"
expect_code 1 "$hifm" run "${grid[@]}"
view=$(echo out/cluster-partial-*)
expect_words "1 done, 0 diverged, 1 failed, 0 skipped" "failed: formation energy lennard_jones: training point" \
  "1 measurement (audits) was not made"
! grep -q "^hifm: " stderr || fail "an error of the program itself: $(grep "^hifm: " stderr)"
[ "$(cell status formation)" = failed ] || fail "runs.csv does not say failed"
cell reason formation | grep -q "^\"training point.*$why" || fail "no reason in runs.csv"
[ -z "$(cell reason transport)" ] || fail "a reason of a run that is done"
folder=$(echo out/runs/*hessian*)
grep -q '"exit_code": 78' "$folder/failed.json" || fail "no exit code in failed.json"
cp "$view/runs.csv" first.csv
expect_code 0 "$hifm" table "${grid[@]}"
expect_same first.csv "$view/runs.csv"
expect_code 0 "$hifm" ls --out out
grep -q "^failed .*hessian.*$why" stdout || fail "ls does not say why"
expect_code 0 "$hifm" log hessian --out out
tail -1 stdout | grep -q "^failed: .*$why" || fail "log does not end with the reason"

# expect_attempts NUMBER: of the failed training until now.
expect_attempts() {
  grep -q "\"attempt\": $1,\|\"attempt\": $1\$" "$folder/job.json" || fail "not $1 attempts"
}

say "it is not tried again, until asked to, or until hifm or a plugin changes"
expect_attempts 1
expect_code 1 "$hifm" run "${grid[@]}"
expect_words "1 failed before with training point" "--rerun-failed tries again" "1 done, 0 diverged, 0 failed, 1 skipped"
expect_attempts 1
expect_same first.csv "$view/runs.csv"
expect_code 0 "$hifm" run "${grid[@]}" --dry-run
expect_words "  failed before, skipped" "1 failed before with training point" "--rerun-failed tries again"
expect_code 1 "$hifm" run "${grid[@]}" --rerun-failed
expect_words "1 done, 0 diverged, 1 failed, 0 skipped"
expect_attempts 2
sed -i 's/"hifm": "/&0/' "$folder/failed.json"
expect_code 1 "$hifm" run "${grid[@]}"
expect_attempts 3
sed -i 's/"plugins": "/&0/' "$folder/failed.json"
expect_code 1 "$hifm" run "${grid[@]}"
expect_attempts 4
grep -q '"plugins": "[0-9a-f]' "$folder/failed.json" || fail "no plugins in failed.json"
expect_code 1 "$hifm" run "${grid[@]}"
expect_attempts 4

say "rows are chosen by what became of them"
set=(cluster.lua --out out --set flow.hessian.energy=lennard_jones)
expect_code 0 "$hifm" run "${set[@]}" --only status=failed --rerun-failed --dry-run
expect_words "1 run, 0 done, 1 to do"
expect_code 0 "$hifm" run "${set[@]}" --only status=done --only flow.hyperbolize=yes,status=missing --dry-run
expect_words "3 runs, 1 done, 2 to do" # transport, and two of formation
expect_code 0 "$hifm" table "${set[@]}" --exclude status=missing
before=$view
view=$(latest_partial out/cluster)
[ "$(cell status formation) $(cell status transport)" = "failed done" ] || fail "other rows"
[ "$(wc -l <"$view/runs.csv")" = 3 ] || fail "more rows"
view=$before
expect_code 0 "$hifm" table "${set[@]}" --only "status!=missing|failed"
[ "$(wc -l <"$(latest_partial out/cluster)/runs.csv")" = 2 ] || fail "more than the row that is done"
expect_refusal 78 "--only status=diverged: no run is left; status is one of done, failed, missing" -- \
  table "${set[@]}" --only status=diverged
expect_refusal 78 'unknown status "fialed"; did you mean "failed"?' -- table "${set[@]}" --only status=fialed

say "a data set that fails: what needs it has its reason, and is skipped with it"
mkdir points
draw_images points/some.idx 30 4 4 1
draw_images points/more.idx 10 4 4 2
cat >points.lua <<'LUA'
local h = require "hifm"
return h.experiment {
  dataset = { "images", folder = "points", train_file = "some.idx", test_file = "more.idx", train = 20, test = 4,
              train_content = "00112233445566778899aabbccddeeff" },
  network = { "mlp", width = 8 },
  train   = { batch = 5, epochs = 1 },
  flow    = h.grid { h.as("OT", { { "transport" } }), h.as("other", { { "interpolant" } }) },
}
LUA
view=out/points
expect_code 1 "$hifm" run points.lua --out out
expect_words "0 done, 0 diverged, 2 failed, 0 skipped"
cell reason OT | grep -q "^\"*data set images failed: some.idx: the unpacked file" || fail "no reason of the data set, or a path in it"
expect_code 1 "$hifm" run points.lua --out out
expect_words "1 failed before" "0 done, 0 diverged, 0 failed, 2 skipped" "skipped: OT: data set images failed"
expect_code 0 "$hifm" table points.lua --out out
[ "$(cell status OT)" = failed ] || fail "table forgets that the data set failed"

say "a timeout is tried again at the next call"
plane_script slow.lua 15000 'measure = { every = 15000 }, schedule = { timeout = 0.05, retries = 0, checkpoint = 0.02 },'
view=out/slow
expect_code 1 "$hifm" run slow.lua --only flow=transport --out out
grep -q ',failed,\(.* failed: \)*timeout after 0.05 s,' "$(latest_partial "$view")/runs.csv" || fail "no reason of a timeout"
sed -i 's/timeout = 0.05/timeout = 60/' slow.lua
expect_code 0 "$hifm" run slow.lua --only flow=transport --out out
! grep -q 'failed before' stderr || fail "a timeout was skipped"
! grep -q timeout "$(latest_partial "$view")/runs.csv" || fail "a reason stays after success"
[ ! -e "$(echo out/runs/*transport*)/failed.json" ] || [ ! -e out/cache/mcmc-*/failed.json ] ||
  fail "failed.json stays after success"

say "a run that diverged, and one whose solver never ends"
plane_script plane.lua 2
expect_code 0 "$hifm" run plane.lua --only flow=transport --set optimizer.lr=1000 --set network.depth=12 --out diverged
view=$(echo diverged/plane-partial-*)
expect_words "0 done, 1 diverged, 0 failed, 0 skipped" "diverged: transport" "not finite at step"
grep -q ',diverged,\"*not finite at step' "$view/runs.csv" || fail "no reason of a divergence"
expect_code 0 "$hifm" ls --out diverged
grep -q '^diverged .*not finite at step' stdout || fail "ls does not say why it diverged"
expect_code 0 "$hifm" log transport --out diverged
tail -1 stdout | grep -q '^diverged: not finite at step' || fail "log does not say why it diverged"
expect_code 0 "$hifm" run plane.lua --only flow=transport --set measure.max_attempts=1 --out unsolved
view=$(echo unsolved/plane-partial-*)
expect_words "1 done, 0 diverged" "without numbers: transport" "solver: "
grep -q ',done,\"*solver: ' "$view/runs.csv" || fail "no reason of a solver that failed"

say "--strict: a run without NLL is a failure for the exit code, and so is one that diverged"
expect_code 1 "$hifm" run plane.lua --only flow=transport --set measure.max_attempts=1 --strict --out unsolved
expect_words "--strict: 0 runs diverged, 1 without NLL"
expect_code 1 "$hifm" run plane.lua --only flow=transport --set optimizer.lr=1000 --set network.depth=12 --strict --out diverged
expect_words "--strict: 1 run diverged, 0 without NLL"
expect_code 0 "$hifm" run plane.lua --only flow=transport --strict --out unsolved

say "--fail-fast: nothing starts after the first failure"
expect_code 1 "$hifm" run "${grid[@]:0:${#grid[@]}-1}" fast --fail-fast -j 1
expect_words "no more jobs start (--fail-fast)"

say "the message also goes where no full disk is"
code=0
HIFM_PROGRESS_FD=3 "$hifm" worker nothing.json 3>sent 2>/dev/full || code=$?
[ "$code" = 66 ] || fail "exit code $code of a worker without a job"
grep -q '{"failure":".*nothing.json' sent || fail "the reason was not sent"
