#!/usr/bin/env bash
# A plugin that reads a file: its content, wherever it is, decides what is done again.
source "$(dirname "$0")/e2e.inc.sh"
mkdir sub
export HIFM_PLUGIN_PATH
HIFM_PLUGIN_PATH=$(dirname "$hifm")/tests/fakes/tabulated

# script FILE: two numbers a point, with stiffnesses from well.table beside the script.
script() {
  cat >"$1" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $plane_data,
  network = { "mlp", width = 8, depth = 3 },
  train   = { batch = 50, epochs = 1 },
  flow    = { { "hessian", energy = { "tabulated", table = "well.table" } }, { "isotropize" } },
}
LUA
}
script sub/run.lua

say "a missing file is found before anything runs"
expect_code 78 "$hifm" run sub/run.lua --out out
expect_words "run.lua:7: flow.hessian.energy.table: the file" "well.table does not exist"
[ ! -e out ] || fail "a results folder was made"

say "the file beside the script is read"
echo 34 >sub/well.table
expect_code 0 "$hifm" run sub/run.lua --out out

say "a copy elsewhere is the same run, another content is not"
mkdir elsewhere
script elsewhere/other.lua
cp sub/well.table elsewhere
expect_code 0 "$hifm" run elsewhere/other.lua --out out
expect_words "nothing to do"
echo 35 >elsewhere/well.table
expect_code 0 "$hifm" run elsewhere/other.lua --dry-run --out out
expect_words "1 run, 0 done, 1 to do" "eigendecompositions of tabulated"
