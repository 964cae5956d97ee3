#!/usr/bin/env bash
# A fault at the Nth system call: the process is killed there, or the call fails. Each trial runs a small grid
# with one fault, in the scheduler or in one worker. Then the exit code and the message are right, and no file
# is torn. The next call ends the grid with the bytes of a grid without faults.
# HIFM_LONG=1: every fifth N. Further arguments choose a process and a system call; then every N is tried, or every
# STEPth: bash e2e_sweep.sh PROGRAM SOURCE_DIR PROCESS [CALL [STEP]]
source "$(dirname "$0")/e2e.inc.sh"
unset LD_PRELOAD
export OPENBLAS_NUM_THREADS=1 # as workers have it: hifm does not start itself again
can_trace || exit 77
ASAN_OPTIONS+=:verify_asan_link_order=0 # a library is loaded before its

# ---- a grid that takes little time: few plugins, two runs, a checkpoint after each step ------------------------

mkdir -p bin/plugins/{energies,flows,networks,solvers}
cp "$hifm" bin/hifm
place=${HIFM_PLUGIN_PATH:-$(dirname "$hifm")/plugins}
for plugin in energies/double_well flows/{transport,hessian,anisotropic} networks/mlp solvers/rk45; do
  cp "$place/$plugin.so" "bin/plugins/$plugin.so"
done
unset HIFM_PLUGIN_PATH
hifm=$tmp/bin/hifm
cat >grid.lua <<'LUA'
local h = require "hifm"
local well = { "double_well", b = 2 }
return h.experiment {
  dataset  = { "mcmc", energy = well, dimensions = 2, train = 20, test = 4, train_pool = 20, test_pool = 4,
               chains = 2, warmup = 10, thin = 1, leapfrog = 2 },
  network  = { "mlp", width = 4, depth = 2 },
  train    = { batch = 10, epochs = 4 },
  schedule = { checkpoint = 1e-6 },
  flow     = h.grid {
    h.as("straight", { { "transport" } }),
    h.as("well", { { "hessian", energy = well, negative = "absolute" } }),
  },
  tables   = { all = { columns = { { "Flow", "flow" }, { "NLL", "nll_min" } } } },
}
LUA
# A second measurement reads the history of the first.
measure="--set measure.every=2"
expect_code 0 "$hifm" run grid.lua -j1 --out calm
cp -r calm measured
# shellcheck disable=SC2086 # two words
expect_code 0 "$hifm" run grid.lua $measure -j1 --out measured

# What a grid writes and what does not depend on how it was run.
for grid in calm measured; do
  (cd $grid && find . -name '*.safetensors' -o -name '*.npy' -o -path './grid*/*' ! -name timings.csv -type f |
    sort | xargs sha1sum) >$grid.sums
done

# ---- one process of the grid under strace ----------------------------------------------------------------------

# The first worker with $SWEEP_JOB in its path starts itself again under strace.
cat >trace.c <<'C'
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void trace(int argc, char **argv) {
  if (argc != 3 || strcmp(argv[1], "worker") != 0 || !strstr(argv[2], getenv("SWEEP_JOB"))) return;
  if (open("once", O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0) return;
  unsetenv("LD_PRELOAD");
  execlp("strace", "strace", "-D", "-y", "-qq", "-o", "trace", "-e", getenv("SWEEP_TRACE"),
         *getenv("SWEEP_PATH") ? getenv("SWEEP_PATH") : "-q", argv[0], argv[1], argv[2], (char *)NULL);
  _exit(99);
}
C
cc -shared -fPIC -o trace.so trace.c

# job_of PROCESS: a part of the path of its job file.
job_of() {
  case $1 in
  data) echo cache/mcmc ;;
  modes) echo cache/double_well ;;
  train) echo runs/mcmc-mlp-hessian ;;
  measure) echo measure- ;;
  esac
}

options_of() { [ "$1" != measure ] || echo "$measure"; }

# run_grid PROCESS EXPRESSION [PATH]: the grid in out/ with one process under strace, which looks at all calls or at
# those that use PATH; returns the exit code.
run_grid() {
  local job command
  # shellcheck disable=SC2207 # several words
  command=("$hifm" run grid.lua -j1 --out "$tmp/out" $(options_of "$1"))
  job=$(job_of "$1")
  rm -rf out once trace
  case $1 in again | measure) cp -r calm out ;; esac
  if [ -n "$job" ]; then
    command=(env SWEEP_JOB="$job" SWEEP_TRACE="$2" SWEEP_PATH="${3:+--trace-path=$3}" LD_PRELOAD="$tmp/trace.so"
      "${command[@]}")
  else
    command=(strace -y -qq -o trace ${3:+-P "$3"} -e "$2" "${command[@]}")
  fi
  { timeout -k 5 20 "${command[@]}" >stdout 2>stderr </dev/null; } 2>/dev/null # the shell says "Killed"
}

# ---- the trials ------------------------------------------------------------------------------------------------

