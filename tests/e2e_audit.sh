#!/usr/bin/env bash
# Audits measure the saved weights in other ways; their numbers are separate columns.
source "$(dirname "$0")/e2e.inc.sh"
out=$tmp/out view=plane

# cell COLUMN ROW of runs.csv, by the names in its header
cell() {
  sed 's/"[^"]*"//g' "$out/$view/runs.csv" | # a reason may have a comma
    awk -F, -v name="$1" -v row="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
      NR == row + 1 { print $at }'
}

plane_script plain.lua 3
plane_script plane.lua 3 'audits = {
    all   = { ["dataset.test"] = 40 },
    tight = { ["dataset.test"] = 40, ["measure.solver.rtol"] = 1e-7,
              ["measure.solver.atol"] = 1e-7 } },
  profiles = { small = { audits = { all = { ["dataset.test"] = 30 } } } },'

say "every row is measured again, and only measured"
expect_code 0 "$hifm" run plane.lua --dry-run --out "$out"
expect_words "4 runs, 0 done, 4 to do" "audit all" "audit tight"
expect_code 0 "$hifm" run plane.lua --out "$out"
[ "$(find "$out/runs" -name 'measure-????????????.json' | wc -l)" = 12 ] || fail "not 12 measurements"
[ "$(find "$out/runs" -name result.json | wc -l)" = 4 ] || fail "an audit trained"
for row in 1 2 3 4; do
  for audit in all tight; do
    for number in nll_best nll_best_se nfe_best nll_last nll_identity nll_gaussian; do
      [ -n "$(cell $audit.$number $row)" ] || fail "no $audit.$number in row $row"
    done
  done
  [ "$(cell all.nll_last $row)" != "$(cell nll_last $row)" ] || fail "more test points, same NLL"
  [ "$(cell all.nll_last $row)" != "$(cell tight.nll_last $row)" ] || fail "tolerance without effect"
  [ "$(cell tight.nfe_last $row)" -gt "$(cell all.nfe_last $row)" ] || fail "no more evaluations"
done

say "audits change no number of the grid itself"
expect_code 0 "$hifm" run plain.lua --out "$tmp/plain"
columns=$(head -1 "$tmp/plain/plain/runs.csv" | tr ',' '\n' | wc -l)
cut -d, -f"1-$columns" "$out/$view/runs.csv" | cmp - "$tmp/plain/plain/runs.csv" || fail "they differ"

say "a second call has nothing to do; a lost audit is made again"
cp "$out/$view/runs.csv" first.csv
expect_code 0 "$hifm" run plane.lua --out "$out"
expect_words "nothing to do"
lost=$(grep -l nll_identity "$out"/runs/*transport*/measure-????????????.json | head -1)
rm "$lost"
expect_code 0 "$hifm" run plane.lua --dry-run --out "$out"
expect_words "4 runs, 3 done, 1 to do"
expect_code 0 "$hifm" run plane.lua --out "$out"
expect_same first.csv "$out/$view/runs.csv"

say "a profile changes an audit"
expect_code 0 "$hifm" run plane.lua --profile small --out "$out"
[ "$(find "$out/runs" -name 'measure-????????????.json' | wc -l)" = 16 ] || fail "not 4 more"

say "--set changes the row, not what an audit sets"
expect_code 0 "$hifm" run plane.lua --set dataset.test=10 --out "$out"
partial=$(basename "$(latest_partial "$out/plane")")
for row in 1 2 3 4; do
  for audit in all tight; do
    view=plane whole=$(cell $audit.nll_last $row)
    view=$partial
    [ "$(cell $audit.nll_last $row)" = "$whole" ] || fail "--set changed the audit $audit"
  done
done

say "an audit that changes nothing is the row's own measurement"
expect_code 0 "$hifm" run plane.lua --set dataset.test=40 --out "$out"
view=$(basename "$(latest_partial "$out/plane")")
for row in 1 2 3 4; do
  [ "$(cell all.nll_best $row)" = "$(cell nll_min $row)" ] || fail "not the row's own minimum"
  [ "$(cell all.nll_last $row)" = "$(cell nll_last $row)" ] || fail "not the row's own last"
  [ -n "$(cell tight.nll_last $row)" ] || fail "no tight.nll_last"
done

say "what an audit does not set follows --set, what it sets stands"
expect_code 0 "$hifm" run plane.lua --set measure.solver.rtol=1e-3 --out "$out"
expect_code 0 "$hifm" table plane.lua --out "$out"
for row in 1 2 3 4; do
  for audit in all tight; do
    view=plane whole=$(cell $audit.nll_last $row)
    view=$(basename "$(latest_partial "$out/plane")") set=$(cell $audit.nll_last $row)
    [ -n "$set" ] || fail "no $audit.nll_last"
    [ "$audit" = all ] || [ "$set" = "$whole" ] || fail "--set changed the tolerance of an audit"
    [ "$audit" = tight ] || [ "$set" != "$whole" ] || fail "an audit does not follow --set"
  done
