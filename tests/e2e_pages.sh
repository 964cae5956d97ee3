#!/usr/bin/env bash
# The pages (README.md of each folder, RUNNING.md, CLUSTER.md) are right about the source tree: links lead somewhere, paths
# and functions exist, runtime/README.md lists every file of the runtime.
source "$(dirname "$0")/e2e.inc.sh"
export LC_ALL=C.UTF-8 # lengths of lines in letters
cd "$source_dir"
mapfile -t pages < <(list_pages && echo scripts/CLUSTER.md)
checked=0

# expect_refused COMMAND...: a check that must fail does.
expect_refused() {
  if (trap - EXIT && "$@") >/dev/null 2>&1; then fail "passed, but should not: $*"; fi
}

# count_checks NAME LEAST: fails where fewer were counted in $checked since the last call.
count_checks() {
  [ "$checked" -ge "$2" ] || fail "only $checked $1 found"
  say "$checked $1"
  checked=0
}

# check_length PAGE: no line of more than 120 letters.
check_length() {
  if grep -nE '^.{121,}' "$1"; then fail "lines of $1 are longer than 120"; fi
  checked=$((checked + $(wc -l <"$1")))
}

# anchor: the fragment by which a heading on stdin is linked.
anchor() { tr '[:upper:]' '[:lower:]' | sed -E 's/[^[:alnum:] _-]//g; s/ /-/g'; }

# headings PAGE: the anchors of its headings.
headings() { sed -n 's/^##* //p' "$1" | anchor; }

# check_link PAGE TARGET: a relative link leads to a file, and to a heading of it.
check_link() {
  local file=${2%%#*} heading=
  case $2 in *"#"*) heading=${2#*#} ;; esac
  if [ -n "$file" ]; then file=$(dirname "$1")/$file; else file=$1; fi
  [ -e "$file" ] || fail "$1 links to $2, which does not exist"
  [ -z "$heading" ] || headings "$file" | grep -qxF -- "$heading" ||
    fail "$1 links to $2, but there is no such heading"
}

# check_links PAGE
check_links() {
  local target
  while read -r target; do
    case $target in http*) continue ;; esac
    check_link "$1" "$target"
    checked=$((checked + 1))
  done < <(grep -oE '\]\([^)]+\)' "$1" | sed 's/^](//; s/)$//')
}

# paths: what a text on stdin names below the folders of the tree.
paths() {
  grep -oE '(^|[^A-Za-z0-9_./-])(scripts|plugins|runtime|tests|datasets|include)/[][A-Za-z0-9_./*-]*' |
    sed -E 's/^[^a-z]//; s/[].,]+$//' | sort -u
}

# check_paths PAGE: each path exists (with * for any name).
check_paths() {
  local path
  while read -r path; do
    compgen -G "$path" >/dev/null || fail "$1 names $path, which does not exist"
    checked=$((checked + 1))
  done < <(paths <"$1")
}

# words PAGE: what stands between backticks, without spaces in it, each after the number of its line.
words() {
  awk -F'`' '{ for (i = 2; i < NF; i += 2) if ($i ~ /^[^ ]+$/) print FNR, $i }' "$1"
}

# is_source WORD: a name of a file, not the path of a setting such as flow.condition.c.
is_source() { [[ $1 =~ ^[A-Za-z0-9_/]+\.(c|h|sh|py)$ ]]; }

# The paths of all files, by name.
declare -A places=()
while read -r path; do places[${path##*/}]+="$path "; done < <(
  find datasets include plugins results runtime scripts tests -type f -not -path '*/runs/*' | sort
)

# find_source FOLDER NAME: sets $file to the file that a page in this folder calls by this name, or to
# nothing. A path begins at the root of the tree; a bare name is below the page's folder, or a test.
find_source() {
  local path below=${1#.}
  file=
  if [[ $2 == */* ]]; then
    if [ -e "$2" ]; then file=$2; fi
    return 0
  fi
  for path in ${places[$2]:-}; do
    if [[ $path == "${below:+$below/}"* ]]; then file=$path && return; fi
  done
  for path in ${places[$2]:-}; do
    if [[ $path == tests/* ]]; then file=$path && return; fi
  done
}

# check_sources PAGE: the sources that it names exist, and each `name()` is a function of the source
# that is named before it in its line.
check_sources() {
  local line word folder last=0 file=''
  folder=$(dirname "$1")
  while read -r line word; do
    [ "$line" = "$last" ] || file=
    last=$line
    if is_source "$word"; then
      find_source "$folder" "$word"
      [ -n "$file" ] || fail "$1 names $word, which does not exist"
    elif [ "${word%()}" != "$word" ]; then
      [ -n "$file" ] || fail "$1 names no file for $word"
      grep -qE "^([A-Za-z].*[ *])?${word%()}\(" "$file" || fail "$1: $word is not in $file"
    else
      continue
    fi
    checked=$((checked + 1))
  done < <(words "$1")
}

# listed PAGE FOLDER: the first cells of the table below the heading that begins with this folder.
listed() {
  awk -F'[|`]' -v heading="### \`$2/\`" \
    'index($0, heading) == 1 { on = 1; next } /^#/ { on = 0 } on && /^\| `/ { print $3 }' "$1" | sort
}

# to_list FOLDER: its files; a header is left out where there is a .c file of the same name.
to_list() {
  local file
  for file in "$1"/*; do
    [ "${file%.h}" = "$file" ] || [ ! -e "${file%.h}.c" ] || continue
    echo "${file##*/}"
  done | grep -v '\.md$' | sort
}

# check_rooms PAGE: the table of each folder of the runtime has exactly its files.
check_rooms() {
  local folder
  for folder in runtime/*/; do
    folder=${folder%/}
    diff <(listed "$1" "$folder") <(to_list "$folder") >"$tmp/stderr" ||
      fail "the table of $folder in $1 (<) has not the files of the folder (>)"
    checked=$((checked + $(to_list "$folder" | wc -l)))
  done
}

# for_pages CHECK: of every page.
for_pages() {
  local page
  for page in "${pages[@]}"; do "$1" "$page"; done
}

say "${pages[*]}"
for_pages check_length
count_checks lines 500
for_pages check_links
count_checks links 40
for_pages check_paths
count_checks paths 60
for_pages check_sources
count_checks "sources and functions" 150
check_rooms runtime/README.md
count_checks "files of the runtime" 100
for script in scripts/*.sh; do
  [ -x "$script" ] || fail "$script is not executable"
done

say "the checks themselves"
page=$tmp/page.md
write() { printf '%s\n' "$@" >"$page"; }
write "$(printf '%0121d' 0)" && expect_refused check_length "$page"
write '[x](nothing.md)' && expect_refused check_links "$page"
write '# A heading' '[x](#another)' && expect_refused check_links "$page"
write '# A heading' '[x](#a-heading)' && check_links "$page"
write 'see `runtime/host/nothing.c`' && expect_refused check_paths "$page"
write '`runtime/host/flow.c` `nothing()`' && expect_refused check_sources "$page"
write '`linear_path()`' && expect_refused check_sources "$page"
write 'see `nothing.c`' && expect_refused check_sources "$page"
write '### `runtime/base/`' '| `json.c` | JSON |' && expect_refused check_rooms "$page"
