#!/usr/bin/env bash
# A plugin whose code changes without its revision: finished runs are used again, with a warning.
source "$(dirname "$0")/e2e.inc.sh"
find_compiler
export HIFM_PLUGIN_PATH=$tmp/plugins
mkdir -p plugins/energies

# build SED: the energy of the first page, changed.
build() {
  sed "$1" "$source_dir/tests/morse.c" >morse.c
  "$compiler" -std=c11 -O2 -ffp-contract=off -shared -fPIC -I "$source_dir/include" \
    -o plugins/energies/morse.so morse.c || fail "morse.c does not compile"
}
warnings() { grep -c "its revision did not" stderr || true; }

cat >morse.lua <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $cluster_data,
  network = { "egnn", layers = 1, depth = 2, width = 8 },
  train   = { batch = 50, epochs = 1 },
  flow    = { { "hessian", energy = "morse", negative = "absolute" }, { "condition", c = 2 } },
  seed    = h.grid { 0, 1 },
}
LUA
sed 's/"lennard_jones"/"morse"/; s/{ { "hessian".*/{ { "transport" } },/; s/h.grid.*/0,/' morse.lua >data.lua

say "what made a result is in it"
build ""
expect_code 0 "$hifm" run morse.lua --out out
[ "$(warnings)" = 0 ] || fail "a warning at the first call"
hash=$(b2sum -l 128 plugins/energies/morse.so | cut -d' ' -f1)
for file in out/runs/*/result.json out/runs/*/measure-*.json out/cache/morse-*/result.json; do
  grep -A3 '"energy/morse": {' "$file" | grep -q "\"code\": \"$hash\"" || fail "$file has no hash of morse"
done
grep -q '"solver/rk45": {' out/runs/*/measure-*.json || fail "a measurement without its solver"
expect_code 0 "$hifm" run data.lua --out out
grep -q '"energy/morse": {' out/runs/*-egnn-transport-*/result.json ||
  fail "what made the data is not in the result"

say "the same again: no warning"
expect_code 0 "$hifm" run morse.lua --out out
expect_words "nothing to do"
[ "$(warnings)" = 0 ] || fail "a warning without a change"

say "other code, the same revision: one line for two runs"
build 's/const double slope = /const double slope = 1.5 * /'
expect_code 0 "$hifm" run morse.lua --out out
expect_words "nothing to do" "energy morse: its code changed, its revision did not; finished runs are reused" \
  "raise revision"
[ "$(warnings)" = 1 ] || fail "$(warnings) warnings"
expect_code 0 "$hifm" run morse.lua --quiet --out out
[ "$(warnings)" = 0 ] || fail "--quiet, but a warning"
expect_code 0 "$hifm" why flow.hessian=yes,seed=0 --out out
expect_words "done: it is not run again" "energy/morse: its code changed since"
expect_code 0 "$hifm" show flow.hessian=yes,seed=0 --out out
grep -q 'energy/morse [0-9a-f]* (its code changed since)' stdout || fail "show does not say what changed"
expect_code 0 "$hifm" run data.lua --out out
expect_words "nothing to do" "energy morse: its code changed"

say "the same data set, used for another run"
expect_code 0 "$hifm" run data.lua --set seed=1 --out out
expect_words "energy morse: its code changed"
expect_code 0 "$hifm" run data.lua --set seed=1 --out out
expect_words "energy morse: its code changed"

say "another default"
build 's/depth, 1, 0/depth, 2, 0/'
expect_code 0 "$hifm" run morse.lua --out out
expect_words "nothing to do" "energy morse: the defaults of its settings changed, its revision did not"
[ "$(warnings)" = 1 ] || fail "$(warnings) warnings"

say "a new revision is a new run, without a warning"
build 's/.revision = 1/.revision = 2/; s/depth, 1, 0/depth, 2, 0/'
expect_code 0 "$hifm" run morse.lua --dry-run --out out
expect_words "2 runs, 0 done, 2 to do"
expect_code 0 "$hifm" why flow.hessian=yes,seed=0 --out out
expect_words "stale: scripts with these settings now ask for another run, " "The revision of a plugin"
expect_code 0 "$hifm" why morse.lua --out out
expect_words "train       2  new: the nearest finished run has another flow.hessian.energy.depth" "depth 1 -> 2"
build 's/.revision = 1/.revision = 3/'
expect_code 0 "$hifm" run morse.lua --dry-run --out out
[ "$(grep -c '^  train .*  energy/morse changed$' stdout)" = 2 ] || fail "the list does not say that the code changed"
expect_code 0 "$hifm" why morse.lua --out out
expect_words "train       2  new: a finished run has the same settings, but energy/morse and its revision changed since"
