#!/usr/bin/env bash
# No damage is believed. In a finished results folder each file in turn gets a flipped bit, is cut, emptied
# or removed; then samples are drawn and a grid with more rows and audits uses the file. The numbers are
# those of the undamaged folder, or an error names the file. HIFM_LONG=1: all files, all damages.
source "$(dirname "$0")/e2e.inc.sh"

# script FILE SEEDS AUDITS
script() {
  cat >"$1" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = { "mcmc", energy = { "double_well", b = 2 }, dimensions = 2, train = 60, test = 10, train_pool = 60,
              test_pool = 20, chains = 4, warmup = 20, thin = 2, leapfrog = 5 },
  network = { "mlp", width = 8, depth = 3 },
  train   = { batch = 20, epochs = 3 },
  flow    = h.grid {
    h.as("straight", { { "transport" } }),
    h.as("well", { { "hessian", energy = { "double_well", b = 2 }, negative = "absolute" } }),
  },
  seed    = h.grid { $2 },
  audits  = { more = { ["dataset.test"] = 20 }, ${3:-} },
}
LUA
}
script small.lua 0
script grid.lua '0, 1' 'tight = { ["measure.solver.rtol"] = 1e-7 }'

expect_code 0 "$hifm" run small.lua --out whole/results
cp -r whole/results reference
expect_code 0 "$hifm" run grid.lua --out reference
sampled=$(cd whole/results/runs && echo *-transport-*)
sample() { expect_code "$1" "$hifm" sample "$sampled" --weights "$2" --out "$2.npy" -n 3; }
(cd whole && sample 0 best && sample 0 last && mv best.npy last.npy "$tmp")

# damage KIND FILE
damage() {
  local size at byte
  size=$(stat -c %s "$2")
  case $1 in
  flip*)
    at=$((size * ${1#flip} / 100))
    byte=$(od -An -tu1 -j$at -N1 "$2")
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %o $((byte ^ 16)))" | dd of="$2" bs=1 seek=$at conv=notrunc status=none
    ;;
  cut) truncate -s $((size / 2)) "$2" ;;
  empty) : >"$2" ;;
  remove) rm "$2" ;;
  esac
}

# expect_no_other CSV REFERENCE: same shape, and each cell is the same, empty or says what became of the run:
# "failed", or the reason, which is in quotes.
# Without its history a run has fewer epochs that were measured.
expect_no_other() {
  awk -F, -v case="$case" '
    NR == FNR { for (i = 1; i <= NF; i++) want[FNR, i] = $i; next }
    FNR == 1 { for (i = 1; i <= NF; i++) skip[i] = $i ~ /epochs_measured$/ }
    { for (i = 1; i <= NF; i++)
        if (!skip[i] && $i != "" && $i != "missing" && $i != "failed" && $i != want[FNR, i]) {
          print case ": " $i " for " want[FNR, i] > "/dev/stderr"; bad = 1 } }
    END { exit bad }' "$2" <(sed 's/"\([^"]\|""\)*"/failed/g' "$1") || fail "$case: another number"
}

# try_samples FILE: of the damaged folder, before the grid mends it.
try_samples() {
  local weights code
  for weights in best last; do
    code=0
    "$hifm" sample "$sampled" --weights $weights --out $weights.npy -n 3 >out.txt 2>err.txt </dev/null || code=$?
    case $code in
    0) cmp -s $weights.npy "$tmp/$weights.npy" || fail "$case: other samples" ;;
    65 | 66) grep -qF -- "${1##*/}" err.txt || fail "$case: sample does not name it: $(cat err.txt)" ;;
    *) fail "$case: sample: exit code $code: $(cat err.txt)" ;;
    esac
  done
}

# try_case KIND FILE (below results)
try_case() {
  local file=$2 code=0 line
  case="$1 $2"
  rm -rf case && cp -r whole case
  damage "$1" "case/results/$file"
  cd case
  try_samples "$file"
  "$hifm" run ../grid.lua --out results >out.txt 2>err.txt </dev/null || code=$?
  expect_no_other results/grid/runs.csv ../reference/grid/runs.csv
  line=$(sort -u ../reference/grid/history.csv results/grid/history.csv | wc -l)
  [ "$line" = "$(sort -u ../reference/grid/history.csv | wc -l)" ] || fail "$case: another row in history.csv"
  line=
  case $file in
  runs/*/best-*) # an audit reads it only where the last weights are not the best
    [ $code = 0 ] || line="${file##*/}.*To train this run again: rm .*result.json"
    ;;
  runs/*.safetensors)
    [ $code = 1 ] || fail "$case: exit code $code, not 1: $(cat err.txt)"
    line="${file##*/}.*To train this run again: rm .*result.json"
    [ "$1" != remove ] || line="${file##*/}"
    ;;
  runs/*/measure-*.job.json) ;;
  runs/*/measure-*.json) [ "$1" = remove ] || line="${file##*/}.*it counts as missing" ;;
  cache/*.npy)
    line="${file##*/} is \(damaged\|missing\); made again"
    expect_same "results/$file" "../reference/$file"
    ;;
  runs/*/result.json) [ "$1" = remove ] || line="result.json.*it counts as missing" ;;
  cache/*/result.json) [ "$1" = remove ] || line="result.json.*; made again" ;;
  .plugins/*.so) line="${file##*/} is missing or damaged: all plugins are copied again" ;;
  esac
  [ -z "$line" ] || grep -q "$line" err.txt || fail "$case: no line about it: $(cat err.txt)"
  case $file in
  runs/*.safetensors) ;;
  *) [ $code = 0 ] || fail "$case: exit code $code: $(cat err.txt)" ;;
  esac
  case $file in
  runs/*.safetensors | runs/*/measure-*) ;;
  *) for line in runs history; do expect_same results/grid/$line.csv ../reference/grid/$line.csv; done ;;
  esac
  cd ..
}

