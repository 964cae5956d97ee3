#!/usr/bin/env bash
# Samples of a trained run: reproducible, of the right distribution, and clear messages where samples
# are not possible.
source "$(dirname "$0")/e2e.inc.sh"
export TMPDIR=$tmp/scratch # where sampling workers have their folders
mkdir "$TMPDIR"

# The first coordinate is N(-1, 1/4), the second N(0, 1).
cat >normal.lua <<'LUA'
return require("hifm").experiment {
  dataset = { "mcmc", energy = { "double_well", a = 1e-9, b = -4, c = 4 }, dimensions = 2,
              train = 4000, test = 100, train_pool = 4000, test_pool = 100, chains = 40,
              warmup = 100, thin = 4, leapfrog = 10 },
  network   = { "mlp", width = 32, depth = 3 },
  optimizer = { lr = 1e-3 },
  train     = { batch = 500, epochs = 300 },
  measure   = { every = 100, solver = { "rk45", rtol = 1e-4, atol = 1e-4 } },
  flow      = { { "transport" } },
}
LUA
cluster_script cluster.lua 1

# refused CODE WORDS... -- ARGUMENTS: of the program; nothing is made or left behind.
refused() {
  expect_refusal "$@"
  [ -z "$(find . -name '*.png' -o -name 'no*.npy')" ] || fail "a file was made by: $*"
  [ -z "$(ls "$TMPDIR")" ] || fail "left behind by $*: $(ls "$TMPDIR")"
}

# shape FILE: its shape as NumPy has it.
shape() { head -c 128 "$1" | grep -ao "'shape': ([0-9, ]*)" | cut -d' ' -f2-; }

# numbers FILE: its numbers, one a line; the header of so small a shape has 128 bytes.
numbers() { od -A n -v -t f8 -w8 -j 128 "$1"; }

say "before there is a run"
refused 66 'no run in results/runs has "mlp" in its name' -- sample mlp --out no.npy
refused 66 "nowhere/run is not the folder of a run" -- sample nowhere/run --out no.npy

