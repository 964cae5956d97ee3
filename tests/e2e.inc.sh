# shellcheck shell=bash
# What the end-to-end tests share. Each is run as: bash e2e_NAME.sh PROGRAM SOURCE_DIR
# It works in a temporary folder, which is removed at the end, and exits with 0, 77 (skipped) or, after
# a message on stderr, another code. HIFM_LONG=1 asks for larger numbers.
set -euo pipefail

hifm=$(realpath "$1")
source_dir=$(realpath "$2")
story=$(basename "$0" .sh)
tmp=$(mktemp -d)
tmp=$(realpath "$tmp")
cd "$tmp"
export HIFM_DATASETS=$source_dir/datasets # wherever the program was built

# Workers have a path below $tmp as an argument, the scheduler too; nothing else is touched.
clean_up() {
  local pid
  for pid in $(workers) $(jobs -p); do kill -KILL "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  cd /
  rm -rf "$tmp"
}
trap clean_up EXIT

fail() {
  printf '%s: %s\n' "$story" "$*" >&2
  if [ -s "$tmp/stderr" ]; then sed 's/^/  stderr | /' "$tmp/stderr" >&2; fi
  exit 1
}

say() { printf '%s: %s\n' "$story" "$*"; }

# expect_code CODE COMMAND...: output goes to $tmp/stdout and $tmp/stderr.
expect_code() {
  local want=$1 code=0
  shift
  "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null || code=$?
  [ "$code" = "$want" ] || fail "exit code $code instead of $want of: $*"
}

# expect_words WORDS...: each is somewhere in the output of the last expect_code.
expect_words() {
  local words
  for words in "$@"; do
    grep -qF -- "$words" "$tmp/stdout" "$tmp/stderr" || fail "no \"$words\" in the output"
  done
}

# expect_refusal CODE WORDS... -- ARGUMENTS: of the program; with these words, and no others on its
# standard output.
expect_refusal() {
  local code=$1 words=()
  shift
  while [ "$1" != -- ]; do
    words+=("$1")
    shift
  done
  shift
  expect_code "$code" "$hifm" "$@"
  expect_words "${words[@]}"
  [ ! -s stdout ] || fail "a refusal on standard output: $*"
}

# find_compiler: sets $compiler; without one the rest of the test is skipped.
find_compiler() {
  for compiler in "${CC:-cc}" gcc clang; do
    if command -v "$compiler" >/dev/null; then return; fi
  done
  say "SKIPPED: no C compiler"
  exit 77
}

expect_same() { cmp "$1" "$2" || fail "$1 and $2 differ"; }

# The process ids of workers of this test. A zombie has no command line and does not count.
workers() { grep -lzs -- "^$tmp/.*job\.json\$" /proc/[0-9]*/cmdline | cut -d/ -f3 || true; }

# expect_no_workers SECONDS: none is left after that time.
expect_no_workers() {
  local tries=$(($1 * 20))
  while [ -n "$(workers)" ]; do
    [ $((tries--)) -gt 0 ] || fail "orphan workers after $1 s: $(workers | tr '\n' ' ')"
    sleep 0.05
  done
}

# wait_for SECONDS COMMAND...: until the command is true.
wait_for() {
  local tries=$(($1 * 50))
  shift
  until "$@"; do
    [ $((tries--)) -gt 0 ] || fail "waited in vain for: $*"
    sleep 0.02
  done
}

# Name and modification time of every finished result, sorted.
results_of() { find "$1" -name result.json -printf '%P %T@\n' | sort; }

# latest_partial OUT/NAME: the folder of tables that the last call with --set or --only has written.
latest_partial() {
  # shellcheck disable=SC2012 # the names are ours
  ls -td "$1"-partial-*/ | sed 's,/$,,;q'
}

# drop_hashes FILE: a result as versions before the hashes of its files wrote it.
drop_hashes() { sed -i '/^  "content"/d; /^  "files": {/,/^  }/d' "$1"; }

