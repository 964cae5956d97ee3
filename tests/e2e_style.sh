#!/usr/bin/env bash
# The names of the sources, by clang-tidy with .clang-tidy. Skipped where clang-tidy is not
# installed: scripts/test.sh --clang installs it.
source "$(dirname "$0")/e2e.inc.sh"

if ! command -v clang-tidy >/dev/null; then
  say "skipped: clang-tidy is not installed"
  exit 77
fi
build=$(dirname "$hifm")
cd "$source_dir"
# Sources that the build knows; files of fakes break rules on purpose.
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
  grep -E "^$source_dir/(runtime|plugins)/" >"$tmp/sources"
[ -s "$tmp/sources" ] || fail "no sources in $build/compile_commands.json"
xargs -P "$(nproc)" -n 8 clang-tidy --quiet -p "$build" <"$tmp/sources" >"$tmp/found" 2>/dev/null ||
  true
grep 'error:' "$tmp/found" | sort -u >"$tmp/stderr" || true
[ ! -s "$tmp/stderr" ] || fail "$(wc -l <"$tmp/stderr") findings of clang-tidy"
say "$(wc -l <"$tmp/sources") sources"
