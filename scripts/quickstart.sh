#!/usr/bin/env bash
# From a fresh checkout to a table and a figure: installs missing packages, builds hifm into build/,
# runs the small profile of LJ13 (Table 2 and Figure 4). After an interruption, call it again: it
# continues.
#
#   scripts/quickstart.sh [ARGUMENTS of hifm run]      such as -j 4 or --set train.epochs=20
set -euo pipefail

case ${1:-} in -h | --help)
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
  exit 0
  ;;
esac

cd "$(dirname "$0")/.."
scripts/setup.sh
cmake --preset release
cmake --build --preset release --target hifm --parallel "$(nproc)"
build/hifm run scripts/lj13.lua --profile quick "$@"
if [ $# = 0 ]; then
  printf '\ntable:  %s\nfigure: %s\n' "$PWD/results/lj13-quick/table2.md" \
    "$PWD/results/lj13-quick/figure4.svg"
fi
