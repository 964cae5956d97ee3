#!/usr/bin/env bash
# Image data sets: found or fetched, verified, trained on; clear messages where that is not possible.
source "$(dirname "$0")/e2e.inc.sh"
mkdir recipes
export HIFM_DATASETS=$tmp/recipes

hash_of() { b2sum -l 128 "$1" | cut -d' ' -f1; }

mkdir drawn
draw_images drawn/toy-train 60 4 5 0
draw_images drawn/toy-test 20 4 5 7
# The first training image once more, as the last of the test images.
{ head -c $((16 + 19 * 20)) drawn/toy-test && head -c 36 drawn/toy-train | tail -c 20; } >longer
mv longer drawn/toy-test
train_hash=$(hash_of drawn/toy-train)
test_hash=$(hash_of drawn/toy-test)

# recipe NAME SETTINGS
recipe() {
  cat >"recipes/$1.lua" <<LUA
return {
  "images", train_file = "toy-train", test_file = "toy-test",
  $2
}
LUA
}
known="train_content = \"$train_hash\", test_content = \"$test_hash\""
fetched="$known, fetch = \"toys.sh\""

# fetching COMMANDS: what the recipe's script does with the folder "$1"
fetching() { printf 'echo x >>%s/calls\n%s\n' "$tmp" "$1" >recipes/toys.sh; }

# run_script FILE NAME DATASET_SETTINGS [FLOW]
run_script() {
  local stage='{ "transport" }'
  cat >"$1" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = { "$2", train = 50, test = 10, $3 },
  network = { "mlp", width = 8, depth = 2 },
  train   = { batch = 25, epochs = 3 },
  measure = { divergence = "hutchinson" },
  flow    = { ${4:-$stage} },
}
LUA
}

say "missing files"
recipe toys "$known, folder = \"pool:$tmp/more\""
expect_code 66 "$hifm" dataset make toys --out out
expect_words "no toy-train and no toy-train.gz" "$tmp/recipes/pool:$tmp/more:$tmp/recipes/toys" \
  "dataset.folder"
run_script run.lua toys ""
expect_code 66 "$hifm" run run.lua --out out
expect_words "no toy-train and no toy-train.gz"
[ ! -e out ] || fail "a folder was made without any work to do"
recipe toys ""
expect_code 66 "$hifm" run run.lua --out out
expect_words "no toy-train and no toy-train.gz"

say "scripts that fetch nothing"
recipe toys "$fetched"
expect_code 78 "$hifm" dataset make toys --out out
expect_words "recipes/toys.lua:3: dataset.fetch" '"toys.sh" must be the name of a script'
fetching 'echo the network is gone; exit 3'
expect_code 1 "$hifm" dataset make toys --out out
expect_words "recipes/toys.sh: the script ended with exit status 3" "the network is gone"
job=$(echo out/cache/toys-*/job.json)
expect_code 66 "$hifm" worker "$job"
fetching "kill -KILL \$\$"
expect_code 66 "$hifm" worker "$job"
expect_words "recipes/toys.sh: the script ended by signal 9"
fetching "cp drawn/toy-train \"\$1\""
expect_code 66 "$hifm" worker "$job"
expect_words "no toy-test and no toy-test.gz"
[ ! -e "$(dirname "$job")/fetched" ] || fail "the folder of a failed fetch is still there"

say "a script that hangs ends with the program"
fetching "sleep 1000.25 & echo \$! >sleeper; wait"
is_over() { ! grep -qs 1000.25 "/proc/$(cat sleeper)/cmdline"; }
for signal in TERM:143 KILL:137; do
  rm -f sleeper
  "$hifm" dataset make toys --out out >stdout 2>stderr &
  wait_for 20 test -s sleeper
  kill "-${signal%:*}" $!
  code=0
  wait $! 2>/dev/null || code=$?
  [ "$code" = "${signal#*:}" ] || fail "a stopped fetch gave $code"
  expect_no_workers 2
  wait_for 2 is_over # also what the script has started
done