# faults_of CALL
faults_of() {
  case $1 in
  write | fsync) echo KILL ENOSPC EIO EINTR ;;
  rename | mkdir | ftruncate) echo KILL ENOSPC EIO ;;
  unlink | unlinkat) echo KILL EIO ;;
  openat) echo KILL EMFILE ENOSPC EIO EINTR ;;
  read | pread64 | close) echo KILL EIO EINTR ;;
  newfstatat | getdents64) echo EIO ;;
  mmap) echo ENOMEM ;;
  clone) echo EAGAIN ;;
  pipe2) echo EMFILE ;;
  esac
}
all_calls=(write fsync rename mkdir ftruncate unlink unlinkat openat read pread64 close newfstatat getdents64 mmap
  clone pipe2)

# count_calls: of the file trace, per system call.
count_calls() { sed 's/(.*//' trace | sort | uniq -c | awk '{ print $2, $1 }'; }

# list_trials PROCESS...: lines of PROCESS CALL FAULT FIRST LAST. The first calls are those of the start, before
# main, which --version makes, too.
list_trials() {
  local process call fault first last
  strace -qq -o trace "$hifm" --version >/dev/null
  count_calls >before_main
  for process in "$@"; do
    run_grid "$process" trace=all || fail "the grid fails under strace"
    count_calls >calls
    for call in "${all_calls[@]}"; do
      first=$(awk -v call="$call" '$1 == call { n = $2 } END { print n + 1 }' before_main)
      last=$(awk -v call="$call" '$1 == call { n = $2 } END { print n + 0 }' calls)
      [ "$call" != write ] || first=1
      [ "$first" -le "$last" ] || continue
      for fault in $(faults_of "$call"); do echo "$process $call $fault $first $last"; done
    done
  done
}

# wrong WORDS...: the trial is not as it should be.
wrong() {
  outcome="wrong: $*"
  printf '%s: %s: %s\n' "$story" "$trial" "$*" >&2
  sed 's/^/  stderr | /' stderr >&2
}

is_running() { grep -lzsx -- "$hifm" /proc/[0-9]*/cmdline >processes; }

# expect_none_left: neither workers nor other children of the scheduler.
expect_none_left() {
  local tries=40
  while is_running; do
    [ $((tries--)) -gt 0 ] || { wrong "left: $(tr '\n' ' ' <processes)"; return; }
    sleep 0.05
  done
}

# expect_reason: the exit code fits the fault, and a message has the reason.
expect_reason() {
  local want words
  case $fault in
  ENOSPC) want=74 words='No space left on device' ;;
  EIO) want=74 words='Input/output error' ;;
  EINTR) want=74 words='Interrupted system call' ;;
  EMFILE) want=71 words='Too many open files' ;;
  ENOMEM) want=71 words='memory' ;;
  EAGAIN) want=71 words='Resource temporarily unavailable' ;;
  esac
  [ "$code" = "$want" ] || wrong "exit code $code, not $want"
  grep -qi "$words\|cannot write to standard output\|/proc/self/maps cannot be read" stderr || wrong "no reason"
}

# is_unreal: no disk and no limit lets a pipe fail like this, and libuv ends the process then. A full disk does not
# fail an open that creates nothing, and files of /proc and devices are on no disk. libuv ends the process where a
# single pipe fails; where there are none, hifm has noticed before.
is_unreal() {
  [ "$fault" != KILL ] || return 1
  [[ $fault = EIO || $fault = EINTR ]] && grep INJECTED trace | grep -q '/proc/\|/dev/' && return
  [ "$call" = pipe2 ] && [ "$code" = 134 ] && return
  grep INJECTED trace | grep -q '<pipe:\|<anon_inode:\|<socket:' && return
  [ "$call $fault" = "openat ENOSPC" ] && ! grep INJECTED trace | grep -q O_CREAT
}

judge() {
  outcome=error
  if is_unreal; then
    outcome=unreal
    return
  fi
  case $fault,$code in
  *,124 | *,139 | *,134) wrong "exit code $code" ;;
  KILL,137) [ -z "$(job_of "$process")" ] || wrong "the scheduler was killed" ;;
  KILL,0) grep -q '^retry: .*killed by SIGKILL' stderr || wrong "no retry" ;;
  *,0) outcome=tolerated ;;
  EINTR,*) wrong "exit code $code" ;;
  *) expect_reason ;;
  esac
}

