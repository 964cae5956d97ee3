#!/usr/bin/env bash
# Data from a .npy file: used for training, or refused with a clear message.
source "$(dirname "$0")/e2e.inc.sh"

# script FILE PATH SETTINGS: one run on the points of PATH.
script() {
  cat >"$1" <<LUA
return require("hifm").experiment {
  dataset = { "file", path = "$2", train = 100, test = 10, $3 },
  network = { "egnn", layers = 1, depth = 2, width = 8 },
  train   = { batch = 50, epochs = 2 },
  flow    = { { "hessian", energy = "formation" }, { "hyperbolize" } },
}
LUA
}

say "points made by one experiment are a file for another"
cluster_script cluster.lua 1
expect_code 0 "$hifm" run cluster.lua --only flow=transport --out made
mkdir points
cp made/cache/*/train.npy points/good.npy
script good.lua points/good.npy "particles = 4, space = 3"
expect_code 0 "$hifm" run good.lua --out out
grep -q ',done,\|^done,' out/good/runs.csv || fail "the run is not done"
data=$(dirname "$(find out/cache -name test.npy)")
[ -s "$data/train.npy" ] || fail "no training points"

say "why finds that a file changed since"
expect_code 0 "$hifm" why out/runs/*
! grep -q '^data' stdout || fail "why finds a change where there is none"
cp points/good.npy kept.npy
cp made/cache/*/test.npy points/good.npy
expect_code 0 "$hifm" why out/runs/*
expect_words "data       changed since: dataset.content " "Scripts now ask for another run"
mv kept.npy points/good.npy

say "the identity is the content, not the name"
mv points/good.npy points/moved.npy
script good.lua points/moved.npy "particles = 4, space = 3"
expect_code 0 "$hifm" run good.lua --out out
expect_words "nothing to do"

say "no CSV file has the path of the data"
expect_code 0 "$hifm" run good.lua --set "dataset.path=$PWD/points/moved.npy" --out out
! grep -q "$PWD" out/good-partial-*/*.csv || fail "a path is in a CSV"
expect_words "nothing to do"
cp "$(latest_partial out/good)/runs.csv" runs.csv
mkdir far
cp points/moved.npy far
expect_code 0 "$hifm" run good.lua --set "dataset.path=far/moved.npy" --out out
expect_same runs.csv "$(latest_partial out/good)/runs.csv"

say "another file of that name is another cell"
cp made/cache/*/test.npy far/moved.npy
expect_code 0 "$hifm" run good.lua --set "dataset.path=far/moved.npy" --set dataset.train=30 \
  --set dataset.test=4 --set train.batch=10 --out out
cells() { grep -o 'moved.npy ([0-9a-f]*)' "$1"; }
[ "$(cells runs.csv | wc -l)" = 1 ] || fail "no cell names the file"
[ "$(cells runs.csv)" != "$(cells "$(latest_partial out/good)/runs.csv")" ] || fail "two files, one cell"
rm -r far
rm -rf "$(dirname "$(find out/cache -name test.npy -newer runs.csv)")" # one data set for what follows

say "two names of the same content are one run, measured at every epoch"
cp points/moved.npy points/copy.npy
cat >duplicates.lua <<'LUA'
local h = require "hifm"
local function points(name)
  return h.as(name, { "file", path = "points/" .. name .. ".npy", particles = 4, train = 100, test = 10 })
end
return h.experiment {
  dataset = h.grid { points "moved", points "copy" },
  network = { "egnn", layers = 1, depth = 2, width = 8 },
  train   = { batch = 50, epochs = 3 },
  flow    = { { "transport" } },
}
LUA
expect_code 0 "$hifm" run duplicates.lua --out duplicates
[ "$(wc -l <duplicates/duplicates/history.csv)" = 7 ] || fail "not three epochs for each of two rows"
[ "$(find duplicates/runs -name result.json | wc -l)" = 1 ] || fail "not one run"

say "a file that changed after the script was read is another data set"
job=$(dirname "$(find out/cache -name test.npy)")/job.json
sed -i '/^  "content"/d; s/"content": "[0-9a-f]*"/"content": "00112233445566778899aabbccddeeff"/' "$job"
cp points/moved.npy points/good.npy
expect_code 65 "$hifm" worker "$job"
expect_words "points/good.npy" "has changed since the script was read"

say "a wrong number of particles"
script wrong.lua points/moved.npy "particles = 5, space = 3"
expect_code 65 "$hifm" run wrong.lua --out out
expect_words "wrong.lua:2: dataset: " "12 coordinates a point" "dataset.particles = 5"
[ ! -e out/wrong ] || fail "a grid was begun"

say "axes in another order are not accepted as particles and space"
printf '\223NUMPY\001\000v\000%-117s\n' \
  "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }" >points/turned.npy
head -c 96 /dev/zero >>points/turned.npy
script turned.lua points/turned.npy "particles = 4, space = 3"
expect_code 65 "$hifm" run turned.lua --out out
expect_words "3 x 4 coordinates a point" "[points, particles, space] with 4 x 3"

say "more points asked for than there are"
script many.lua points/moved.npy "particles = 4, space = 3"
expect_code 78 "$hifm" run many.lua --set dataset.train=1000 --out out
expect_words "--set dataset.train=1000: dataset.train: 1000 points are asked for, but the data set has 1"

say "no such file"
script missing.lua points/nothing.npy "particles = 4"
expect_code 78 "$hifm" run missing.lua --out none
expect_words "missing.lua:2" "points/nothing.npy"
[ ! -e none ] || fail "a script that is refused made a folder"

say "three axes must be declared as particles"
{ # 200 clusters of 3 particles in the plane, in zeros
  printf '\223NUMPY\001\000\166\000'
  printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (200, 3, 2), }"
  head -c 4800 /dev/zero
} >points/axes.npy
script axes.lua points/axes.npy ""
sed -i 's/flow .*/flow = { { "transport" } },/' axes.lua # a sum over pairs is refused by the plan
expect_code 65 "$hifm" run axes.lua --out out
expect_words "3 axes, [200, 3, 2]: for particles give particles = 3 and space = 2"

