#!/usr/bin/env bash
# Data sets without a run: made once, and checked against known moments of their energy.
source "$(dirname "$0")/e2e.inc.sh"
mkdir recipes
export HIFM_DATASETS=$tmp/recipes

# recipe CHECK: two coordinates, nearly harmonic: <V> = 1 and <|x|^2> = 2.
recipe() {
  cat >recipes/bowl.lua <<LUA
return {
  "mcmc", energy = { "double_well", a = 1e-6, b = -1, c = 0 }, dimensions = 2,
  train_pool = 4000, test_pool = 400, chains = 8, warmup = 200, thin = 4, leapfrog = 8,
  check = $1,
}
LUA
}
right='{ mean_energy = { 1, 0 }, mean_radius = { 2, 0 } }'

say "not made yet"
recipe "$right"
expect_code 66 "$hifm" dataset check bowl --out out
expect_words "bowl does not exist yet" "hifm dataset make bowl"
[ ! -e out ] || fail "dataset check made a folder"

say "made, described, found correct"
expect_code 0 "$hifm" dataset make bowl --out out
for word in mean_energy mean_radius rhat_energy ess_radius acceptance step; do
  grep -q "^  $word  *[0-9]" stdout || fail "no line about $word"
done
grep -q "^  mean_energy  *1\.[0-9]* +- 0\.0[0-9]*\$\|^  mean_energy  *0\.9[0-9]* +- 0\.0[0-9]*\$" \
  stdout || fail "no mean energy with its error"
! grep -q "not converged" stderr || fail "correct chains are reported as not converged"
mv stdout made
expect_code 0 "$hifm" dataset check bowl --out out
[ "$(grep -c '^ok ' stdout)" = 12 ] || fail "not twelve checks are ok"
expect_words "ok     rhat_coordinates" "ok     ess_coordinates"

say "made once, for runs too"
results_of out >before
expect_code 0 "$hifm" dataset make bowl --out out
expect_words "made already"
expect_same made stdout
cat >run.lua <<'LUA'
return require("hifm").experiment {
  dataset = { "bowl", train = 100, test = 10 },
  network = { "mlp", width = 8, depth = 2 },
  train   = { batch = 50, epochs = 1 },
  flow    = { { "transport" } },
}
LUA
expect_code 0 "$hifm" run run.lua --out out
comm -23 before <(results_of out) | grep -q . && fail "the run made the data set again"
[ "$(find out/cache -mindepth 1 -maxdepth 1 | wc -l)" = 1 ] || fail "the run made another data set"

say "chains that have not converged are reported when they are made"
sed "s/warmup = 200, thin = 4/warmup = 10, thin = 1, spread = 100/; s/pool = 4000/pool = 400/" recipes/bowl.lua >recipes/wells.lua
expect_code 0 "$hifm" dataset make wells --out out
expect_words "the chains have not converged: R-hat is " "Raise warmup, thin or chains"

say "chains that never leave their well are not accepted"
cat >recipes/split.lua <<'LUA'
return {
  "mcmc", energy = { "double_well", a = 1, b = 12, c = 0 }, dimensions = 2, train_pool = 4000,
  test_pool = 400, chains = 20, warmup = 200, thin = 5,
}
LUA
expect_code 0 "$hifm" dataset make split --out out
expect_words "the chains have not converged" "of coordinates"
expect_code 65 "$hifm" dataset check split --out out
expect_words "ok     rhat_energy" "ok     ess_radius" "FAILED rhat_coordinates: 1" \
  "FAILED ess_coordinates" "2 checks failed"

say "a data set of an earlier version has too few numbers for a verdict"
cp out/cache/split-*/result.json kept.json
sed -i '/"rhat_coordinates"/d; /"ess_coordinates"/d' out/cache/split-*/result.json
drop_hashes out/cache/split-*/result.json
expect_code 65 "$hifm" dataset check split --out out
expect_words "FAILED rhat_coordinates: not known: an earlier version" "Remove out/cache/split-"
cp kept.json out/cache/split-*/result.json

say "another expectation gives another verdict on the same data set"
recipe '{ mean_energy = { 1.5, 0.01 }, mean_radius = { 2, 0 }, mean_colour = { 1, 1 } }'
expect_code 65 "$hifm" dataset check bowl --out out
expect_words "2 checks failed" "FAILED mean_energy" "expected 1.500 +- 0.010" "ok     mean_radius" \
  "FAILED mean_colour: not known"
recipe '{ mean_energy = 1 }'
expect_code 78 "$hifm" dataset check bowl --out out
expect_words "recipes/bowl.lua:4: dataset.check.mean_energy"

say "damaged arrays"
recipe "$right"
data=$(echo out/cache/bowl-*)
drop_hashes "$data/result.json" # or the arrays would be found to be others
cp "$data/test.npy" good.npy
cp "$data/train.npy" "$data/test.npy"
expect_code 65 "$hifm" dataset check bowl --out out
expect_words "FAILED disjoint: 4000 training points" "1 check failed"
size=$(stat -c %s good.npy)
{ head -c $((size - 8)) good.npy && printf '\0\0\0\0\0\0\360\177'; } >"$data/test.npy"
expect_code 65 "$hifm" dataset check bowl --out out
expect_words "FAILED test points: row 399, coordinate 1 is not finite"
rm "$data/test.npy"
expect_code 66 "$hifm" dataset check bowl --out out
expect_words "test.npy"

say "particles are centred"
cat >recipes/pair.lua <<'LUA'
return {
  "mcmc", energy = "lennard_jones", particles = 2, train_pool = 4000, test_pool = 400, chains = 8,
  warmup = 200, thin = 4, leapfrog = 8,
}
LUA
expect_code 0 "$hifm" dataset make pair --out out
expect_code 0 "$hifm" dataset check pair --out out
expect_words "ok     centre of mass" "ok     rhat_distances" "ok     ess_distances"

say "too few draws for a verdict"
sed -i 's/train_pool = 4000/train_pool = 16/; s/test_pool = 400/test_pool = 2/' recipes/pair.lua
expect_code 0 "$hifm" dataset make pair --out out
expect_code 65 "$hifm" dataset check pair --out out
expect_words "FAILED rhat_energy: not known" "FAILED ess_radius: not known"