done

say "--only may ask for what an audit changes"
expect_code 0 "$hifm" run plane.lua --only dataset.test=20,flow=interpolant --out "$out"
view=$(basename "$(latest_partial "$out/plane")")
[ -n "$(cell tight.nll_last 1)" ] || fail "no tight.nll_last"

say "the last weights are not taken for the best ones"
plane_script never.lua 1 'measure = { max_attempts = 1 },
  audits = { more = { ["measure.max_attempts"] = 100 } },'
expect_code 0 "$hifm" run never.lua --only flow=transport --out "$out"
view=$(basename "$(latest_partial "$out/never")")
[ -z "$(cell nll_min 1)" ] || fail "a solver with one attempt got through"
[ -z "$(cell more.nll_best 1)" ] || fail "the last weights are called the best"
[ -n "$(cell more.nll_last 1)" ] || fail "no more.nll_last"

say "an audit that fails: the run is done, and the reason is in runs.csv and the last lines"
expect_code 0 "$hifm" run plain.lua --out "$tmp/broken"
out=$tmp/broken view=plane
folder=$(echo "$out"/runs/*-transport-*)
for weights in "$folder"/*.safetensors; do
  printf x | dd of="$weights" bs=1 seek=$(($(stat -c %s "$weights") - 9)) conv=notrunc 2>/dev/null
done
# expect_failed_audit COMMAND...
expect_failed_audit() {
  expect_code "$@"
  [ "$(awk -F, '/^transport,/ { print $3 }' "$out/$view/runs.csv")" = done ] || fail "the run itself is not done"
  grep -q '^transport,.*audit all failed: .*safetensors.*; audit tight failed: ' "$out/$view/runs.csv" ||
    fail "no reason of an audit"
  [ "$(grep -c 'audit .* failed' "$out/$view/runs.csv")" = 1 ] || fail "a reason of audits that are done"
  [ -n "$(cell tight.nll_last 2)" ] || fail "the audit of another row has no number"
}
expect_attempts() {
  [ "$(grep -l "\"attempt\": $1" "$folder"/measure-*.job.json | wc -l)" = 2 ] || fail "not $1 attempts"
}
expect_failed_audit 1 "$hifm" run plane.lua --out "$out"
expect_words "4 done, 0 diverged" "2 measurements of trained weights failed" \
  "without audits: transport: audit all failed: "
expect_failed_audit 0 "$hifm" table plane.lua --out "$out"
expect_failed_audit 1 "$hifm" run plane.lua --out "$out"
expect_words "2 failed before with" "without audits: transport: audit all failed: "
expect_attempts 1
expect_failed_audit 1 "$hifm" run plane.lua --out "$out" --rerun-failed
expect_attempts 2
expect_code 0 "$hifm" run plane.lua --out "$out" --retrain --only flow=transport
expect_code 0 "$hifm" run plane.lua --out "$out"
! grep -q "audit .* failed" "$out/$view/runs.csv" || fail "a reason stays after success"
out=$tmp/out

say "bad audits, tables and figures are refused before anything runs"
plane_script paper.lua 3 'audits = { paper = { ["dataset.test"] = 40 } },'
expect_code 78 "$hifm" run paper.lua --out "$out"
expect_words "audits.paper" "another name"
plane_script table.lua 3
sed -i 's/"nll_min"/"nll_mim"/' table.lua
expect_code 78 "$hifm" run table.lua --out "$tmp/none"
expect_words "nll_mim" "nll_min"
[ ! -e "$tmp/none/runs" ] || fail "it ran before it looked at its table"
plane_script figure.lua 3 'figures = { curve = { panels = { "nl" } } },'
expect_code 78 "$hifm" run figure.lua --out "$tmp/none"
expect_words 'history.csv has no column "nl"; did you mean "nll"?'
[ ! -e "$tmp/none/runs" ] || fail "it ran before it looked at its figure"
plane_script train.lua 3 'audits = { more = { ["train.epochs"] = 5 } },'
expect_code 78 "$hifm" run train.lua --out "$out"
expect_words "train.lua:" "audits.more.train.epochs" "may change how a run is measured"
plane_script path.lua 3 'audits = { more = { ["measure.solver.rtl"] = 5 } },'
expect_code 78 "$hifm" run path.lua --out "$out"
expect_words "audits.more" "measure.solver.rtl" "rtol"
plane_script form.lua 3 'audits = { more = { measure = { every = 2 } } },'
expect_code 78 "$hifm" run form.lua --out "$out"
expect_words "audits.more" '["path"] = value'