expect_code 0 "$hifm" run normal.lua
expect_code 0 "$hifm" run cluster.lua --only flow=transport
run=$(echo results/runs/*-mlp-*)
find results -printf '%P %T@ %s\n' | sort >before

say "command lines"
refused 2 "sample takes RUN, but 0 words" -- sample --out no.npy
refused 2 "sample takes RUN, but 2 words" -- sample mlp egnn --out no.npy
refused 2 "sample needs --out FILE" -- sample mlp
refused 2 "must end in .npy (points) or .png" -- sample mlp --out no.txt
refused 2 "must end in .npy (points) or .png" -- sample mlp --out .npy
refused 2 "--strip makes an image" -- sample mlp --strip --out no.npy
refused 2 'unknown option --stirp' 'did you mean "--strip"' -- sample mlp --stirp --out no.npy
refused 2 '"bets" is not best or last' 'did you mean "best"' -- sample mlp --weights bets --out no.npy
refused 2 '-n: "0" is not a whole number from 1 to 1000000' -- sample mlp -n 0 --out no.npy
refused 2 '-n: "1.5" is not a whole number' -- sample mlp -n1.5 --out no.npy
refused 2 '--seed: "4294967296" is not a whole number from 0 to 4294967295' -- sample mlp --seed 4294967296 --out no.npy
refused 2 '2 runs in results/runs have "mcmc"' -- sample mcmc --out no.npy
refused 66 'no run in results/runs has "mpl" in its name' "hifm ls" -- sample mpl --out no.npy
refused 2 "are not images" ".npy" -- sample mlp --out no.png
refused 2 "are not images" -- sample mlp --strip --out no.png
refused 73 "nowhere/no.npy" -- sample mlp --out nowhere/no.npy
expect_code 0 "$hifm" sample --help
expect_words "usage: hifm sample RUN" "--out FILE"

say "the same samples again, by name or by folder; others for another seed"
expect_code 0 "$hifm" sample mlp --out a.npy
expect_words "a.npy: 64 samples, NFE "
expect_code 0 "$hifm" sample "$run" --quiet --weights best --seed 0 -n 64 --out b.npy
[ ! -s stderr ] || fail "--quiet, but: $(cat stderr)"
expect_same a.npy b.npy
expect_code 0 "$hifm" log "$run"
(mkdir elsewhere && cd elsewhere && "$hifm" sample "../$run/" --quiet --out ../b.npy)
expect_same a.npy b.npy
expect_code 0 "$hifm" sample mlp --seed 1 --out b.npy
! cmp -s a.npy b.npy || fail "another seed gives the same samples"
expect_code 0 "$hifm" sample mlp -n3 --out b.npy
shapes="$(shape a.npy), $(shape b.npy)"
[ "$shapes" = "(64, 2), (3, 2)" ] || fail "shapes $shapes"

say "samples do not depend on their number"
expect_code 0 "$hifm" sample mlp -n 10 --out few.npy
expect_code 0 "$hifm" sample mlp -n 100 --out many.npy
expect_same <(numbers few.npy) <(numbers many.npy | head -20)

say "they have the moments of the data"
expect_code 0 "$hifm" sample mlp -n 20000 --weights last --out many.npy
numbers many.npy | awk '
  { n[NR % 2]++; s[NR % 2] += $1; q[NR % 2] += $1 * $1 }
  function off(x, y) { return x - y > 0.1 || y - x > 0.1 }
  END {
    for (k = 0; k < 2; k++) { m[k] = s[k] / n[k]; sd[k] = sqrt(q[k] / n[k] - m[k] * m[k]) }
    printf "means %.3f %.3f, deviations %.3f %.3f\n", m[1], m[0], sd[1], sd[0]
    exit n[0] != 20000 || off(m[1], -1) || off(m[0], 0) || off(sd[1], 0.5) || off(sd[0], 1)
  }' >moments || fail "$(cat moments)"
say "$(cat moments)"

say "particles keep their shape and their centre"
expect_code 0 "$hifm" sample egnn -n 5 --out c.npy
[ "$(shape c.npy)" = "(5, 4, 3)" ] || fail "shape $(shape c.npy)"
numbers c.npy | awk '{ s[int((NR - 1) / 12) "," NR % 3] += $1 }
  END { for (k in s) if (s[k] > 1e-5 || s[k] < -1e-5) { print s[k]; exit 1 } }' >off ||
  fail "the centre of mass is off by $(cat off)"

say "a running grid is not disturbed, and nothing in results changes"
exec 8<>results/.lock && flock 8
expect_code 0 "$hifm" sample mlp --out b.npy
exec 8>&-
expect_same a.npy b.npy
find results -printf '%P %T@ %s\n' | sort >after
expect_same before after

say "results that were moved"
mkdir elsewhere/results && cp -r results/runs results/cache elsewhere/results
(cd elsewhere && "$hifm" sample mlp --quiet --out ../b.npy)
expect_same a.npy b.npy

say "a job file that was edited, and one of a version that had neither hash nor all settings"
cp "elsewhere/$run/job.json" kept.json
sed -i 's/"width": 32/"width": 33/' "elsewhere/$run/job.json"
cmp -s kept.json "elsewhere/$run/job.json" && fail "nothing was edited"
refused 65 "job.json: the file is damaged or was edited" -- sample "$PWD/elsewhere/$run" --out no.npy
cp kept.json "elsewhere/$run/job.json"
sed -i '/"probes"/d; /"scheme"/d; /^  "content"/d' "elsewhere/$run/job.json"
(cd elsewhere && "$hifm" sample mlp --quiet --out ../b.npy)
expect_same a.npy b.npy

say "weights that are missing, torn or of another network; data that is gone"
rm -r b.npy c.npy
moved=elsewhere/$run
best=$(basename "$moved"/best-*.safetensors)
mv "$moved/$best" "$moved/kept"
rm "$moved/last.safetensors" # the best epoch may be the last
refused 66 "has no $best" "after the first measurement" -- sample "$moved" --out no.npy
head -c 1000 "$moved/kept" >"$moved/$best"
refused 65 "hifm: elsewhere" "$best" -- sample "$moved" --out no.npy
refused 73 "nowhere/no.npy" -- sample "$moved" --out nowhere/no.npy # said before anything is read
cp results/runs/*-egnn-*/best-*.safetensors "$moved/$best"
refused 65 "belongs to another network" -- sample "$moved" --out no.npy
rm -r elsewhere/results/cache
refused 66 "cache" "train.npy" -- sample "$moved" --out no.npy
rm "$moved/job.json"
refused 66 "is not the folder of a run" -- sample "$moved" --out no.npy

say "a solver that fails"
cp "$run/job.json" "$run/kept.json"
sed -i 's/"max_attempts": *[0-9]*/"max_attempts": 1/; /^  "content"/d' "$run/job.json"
refused 76 "no samples: rk45" "1 steps tried" -- sample mlp --out no.npy
mv "$run/kept.json" "$run/job.json"

say "a signal ends it"
"$hifm" sample mlp -n 1000000 --out no.npy >stdout 2>stderr &
sampling=$!
some_worker() { [ -n "$(workers)" ]; }
wait_for 20 some_worker
kill -TERM $sampling
code=0
wait $sampling || code=$?
[ "$code" = 143 ] || fail "a terminated hifm sample ended with $code"
expect_words "stopped by a signal; no samples"
expect_no_workers 2
[ ! -e no.npy ] && [ -z "$(ls "$TMPDIR")" ] || fail "a terminated hifm sample left something behind"
