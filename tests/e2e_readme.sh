#!/usr/bin/env bash
# The pages (README.md of each folder, and RUNNING.md) work: every command in them runs (with tiny settings where it
# would train), every script and plugin in them is one that hifm takes.
source "$(dirname "$0")/e2e.inc.sh"
mapfile -t pages < <(list_pages)
find_compiler

# What the commands see: a copy of the sources, and the program with its plugins in its place.
mkdir -p tree/build tree/results tree/mine
for folder in include scripts datasets tests plugins results/lj13 results/mnist; do
  cp -r "$source_dir/$folder" "tree/$folder"
done
ln -s "$hifm" tree/build/hifm
ln -s "$(dirname "$hifm")/plugins" tree/build/plugins
cd tree

# blocks LANGUAGE PAGE: the lines of its blocks of this language.
blocks() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$source_dir/$2"; }

# split_blocks LANGUAGE PAGE: each block of this language into a file blocks/N.
split_blocks() {
  rm -rf blocks && mkdir blocks
  awk -v fence="\`\`\`$1" '$0 == fence { n++; on = 1; next } /^```$/ { on = 0 }
    on { print >("blocks/" n) }' "$source_dir/$2"
}

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
images="--set dataset.train=20 --set dataset.test=8 --set train.batch=10"

# bench COMMAND: with real weights; with the sanitizers it would take minutes, test_bench is for them.
bench() {
  if has_sanitizers; then echo "$1 --help"; else echo "${1/FILE/results/runs/lj13-egnn-transport-*/last.safetensors}"; fi
}

# tiny COMMAND: the same, but nothing that takes long.
tiny() {
  local command=${1/#cc /$compiler } few="HIFM_DATASETS=few"
  case $command in
  *" mine/points.lua --dry-run") echo "$command $points" ;; # it counts the points of the file
  *" --dry-run"*) echo "$command" ;;
  *" scripts/mnist.lua --profile "*) echo "$few $command $images" ;;
  *" scripts/"*" --profile "*) echo "$few $command $points $training" ;;
  *"hifm run scripts/"*) echo "$command --dry-run" ;;
  *"hifm table scripts/"*) echo "$command --out full" ;;
  *"hifm run mine/first.lua") echo "$command $points --set train.batch=50" ;;
  *"hifm run mine/"*) echo "$command $points" ;;
  *"hifm bench") # test_bench.c runs all of it in small; here it takes most of a minute
    echo "exec 3< <(exec $command) && read -r head <&3 && [ \$head = name,value,unit,floor,ratio ] &&
      kill \$! && ! wait \$!"
    ;;
  *"hifm bench --weights FILE") bench "$command" ;;
  *"hifm sample 098c9c19e964 "*) echo "${command/098c9c19e964/mnist-unet-transport}" ;;
  *"hifm evaluate "*) echo "${command//=10000/=8}" ;;
  *"hifm dataset make "*) echo "$few $command" ;;
  *"hifm dataset check "*) echo "$few $command || [ \$? = 65 ]" ;;
  *) echo "$command" ;;
  esac
}

# try COMMAND: as the page has it, without its comment; once, if several pages have it.
declare -A seen=()
try() {
  local command
  command=$(sed 's/ *# .*//' <<<"$1")
  [ -z "${seen[$command]:-}" ] || return 0
  seen[$command]=yes
  case $command in
  scripts/*)
    [ -x "${command%% *}" ] || fail "not executable: $command"
    expect_code 0 "${command%% *}" --help
    ;;
  "python3 tests/"*) [ -s "$(cut -d' ' -f2 <<<"$command")" ] || fail "no such file: $command" ;;
  build/hifm\ * | HIFM_*=*\ build/hifm\ * | cc\ * | cp\ * | mkdir\ * | awk\ *)
    expect_code 0 bash -c "$(tiny "$command")"
    ;;
  *) fail "no rule for this command of a page: $command" ;;
  esac
  tried=$((tried + 1))
}

# expect_refused COMMAND...: a check that must fail does.
expect_refused() {
  if (trap - EXIT && "$@") >/dev/null 2>&1; then fail "passed, but should not: $*"; fi
}

# try_commands PAGE: a line that ends with a backslash continues in the next one.
try_commands() {
  local line
  while read -r line; do
    case $line in "" | "#"*) continue ;; esac
    try "$line"
  done < <(blocks sh "$1" | sed ':more;/\\$/{N;s/ *\\\n */ /;b more}')
}

