#!/usr/bin/env bash
# The NLL of each point that audits keep: what hifm evaluate --out writes, paired differences in tables and in
# hifm diff, and results of an earlier hifm, which have none.
source "$(dirname "$0")/e2e.inc.sh"

cat >paired.lua <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $plane_data, network = { "mlp", width = 8 }, train = { batch = 50, epochs = 2 },
  flow    = h.grid { h.as("OT", { { "transport" } }), h.as("other", { { "interpolant", kappa = 2 } }) },
  seed    = h.grid { 0, 1 },
  audits  = { tight = { ["dataset.test"] = 40, ["measure.solver.rtol"] = 1e-5 } },
  tables  = { all = { columns = { { "Flow", "flow" }, { "NLL", "tight.nll_last" },
    { "minus OT", "tight.nll_last", minus = "flow=OT", error = "points" },
    { "best", "tight.nll_best", minus = "flow=OT", error = "points" } } } },
}
LUA
expect_code 0 "$hifm" run paired.lua
cp results/paired/all.csv results/paired/paired.csv results/paired/runs.csv "$tmp"

# values FILE ROW: a row of 40 numbers of a .npy file, one a line.
values() { od -A n -v -t f8 -w8 -j $((128 + 320 * $2)) -N 320 "$1"; }

# audit RUN: the file of its audit.
audit() { echo results/runs/"$1"/measure-*.npy; }

# differences: mean and standard error of 40 lines of numbers "x y", of y - x.
differences() {
  awk '{ d[NR] = $2 - $1; sum += d[NR] }
    END { m = sum / NR; for (i in d) s += (d[i] - m) ^ 2; printf "%.9g %.9g\n", m, sqrt(s / (NR - 1) / NR) }'
}

say "the values are those of hifm evaluate --out"
for flow in transport interpolant; do
  run=$(basename "$(dirname "$(grep -l '"seed": 0' results/runs/*-$flow-*/job.json | head -1)")")
  for which in best:0 last:1; do
    expect_code 0 "$hifm" evaluate "$run" --weights ${which%:*} --out nll.npy --set dataset.test=40 \
      --set measure.solver.rtol=1e-5
    values nll.npy 0 >want
    values "$(audit "$run")" ${which#*:} >"$flow.${which%:*}"
    expect_same want "$flow.${which%:*}"
  done
  eval "$flow=$run"
done

say "paired.csv and hifm diff have the differences of these values"
# shellcheck disable=SC2154 # set by the loop
x=$transport y=$interpolant
for which in best last; do
  want=$(paste transport.$which interpolant.$which | differences)
  id() { awk -F, -v id="${1##*-}" '$0 ~ id { for (i = 1; i <= NF; i++) if ($i == id) print $(i + 1) }' runs.csv; }
  awk -F, -v a="$(id "$x")" -v b="$(id "$y")" -v name=tight.nll_$which \
    '$1 == name && $2 == a && $3 == b { printf "%.9g %.9g\n", -$5, $6 }' paired.csv >got
  [ "$(cat got)" = "$want" ] || fail "$which: $(cat got) in paired.csv, $want by hand"
  expect_code 0 "$hifm" diff "$x" "$y"
  read -r mean se <<<"$want"
  grep -qE "measure.solver.rtol=1e-05 +$which +40 +$(printf '%.4f +%.4f' "$mean" "$se")" stdout ||
    fail "no $which $want: $(cat stdout)"
done

say "a table says which error it shows"
grep -qE '^\| other .* ± .*\| +-?[0-9.]+ ± [0-9.]+ \| +-?[0-9.]+ ± [0-9.]+ \|$' results/paired/all.md ||
  fail "not two errors: $(cat results/paired/all.md)"
grep -q '± in "minus OT": standard error over 40 test points, of the differences point by point, averaged over seeds' \
  results/paired/all.md || fail "no note: $(cat results/paired/all.md)"

say "other points: no difference, and why"
sed 's/"double_well", b = 2/"double_well", b = 3/' paired.lua >more.lua
expect_code 0 "$hifm" run more.lua --only seed=0,flow=OT
other=$(basename "$(dirname "$(grep -l '"b": 3' results/runs/*/job.json)")")
expect_code 0 "$hifm" diff "$x" "$other"
expect_words "the test points of A and B are not the same"

say "what an earlier hifm measured stays done; one command measures it again"
for run in "$x" "$y"; do
  rm results/runs/"$run"/measure-*.npy
  for result in results/runs/"$run"/measure-????????????.json; do drop_hashes "$result"; done
done
expect_code 0 "$hifm" run paired.lua
expect_words "nothing to do" "2 audits have no NLL of each point" "To measure them again: hifm run paired.lua --per-point"
expect_same runs.csv results/paired/runs.csv
grep -q 'other.* ± –' results/paired/all.md || fail "an error without values: $(cat results/paired/all.md)"
expect_code 0 "$hifm" diff "$x" "$y"
expect_words "hifm run SCRIPT --per-point measures it"
expect_code 0 "$hifm" run paired.lua --per-point --dry-run
[ "$(grep -c 'measure .*--per-point' stdout)" = 2 ] || fail "not two jobs: $(cat stdout)"
expect_code 0 "$hifm" run paired.lua --per-point
for file in runs.csv paired.csv all.csv; do expect_same $file results/paired/$file; done
expect_code 0 "$hifm" run paired.lua --per-point
expect_words "nothing to do"
expect_refusal 2 "--per-point has no effect" -- run paired.lua --retrain --per-point

say "a damaged file is not believed"
printf x | dd of="$(audit "$y")" bs=1 seek=200 conv=notrunc 2>/dev/null
expect_code 0 "$hifm" table paired.lua
expect_words "1 audit has no NLL of each point"
expect_code 0 "$hifm" run paired.lua --per-point
expect_same paired.csv results/paired/paired.csv

say "an audit that is the row's own measurement has none, and says so"
sed 's/^  audits.*/  audits = { tight = { ["dataset.test"] = 20 } },/' paired.lua >own.lua
expect_code 0 "$hifm" run own.lua
expect_words "4 audits are the measurement of the training itself"
expect_code 0 "$hifm" run own.lua --per-point
expect_words "nothing to do"

say "gc removes them with their audit"
sed -i 's/^  audits.*//; s/^  tables.*/  tables = { all = { columns = { { "Flow", "flow" } } } },/; /error = "points"/d' paired.lua
expect_code 0 "$hifm" run paired.lua
[ ! -e results/paired/paired.csv ] || fail "paired.csv without a table that needs it"
rm -r results/own results/more*
expect_code 0 "$hifm" gc paired.lua --yes
[ -z "$(find results/runs -name 'measure-*.npy')" ] || fail "left: $(find results/runs -name 'measure-*.npy')"
