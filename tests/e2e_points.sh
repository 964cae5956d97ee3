#!/usr/bin/env bash
# Points from files of the user's own: validation and test points of a data set, audits at other points,
# an energy for a file, and the scorecard of a finished run.
source "$(dirname "$0")/e2e.inc.sh"

# cell SCRIPT COLUMN: of the only row of its runs.csv.
cell() {
  awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR == 2 { print $at }' \
    results/"$1"/runs.csv
}

# rows FILE FIRST N D: N rows of a .npy file of float64, [.., D], as a .npy file.
rows() {
  printf '\223NUMPY\1\0v\0%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': ($3, $4), }"
  head -c $((128 + ($2 + $3) * $4 * 8)) "$1" | tail -c +$((129 + $2 * $4 * 8))
}

mlp='{ "mlp", width = 8 }'
egnn='{ "egnn", layers = 1, depth = 2, width = 8 }'

# script NAME NETWORK DATASET AUDITS [MORE]
script() {
  cat >"$1.lua" <<LUA
return require("hifm").experiment {
  dataset = $3,
  network = $2, train = { batch = 50, epochs = 2 }, ${5:-}
  optimizer = { lr = 1e-2 }, flow = { { "transport" } }, audits = { $4 },
}
LUA
}

trainings() { find results/runs -name result.json | wc -l; }
printed() { awk -v name="$1" '$1 == name { print $2 }' "$tmp/stdout"; }

say "the test points of another file, measured as an audit, are those of the data set itself"
script grid "$mlp" "$plane_data" ''
expect_code 0 "$hifm" run grid.lua
made=$(dirname "$(find results/cache -name test.npy)")
rows "$made/test.npy" 0 20 2 >points.npy
rows "$made/test.npy" 20 20 2 >others.npy
script grid "$mlp" "$plane_data" 'other = { ["dataset.test_path"] = "points.npy" },
  few = { ["dataset.test_path"] = "others.npy", ["dataset.test"] = 5 }'
expect_code 0 "$hifm" run grid.lua
[ "$(trainings)" = 1 ] || fail "an audit trained"
for which in best last; do
  own=$(cell grid nll_${which/best/min})
  [ -n "$own" ] && [ "$own" = "$(cell grid other.nll_$which)" ] || fail "$which: $own, $(cell grid other.nll_$which)"
done
expect_code 0 "$hifm" evaluate mlp --weights last --data others.npy
[ "$(cell grid few.nll_last)" != "$(printed nll)" ] || fail "few has all points"
rows others.npy 0 5 2 >five.npy
expect_code 0 "$hifm" evaluate mlp --weights last --data five.npy
[ "$(cell grid few.nll_last)" = "$(printed nll)" ] || fail "few is not of the first five points"

say "another content is another measurement; without the file the table is made from what was recorded"
cp results/grid/runs.csv before.csv
cp points.npy kept.npy
cp others.npy points.npy
expect_code 0 "$hifm" run grid.lua
[ "$(cell grid other.nll_last)" != "$(cell grid nll_last)" ] || fail "the old content was measured"
[ "$(trainings)" = 1 ] || fail "another content trained"
rm points.npy
expect_refusal 78 "grid.lua:5: " "dataset.test_content: the file is missing, and finished runs had two contents" -- table grid.lua
rm -r results
cp kept.npy points.npy
expect_code 0 "$hifm" run grid.lua
expect_same before.csv results/grid/runs.csv
rm points.npy others.npy results/grid/runs.csv
expect_code 0 "$hifm" run grid.lua
expect_words "the file $tmp/points.npy is missing" "nothing to do"
expect_same before.csv results/grid/runs.csv

say "particles, too"
script cluster "$egnn" "$cluster_data" ''
expect_code 0 "$hifm" run cluster.lua
made=$(dirname "$(grep -l lennard_jones results/cache/*/job.json)")
rows "$made/test.npy" 0 20 12 >cluster.npy
script cluster "$egnn" "$cluster_data" 'other = { ["dataset.test_path"] = "cluster.npy" }'
expect_code 0 "$hifm" run cluster.lua
awk -v x="$(cell cluster nll_last)" -v y="$(cell cluster other.nll_last)" \
  'BEGIN { exit !(x != "" && (x - y) ^ 2 < 1e-12) }' || fail "the audit of particles"

