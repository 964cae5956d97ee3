#!/usr/bin/env bash
# Rebuilding plugins or program while a grid runs does not change the grid.
source "$(dirname "$0")/e2e.inc.sh"
plane_script grid.lua 100

# A copy of the build, to be damaged.
mkdir tree extra
cp "$hifm" tree/
cp -r "$(dirname "$hifm")/plugins" tree/
unset HIFM_PLUGIN_PATH

expect_code 0 "$hifm" run grid.lua -j1 --out calm

say "rebuilt during a grid"
tree/hifm run grid.lua -j1 --out "$tmp/spoiled" >stdout 2>stderr </dev/null &
scheduler=$!
is_training() { [ -n "$(find spoiled/runs -name log.txt 2>/dev/null)" ]; }
wait_for 20 is_training
find tree/plugins -name '*.so' -exec sh -c 'echo spoiled >"$1"' - {} \;
rm tree/hifm
printf '#!/bin/sh\nexit 1\n' >tree/hifm
code=0
wait "$scheduler" || code=$?
[ "$code" = 0 ] || fail "the grid ended with $code"
[ "$(find spoiled/runs -name log.txt -newer tree/hifm | wc -l)" -gt 0 ] ||
  fail "nothing was left to run when the build was damaged"
expect_same_grid calm spoiled grid

say "copies of other plugins do not pile up"
copies() { find spoiled/.plugins -mindepth 1 -maxdepth 1 -printf '%f\n'; }
before=$(copies)
mkdir -p spoiled/.plugins/0123456789abcdef0123456789abcdef.part/energies
cp "$(dirname "$hifm")/plugins/solvers/euler.so" extra/other.so
expect_code 0 env HIFM_PLUGIN_PATH="$tmp/extra" "$hifm" run grid.lua --set seed=1 --out spoiled
[ "$(copies | wc -l)" = 1 ] || fail "several copies: $(copies | tr '\n' ' ')"
[ "$(copies)" != "$before" ] || fail "another set of plugins has the same name"