say "fetched, unpacked, in a fixed order, without the image that is a test image"
mkdir packed
gzip -c drawn/toy-train >packed/toy-train.gz
fetching "mkdir \"\$1/deep\"; cp packed/toy-train.gz drawn/toy-test \"\$1\"; echo copied both"
rm calls
expect_code 0 "$hifm" dataset make toys --out out
expect_words "fetching toy-train and toy-test" "equal to a test point"
data=$(echo out/cache/toys-*)
grep -qx "copied both" "$data/log.txt" || fail "the log lacks what the script said"
[ ! -e "$data/fetched" ] || fail "the folder of what was fetched is still there"
head -c 128 "$data/train.npy" | grep -qF "{'descr': '|u1', 'fortran_order': False, 'shape': (59, 4, 5), }" ||
  fail "train.npy is not what it should be"
[ "$(stat -c %s "$data/train.npy" "$data/test.npy" | tr '\n' ' ')" = "1308 528 " ] ||
  fail "the arrays have another size"
pixels() { tail -c +"$2" "$1" | od -An -v -tu1 -w20 | sort; }
expect_same <(pixels "$data/test.npy" 129) <(pixels drawn/toy-test 17)
expect_same <(pixels "$data/train.npy" 129) <(pixels drawn/toy-train 37)
expect_code 0 "$hifm" dataset make toys --out out
expect_words "made already" "repeated_points_left_out  1"
[ "$(wc -l <calls)" = 1 ] || fail "fetched more than once"

say "one file for training and tests leaves nothing to train on"
recipe same "$fetched"
sed -i 's/test_file = "toy-test"/test_file = "toy-train"/' recipes/same.lua
sed -i "s/$test_hash/$train_hash/" recipes/same.lua
expect_code 1 "$hifm" dataset make same --out out
expect_words "no training image is left"
rm recipes/same.lua

say "checked"
expect_code 0 "$hifm" dataset check toys --out out
expect_words "ok     train images: 59 of 4 x 5" "ok     test images: 20 of 4 x 5" "ok     disjoint"
mean=$(sed -n 's/.*"train_mean": \([0-9.]*\).*/\1/p' "$data/result.json")
recipe toys "$fetched, check = { train_mean = { $mean, 1e-9 }, test_deviation = { 0.9, 0.01 } }"
expect_code 65 "$hifm" dataset check toys --out out
expect_words "ok     train_mean" "FAILED test_deviation" "1 check failed"
recipe toys "$fetched"
cp "$data/train.npy" good.npy
drop_hashes "$data/result.json" # or the array would be found to be another
{ head -c 1307 good.npy && printf '\377'; } >"$data/train.npy"
expect_code 65 "$hifm" dataset check toys --out out
expect_words "FAILED train images" "not as they were made"
mv good.npy "$data/train.npy"

say "trained on, from one copy of the files, the same whatever -j"
run_script run.lua toys 'range = h.grid { "unit", "symmetric" },
    dequantise = h.grid { "none", "uniform" }'
for j in 1 2; do
  expect_code 0 "$hifm" run run.lua --out out$j -j $j
  [ "$(grep -c ',done,' out$j/run/runs.csv)" = 4 ] || fail "not four runs are done"
  [ "$(find out$j/cache -mindepth 1 -maxdepth 1 | wc -l)" = 1 ] || fail "more than one data set"
done
head -1 out1/run/runs.csv | grep -q '^dataset.dequantise,dataset.range,' ||
  fail "no columns of the pixels in runs.csv"
expect_same_grid out1 out2 run
[ "$(cut -d, -f5 out1/run/runs.csv | sort -u | wc -l)" = 5 ] || fail "two runs have one NLL"
trained=(out1/runs/*)
expect_code 0 "$hifm" evaluate "${trained[0]}" --weights last
grep -qF ",$(awk '$1 == "nll" { print $2 }' stdout)," out1/run/runs.csv || fail "evaluate: another NLL"
expect_refusal 65 "the points of this run are images" -- evaluate "${trained[0]}" --data some.npy
rm -r out1 out2

say "what the data set cannot give"
expect_code 78 "$hifm" run run.lua --set dataset.train=60 --only dataset.range=unit --out out
expect_words "dataset.train: 60 points are asked for, but the data set has 59"
run_script hessian.lua toys 'dequantise = "uniform"' \
  '{ "hessian", energy = "double_well", negative = "absolute" }'
expect_code 78 "$hifm" run hessian.lua --dry-run --out out
expect_words "hessian.lua:" "dataset.dequantise" "Hessian"
expect_code 0 "$hifm" run hessian.lua --set dataset.dequantise=none --out out

say "files beside the recipe come before any script"
fetching 'exit 3'
mkdir recipes/toys
cp drawn/toy-test packed/toy-train.gz recipes/toys/
expect_code 0 "$hifm" dataset make toys --out out3
expect_same "$data/train.npy" "$(echo out3/cache/toys-*/train.npy)"

