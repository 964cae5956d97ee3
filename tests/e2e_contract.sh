#!/usr/bin/env bash
# What a plugin may do by hifm's headers, and what its author is stopped from doing.
source "$(dirname "$0")/e2e.inc.sh"
fakes=$(dirname "$hifm")/tests/fakes

say "a Hessian source may call its energy what it likes"
cat >potential.lua <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $cluster_data,
  network = { "egnn", layers = 1, depth = 2, width = 8 },
  train   = { batch = 50, epochs = 1 },
  flow    = { { "potential", potential = "formation" }, { "condition", c = 2 } },
}
LUA
export HIFM_PLUGIN_PATH=$fakes/potential
expect_code 0 "$hifm" plugin check "$fakes/potential/flows/potential.so"
expect_code 0 "$hifm" run potential.lua --dry-run --out out
expect_words "eigendecompositions of formation"
expect_code 0 "$hifm" run potential.lua --out out
grep -q "done" out/potential/runs.csv || fail "the run is not done"
[ -n "$(find out/cache -path '*/formation-*/alpha.npy')" ] || fail "no eigendecompositions"
unset HIFM_PLUGIN_PATH