say "torn and foreign files"
size=$(stat -c %s points/moved.npy)
for length in 0 5 40 128 $((size / 2)) $((size - 1)); do
  head -c "$length" points/moved.npy >points/torn.npy
  script torn.lua points/torn.npy "particles = 4"
  expect_code 65 "$hifm" run torn.lua --out out
  expect_words "points/torn.npy"
done
cp "$source_dir/README.md" points/torn.npy 2>/dev/null || echo "not an array" >points/torn.npy
expect_code 65 "$hifm" run torn.lua --out out
expect_words "points/torn.npy"
{ head -c $((size - 8)) points/moved.npy && printf '\0\0\0\0\0\0\360\177'; } >points/torn.npy
expect_code 65 "$hifm" run torn.lua --out out
expect_words "points/torn.npy" "row 199, coordinate 11 is not finite"
expect_code 0 "$hifm" run good.lua --out out
expect_words "nothing to do"

say "tables of finished runs need no file: finished runs say what was in it"
cp points/moved.npy points/alone.npy
script alone.lua points/alone.npy "particles = 4, space = 3"
expect_code 0 "$hifm" run alone.lua --out alone
cp alone/alone/runs.csv runs.csv
rm points/alone.npy
for command in table run; do
  rm -r alone/alone
  expect_code 0 "$hifm" $command alone.lua --out alone
  expect_words "the file $PWD/points/alone.npy is missing; the content that it had in the results is used: "
  expect_same runs.csv alone/alone/runs.csv
done
content=$(sed -n 's/.*results is used: //p' stderr)
expect_code 0 "$hifm" run alone.lua --set seed=3 --dry-run --out alone # the data set is in the cache
rm -r alone/cache
expect_code 66 "$hifm" run alone.lua --set seed=3 --out alone
expect_words "alone.lua:2: dataset: " "points/alone.npy: No such file"
expect_refusal 78 "alone.lua:2: dataset.path: the file ./points/alone.npy does not exist" -- \
  table alone.lua --out none
expect_refusal 66 "no finished run had it with these settings" -- \
  table alone.lua --set dataset.space=2 --out alone

say "of two contents one must be given; it needs no path"
cp made/cache/*/test.npy points/alone.npy
expect_code 0 "$hifm" run alone.lua --set dataset.train=30 --set dataset.test=4 --set train.batch=10 \
  --set train.epochs=1 --out alone
rm points/alone.npy
expect_refusal 78 "alone.lua:2: dataset.content: the file is missing, and finished runs had two contents of it" \
  "$content" -- table alone.lua --out alone
script given.lua far/moved.npy "particles = 4, space = 3, content = '$content'"
expect_code 0 "$hifm" run given.lua --out alone
expect_words "nothing to do" "the file $PWD/far/moved.npy is missing"

say "a record that was changed is not believed"
sed -i "s/$content/00112233445566778899aabbccddeeff/" alone/runs/*/job.json
expect_refusal 78 "given.lua:2: dataset.path: the file ./far/moved.npy does not exist" -- \
  table given.lua --out alone