# expect_whole: tables are old, new or not there; none has the end missing.
expect_whole() {
  local file
  for file in out/grid*/*.csv; do
    [ -e "$file" ] || continue
    awk -F, 'NR == 1 { n = NF } NF != n { exit 1 }' "$file" || wrong "$file is torn"
    [ -z "$(tail -c1 "$file")" ] || wrong "$file is torn"
  done
}

# expect_same_files WHEN: as without faults.
expect_same_files() {
  local grid=calm
  [ "$process" != measure ] || grid=measured
  (cd out && sha1sum --check --quiet "$tmp/$grid.sums") >"$tmp/differences" 2>&1 || wrong "$1: $(head -n1 differences)"
}

finish() {
  local code=0
  # shellcheck disable=SC2046 # several words
  timeout -k 5 20 "$hifm" run grid.lua -j1 --out "$tmp/out" $(options_of "$process") >stdout 2>stderr </dev/null ||
    code=$?
  [ $code = 0 ] || wrong "the next call: exit code $code"
  ! grep 'damaged\|counts as missing\|from the beginning' stderr || wrong "a file was torn"
  [ -z "$(find out -name '*.tmp' -o -name checkpoint.safetensors)" ] || wrong "files are left"
  expect_same_files "the next call"
}

# try PROCESS CALL FAULT N [PATH]
try() {
  local process=$1 call=$2 fault=$3 code=0 how
  trial=$*
  how=error=$fault
  [ "$fault" != KILL ] || how=signal=KILL
  run_grid "$process" "inject=$call:$how:when=$4" "${5:-}" || code=$?
  judge
  expect_none_left
  expect_whole
  [ "$code" != 0 ] || expect_same_files "exit code 0"
  finish
  echo "$process $call $fault $4 $outcome" >>trials
}

# ---- which of them, and the result -----------------------------------------------------------------------------

# choose: of the list, lines of PROCESS CALL FAULT N, for every N, for every fifth, or for one N of every twelfth line.
choose() {
  local step=0
  [ "${HIFM_LONG:-0}" = 0 ] || step=5
  [ $# = 0 ] || step=${3:-1}
  awk -v call="${2:-}" -v step="$step" '
    call != "" && call != $2 { next }
    step > 0 { for (n = $4 + NR % step; n <= $5; n += step) print $1, $2, $3, n; next }
    NR % 12 == 1 { print $1, $2, $3, $4 + (NR * 7) % ($5 - $4 + 1) }' list
}

# list_places: trials at files where a fault once had another exit code or no reason.
list_places() {
  local data run lapacke
  data=$(cd calm && echo cache/mcmc-*)
  run=$(cd calm && echo runs/mcmc-mlp-hessian-*)
  echo "fresh newfstatat EIO 1 $tmp"
  echo "fresh openat EMFILE 1 $tmp/bin/plugins/flows"
  echo "fresh openat EIO 1 $tmp/bin/plugins/solvers/rk45.so"
  echo "fresh read EIO 1 $tmp/out/$data/result.json"
  echo "again read EIO 1 $tmp/out/$run/result.json"
  echo "measure openat EMFILE 1 $(echo "$tmp/calm/$run"/measure-????????????.json | sed s,/calm/,/out/,)"
  lapacke=$(PATH=$PATH:/sbin ldconfig -p | awk '/liblapacke\.so/ && !n++ { print $NF }')
  [ -z "$lapacke" ] || echo "modes read EIO 1 $lapacke"
  echo "data openat EMFILE 1 $tmp/out/$data/test.npy"
  echo "data openat EINTR 1 $tmp/out/$data/test.npy"
  echo "fresh openat EMFILE 1 $tmp/out/$run/log.txt"
  echo "fresh openat ENOSPC 1 $tmp/out/$run/log.txt"
}

print_result() {
  awk '$5 == "unreal" { next }
       { key = sprintf("%-10s %-7s", $2, $3); all[key]++; done[key] += $5 == "tolerated"; error[key] += $5 == "error"
         wrong[key] += $5 == "wrong:"; finished[key] += !/the next call/ }
       END { printf "%-10s %-7s %7s %10s %16s %15s\n", "call", "fault", "trials", "tolerated", "error, its code",
                    "finished after"
             for (key in all)
               printf "%s %7d %10d %16d %15d\n", key, all[key], done[key], error[key], finished[key] | "sort" }' trials
}

# limit OPTION VALUE CODES WORDS: the grid with this limit of ulimit, then without it.
limit() {
  local process=limit call="ulimit $1" fault=$2 code=0
  trial="ulimit $1 $2"
  outcome=error
  rm -rf out
  (ulimit "$1" "$2" && exec timeout -k 5 20 "$hifm" run grid.lua -j2 --out "$tmp/out") >stdout 2>stderr </dev/null ||
    code=$?
  [ "$code" != 0 ] || outcome=tolerated
  [ "$code" = 0 ] || [ "$code" = "$3" ] || wrong "exit code $code"
  [ "$code" = 0 ] || grep -qi "$4" stderr || wrong "no reason"
  expect_none_left
  expect_whole
  finish
  echo "$process $1 $2 - $outcome" >>trials
}

# shellcheck disable=SC2086 # several words
list_trials ${3:-fresh again data modes train measure} >list
choose "${@:3}" >chosen
[ $# -gt 2 ] || list_places >>chosen
while read -r line; do
  # shellcheck disable=SC2086 # its words
  try $line
done <chosen
if [ $# -le 2 ]; then
  files="6 9"
  [ "${HIFM_LONG:-0}" = 0 ] || files=$(seq 4 24)
  for value in $files; do limit -n "$value" 71 'too many open files'; done
  limit -f 16 74 'file too large'
fi
print_result
! grep -q wrong: trials || fail "$(grep -c wrong: trials) trials of $(wc -l <trials) are wrong"
say "$(wc -l <trials) trials"
