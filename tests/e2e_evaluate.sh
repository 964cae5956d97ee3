#!/usr/bin/env bash
# hifm evaluate and hifm sample --density: saved weights measured again are what the run measured, on its
# own points and on the same points from a file; other settings of the measurement; refusals.
source "$(dirname "$0")/e2e.inc.sh"
export TMPDIR=$tmp/scratch # where workers have their folders
mkdir "$TMPDIR"

cat >grid.lua <<LUA
return require("hifm").experiment {
  dataset = $plane_data, network = { "mlp", width = 8 }, train = { batch = 50, epochs = 2 },
  optimizer = { lr = 1e-2 }, flow = { { "transport" } },
}
LUA
cluster_script cluster.lua 1
expect_code 0 "$hifm" run grid.lua
expect_code 0 "$hifm" run cluster.lua --only flow=transport
particles=$(basename "$(latest_partial results/cluster)")
find results -printf '%P %T@ %s\n' | sort >before

# refused CODE WORDS... -- ARGUMENTS: of the program; nothing is made or left behind.
refused() {
  expect_refusal "$@"
  [ -z "$(find . -name 'no*.npy')" ] || fail "a file was made by: $*"
  [ -z "$(ls "$TMPDIR")" ] || fail "left behind by $*: $(ls "$TMPDIR")"
}

# recorded VIEW COLUMN: of its only row; a view is a folder in results.
recorded() {
  awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR > 1 { print $at }' \
    results/"$1"/runs.csv
}

# printed METRIC [FIELD]: of the last evaluation; its value, or another field of the line.
printed() { awk -v name="$1" -v field="${2:-2}" '$1 == name { print $field }' "$tmp/stdout"; }

# numbers FILE: its numbers, one a line; the header of so small a shape has 128 bytes.
numbers() { od -A n -v -t f8 -w8 -j 128 "$1"; }

# rows FILE N D: the first N rows of a .npy file of float64, [.., D], as a .npy file.
rows() {
  printf '\223NUMPY\1\0v\0%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': ($2, $3), }"
  head -c $((128 + $2 * $3 * 8)) "$1" | tail -c +129
}