# What must not depend on how a grid was run: tables of the view, then every weight.
expect_same_grid() {
  local file
  for file in runs.csv history.csv; do expect_same "$1/$3/$file" "$2/$3/$file"; done
  (cd "$1/runs" && find . -name last.safetensors | sort) >"$tmp/weights"
  [ -s "$tmp/weights" ] || fail "no weights in $1/runs"
  while read -r file; do expect_same "$1/runs/$file" "$2/runs/$file"; done <"$tmp/weights"
}

# can_trace: is strace there, and may it trace? The search for leaks does not work under it.
can_trace() {
  if command -v strace >/dev/null && strace -D -o /dev/null true 2>/dev/null; then
    export ASAN_OPTIONS=detect_leaks=0
  else
    say "SKIPPED: no strace" && false
  fi
}

# Is this the program with the address sanitizer? It is several times slower, and needs other limits.
has_sanitizers() { grep -q __asan_init "$hifm"; }

# sleep_ms LOW HIGH: a pseudo-random time, from a fixed sequence.
RANDOM=1
sleep_ms() {
  local ms=$(($1 + RANDOM % ($2 - $1)))
  sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
}

plane_data='{ "mcmc", energy = { "double_well", b = 2 }, dimensions = 2, train = 400, test = 20,
              train_pool = 400, test_pool = 40, chains = 8, warmup = 100, thin = 2, leapfrog = 5 }'
cluster_data='{ "mcmc", energy = "lennard_jones", particles = 4, space = 3, train = 200, test = 20,
                train_pool = 200, test_pool = 40, chains = 8, warmup = 100, thin = 2,
                leapfrog = 5 }'

# plane_script FILE EPOCHS [MORE]: four flows on a double well; MORE is further entries.
plane_script() {
  cat >"$1" <<LUA
local h = require "hifm"
local well = { "hessian", energy = { "double_well", b = 2 }, negative = "absolute" }
return h.experiment {
  dataset = $plane_data,
  network = { "mlp", width = 8, depth = 3 },
  train   = { batch = 50, epochs = $2 },
  flow    = h.grid {
    h.as("transport",   { { "transport" } }),
    h.as("interpolant", { { "interpolant" } }),
    h.as("well",        { well, { "condition", c = 2 }, h.maybe { "isotropize" } }),
  },
  tables  = {
    table1 = { columns = { { "Method", "flow" }, { "NLL", "nll_min", digits = 3 } } },
  },
  ${3:-}
}
LUA
}

# cluster_script FILE EPOCHS [MORE]: four particles, the rows of Table 2 in small.
cluster_script() {
  cat >"$1" <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $cluster_data,
  network = { "egnn", layers = 1, depth = 2, width = 8 },
  train   = { batch = 50, epochs = $2 },
  flow    = h.grid {
    h.as("transport", { { "transport" } }),
    h.as("formation", { { "hessian", energy = "formation" }, { "condition", c = 2 },
                        h.maybe { "hyperbolize" }, h.maybe { "project" } }),
  },
  ${3:-}
}
LUA
}

# draw_images FILE NUMBER HEIGHT WIDTH SEED: an IDX file of images, all different between two seeds.
draw_images() {
  local bytes='' header i
  printf -v header '\\0\\0\\010\\003\\0\\0\\0\\%03o\\0\\0\\0\\%03o\\0\\0\\0\\%03o' "$2" "$3" "$4"
  for ((i = 0; i < $2 * $3 * $4; i++)); do
    printf -v bytes '%s\\%03o' "$bytes" $(((i * i + 31 * (i / ($3 * $4)) + $5) % 251))
  done
  # shellcheck disable=SC2059 # the format is the file
  printf "$header$bytes" >"$1"
}

# The pages: README.md of the tree, and RUNNING.md, from its root, the first page first.
list_pages() {
  (cd "$source_dir" && printf '%s\n' README.md scripts/README.md scripts/RUNNING.md plugins/README.md &&
    find datasets include plugins results runtime scripts tests -name README.md -not -path '*/runs/*' |
    grep -vxF -e scripts/README.md -e plugins/README.md | sort)
}
