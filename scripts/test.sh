#!/usr/bin/env bash
# Installs missing packages, builds hifm and its tests, runs all tests.
#
#   scripts/test.sh [--asan | --clang] [--long] [--slurm]
#
#   --asan    with address and undefined-behaviour sanitizers, into build-asan/
#   --clang   with clang, into build-clang/, names checked by clang-tidy
#   (neither: with the system's compiler, into build/)
#   --long    the end-to-end tests with larger numbers: more kills, more faults
#   --slurm   installs Slurm, too; without it the tests that need it are skipped
set -euo pipefail

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"; }

preset=release
setup=()
for option in "$@"; do
  case $option in
  --asan | --clang) preset=${option#--} ;;
  --long) export HIFM_LONG=1 ;;
  --slurm) setup+=(--slurm) ;;
  -h | --help) usage && exit 0 ;;
  *)
    printf 'test: unknown option %s\n' "$option" >&2
    usage >&2
    exit 2
    ;;
  esac
done

cd "$(dirname "$0")/.."
if [ "$preset" = clang ]; then setup+=(clang clang-tidy); fi
scripts/setup.sh "${setup[@]}"
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(nproc)"
ctest --preset "$preset" --parallel "$(nproc)"
