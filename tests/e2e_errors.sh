#!/usr/bin/env bash
# Wrong command lines, scripts, settings and folders: the right exit code, and a helpful message.
source "$(dirname "$0")/e2e.inc.sh"
plane_script good.lua 2
cluster_script cluster.lua 1

# refused CODE WORDS... -- ARGUMENTS: of the program; no results folder is made.
refused() {
  expect_refusal "$@"
  [ ! -e results ] || fail "a results folder was made by: $*"
}

say "command lines"
refused 2 'unknown command "rn"' 'did you mean "run"' 'see hifm --help' -- rn
refused 2 "Hessian-informed" -- # the help, on stderr
refused 2 'unknown option --prfile' 'did you mean "--profile"' 'see hifm run --help' -- run --prfile quick good.lua
refused 2 "--out needs a value" -- run good.lua --out
refused 2 '-j: "0" is not a whole number from 1 to 1024' -- run good.lua -j 0
refused 2 '-j: "x" is not a whole number' -- run good.lua -jx
refused 2 "--retrain takes no value" -- run good.lua --retrain=1
refused 2 "ls does not take --seed; commands that take it: sample" -- ls --seed 3
refused 2 "unknown option --force; it is now --retrain" -- run good.lua --force
refused 2 "table does not take --retrain; commands that take it: run" -- table good.lua --retrain
refused 2 "run takes SCRIPT, but 0 words were given" -- run
refused 2 "run takes SCRIPT, but 2 words were given" -- run good.lua cluster.lua
refused 2 "table takes SCRIPT" -- table
refused 2 "ls takes no words, but 1 word was given" -- ls all
refused 2 "worker takes FILE" -- worker
refused 2 'unknown command "plugin show"' "plugin list, plugin describe, plugin check" -- plugin show
refused 2 'unknown command "plugin"' "plugin list, plugin describe, plugin check" -- plugin
refused 2 "describe takes one of optimizer" -- describe
refused 2 '"colums" is not described' 'did you mean "columns"?' -- describe colums
sed 's/flow    =/audits = { a = { ["train.batch"] = 40 } }, flow    =/' good.lua >trains.lua
refused 78 "trains.lua:" "audits.a.train.batch: an audit may change how a run is measured" -- run trains.lua
sed 's/flow    =/audits = { a = { ["measure.every"] = 1 } }, measure = { every = h.grid { 1, 2 } }, flow    =/' \
  good.lua >varies.lua
refused 78 "varies.lua:" "audits.a: sets what the grid varies: it would measure row" -- run varies.lua
refused 66 "nothing.lua" "no such script" -- run nothing.lua
refused 66 "nothing.json" -- worker nothing.json
refused 66 "nothing" -- log nothing
refused 66 "nothing.so" -- plugin check nothing.so
refused 2 'unknown command "dataset"' "dataset make, dataset check" -- dataset
refused 2 'did you mean "dataset check"' -- dataset chek lj13
refused 78 '"lj31" is not a recipe' 'did you mean "lj13"' -- dataset make lj31
refused 78 '"../lj13" is not a recipe' -- dataset check ../lj13
refused 66 "lj13 does not exist yet" "hifm dataset make lj13" -- dataset check lj13
refused 78 'unknown flow "hesian"' 'did you mean "hessian"' -- plugin describe flow hesian
expect_code 0 "$hifm" plugin describe energy lennard_jones
expect_words "declares  translates rotates permutes"
refused 2 "bench takes no words" -- bench fast
refused 66 "nowhere.safetensors" -- bench --weights nowhere.safetensors
refused 2 'unknown command "nonsense"' -- nonsense --help
refused 2 "help takes no words" -- help nonsense
refused 2 "--version takes no words" -- --version more
refused 2 "--out is given twice" -- ls --out a --out b
expect_code 0 "$hifm" --version
grep -qx 'hifm [0-9]*\.[0-9]*\.[0-9]*' stdout || fail "no version"
version=$(cut -d' ' -f2 stdout)
expect_code 0 "$hifm" --help
expect_words "dataset check NAME" "78  bad script"
expect_code 0 "$hifm" run --help
expect_words "usage: hifm run SCRIPT" "--profile NAME"
expect_code 0 "$hifm" plugin --help
expect_words "hifm plugin list" "hifm plugin describe KIND NAME" "hifm plugin check FILE"

