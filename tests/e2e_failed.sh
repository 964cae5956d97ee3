#!/usr/bin/env bash
# A run that failed or diverged keeps its reason, and what would fail again is not tried at each call.
source "$(dirname "$0")/e2e.inc.sh"
# reason FLOW: the cell of runs.csv.
column() {
  awk -F, -v name="$1" -v flow="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
    $1 == flow { print $at }' "$view/runs.csv"
}

say "an energy that the data refuses at the worker: failed with its reason everywhere"
cluster_script cluster.lua 1 'audits = { tight = { ["measure.solver.rtol"] = 1e-7 } },'
options=(--set flow.hessian.energy=lennard_jones --only flow.hyperbolize=no,flow.project=no --only flow=transport)
expect_code 1 "$hifm" run cluster.lua "${options[@]}" --out out
view=$(echo out/cluster-partial-*)
cat stderr >&2
cat "$view/runs.csv" >&2
