#!/usr/bin/env bash
# The Boltzmann scorecard of a trained flow: log Z against quadrature, and where it is refused.
source "$(dirname "$0")/e2e.inc.sh"

# script DATASET MORE
script() {
  cat >grid.lua <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $1,
  network = { "mlp", width = 16 },
  train = { batch = 200, epochs = 60 },
  optimizer = { lr = 5e-3 },
  measure = { every = 60 $2 },
  flow = { { "transport" } },
  audits = { boltzmann = { ["measure.samples"] = 3000, ["measure.solver.rtol"] = 1e-4,
                           ["measure.solver.atol"] = 1e-4 } },
  figures = { energies = { histogram = "energy", audit = "boltzmann" } },
}
LUA
}
well='{ "mcmc", energy = { "double_well", b = 2 }, dimensions = 2, train = 2000, test = 800, train_pool = 2000,
  test_pool = 800, chains = 100, warmup = 200, thin = 40 }'

# cell COLUMN: of the only row of runs.csv
cell() {
  awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR == 2 { print $at }' \
    results/grid/runs.csv
}

say "log Z of the double well is that of quadrature; the entropy is the floor of the NLL"
script "$well" ""
expect_code 0 "$hifm" run grid.lua
# exp(-x^4/4 + x^2 - x - y^2/2) by the midpoint rule in x; the Gaussian in y is known.
awk -v bennett="$(cell boltzmann.log_z_bennett_last)" -v se="$(cell boltzmann.log_z_bennett_last_se)" \
  -v weights="$(cell boltzmann.log_z_last)" -v weights_se="$(cell boltzmann.log_z_last_se)" '
  function far(x, se) { x = x - exact; return x * x > 16 * se * se }
  BEGIN { h = 1e-3
          for (x = -8 + h / 2; x < 8; x += h) sum += h * exp(-x ^ 4 / 4 + x * x - x)
          exact = log(sum) + log(8 * atan2(1, 1)) / 2
          exit far(bennett, se) || far(weights, weights_se) || se > 0.05 || weights_se > 0.05 }' ||
  fail "log Z is $(cell boltzmann.log_z_bennett_last) and $(cell boltzmann.log_z_last)"
awk -v nll="$(cell boltzmann.nll_last)" -v entropy="$(cell boltzmann.entropy_last)" -v kl="$(cell boltzmann.kl_forward_last)" \
  -v ess="$(cell boltzmann.ess_last)" -v low="$(cell boltzmann.ess_low_last)" -v high="$(cell boltzmann.ess_high_last)" '
  BEGIN { d = nll - entropy - kl; exit !(d * d < 1e-12 && kl > 0 && ess > 0.5 && low < ess && ess < high && high <= 1) }' ||
  fail "the scorecard does not fit together"

awk -v samples="$(cell boltzmann.samples_last)" -v long="$(cell boltzmann.path_length_last)" \
  -v ratio="$(cell boltzmann.path_ratio_last)" '
  BEGIN { exit !(samples == 3000 && long > 0 && ratio > 1 && ratio < 2) }' || fail "no samples, or no paths"

say "the energies are in histograms.csv and in the figure, by their weights as in the data"
awk -F, '
  NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  $at["measurement"] != "boltzmann" || $at["quantity"] != "energy" { exit failed = 1 } # no particles, no distances
  $at["weights"] == "last" { data += $at["data"]; samples += $at["samples"]; all += $at["reweighted"]
                             if ($at["low"] != "" && $at["high"] != "") {
                               u = ($at["low"] + $at["high"]) / 2
                               of_data += u * $at["data"]; of_weights += u * $at["reweighted"] } }
  END { d = of_data / data - of_weights / all
        exit failed || data != 800 || samples != 3000 || d * d > 0.04 }' results/grid/histograms.csv ||
  fail "$(head -3 results/grid/histograms.csv)"
command -v gnuplot >/dev/null && { grep -q '>reweighted<' results/grid/energies.svg || fail "no figure"; }

say "its columns are there only where samples are drawn"
! head -1 results/grid/runs.csv | tr , '\n' | grep -qx ess_last || fail "an empty column"
! head -1 results/grid/history.csv | grep -q ess || fail "an empty column in the history"
cp results/grid/runs.csv audited.csv
expect_code 0 "$hifm" run grid.lua --set measure.samples=500 # an own measurement, with its own columns
head -1 results/grid-partial-*/history.csv | grep -q ',ess,' || fail "no ess in the history"
[ "$(find results/runs -name result.json | wc -l)" = 1 ] || fail "it was trained again"
expect_code 0 "$hifm" table grid.lua
cmp -s results/grid/runs.csv audited.csv || fail "another measurement changed runs.csv"

say "points without an energy are refused before anything runs"
cp results/cache/mcmc-*/test.npy points.npy
script '{ "file", path = "points.npy", train = 600, test = 5 }' ""
expect_code 78 "$hifm" run grid.lua --dry-run
grep -q 'audits.boltzmann.measure.samples: importance weights need the energy' stderr || fail "no reason"