# try_script BLOCK: one that begins with its name, "-- mine/...", is put there for the commands of
# the page; any other is a part of a script, here one of LJ13's.
try_script() {
  local name
  name=$(sed -n '1s/^-- //p' "$1")
  case $name in
  mine/*) cp "$1" "$name" ;;
  "")
    {
      echo 'return require("hifm").experiment {'
      echo '  dataset = { "lj13", train = 1000 }, network = "egnn", train = { batch = 100, epochs = 1 },'
      grep -q '^flow' "$1" ||
        echo '  flow = require("hifm").grid { require("hifm").as("OT", { { "transport" } }), "data" },'
      cat "$1"
      echo '}'
    } >scripts/part.lua
    expect_code 0 build/hifm run scripts/part.lua --dry-run
    ;;
  *) fail "a script named $name, not mine/..." ;;
  esac
}

# code_sources PAGE: for each block of C the .c file that is linked last before it.
code_sources() {
  awk '/^```c$/ { print file } match($0, /\]\([^)]*\.c\)/) { file = substr($0, RSTART + 2, RLENGTH - 3) }' \
    "$source_dir/$1"
}

# expect_code_of FILE BLOCK: the block is a part of the file.
expect_code_of() {
  local code block
  code=$(<"$1") block=$(<"$2")
  [[ $code == *"$block"* ]] || fail "this code is not in $1: $(head -n 1 "$2")"
}

# try_page PAGE: its scripts, its code, its commands.
try_page() {
  local block number=0 source
  split_blocks lua "$1"
  for block in blocks/*; do
    if [ -e "$block" ]; then try_script "$block"; fi
  done
  split_blocks c "$1"
  while read -r source; do
    number=$((number + 1))
    expect_code_of "$source_dir/$(dirname "$1")/$source" "blocks/$number"
    codes=$((codes + 1))
  done < <(code_sources "$1")
  try_commands "$1"
}

tried=0 codes=0
for page in "${pages[@]}"; do
  say "$page"
  try_page "$page"
done
[ "$tried" -ge 40 ] || fail "only $tried commands found"
[ "$codes" -ge 3 ] || fail "only $codes blocks of C found"
say "$tried commands, $codes blocks of C"

say "files that a run leaves"
words=$source_dir/scripts/RUNNING.md
run=$(echo results/runs/lj13-egnn-transport-*)
for file in job.json log.txt result.json best-ID.safetensors last.safetensors losses.npy; do
  grep -qF "\`$file\`" "$words" || fail "scripts/RUNNING.md does not name $file"
  compgen -G "$run/${file/ID/*}" >/dev/null || fail "no $file in $run"
done
[ "$(find "$run" -name 'measure-????????????.json' | wc -l)" = 4 ] ||
  fail "not four measurements: with the run, at another tolerance, and the tight audit of each"
for file in runs.csv history.csv timings.csv table2.md table2.tex table2.csv; do
  [ -s "$(latest_partial results/lj13-quick)/$file" ] || fail "no $file of the quick profile"
done

say "the first page shows a whole plugin"
split_blocks c README.md
tail -n "$(wc -l <blocks/1)" "$source_dir/tests/morse.c" >end
expect_same blocks/1 end
[ "$(head -1 blocks/1)" = '#include "hifm/energy.h"' ] || fail "the plugin is not complete"

say "the checks themselves"
expect_refused try "build/hifm run scripts/nothing.lua"
expect_refused try "build/hifm run scripts/lj13.lua --profile quick --set train.nothing=1"
expect_refused try "scripts/nothing.sh"
expect_refused try "make install"
echo 'int nothing;' >other.c
expect_refused expect_code_of "$source_dir/tests/morse.c" other.c
echo 'flow = { { "nothing" } },' >other.lua
expect_refused try_script other.lua
