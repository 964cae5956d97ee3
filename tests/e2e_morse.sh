#!/usr/bin/env bash
# A new energy is one file: compiled with one line, it is found, described, checked and trained on.
source "$(dirname "$0")/e2e.inc.sh"
find_compiler

mkdir -p plugins/energies
"$compiler" -std=c11 -O2 -ffp-contract=off -shared -fPIC -I "$source_dir/include" \
  -o plugins/energies/morse.so "$source_dir/tests/morse.c" || fail "morse.c does not compile"

cat >morse.lua <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $cluster_data,
  network = { "egnn", layers = 1, depth = 2, width = 8 },
  train   = { batch = 50, epochs = 2 },
  flow    = { { "hessian", energy = { "morse", a = 2 }, negative = "absolute" },
              { "condition", c = 2 } },
}
LUA

say "unknown before its folder is named"
expect_code 78 "$hifm" run morse.lua --out out
expect_words "morse.lua:8" '"morse"'
export HIFM_PLUGIN_PATH=$tmp/plugins

say "listed, described, checked"
expect_code 0 "$hifm" plugin list
expect_words "morse" "Morse potential" "lennard_jones"
expect_code 0 "$hifm" plugin describe energy morse
expect_words "depth" "how narrow the well is" "r_min"
expect_code 0 "$hifm" plugin check plugins/energies/morse.so
! grep -q FAILED stdout || fail "a check failed"
say "$(grep -c '^ok' stdout) checks passed"

say "trained on"
expect_code 0 "$hifm" run morse.lua --out out
grep -q "done" out/morse/runs.csv || fail "the run is not done"
[ -n "$(find out/cache -path '*/morse-*/alpha.npy')" ] || fail "no eigendecompositions of morse"

say "its settings and its revision are part of a run's identity"
expect_code 0 "$hifm" run morse.lua --out out
expect_words "nothing to do"
expect_code 0 "$hifm" run morse.lua --set flow.hessian.energy.a=3 --dry-run --out out
expect_words "1 run, 0 done, 1 to do"
sed 's/\.revision = 1/.revision = 2/' "$source_dir/tests/morse.c" >morse2.c
"$compiler" -std=c11 -shared -fPIC -I "$source_dir/include" -o plugins/energies/morse.so morse2.c
expect_code 0 "$hifm" run morse.lua --dry-run --out out
expect_words "1 run, 0 done, 1 to do"
