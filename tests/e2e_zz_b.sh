#!/usr/bin/env bash
# Tasks on a real Slurm that are killed, cancelled, requeued, out of time, or lose their controller or
# their last job: time is lost, nothing else. HIFM_LONG=1: 60 runs, and a real time limit.
source "$(dirname "$0")/e2e.inc.sh"
source "$source_dir/tests/slurm.inc.sh"
slurm_up 2
if [ -n "${HIFM_LONG:-}" ]; then
  say "a time limit of a minute, runs that take longer"
  plane_script slow.lua 120000 'measure = { every = 20000 }, schedule = { checkpoint = 1 },'
  two='flow=transport|interpolant'
  expect_code 0 "$hifm" run slow.lua -j2 --out calm --only "$two"
  expect_code 0 "$hifm" run slow.lua --executor slurm --tasks 2 --time 1 --wait --only "$two"
  expect_same_grid calm results "$(basename results/slow-partial-*)"
  requeues=$(cat results/submissions/slow-partial-*/slice-1.log | grep -c '^requeued' || true)
  [ "$requeues" -gt 0 ] || fail "no task was requeued"
  say "requeued $requeues times"
fi
