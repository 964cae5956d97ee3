#!/usr/bin/env bash
# schedule.threads: the same bytes for any number of threads, in data, eigendecompositions, weights,
# likelihoods and tables, and the same identities.
source "$(dirname "$0")/e2e.inc.sh"

cat >threads.lua <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $cluster_data,
  network = h.grid { h.as("two", { "egnn", layers = 2, depth = 2, width = 8 }),
                     h.as("one", { "egnn", layers = 1, depth = 2, width = 8, evaluate = "spectral" }) },
  train   = { batch = 50, epochs = 4, microbatch = 13 },
  measure = { every = 2, microbatch = 7 },
  flow    = { { "hessian", energy = "formation" }, { "condition", c = 2 }, { "project" } },
  tables  = { t = { columns = { { "Network", "network" }, { "NLL", "nll_last" } } } },
}
LUA

# files FOLDER: what must not depend on threads.
files() { (cd "$1" && find . -name '*.npy' -o -name '*.safetensors' -o -name 'runs.csv' -o -name 'history.csv' | sort); }

say "one thread, then 2 and 3"
expect_code 0 "$hifm" run threads.lua --out one -j 1
[ "$(files one | wc -l)" -ge 12 ] || fail "only $(files one | wc -l) files"
for threads in 2 3; do
  expect_code 0 "$hifm" run threads.lua --out "out$threads" -j 1 --set schedule.threads=$threads
  [ "$(files one)" = "$(files "out$threads")" ] || fail "other files with $threads threads"
  for file in $(files one); do expect_same "one/$file" "out$threads/$file"; done
done

say "another number of threads is not another run"
expect_code 0 "$hifm" run threads.lua --out one --set schedule.threads=2
expect_words '2 of 2 runs done already'

say "another microbatch is"
expect_code 0 "$hifm" run threads.lua --out one --dry-run --set train.microbatch=0 --set schedule.threads=2
expect_words '2 runs, 0 done, 2 to do'
expect_words 'give train.microbatch'