say "settings and selections"
refused 78 "--set train.epohs=1" 'did you mean "train.epochs"' -- run good.lua --set train.epohs=1
refused 78 "train.epochs" "whole number" -- run good.lua --set train.epochs=many
refused 78 "dataset.train" "train_pool" -- run good.lua --set dataset.train=500
refused 78 "--set train.batch=401" "400 training points" -- run good.lua --set train.batch=401
refused 78 "good.lua:" "train.batch" "more than the 20" -- run good.lua --set dataset.train=20
refused 78 "measure.solver" 'did you mean "rk45"' -- run good.lua --set measure.solver=rk445
refused 78 'unknown column "flwo"' -- run good.lua --only flwo=transport
refused 78 "no run has flow=nothing" "one of transport, interpolant, well" -- \
  run good.lua --only flow=transport --only flow=nothing
expect_code 0 "$hifm" run good.lua --dry-run --only flow=transport --only flow=interpolant
expect_words "2 runs, 0 done, 2 to do"
refused 78 "good.lua:" '"quick"' -- run good.lua --profile quick
refused 78 "exactly one" "steps" -- run good.lua --set train.steps=5

say "folders of plugins"
mkdir -p empty wrong/energy one/energies two/energies
cp "$(dirname "$hifm")/plugins/energies/double_well.so" wrong/energy
cp "$(dirname "$hifm")/plugins/energies/double_well.so" one/energies
HIFM_PLUGIN_PATH=nowhere:good.lua:empty:wrong refused 78 "HIFM_PLUGIN_PATH: nowhere: No such file" \
  "good.lua: Not a directory" "empty: has no plugins" 'wrong: its folder "energy" is not searched; the name is "energies"' -- plugin describe energy nothing
HIFM_PLUGIN_PATH=one expect_code 0 "$hifm" plugin list
expect_words "found twice, so it cannot be used; this one: $tmp/one/energies/double_well.so" \
  "this one: $(dirname "$hifm")/plugins/energies/double_well.so"
[ ! -s stderr ] || fail "a note about a good folder"
sed 's/b = 2 }, dim/b = h.grid { 2, 3 } }, dim/' good.lua >data.lua
expect_code 0 "$hifm" run data.lua --dry-run
[ "$(grep '^  data' stdout | sort -u | grep -c '(........)  *not in the cache$')" = 2 ] || fail "equal names of data sets"
rm -r empty wrong one two

say "scripts: file and line, and the names of what does not fit"
# script NETWORK FLOW: the flow is in line 6.
script() {
  cat >bad.lua <<LUA
return require("hifm").experiment {
  dataset = $plane_data,
  network = $1,
  train   = { batch = 50, epochs = 2 },
  flow    = $2,
}
LUA
}
script '{ "mlp", widht = 8 }' '{ { "transport" } }'
refused 78 "bad.lua:4: network.widht" 'did you mean "width"' -- run bad.lua
script '{ "mpl" }' '{ { "transport" } }'
refused 78 "bad.lua:4" '"mpl"' 'did you mean "mlp"' -- run bad.lua
script '{ "mlp", width = -8 }' '{ { "transport" } }'
refused 78 "bad.lua:4: network.width" "1 to" -- run bad.lua
script '"mlp"' '{ { "transport" }, { "condition" } }'
refused 78 "bad.lua:6: flow" "condition" "transport" -- run bad.lua
script '"mlp"' '{ { "hyperbolize" }, { "hessian", energy = "double_well" } }'
refused 78 "bad.lua:6: flow" "hyperbolize" "not a path stage" -- run bad.lua
script '"mlp"' '{ { "hessian", energy = "double_well" }, { "isotropize" }, { "condition" } }'
refused 78 "bad.lua:6: flow" "condition" "isotropize" -- run bad.lua
script '"mlp"' '{ { "interpolant" }, { "isotropize" }, { "anisotropic" } }'
refused 78 "bad.lua:6: flow" "isotropize" "anisotropic" -- run bad.lua
script '"mlp"' '{ { "interpolant" }, { "transport" } }'
refused 78 "bad.lua:6: flow" "interpolant" "transport" -- run bad.lua
script '"mlp"' '{ { "transport" }, { "isotropize" } }'
refused 78 "bad.lua:6: flow" "transport" "isotropize" -- run bad.lua
script '"mlp",,' '{ { "transport" } }'
refused 78 "bad.lua:4" "unexpected symbol" -- run bad.lua
script '"mlp" .. nil' '{ { "transport" } }'
refused 78 "bad.lua:4" "nil value" -- run bad.lua
script 'os.getenv("HOME")' '{ { "transport" } }'
refused 78 "bad.lua:4" "os" -- run bad.lua
echo 'while true do end' >bad.lua
refused 78 "bad.lua:1" "instructions" -- run bad.lua
head -c 1000 "$hifm" >bad.lua
refused 78 "bad.lua" -- run bad.lua

