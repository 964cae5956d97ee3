#!/usr/bin/env bash
# hifm completion: the function for bash completes commands, their second words and the options of
# the command. The files for zsh and fish, and the manual page, have every command and option.
source "$(dirname "$0")/e2e.inc.sh"

"$hifm" completion bash >bash.sh
# shellcheck disable=SC1091 # made by the line above
source ./bash.sh

# completes EXPECTED WORDS...: what is offered for the last word.
completes() {
  local expected=$1
  shift
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _hifm
  [ "${COMPREPLY[*]}" = "$expected" ] || fail "$*: ${COMPREPLY[*]}"
}

say "bash"
completes "run" hifm ru
completes "diff describe dataset doctor" hifm d
completes "list" hifm plugin l
completes "list describe check --help" hifm plugin ""
completes "--set" hifm run x.lua --se
completes "--seed --strip --set" hifm sample run --s
completes "--profile --set --only --exclude --out --quiet --help" hifm table --
completes "--help" hifm plugin list --
completes "" hifm run scripts/lj
completes "" hifm nonsense --s

say "every command and option"
"$hifm" completion zsh >zsh.sh
"$hifm" completion fish >fish.sh
"$hifm" man >page
"$hifm" --help | sed -n 's/^  \([a-z][a-z ]*[a-z]\).*  .*/\1/p' | sed 's/  .*//' >commands
[ "$(wc -l <commands)" -gt 10 ] || fail "few commands"
while read -r name; do
  grep -qF "' $name '*)" zsh.sh || fail "zsh: no $name"
  grep -q -- "-a ${name##* } " fish.sh || fail "fish: no $name"
  grep -q "^\.SS hifm $name " page || fail "man: no $name"
  # shellcheck disable=SC2086 # a name may be two words
  for option in $("$hifm" $name --help | sed -n 's/^  \(--*[a-z-]*\).*/\1/p'); do
    grep -F "' $name '*)" bash.sh | grep -qF -- " $option" || fail "bash: no $name $option"
    grep -q -- " -[ls] ${option##*-} \| -l ${option#--} " fish.sh || fail "fish: no $option"
    grep -qF -- "${option//-/\\-}" page || fail "man: no $option"
  done
done <commands
expect_refusal 2 'no completions for "bahs"; did you mean "bash"?' -- completion bahs
if command -v groff >/dev/null; then
  groff -man -Tascii -ww page >text 2>warnings
  [ ! -s warnings ] || fail "groff: $(head -3 warnings)"
fi
