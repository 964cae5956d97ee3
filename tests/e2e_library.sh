#!/usr/bin/env bash
# A plugin may load a library that lies beside it ($ORIGIN): grids copy both. And hifm runs under programs that
# run it, such as valgrind and ld.so, whose /proc/self/exe is not hifm.
source "$(dirname "$0")/e2e.inc.sh"

# runs WORDS...: a grid of one run is done by a program that is started by these words.
runs() { expect_code 0 "$@" "$hifm" run plane.lua --only flow=transport -j 1 --out "out$((++outs))"; }
outs=0
plane_script plane.lua 1

say "ld.so runs hifm, which starts its workers"
linker=$(readelf -l "$hifm" 2>/dev/null | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
if [ -x "$linker" ]; then
  runs "$linker"
  expect_words "1 done"
fi

if command -v valgrind >/dev/null && ! has_sanitizers; then
  say "valgrind"
  expect_code 0 valgrind --quiet --tool=none "$hifm" ls --out out1
  expect_words done
fi

find_compiler
export HIFM_PLUGIN_PATH=$tmp/mine
mkdir -p mine/energies mine/lib
cat >spring.c <<'C'
#include "hifm/energy.h"
double stiffness(void);
typedef char spring;
static hifm_status value(const void *self, const hifm_configuration *at, double *out, hifm_error *err) {
  (void)self, (void)err;
  *out = 0;
  for (uint32_t i = 0; i < at->domain->d; i++) *out += stiffness() * at->y[i] * at->y[i] / 2;
  return HIFM_OK;
}
static const hifm_energy_ops ops = {.value = value};
HIFM_PLUGIN(energy, HIFM_ENERGY, spring, .revision = 1, .name = "spring", .summary = "uses a library",
            .ops = {.energy = &ops});
C
# library FOLDER STIFFNESS: spring.so with libstiff.so.1 in this folder of mine/energies.
library() {
  echo "double stiffness(void) { return $2; }" | "$compiler" -shared -fPIC -Wl,-soname,libstiff.so.1 \
    -o "mine/energies/$1/libstiff.so.1" -x c -
  "$compiler" -std=c11 -shared -fPIC -I "$source_dir/include" -o mine/energies/spring.so spring.c \
    "mine/energies/$1/libstiff.so.1" -Wl,-rpath,"\$ORIGIN/$1"
}
sed 's/"double_well", b = 2/"spring"/' plane.lua >spring.lua

say "a library beside a plugin, and in a folder beside its own"
library . 1
expect_code 0 "$hifm" run spring.lua --only flow=well,flow.isotropize=no -j 1 --out out
expect_words "1 done"
[ -n "$(find out/.plugins -name libstiff.so.1)" ] || fail "the library was not copied"
grep -q "energy spring: derivatives by differences (gradient and Hessian)" out/cache/*/log.txt ||
  fail "the log does not say where the derivatives come from"
expect_code 0 "$hifm" plugin check mine/energies/spring.so
expect_words "derivatives by differences"
rm mine/energies/libstiff.so.1
library ../lib 2
expect_code 0 "$hifm" run spring.lua --only flow=well,flow.isotropize=no -j 1 --out other
expect_words "1 done"

say "another library is another copy"
first=$(ls other/.plugins)
library ../lib 3
expect_code 0 "$hifm" run spring.lua --only flow=transport -j 1 --out other
[ "$(ls other/.plugins)" != "$first" ] || fail "the copy is of the library as it was"