# test_points ENERGY: the file of the data set with this energy.
test_points() { echo "$(dirname "$(grep -l "$1" results/cache/*/job.json)")/test.npy"; }

say "the run's own points and settings give the numbers of runs.csv, of best and last weights"
for which in best:min last:last; do
  column=${which#*:} which=${which%:*}
  expect_code 0 "$hifm" evaluate mlp --weights $which --out nll_$which.npy
  got="$(printed nll) $(printed nll 4) $(printed nll 5)"
  [ "$got" = "$(recorded grid nll_$column) $(recorded grid nll_${column}_se) nats" ] || fail "$which: $got"
  [ "$(printed nfe)" = "$(recorded grid "nfe_${column/#min/at_min}")" ] || fail "NFE $(printed nfe)"
  numbers nll_$which.npy | awk -v nll="$(printed nll)" \
    '{ sum += $1 } END { d = sum / NR - nll; exit !(NR == 20 && d * d < 1e-24) }' || fail "the mean of nll_$which.npy"
done
cp stdout own
expect_words "20 points, " "nll_last.npy: NLL of each point"

say "so do the same points from a file; fewer and more of them"
rows "$(test_points double_well)" 20 2 >points.npy
expect_code 0 "$hifm" evaluate mlp --weights last --data points.npy --out nll.npy --quiet
expect_same own stdout
expect_same nll_last.npy nll.npy
[ ! -s stderr ] || fail "--quiet, but: $(cat stderr)"
expect_code 0 "$hifm" evaluate mlp --weights last --set dataset.test=40
cp stdout own
! grep -qF "$(recorded grid nll_last)" own || fail "other points, but the same NLL"
rows "$(test_points double_well)" 40 2 >points.npy
expect_code 0 "$hifm" evaluate mlp --weights last --data points.npy
expect_same own stdout

say "particles are centred, whatever their axes"
rows "$(test_points lennard_jones)" 20 12 >flat.npy
expect_code 0 "$hifm" evaluate egnn --weights last
[ "$(printed nll)" = "$(recorded "$particles" nll_last)" ] || fail "egnn: $(printed nll)"
expect_code 0 "$hifm" sample egnn -n 5 --out shaped.npy
expect_code 0 "$hifm" evaluate egnn --data shaped.npy
expect_code 0 "$hifm" evaluate egnn --weights last --data flat.npy
awk -v x="$(printed nll)" -v y="$(recorded "$particles" nll_last)" 'BEGIN { exit !((x - y) ^ 2 < 1e-12) }' ||
  fail "flat.npy gives $(printed nll)"

say "other settings of the measurement; the scorecard"
expect_code 0 "$hifm" evaluate mlp --set measure.solver.rtol=1e-6 --set measure.solver.atol=1e-6
[ "$(printed nfe)" -gt "$(recorded grid nfe_last)" ] || fail "a tighter tolerance, NFE $(printed nfe)"
expect_code 0 "$hifm" evaluate mlp --set measure.solver=rk4 --set measure.solver.steps=3
[ "$(printed nfe)" = 12 ] || fail "rk4 with 3 steps, NFE $(printed nfe)"
expect_code 0 "$hifm" evaluate mlp --set measure.samples=300
[ -n "$(printed ess)" ] && [ -n "$(printed log_z_bennett 4)" ] || fail "no scorecard"

say "log q of samples is what evaluate finds at these points"
tight="--set measure.solver.rtol=1e-8 --set measure.solver.atol=1e-8"
# shellcheck disable=SC2086 # words
expect_code 0 "$hifm" sample mlp -n 70 --out s.npy --density $tight
expect_words "s.npy: 70 samples" "s.log_density.npy: log q of each sample"
# shellcheck disable=SC2086
expect_code 0 "$hifm" evaluate mlp --data s.npy --out nll.npy $tight
paste <(numbers s.log_density.npy) <(numbers nll.npy) |
  awk '{ d = $1 + $2; if (d * d > 1e-8) bad++ } END { exit !(NR == 70 && !bad) }' || fail "log q is not -NLL"
expect_code 0 "$hifm" sample mlp -n 70 --out t.npy --set measure.solver.rtol=1e-1 --set measure.solver.atol=1e-1
! cmp -s s.npy t.npy || fail "--set does not reach the solver"

say "refusals"
refused 2 "--density writes an array beside points" -- sample mlp --density --out no.png
refused 2 "the name must end in .npy" -- evaluate mlp --out no.txt
refused 2 '"bets" is not best or last' -- evaluate mlp --weights bets
refused 2 "--data gives others" -- evaluate mlp --data points.npy --set dataset.test=3
refused 66 "nowhere.npy" -- evaluate mlp --data nowhere.npy
refused 65 "2 coordinates a point, but dataset.particles = 4" -- evaluate egnn --data points.npy
refused 65 "12 coordinates a point, but the points of this data set have 2" -- evaluate mlp --data flat.npy
refused 65 "41 points are asked for, but the data set has 40" -- evaluate mlp --set dataset.test=41
refused 73 "nowhere/no.npy" -- evaluate mlp --out nowhere/no.npy
refused 76 "no NLL: rk45" "1 steps tried" -- evaluate mlp --set measure.max_attempts=1 --out no.npy
refused 78 "--set measure.solver.rtool=1" 'did you mean "measure.solver.rtol"?' -- evaluate mlp --set measure.solver.rtool=1
refused 78 'did you mean "measure.solver"?' -- evaluate mlp --set measure.solvr=rk4
refused 78 "measure.solver.rtol: " -- evaluate mlp --set measure.solver.rtol=-1
refused 78 "the weights are trained" -- evaluate mlp --set optimizer.lr=1
refused 78 "measure.samples: is not used by hifm sample" -- sample mlp --out no.npy --set measure.samples=5
refused 78 "one value is used here" -- evaluate mlp --set measure.probes=1,2
refused 78 "dataset.test: must be a whole number" -- evaluate mlp --set dataset.test=0.5

find results -printf '%P %T@ %s\n' | sort >after
expect_same before after
