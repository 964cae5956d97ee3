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

say "lists and files among the settings"
export HIFM_PLUGIN_PATH=$fakes/typed:$fakes/tabulated
expect_code 0 "$hifm" plugin describe energy typed
expect_words "a list, each item a number above 0, at most 10" "[1,1.5]" "length of each type"
expect_code 0 "$hifm" plugin describe energy tabulated
expect_words "the path of a file" "must be given" "stiffnesses as digits"
unset HIFM_PLUGIN_PATH

find_compiler

# compile FROM TO [HEADERS]: a plugin, with hifm's headers or with those in a folder of the story.
compile() {
  "$compiler" -std=c11 -O2 -ffp-contract=off -shared -fPIC -I "${3:-$source_dir/include}" -o "$2" "$1"
}

# headers FOLDER FILE SED: hifm's headers, one of them changed.
headers() {
  mkdir -p "$1"
  cp -r "$source_dir/include/hifm" "$1"
  sed -i "$3" "$1/hifm/$2"
  ! cmp -s "$1/hifm/$2" "$source_dir/include/hifm/$2" || fail "$2 is not changed by $3"
}

mkdir -p energies
say "headers that lack the last operations"
headers earlier energy.h '/^  \/\* Optional, beside value: bytes/,/^} hifm_energy_ops/{/^} hifm_energy_ops/!d}'
grep -q "invariances_of" earlier/hifm/energy.h && fail "the header is not trimmed"
compile "$source_dir/plugins/energies/double_well.c" energies/double_well.so earlier
expect_code 0 "$hifm" plugin check energies/double_well.so
expect_words "checked on"

say "headers that have one more"
headers later energy.h 's/^} hifm_energy_ops/  void (*later)(void);\n&/'
compile "$source_dir/tests/morse.c" energies/morse.so later
expect_code 78 "$hifm" plugin check energies/morse.so
expect_words "operations have 80 bytes, this hifm knows 72"

say "headers of another ABI"
headers other plugin.h 's/^#define HIFM_ABI .*/#define HIFM_ABI 2u/'
compile "$source_dir/tests/morse.c" energies/morse.so other
expect_code 78 "$hifm" plugin check energies/morse.so
expect_words "built for ABI 2, this hifm has ABI 3"

# setting MACRO FIELD ARGUMENTS: wrong.c, with a setting on line 7 whose field has this C type.
setting() {
  cat >wrong.c <<C
#include "hifm/energy.h"
typedef struct wrong {
  $2 field;
} wrong;
const char *const words[] = {"a", NULL};
const hifm_param params[] = {
    $1(wrong, field, $3),
    HIFM_PARAM_END};
C
}

# wrong MACRO FIELD ARGUMENTS: is an error at that line.
wrong() {
  setting "$@"
  LC_ALL=C expect_code 1 compile wrong.c wrong.so
  expect_words "wrong.c:7" "$1"
}

setting HIFM_PARAM_REAL double '1, 0, 2, "m"'
expect_code 0 compile wrong.c wrong.so

say "settings whose field has another type"
wrong HIFM_PARAM_REAL float '1, 0, 2, "m"'
wrong HIFM_PARAM_REAL uint64_t '1, 0, 2, "m"'
wrong HIFM_PARAM_COUNT int '1, 0, 2, "m"'
wrong HIFM_PARAM_COUNT uint32_t '1, 0, 2, "m"'
wrong HIFM_PARAM_FLAG int '1, "m"'
wrong HIFM_PARAM_CHOICE uint64_t '0, words, "m"'
wrong HIFM_PARAM_TEXT 'char *' '"t", "m"'
wrong HIFM_PARAM_REF 'const hifm_plugin *' 'HIFM_ENERGY, "e", "m"'
wrong HIFM_PARAM_FILE 'const char *' '"m"'
wrong HIFM_PARAM_LIST 'double *' 'NULL, 0, 0, 1, "m"'
