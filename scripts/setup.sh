#!/usr/bin/env bash
# Installs what hifm needs to be built, tested and to draw figures, on Debian and its relatives.
#
#   scripts/setup.sh [--slurm] [PACKAGE...]
#
#   --slurm    also Slurm, for tests of grids on a cluster
#   PACKAGE    further packages, such as clang
#
# Only missing packages are installed, so a second call needs no network and takes no time.
set -euo pipefail

case ${1:-} in -h | --help)
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
  exit 0
  ;;
esac

slurm=()
if [ "${1:-}" = --slurm ]; then
  slurm=(slurm-wlm munge)
  shift
fi
libraries=(libc6-dev liblua5.4-dev libopenblas-dev liblapacke-dev libuv1-dev libcsv-dev
  libjansson-dev zlib1g-dev libcmocka-dev)
missing=()

have() { command -v "$1" >/dev/null; }
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

have cc || have gcc || have clang || missing+=(gcc)
have cmake || missing+=(cmake)
have make || missing+=(make)
have pkg-config || missing+=(pkg-config)
have gnuplot || missing+=(gnuplot-nox)
for package in "${libraries[@]}" "${slurm[@]}" "$@"; do
  installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

give_up() {
  printf 'setup: %s\nsetup: hifm needs the Debian packages: %s\n' "$1" "${missing[*]}" >&2
  exit 1
}

have apt-get || give_up "apt-get not found; install equivalent packages by hand"
as_root=()
if [ "$(id -u)" != 0 ]; then
  have sudo || give_up "not root, and sudo not found; ask an administrator to install them"
  as_root=(sudo)
fi
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Acquire::Retries=3 \
    -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

printf 'setup: installing %s\n' "${missing[*]}"
apt update || printf 'setup: apt-get update failed; trying with the present package lists\n' >&2
apt install --no-install-recommends "${missing[@]}" || give_up "apt-get install failed, see above"
