#!/usr/bin/env bash
# README.md is right: every command in it works (with tiny settings where it would train), every
# path and function it names exists, its plugin is the one that is tested.
source "$(dirname "$0")/e2e.inc.sh"
readme=$source_dir/README.md
compiler=
for candidate in "${CC:-cc}" gcc clang; do
  if command -v "$candidate" >/dev/null; then compiler=$candidate && break; fi
done
[ -n "$compiler" ] || { say "SKIPPED: no C compiler" && exit 77; }

# What the commands see: a copy of the sources, and the program with its plugins in its place.
mkdir -p tree/build
for folder in include scripts datasets tests plugins; do
  cp -r "$source_dir/$folder" tree/
done
ln -s "$hifm" tree/build/hifm
cd tree

# blocks LANGUAGE: the lines of README's blocks of this language.
blocks() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$readme"; }

# The data set of the commands that train: a few points. `dataset check` says so.
mkdir few
sed -e 's/train_pool = .*/train_pool = 120,/' -e 's/test_pool = .*/test_pool = 12,/' \
  -e 's/chains = .*/chains = 4,/' -e 's/warmup = .*/warmup = 20,/' -e 's/thin = .*/thin = 1,/' \
  datasets/lj13.lua >few/lj13.lua
# And a few small images in MNIST's place.
draw_images few/train-images 40 8 8 0
draw_images few/test-images 10 8 8 7
cat >few/mnist.lua <<LUA
return { "images", folder = "$tmp/tree/few", train_file = "train-images", test_file = "test-images" }
LUA
# Audits set their own number of points, whatever --set says.
sed -i 's/\["dataset.test"\] = [0-9]*/["dataset.test"] = 8/g' scripts/*.lua
points="--set dataset.train=100 --set dataset.test=8 --set train.epochs=1"
training="--set network.width=4 --set train.batch=50"

# tiny COMMAND: the same, but nothing that takes long.
tiny() {
  local command=${1/#cc /$compiler } few="HIFM_DATASETS=few"
  case $command in
  *" --dry-run"*) echo "$command" ;;
  *" scripts/mnist.lua --profile "*)
    echo "$few $command --set dataset.train=20 --set dataset.test=8 --set train.batch=10"
    ;;
  *" scripts/"*" --profile "*) echo "$few $command $points $training" ;;
  *"hifm run scripts/"*) echo "$command --dry-run" ;;
  *"hifm run mine/"*) echo "$command $points" ;;
  *"hifm dataset make "*) echo "$few $command" ;;
  *"hifm dataset check "*) echo "$few $command || [ \$? = 65 ]" ;;
  *) echo "$command" ;;
  esac
}

# try COMMAND: as README has it, without its comment.
try() {
  local command
  command=${1%% # *}
  case $command in
  scripts/*)
    [ -x "${command%% *}" ] || fail "not executable: $command"
    expect_code 0 "${command%% *}" --help
    ;;
  build/hifm\ * | HIFM_*=*\ build/hifm\ * | cc\ * | cp\ * | mkdir\ *)
    expect_code 0 bash -c "$(tiny "$command")"
    ;;
  *) fail "no rule for this command of README.md: $command" ;;
  esac
  tried=$((tried + 1))
}

# expect_refused COMMAND...: a check that must fail does.
expect_refused() {
  if (trap - EXIT && "$@") >/dev/null 2>&1; then fail "passed, but should not: $*"; fi
}

say "scripts in README.md"
mkdir mine
blocks lua >block
name=$(sed -n '1s/^-- //p' block)
[ "${name%/*}" = mine ] || fail "the script in README.md does not say its name in mine/"
cp block "$name"

say "commands"
tried=0
while read -r line; do
  case $line in "" | "#"*) continue ;; esac
  try "$line"
done < <(blocks sh)
[ "$tried" -ge 15 ] || fail "only $tried commands found in README.md"
say "$tried commands work"
tried=0
expect_refused try "build/hifm run scripts/nothing.lua"
expect_refused try "build/hifm run scripts/lj13.lua --profile quick --set train.nothing=1"
expect_refused try "scripts/nothing.sh"
expect_refused try "make install"

say "files that a run leaves"
run=$(echo results/runs/lj13-*-transport-*)
for file in job.json log.txt result.json best.safetensors last.safetensors; do
  grep -qF "\`$file\`" "$readme" || fail "README.md does not tell of $file"
  [ -e "$run/$file" ] || fail "no $file in $run"
done
[ "$(find "$run" -name 'measure-????????????.json' | wc -l)" = 3 ] ||
  fail "not three measurements: with the run, at another tolerance, and the tight audit"
for file in runs.csv history.csv timings.csv table2.md table2.tex table2.csv; do
  [ -s "results/lj13-quick-partial/$file" ] || fail "no $file of the quick profile"
done

say "the plugin"
blocks c >block
[ -s block ] || fail "no plugin in README.md"
tail -n "$(wc -l <block)" "$source_dir/tests/morse.c" >end
expect_same block end
[ "$(head -1 block)" = '#include "hifm/energy.h"' ] || fail "the plugin is not complete"

# paths: what a text on stdin names below the folders of the tree.
paths() {
  grep -oE '(^|[^A-Za-z0-9_./-])(scripts|plugins|runtime|tests|datasets|include)/[][A-Za-z0-9_./*-]*' |
    sed -E 's/^[^a-z]//; s/[].,]+$//' | sort -u
}

# check_paths: each exists in the source folder (with * for any name).
check_paths() {
  local path count=0
  while read -r path; do
    compgen -G "$source_dir/$path" >/dev/null || fail "README.md names $path, which is not there"
    count=$((count + 1))
  done < <(paths)
  [ "$count" -ge "$1" ] || fail "only $count paths found"
}

# check_functions LEAST: in each line on stdin, every `name()` is defined in the file that stands
# before it.
check_functions() {
  local line word file count=0
  while read -r line; do
    file=
    while read -r word; do
      case $word in
      *.c | *.h) file=$word ;;
      *"()")
        [ -n "$file" ] || fail "README.md names no file for $word"
        grep -qE "^([A-Za-z].*[ *])?${word%()}\(" "$source_dir/$file" ||
          fail "README.md says that $word is in $file, but it is not"
        count=$((count + 1))
        ;;
      esac
    done < <(grep -oE '`[^` ]+`' <<<"$line" | tr -d '`')
  done < <(grep '()`')
  [ "$count" -ge "$1" ] || fail "only $count functions found"
}

# check_modules LEAST: in the table of folders, every bare NAME.c lies in its row's folder, which
# may stand in a row above.
check_modules() {
  local line word folder='' count=0
  while read -r line; do
    while read -r word; do
      case $word in
      */) folder=$word ;;
      */*) ;;
      *.[ch])
        [ -n "$(find "$source_dir/$folder" -name "$word")" ] ||
          fail "README.md says that $folder has $word, but it has not"
        count=$((count + 1))
        ;;
      esac
    done < <(grep -oE '`[^` ]+`' <<<"$line" | tr -d '`')
  done
  [ "$count" -ge "$1" ] || fail "only $count modules found"
}

say "paths and functions"
check_paths 60 <"$readme"
check_functions 40 <"$readme"
check_modules 25 < <(sed -n '/^| place/,/^$/p' "$readme")
expect_refused check_paths 1 <<<'see `runtime/host/nothing.c`'
expect_refused check_functions 1 <<<'| x | `runtime/host/flow.c` `nothing()` |'
expect_refused check_functions 1 <<<'| x | `linear_path()` |'
expect_refused check_modules 1 <<<'| `runtime/base/` | `schedule.c` |'
for script in "$source_dir"/scripts/*.sh; do
  [ -x "$script" ] || fail "$script is not executable"
done
