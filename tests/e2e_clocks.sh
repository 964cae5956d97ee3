#!/usr/bin/env bash
# Both clocks and both schemes: they train, are measured, and are distinguished in the CSV files.
source "$(dirname "$0")/e2e.inc.sh"
out=$tmp/out view=clocks

# cell COLUMN ROW of runs.csv, by the names in its header
cell() {
  awk -F, -v name="$1" -v row="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
    NR == row + 1 { print $at }' "$out/$view/runs.csv"
}

# clocks_script FILE NETWORK STAGE...
clocks_script() {
  cat >"$1" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $3,
  network = $2,
  train   = { batch = 50, epochs = 4 },
  optimizer = { "adamw", lr = 1e-2 },
  flow    = { clock = h.grid { "z", "t" }, scheme = h.grid { "finite", "infinite" }, $4 },
}
LUA
}

say "four rows, each with its own columns, weights and numbers"
clocks_script clocks.lua '{ "mlp", width = 16, depth = 3 }' "$plane_data" '{ "interpolant" }'
expect_code 0 "$hifm" run clocks.lua --out "$out"
row=0
for clock in z t; do
  for scheme in finite infinite; do
    row=$((row + 1))
    [ "$(cell flow.clock $row)" = "$clock" ] || fail "row $row has another clock"
    [ "$(cell flow.scheme $row)" = "$scheme" ] || fail "row $row has another scheme"
    [ -n "$(cell nll_last $row)" ] || fail "row $row has no NLL"
  done
done
losses=$(for row in 1 2 3 4; do cell loss_last $row; done | sort -u | wc -l)
[ "$losses" = 4 ] || fail "equal losses"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  $at["epoch"] == 1 { first = $at["loss"]; least = first }
  $at["loss"] < least { least = $at["loss"] }
  $at["epoch"] == 4 { rows++; if (least > 0.9 * first) bad = 1 }
  END { exit bad || rows != 4 }' "$out/$view/history.csv" || fail "a loss that does not fall"

say "results record where the likelihood begins, for networks with v_z"
[ "$(grep -l '"likelihood_start": 0.99999' "$out"/runs/*/result.json | wc -l)" = 2 ] ||
  fail "not two results with likelihood_start"
grep -l '"likelihood_start"' "$out"/runs/*/result.json | while read -r file; do
  grep -q '"scheme": *"infinite"' "$(dirname "$file")/job.json" || fail "$file is of the finite scheme"
done

say "kappa = 2 gives one warning a run, where the squared velocity has no mean or a huge one"
expect_code 0 "$hifm" run clocks.lua --set flow.interpolant.kappa=2 --out "$tmp/two"
for mean in "no finite mean over z" "a huge mean over t"; do
  [ "$(cat "$tmp"/two/runs/*/log.txt | grep -c "kappa = 2.*$mean")" = 1 ] || fail "not one $mean"
done
[ "$(cat "$out"/runs/*/log.txt | grep -c 'kappa')" = 0 ] || fail "kappa = 1 gives a warning"

say "the weights of the infinite scheme are measured again without training"
expect_code 0 "$hifm" run clocks.lua --set measure.solver.rtol=1e-4 --out "$out"
[ "$(find "$out/runs" -name result.json | wc -l)" = 4 ] || fail "it trained"
view=$(basename "$(latest_partial "$out/clocks")")
for row in 1 2 3 4; do [ -n "$(cell nll_last $row)" ] || fail "row $row has no NLL"; done

say "particles: an egnn has v_z, too, with exact and random traces"
clocks_script particles.lua '{ "egnn", depth = 2, width = 8 }' "$cluster_data" '{ "data" }'
expect_code 0 "$hifm" run particles.lua --only flow.scheme=infinite --out "$out"
view=$(basename "$(latest_partial "$out/particles")")
for row in 1 2; do [ -n "$(cell nll_last $row)" ] || fail "row $row of particles has no NLL"; done
expect_code 0 "$hifm" run particles.lua --only flow.scheme=infinite \
  --set measure.divergence=hutchinson --out "$out"
view=$(basename "$(latest_partial "$out/particles")")
for row in 1 2; do [ -n "$(cell nll_last $row)" ] || fail "row $row has no estimated NLL"; done

say "a Hessian has no clock t; refused before anything runs"
clocks_script hessian.lua '"mlp"' "$plane_data" \
  '{ "hessian", energy = { "double_well", b = 2 }, negative = "absolute" }'
expect_code 78 "$hifm" run hessian.lua --out "$tmp/none"
expect_words "hessian.lua:8: flow.clock:" "path stage hessian" "never gets near 1"
[ ! -e "$tmp/none/runs" ] || fail "it ran"
sed -i 's/h.grid { "z", "t" }/"z"/' hessian.lua
expect_code 0 "$hifm" run hessian.lua --dry-run --out "$tmp/none"
expect_code 78 "$hifm" run hessian.lua --set flow.clock=t --dry-run --out "$tmp/none"
expect_words "--set flow.clock=t: flow.clock:"