say "a file with own test and validation points: all of its rows are for training"
train=$made/../$(basename "$(dirname "$(grep -l double_well results/cache/*/job.json)")")/train.npy
rows "$train" 0 200 2 >train.npy
rows "$(dirname "$train")/test.npy" 0 20 2 >test.npy
rows "$(dirname "$train")/test.npy" 20 20 2 >validation.npy
own='path = "train.npy", train = 200, test_path = "test.npy"'
well='energy = { "double_well", b = 2 }'
script own "$mlp" "{ 'file', $own, validation_path = 'validation.npy' }" ''
expect_code 0 "$hifm" run own.lua
expect_code 0 "$hifm" evaluate file --weights last
[ "$(printed nll)" = "$(cell own test.nll_last)" ] || fail "test points: $(printed nll)"
expect_code 0 "$hifm" evaluate file --weights last --data validation.npy
[ "$(printed nll)" = "$(cell own nll_last)" ] || fail "validation points: $(printed nll)"
cp results/own/runs.csv own.csv
mv test.npy hidden.npy
rm results/own/runs.csv
expect_code 0 "$hifm" run own.lua
expect_words "the file $tmp/test.npy is missing" "nothing to do"
expect_same own.csv results/own/runs.csv
mv hidden.npy test.npy

say "other test points, other numbers of them, and an energy train nothing"
before=$(trainings)
cp test.npy kept.npy
cp validation.npy test.npy
expect_refusal 78 "dataset.validation: 20 points, and 20 by dataset.test" "are one file, which has 20" -- \
  run own.lua
script own "$mlp" "{ 'file', $own, test = 5, validation_path = 'validation.npy', validation = 15 }" ''
expect_code 0 "$hifm" run own.lua
cp kept.npy test.npy
boltzmann='boltzmann = { ["measure.samples"] = 200 }'
script own "$mlp" "{ 'file', $own, validation_path = 'validation.npy', $well }" "$boltzmann"
expect_code 0 "$hifm" run own.lua
[ "$(trainings)" = "$before" ] || fail "it was trained again"
[ "$(cell own nll_last)" = "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "nll_last") at = i } NR == 2 { print $at }' own.csv)" ] || fail "another NLL"

say "hifm evaluate --boltzmann prints what the audit measured"
expect_refusal 78 "the energy of this data set is not known" "give dataset.energy" -- evaluate file --boltzmann
energy="--set dataset.energy=double_well --set dataset.energy.b=2"
# shellcheck disable=SC2086 # words
expect_code 0 "$hifm" evaluate file --weights last --boltzmann --samples 200 $energy
for name in nll ess log_z log_z_bennett entropy kl_forward kl_reverse energy_w1; do
  [ -n "$(printed $name)" ] && [ "$(printed $name)" = "$(cell own boltzmann.${name}_last)" ] ||
    fail "$name: $(printed $name), $(cell own boltzmann.${name}_last)"
done
# shellcheck disable=SC2086
expect_code 0 "$hifm" evaluate file --boltzmann --samples 100 --data validation.npy $energy
expect_refusal 78 "is for points of a file" -- evaluate mcmc-mlp --set dataset.energy=dw4
expect_refusal 78 'did you mean "double_well"' -- evaluate file --boltzmann --set dataset.energy=double_wel
expect_refusal 2 "--samples is for --boltzmann" -- evaluate file --samples 5
expect_refusal 2 "give --samples N" -- evaluate file --boltzmann --set measure.samples=5

say "refusals"
# refused CODE WORDS DATASET [AUDITS]: of a script with this data set.
refused() {
  script bad "$mlp" "{ 'file', path = 'train.npy', train = 100, $3 }" "${4-}"
  expect_refusal "$1" "$2" -- run bad.lua
  [ ! -e results/bad ] || fail "a grid was begun: $3"
}
rows "$made/test.npy" 0 1 12 >wide.npy
{ head -c $((128 + 19 * 16 + 8)) test.npy && printf '\0\0\0\0\0\0\360\177'; } >torn.npy
refused 78 "bad.lua:2: dataset.test_path: the file ./nowhere.npy does not exist" "test_path = 'nowhere.npy'"
refused 65 "bad.lua:2: dataset.test_path: $tmp/wide.npy: 12 coordinates a point" "test_path = 'wide.npy'"
refused 65 "bad.lua:2: dataset.validation_path: $tmp/torn.npy: row 19, coordinate 1 is not finite" \
  "test = 5, validation_path = 'torn.npy'"
refused 65 "bad.lua: dataset.test_path: " "test_path = 'bad.lua'"
refused 65 "21 points are asked for by dataset.test, but the file has 20" "test_path = 'test.npy', test = 21"
refused 78 "give dataset.validation_path" "test_path = 'test.npy', validation = 5"
refused 78 "no point of dataset.validation_path is used" "test = 5, validation_path = 'test.npy', validation = 0"
refused 78 "bad.lua:2: dataset.test_content: is the hash of a file" "test_content = '0123'"
refused 78 "bad.lua: dataset.test_content: $tmp/test.npy has the BLAKE2b-128" "test_path = 'test.npy', test_content = '0123'"
refused 65 "bad.lua:4: audits.other.dataset.test_path: $tmp/wide.npy" "test = 5" 'other = { ["dataset.test_path"] = "wide.npy" }'
refused 78 "energy \"lennard_jones\" is a sum over pairs" "test = 5, energy = 'lennard_jones'"
refused 78 "importance weights need the energy of the data" "test = 5" "$boltzmann"
script bad "$egnn" "{ 'file', path = 'cluster.npy', particles = 4, train = 50, test = 2, energy = { 'double_well', b = 2 } }" ''
expect_refusal 78 "is not invariant under translations" -- run bad.lua
script bad '{ "unet" }' "{ 'images', train_file = 'a', test_file = 'b', train_content = 'a', test_content = 'b', train = 90 }" \
  'other = { ["dataset.test_path"] = "test.npy" }'
expect_refusal 78 "audits.other.dataset.test_path: images are measured on the test images" -- run bad.lua
