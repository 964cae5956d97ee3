#!/usr/bin/env bash
# hifm describe: the keys are those that scripts accept, the words of h are all of them, and every
# example runs.
source "$(dirname "$0")/e2e.inc.sh"

# topic_script ENTRIES: a script with these entries in place of its own of the same name.
topic_script() {
  local own='' entry
  for entry in 'flow = { { "transport" } }' 'seed = 0'; do
    [[ $1 =~ (^|[[:space:]])${entry%% *}\ = ]] || own="$own $entry,"
  done
  cat >topic.lua <<LUA
local h = require "hifm"
return h.experiment {
  dataset = $plane_data, network = "mlp", train = { batch = 50, epochs = 2 },
  $own
  $1
}
LUA
}

# Of the output of describe.
keys_of() {
  awk -v part="$1" 'NR > 2 && (part == "" ? /^$/ : $0 == part) { on = 1; next }
    on && /^  [a-z]/ { print $1 } on && !/^  [a-z]/ { exit }'
}
example_of() { sed '1,/^example:$/d'; }

# expect_keys WORD PART ENTRIES: what `describe WORD` lists, in this part, is what scripts accept.
expect_keys() {
  local known
  "$hifm" describe "$1" | keys_of "$2" | sort >described
  topic_script "$3"
  expect_code 78 "$hifm" run topic.lua --dry-run
  known=$(sed -n 's/.*zzzzzz.*; available: //p' stderr)
  [ -n "$known" ] || fail "no list of keys"
  tr -d ' ' <<<"$known" | tr , '\n' | sort | diff - described || fail "describe $1 has other keys"
}

say "the keys of a script, of tables and figures"
expect_keys script "" 'zzzzzz = 1,'
expect_keys tables "" 'tables = { t = { zzzzzz = 1 } },'
expect_keys tables "of a column:" 'tables = { t = { columns = { { "A", "seed", zzzzzz = 1 } } } },'
expect_keys figures "" 'figures = { t = { zzzzzz = 1 } },'
expect_keys figures "of a panel:" 'figures = { t = { panels = { { "nll", zzzzzz = 1 } } } },'

say "the words of h"
topic_script 'h.zzzzzz {},'
expect_code 78 "$hifm" run topic.lua
words=$("$hifm" describe 2>&1 | sed -n 's/.*describe takes one of //p' | tr -d ,) || true
tr ' ' '\n' <<<"$words" | sed -n 's/^h\.//p' | sort >described
sed -n 's/.*it has //p' stderr | tr -d ' ' | tr , '\n' | sort | diff - described || fail "other words"

say "every example runs"
for word in $words; do
  "$hifm" describe "$word" >text || fail "describe $word"
  grep -q '^example:$' text || continue # a table of settings
  topic_script "$(example_of <text)"
  expect_code 0 "$hifm" run topic.lua --dry-run
  [ "$(awk '{ if (length($0) > most) most = length($0) } END { print most }' text)" -le 80 ] ||
    fail "describe $word has a long line"
done
topic_script "$("$hifm" describe profiles | example_of)"
expect_code 0 "$hifm" run topic.lua --dry-run --profile quick
