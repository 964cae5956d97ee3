#!/usr/bin/env bash
# What a large grid costs, apart from its training: bash tests/bench_grid.sh PROGRAM [RUNS [JOBS]]
# Plans a grid of RUNS rows (1000), runs it with the cheapest training that there is and JOBS workers
# (64), then asks for it again. Prints for each command its seconds, the most memory and the most open
# files of the scheduler. The last line is the same number of `true` under xargs, for comparison.
set -euo pipefail

hifm=$(realpath "$1")
runs=${2:-1000}
jobs=${3:-64}
source_dir=$(realpath "$(dirname "$0")/..")
export HIFM_DATASETS=$source_dir/datasets
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# write_script NAME ROWS: a learning rate and a seed for each row.
write_script() {
  cat >"$1" <<LUA
local h = require "hifm"
local well = { "double_well", b = 2 }
local rates, seeds = {}, {}
for i = 1, $2 / 10 do rates[i] = i * 1e-7 end
for i = 1, 10 do seeds[i] = i end
return h.experiment {
  dataset   = { "mcmc", energy = well, dimensions = 2, train = 20, test = 4, train_pool = 20, test_pool = 20 },
  network   = { "mlp", width = 4 },
  train     = { batch = 1, steps = 1 },
  optimizer = { lr = h.grid(rates) },
  seed      = h.grid(seeds),
  flow      = { { "transport" } },
  tables    = { all = { columns = { { "Rate", "optimizer.lr" }, { "NLL", "nll_min" } } } },
}
LUA
}

# measure NAME COUNT COMMAND...: one line of figures; COUNT rows share the seconds.
measure() {
  local name=$1 count=$2 begin end pid files most=0 memory=0 now
  shift 2
  begin=$(date +%s%N)
  "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    files=$(find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l || true)
    now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
    if [ "$files" -gt "$most" ]; then most=$files; fi
    memory=${now:-$memory}
    sleep 0.1 # looking costs time, too
  done
  wait "$pid" || { cat "$tmp/err" >&2; exit 1; }
  end=$(date +%s%N)
  awk -v name="$name" -v count="$count" -v ns=$((end - begin)) -v kb="$memory" -v files="$most" 'BEGIN {
    printf "%-34s %8.2f s %8.3f ms per row %6.0f MB %4d files\n", name, ns / 1e9, ns / 1e6 / count, kb / 1024, files }'
}

write_script grid.lua "$runs"
write_script large.lua $((10 * runs))
measure "plan, $((10 * runs)) rows" $((10 * runs)) "$hifm" run large.lua --dry-run
measure "plan, $runs rows" "$runs" "$hifm" run grid.lua --dry-run
measure "run, -j $jobs" "$runs" "$hifm" run grid.lua --quiet -j "$jobs"
measure "plan, all done" "$runs" "$hifm" run grid.lua --dry-run
measure "run, all done" "$runs" "$hifm" run grid.lua --quiet
measure "ls" "$runs" "$hifm" ls
# shellcheck disable=SC2016 # the inner shell expands $1 and $2
measure "xargs true, -P $jobs" "$runs" bash -c 'seq "$1" | xargs -P "$2" -n 1 true' - "$runs" "$jobs"
if command -v parallel >/dev/null; then
  # shellcheck disable=SC2016
  measure "parallel true, -j $jobs" "$runs" bash -c 'seq "$1" | parallel -j "$2" true' - "$runs" "$jobs"
fi