say "the Hessian of lennard_jones needs the setting 'negative'"
expect_code 1 "$hifm" run cluster.lua --set flow.hessian.energy=lennard_jones \
  --only flow=formation,flow.hyperbolize=no,flow.project=no --out out
expect_words "negative" "absolute" "clip" "failed"

say "tables and figures are checked before the first run"
# wrong WORDS... -- FROM TO: with this in good.lua, to be seen before there are any results.
wrong() {
  local words=()
  while [ "$1" != -- ]; do
    words+=("$1")
    shift
  done
  sed "s/$2/$3/" good.lua >bad.lua
  refused 78 "${words[@]}" -- run bad.lua --dry-run
  refused 78 "${words[@]}" -- run bad.lua
  refused 78 "${words[@]}" -- table bad.lua
}
figure='figures = { curves = { panels = { "nll", "nfe" } } },'
plane_script good.lua 2 "audits = { more = { [\"dataset.test\"] = 30 } }, $figure"
expect_code 0 "$hifm" run good.lua --dry-run
table='bad.lua:14: table table1'
wrong "$table: unknown column \"nll\"; available: flow, flow" "nll_min" "more.nll_best" -- \
  '"nll_min"' '"nll"'
wrong "$table" 'did you mean "more.nll_last"' -- '"nll_min"' '"more.nll_lst"'
wrong "$table" 'unknown column "nfe"' -- 'table1 = {' 'table1 = { sort = "nfe",'
wrong "$table" 'notes: {nll}: runs.csv has no number' -- \
  'table1 = {' 'table1 = { notes = { "{nll}" },'
wrong "$table" 'no run has flow=OT; flow is one of transport, interpolant, well' -- \
  'digits = 3' 'minus = "flow=OT"'
wrong "$table" 'ranks: runs.csv has no number' -- 'table1 = {' 'table1 = { ranks = { "flow" },'
wrong "bad.lua:16: figure curves: history.csv has no column \"nlll\"" 'did you mean "nll"' -- \
  '"nll", ' '"nlll", '
wrong "bad.lua:16: figure curves" 'x = "hour" is not epoch, step or a setting that varies' -- \
  'curves = {' 'curves = { x = "hour",'

say "scripts with the names of folders that hifm has itself"
for name in runs cache .plugins .; do
  cp good.lua "$name.lua"
  refused 78 "results/$name, a name that hifm uses itself" "rename" -- run "$name.lua" --dry-run
  rm "$name.lua"
done

say "commands about runs that do not exist"
expect_code 0 "$hifm" ls
expect_words "no runs in results/runs"
[ ! -e results ] || fail "hifm ls made a folder"

say "a reader that leaves early"
mkdir -p many/runs
(cd many/runs && seq -f 'a-run-with-a-name-of-some-length-%05g' 3000 | xargs mkdir)
code=0
(set +o pipefail && "$hifm" ls --out many 2>pipe | head -1 >line) || code=$?
[ "$code $(wc -l <line)" = "0 1" ] || fail "hifm ls | head -1 gave $code"
[ ! -s pipe ] || fail "hifm ls | head -1 complained: $(cat pipe)"
rm -r many

say "closed standard descriptors"
only=flow=transport
expect_code 0 "$hifm" run good.lua --only $only --out open
code=0
"$hifm" run good.lua --only $only --out closed <&- >&- 2>&- || code=$?
[ "$code" = 0 ] || fail "with closed descriptors the run ended with $code"
expect_same open/good-partial-*/runs.csv closed/good-partial-*/runs.csv
grep -q "\"hifm\": \"$version\"" open/runs/*/result.json || fail "a result of another version"
grep -qx "[0-9]* $(uname -n)" closed/.lock || fail "something was printed into the lock"
rm -r open closed

say "folders that cannot be written"
refused 73 "/proc/hifm" -- run good.lua --out /proc/hifm
echo text >plain
refused 73 "plain" -- run good.lua --out plain
if [ "$(id -u)" != 0 ]; then
  mkdir -m 555 closed
  refused 77 "closed" -- run good.lua --out closed
elif unshare -m true 2>/dev/null; then
  mkdir closed
  read_only='mount --bind closed closed && mount -o remount,bind,ro closed && exec "$@"'
  closed() { unshare -m sh -c "$read_only" - "$@"; }
  expect_code 77 closed "$hifm" run good.lua --out closed
  expect_words "closed"
  [ -z "$(ls -A closed)" ] || fail "something was written into the closed folder"
  expect_code 0 closed "$hifm" ls --out closed
else
  say "SKIPPED: a read-only folder needs another user or unshare"
fi