# The damages take turns, so that each kind of file meets several.
kinds=(flip50 cut empty remove)
[ "${HIFM_LONG:-0}" = 1 ] && kinds=(flip0 flip10 flip50 flip90 cut empty remove)
turn=0 tried=0
while read -r file; do
  for kind in "${kinds[@]}"; do
    if [ "${HIFM_LONG:-0}" != 1 ]; then
      case $file in *.txt | */job.json | *.job.json) continue ;; esac
      turn=$((turn + 1))
      [ $((turn % 5)) = 0 ] || continue
    fi
    [ -s "whole/results/$file" ] || [ "$kind" = remove ] || continue
    try_case "$kind" "$file"
    tried=$((tried + 1))
  done
done < <(cd whole/results && find runs cache .plugins -type f | LC_ALL=C sort)
say "$tried damages: no other number"
[ $tried -ge 20 ] || fail "only $tried damages"

say "data made again with other bytes than before is reported"
rm -rf case && cp -r whole case
for file in case/results/cache/*/result.json; do # as another LAPACK would have recorded
  sed -i '/^  "content"/d; s/"content": "[0-9a-f]*"/"content": "0123"/' "$file"
done
expect_code 0 "$hifm" run grid.lua --out case/results
for file in train test alpha basis; do expect_words "$file.npy, made again, has other bytes than before"; done
[ -z "$(find case -name dropped.json)" ] || fail "an old result was left"

say "a measurement that needs damaged losses names them; nothing else does"
for kind in flip90 cut remove; do
  rm -rf case && cp -r whole case
  damage $kind "case/results/runs/$sampled/losses.npy"
  expect_code 0 "$hifm" run small.lua --out case/results
  expect_code 1 "$hifm" run small.lua --only flow=straight --set measure.solver.rtol=1e-7 --out case/results
  expect_words "runs/$sampled: losses.npy is" "To train this run again: rm"
done

say "a damaged data set is refused by dataset check and made again by dataset make"
mkdir recipes
cat >recipes/tiny.lua <<'LUA'
return { "mcmc", energy = { "double_well", b = 2 }, dimensions = 2, train_pool = 60, test_pool = 20, chains = 4,
         warmup = 20, thin = 2, leapfrog = 5 }
LUA
export HIFM_DATASETS=$PWD/recipes
expect_code 0 "$hifm" dataset make tiny --out made
file=$(echo made/cache/tiny-*/test.npy)
cp "$file" test.npy
for kind in flip90 cut remove; do
  damage $kind "$file"
  code=65
  [ $kind != remove ] || code=66
  expect_code $code "$hifm" dataset check tiny --out made
  expect_words "test.npy is" "hifm dataset make tiny makes it again"
  expect_code 0 "$hifm" dataset make tiny --out made
  expect_words "test.npy is" "made again"
  expect_same test.npy "$file"
done

say "a damaged checkpoint: training starts from the beginning and ends with the same numbers"
script long.lua 0
sed -i 's/epochs = 3/epochs = 4000/; s/^  seed/  measure = { every = 500 },\n  schedule = { checkpoint = 0.05 },\n  seed/' long.lua
expect_code 0 "$hifm" run long.lua --only flow=straight --out calm
"$hifm" run long.lua --only flow=straight --out stormy >stdout 2>stderr </dev/null &
running=$!
wait_for 60 compgen -G 'stormy/runs/*/checkpoint.safetensors' >/dev/null
kill -INT $running
wait $running || true
file=$(echo stormy/runs/*/checkpoint.safetensors)
[ -e "$file" ] || fail "the run ended before it was stopped"
damage flip70 "$file"
expect_code 0 "$hifm" run long.lua --only flow=straight --out stormy
expect_words "checkpoint.safetensors:" "Training starts from the beginning"
expect_same_grid calm stormy "$(basename "$(latest_partial stormy/long)")"
