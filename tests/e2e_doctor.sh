#!/usr/bin/env bash
# hifm doctor: a line for each check. What is broken is named, with what to do, and the exit code is 1;
# what is only missing is a note.
source "$(dirname "$0")/e2e.inc.sh"
unset COLUMNS HIFM_PLUGIN_PATH

# expect_line VERDICT WHAT WORDS: one line of the output.
expect_line() { grep -qE "^$1 +$2 .*$3" stdout || fail "no line \"$1 $2 $3\""; }

say "all is well"
mkdir results
expect_code 0 "$hifm" doctor
expect_line ok version "hifm [0-9.]+, $hifm\$"
expect_line ok BLAS "OpenBLAS .*core .*; workers: core .*, 1 thread"
expect_line ok processor "networks use"
expect_line ok energies "[0-9]+ in $(dirname "$hifm")/plugins/energies"
for kind in flows networks solvers; do expect_line ok $kind "[0-9]+ in "; done
expect_line ok datasets "[0-9]+ recipes in $source_dir/datasets"
expect_line ok results "results can be written"
expect_line ok lock "no other hifm uses results"
for what in processors memory limits? "core files" workers "file sys" locale compiler gnuplot LaTeX; do
  expect_line '(ok|note)' "$what" .
done
tail -1 stdout | grep -qE '^0 problems, [0-9]+ notes?$' || fail "no counts"
[ ! -s stderr ] || fail "a message"
[ -z "$(ls -A results)" ] || fail "something was written"
COLUMNS=80 expect_code 0 "$hifm" doctor
[ "$(wc -L <stdout)" -le 80 ] || fail "a line of $(wc -L <stdout) columns"

say "plugins: a folder that is missing, one without plugins, a file that is cut, one name twice"
mkdir -p empty cut/energies twice/energies
head -c 5000 "$(dirname "$hifm")/plugins/energies/double_well.so" >cut/energies/short.so
cp "$(dirname "$hifm")/plugins/energies/double_well.so" twice/energies
HIFM_PLUGIN_PATH=nowhere:empty:cut:twice expect_code 1 "$hifm" doctor
expect_line problem plugins "HIFM_PLUGIN_PATH: nowhere: No such file or directory. Correct the variable"
expect_line problem plugins "HIFM_PLUGIN_PATH: empty: has no plugins"
expect_line problem plugin "short.*replace or remove it"
expect_line problem plugin "energy \"double_well\" is found twice: .* and .*; keep one"
grep -q "found twice: .*$tmp/twice/energies/double_well.so" stdout || fail "the file of the variable is not named"
[ "$(grep -c 'found twice' stdout)" = 1 ] || fail "the same problem in two lines"
expect_line ok energies "1 in $tmp/twice/energies"
tail -1 stdout | grep -q '^4 problems' || fail "not four problems"
[ ! -s stderr ] || fail "the folders are named twice"

say "data set recipes"
HIFM_DATASETS=$tmp/empty expect_code 1 "$hifm" doctor
expect_line problem datasets "no recipes in $tmp/empty: .*Set HIFM_DATASETS"

say "a results folder that cannot be written, not by root either; one that is not there yet"
echo text >file
expect_code 1 "$hifm" doctor --out file
expect_line problem results "file: cannot write into it: Not a directory. Choose another folder with --out"
expect_code 1 "$hifm" doctor --out /proc/results
expect_line problem results "/proc/results: cannot write into /proc: "
expect_code 0 "$hifm" doctor --out new/results
expect_line ok results "new/results does not exist; hifm run makes it"
[ ! -e new ] || fail "a folder was made"

say "a results folder in use, and what an interrupted --retrain has left"
mkdir -p results/runs/a-111111111111.new
exec 7>results/.lock
if flock -n 7 2>/dev/null; then
  expect_code 0 "$hifm" doctor
  expect_line note lock "process [0-9]+ uses results: another hifm run there ends with exit code 75"
fi
exec 7>&-
expect_code 0 "$hifm" doctor
expect_line ok lock "no other hifm uses results"
expect_line note leftovers "1 folder of an interrupted --retrain in results/runs"

say "no gnuplot and no compiler in PATH"
mkdir bare
PATH=$tmp/bare CC='' expect_code 0 "$hifm" doctor
expect_line note gnuplot "gnuplot is not installed .*apt install gnuplot-nox.*There are tables, but no figures"
expect_line note compiler "no cc, gcc or clang in PATH.*apt install gcc"
printf '#!/bin/sh\necho broken >&2\nexit 3\n' >bare/gnuplot
chmod +x bare/gnuplot
PATH=$tmp/bare:$PATH expect_code 0 "$hifm" doctor
expect_line note gnuplot "gnuplot failed: broken"

say "limits"
if ! has_sanitizers; then
  (ulimit -n 40 && expect_code 1 "$hifm" doctor) || exit 1
  expect_line problem limit "40 open files. Raise it with ulimit -n"
fi
expect_code 0 env LC_ALL=xx_YY "$hifm" doctor
expect_line note locale "not installed. Numbers are not affected"

say "a worker whose hifm is gone"
mkfifo worker
(exec -a hifm cat worker) &
orphan=$!
is_started() { tr '\0' ' ' <"/proc/$orphan/cmdline" | grep -q '^hifm worker'; }
wait_for 10 is_started
expect_code 0 "$hifm" doctor
expect_line note workers "without a hifm that started them:.* $orphan"
kill "$orphan"

say "words"
expect_refusal 2 "doctor takes no words, but 1 word was given" -- doctor now
expect_refusal 2 "doctor does not take --csv" -- doctor --csv