say "another file than the declared one"
draw_images recipes/toys/toy-train 60 4 5 1
expect_code 1 "$hifm" dataset make toys --out out4
expect_words "recipes/toys/toy-train: the unpacked file has the BLAKE2b-128" \
  "$(hash_of recipes/toys/toy-train)" "dataset.train_content is $train_hash"
expect_code 65 "$hifm" worker "$(echo out4/cache/toys-*/job.json)"

say "what is not declared is filled in"
recipe toys ""
expect_code 0 "$hifm" dataset make toys --out out5
grep -q "\"train_content\": \"$(hash_of recipes/toys/toy-train)\"" out5/cache/toys-*/job.json ||
  fail "the job does not know the hash of its file"
gzip -f recipes/toys/toy-train
expect_code 0 "$hifm" dataset make toys --out out5
expect_words "made already"
recipe toys 'fetch = "toys.sh"'
rm recipes/toys/toy-train.gz
expect_code 78 "$hifm" dataset make toys --out out5
expect_words "dataset.train_content: must be given where files are fetched"

say "files that are not images, or of different kinds"
recipe toys ""
head -c 100 drawn/toy-train >recipes/toys/toy-train
expect_code 65 "$hifm" dataset make toys --out out6
expect_words "recipes/toys/toy-train: byte 100: truncated"
gzip -c drawn/toy-train | head -c 200 >recipes/toys/toy-train
expect_code 65 "$hifm" dataset make toys --out out6
expect_words "recipes/toys/toy-train: the gzip stream is cut off"
draw_images recipes/toys/toy-train 60 3 5 0
expect_code 1 "$hifm" dataset make toys --out out6
expect_words "images of 3 x 5 pixels, but toy-test has images of 4 x 5"

say "a script may declare its own images, but no program to run"
cat >own.lua <<'LUA'
return require("hifm").experiment {
  dataset = { "images", folder = "drawn", train_file = "toy-train", test_file = "toy-test",
              train = 50, test = 10 },
  network = { "mlp", width = 8, depth = 2 },
  train   = { batch = 25, epochs = 1 },
  measure = { divergence = "hutchinson" },
  flow    = { { "transport" } },
}
LUA
expect_code 0 "$hifm" run own.lua --out out7
mv drawn elsewhere
expect_code 0 "$hifm" table own.lua --out out7
expect_words "the file toy-train is missing; the content that it had in the results is used: $train_hash" \
  "the file toy-test is missing" "$test_hash"
expect_refusal 66 "there is no toy-train" -- table own.lua --out none
mv elsewhere drawn
expect_code 78 "$hifm" run own.lua --set dataset.fetch=toys.sh --out out8
expect_words "dataset.fetch: only a recipe"
recipe toys "$known, fetch = \"../toys.sh\""
expect_code 78 "$hifm" dataset make toys --out out8
expect_words 'dataset.fetch: "../toys.sh" must be the name of a script'
recipe toys 'range = "both"'
expect_code 78 "$hifm" dataset make toys --out out8
expect_words 'dataset.range: "both" is not one of "unit", "symmetric"'
[ ! -e out8 ] || fail "a refusal made a folder"

export HIFM_DATASETS=$source_dir/datasets
if [ -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ]; then
  say "Fashion-MNIST of Debian"
  expect_code 0 "$hifm" dataset make fashion_mnist --out fashion
  expect_code 0 "$hifm" dataset check fashion_mnist --out fashion
else
  say "SKIPPED: Fashion-MNIST, as Debian's package dataset-fashion-mnist is not installed"
fi
