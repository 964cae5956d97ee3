#!/usr/bin/env bash
# Schedules and clipping reach the training; averaged weights: what is measured, saved and sampled; steps that are
# not finite are skipped.
source "$(dirname "$0")/e2e.inc.sh"

# script NAME TRAIN [MEASURE] [AUDITS] [OPTIMIZER]
script() {
  cat >"$1.lua" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = ${data:-$plane_data},
  network = { "mlp", width = 8, depth = 2 },
  train = { $2 },
  optimizer = { lr = 0.1, ${5:-} },
  flow = { { "transport" } },
  measure = { ${3:-} },
  audits = { ${4:-} },
}
LUA
}

run() { expect_code 0 "$hifm" run "$1.lua" --out "$2" "${@:3}"; }

# cell FILE COLUMN: of the last row.
cell() { awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print $at }' "$1"; }

train='batch = 50, epochs = 6'
script plain "$train"
script averaged "$train, ema = 0.9" '' 'rough = { ["measure.weights"] = "raw" }'
script raw "$train, ema = 0.9" 'weights = "raw"'
script kept "$train, ema = 0.9, keep = \"all\""
script kept_raw "$train, ema = 0.9, keep = \"all\"" 'weights = "raw"'

say "the last step of a decay to 0 moves nothing; the norm of a gradient is the one before clipping"
script one 'batch = 50, steps = 1' '' '' 'clip = 0.01'
script two 'batch = 50, steps = 2' '' '' 'clip = 0.01, schedule = "linear"'
run one few
run two few
one=$(grep -l '"steps": 1$\|"steps": 1,' few/runs/*/result.json) two=$(grep -l '"steps": 2$\|"steps": 2,' few/runs/*/result.json)
tensors() { tail -c 200 "$1"; } # without the metadata, which have the identity
cmp <(tensors "${one%/*}/last.safetensors") <(tensors "${two%/*}/last.safetensors") || fail "the last step moved weights"
awk -v norm="$(cell few/one/runs.csv gradient_norm_last)" 'BEGIN { exit !(norm > 0.1) }' || fail "the norm is clipped"

say "the weights that the optimizer moves do not depend on their average"
run plain plain
run averaged results
run raw raw
folder=$(echo results/runs/*)
cmp <(tensors plain/runs/*/last.safetensors) <(tensors "$folder/last.safetensors") || fail "the average changed them"
! cmp -s <(tensors "$folder/last.safetensors") <(tensors "$folder/last_averaged.safetensors") || fail "not averaged"
expect_same "$folder/last_averaged.safetensors" raw/runs/*/last_averaged.safetensors
[ "$(basename raw/runs/*)" = "${folder##*/}" ] || fail "measure.weights is part of the training"

say "averaged ones are measured, raw ones where that is asked for: by a row, an audit, or later"
for column in nll_min nll_last epoch_min; do
  [ "$(cell raw/raw/runs.csv $column)" = "$(cell plain/plain/runs.csv $column)" ] || fail "$column of raw weights"
done
last=$(cell raw/raw/runs.csv nll_last)
[ "$(cell results/averaged/runs.csv nll_last)" != "$last" ] || fail "raw weights were measured"
[ "$(cell results/averaged/runs.csv rough.nll_last)" = "$last" ] || fail "the audit did not measure raw weights"
run kept all
run kept_raw all
expect_same all/kept_raw/history.csv raw/raw/history.csv

say "samples are of what is measured; show says what that is"
expect_code 0 "$hifm" show transport
expect_words "averaged ones are measured and sampled"
for weights in best last; do
  rm -rf results
  cp -r raw results
  expect_code 0 "$hifm" sample transport --weights $weights --out raw.npy
  expect_code 0 "$hifm" show transport
  expect_words "raw ones are measured and sampled"
  rm -rf results
  cp -r plain results
  expect_code 0 "$hifm" sample transport --weights $weights --out plain.npy
  expect_same raw.npy plain.npy
  rm -rf results
  cp -r all results
  rm results/runs/*/{last,best*[0-9a-f]}.safetensors results/runs/*/weights-*[0-9].safetensors # averaged ones are left
  expect_code 0 "$hifm" sample transport --weights $weights --out averaged.npy
  ! cmp -s averaged.npy raw.npy || fail "$weights: raw weights were sampled"
done

# Points between 1 and 1.1, and one so far away, at 1e30, that the gradient of its batch overflows.
{
  printf '\223NUMPY\1\0v\0%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': (40, 2), }"
  for i in {1..40}; do
    for k in 1 2; do
      printf -v digits '\\0\\0\\0\\0\\0\\%03o\\360\\77' $(((37 * i * k) % 256))
      [ "$i" != 20 ] || digits='\352\214\240\071\131\076\051\106'
      # shellcheck disable=SC2059 # the format is the number
      printf "$digits"
    done
  done
} >far.npy
data='{ "file", path = "far.npy", train = 36, test = 4 }'
script strict 'batch = 6, epochs = 5'
script skips 'batch = 6, epochs = 5, skip_nonfinite = 2'
script always 'batch = 36, epochs = 20, skip_nonfinite = 3'

say "a step that is not finite ends a training, or is skipped"
run strict far
expect_words "0 done, 1 diverged"
! head -1 far/strict/runs.csv | grep -q skipped || fail "a column that nobody asked for"
run skips far
[ "$(cell far/skips/runs.csv skipped)" = 5 ] || fail "not one step of each epoch was skipped"
[ "$(cell far/skips/runs.csv steps)" = 30 ] || fail "skipped steps do not count"
awk -F, 'NR > 1 && ($3 == "" || $3 > 100) { exit 1 }' far/skips/history.csv || fail "the mean loss has skipped steps"
run always far
expect_words "0 done, 1 diverged"
grep -q '"skipped": 3' far/runs/*/result.json || fail "more in a row than skip_nonfinite"
grep -q "not finite at step 3:" far/always/runs.csv || fail "the reason is not that of the fourth step"
