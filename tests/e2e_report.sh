#!/usr/bin/env bash
# hifm report: one HTML page with the numbers of the tables, which needs no other file, shows any text of a
# script as text, and is the same when it is made again. In a browser: the list of runs sorts, nothing is
# loaded, a phone needs no sideways scrolling.
source "$(dirname "$0")/e2e.inc.sh"

more='title = "Wells & <b>bold</b>", question = "Does \"1 < 2\" hold?",
  network = { "mlp", width = 8, depth = h.grid { 3, 12 } }, optimizer = { lr = h.grid { 1e-3, 1000 } },
  figures = { curves = { panels = { "nll" } }, more = { panels = { "nfe" }, title = "<i>" } },'
plane_script plane.lua 2 "$more"
sed -i -e 's/h.as("transport"/h.as([[<script>hacked=1<\/script>]]/' \
  -e "s/h.as(\"interpolant\"/h.as([[a' \" \& <img src=x onerror=hacked=1>]]/" plane.lua
sed -i '0,/network = .*width = 8, depth = 3 },/{//d}' plane.lua # the one of plane_script
page=results/plane/report.html

say "the page: its path is printed, its numbers are those of the tables"
expect_code 0 "$hifm" run plane.lua --quiet
[ ! -e $page ] || fail "a page that nobody asked for"
expect_code 0 "$hifm" report plane.lua --quiet
[ "$(cat stdout)" = $page ] || fail "the path is not printed, but: $(cat stdout)"
cut -d'|' -f3 results/plane/table1.md | grep -oE '[0-9]+\.[0-9]+' >numbers
[ "$(wc -l <numbers)" -ge 8 ] || fail "few numbers in the table"
while read -r number; do grep -qF ">$number" $page || fail "no $number in the page"; done <numbers
[ "$(grep -c '<tbody id="run-' $page)" = 16 ] || fail "not 16 runs"
grep -qF '<h1>Wells &amp; &lt;b&gt;bold&lt;/b&gt;</h1>' $page || fail "no title"
grep -qF '<p class="question">Does &quot;1 &lt; 2&quot; hold?</p>' $page || fail "no question"
grep -q 'class="state diverged">.*' $page && grep -q '<tr class="reason">.*not finite at step' $page ||
  fail "no run that diverged, or no reason"
grep -q 'flow/transport</td><td class="number">[1-9]' $page && grep -q 'OpenBLAS' $page || fail "no provenance"
grep -qxF 'hifm report plane.lua' $page || fail "no command"

say "nothing of the script is markup, nothing leads out of the page, no id is used twice"
[ "$(grep -c '<script' $page)" = 1 ] || fail "another script"
grep -oE '<[a-zA-Z/][^>]*>' $page | sed 's/data-key="[^"]*"//' >tags
! grep -i '<img\| src=\| on[a-z]*=\|https*://[^w]' tags || fail "something is loaded or runs"
! grep -o "href=[\"'][^\"']*" tags | grep -v "href=[\"']#" || fail "a link leads out of the page"
if [ -e results/plane/curves.svg ]; then [ "$(grep -c '<svg' $page)" = 2 ] || fail "not two figures"; fi
grep -oE " id=[\"'][^\"']*" tags | cut -c6- | sort >ids
[ -z "$(uniq -d ids)" ] || fail "ids that are used twice: $(uniq -d ids)"
grep -o "href=[\"']#[^\"']*" tags | cut -c8- | sort -u | comm -23 - <(sort -u ids) >"$tmp/stderr"
[ ! -s stderr ] || fail "links lead nowhere"

say "the same bytes; run writes it again, other options have a page of their own"
cp $page first.html
expect_code 0 "$hifm" report plane.lua --quiet
expect_same first.html $page
echo old >$page
expect_code 0 "$hifm" run plane.lua --quiet
expect_same first.html $page
options=(plane.lua --set seed=7 --exclude $'flow="a\' "" & <img src=x onerror=hacked=1>"')
expect_code 0 "$hifm" report "${options[@]}"
partial=$(latest_partial results/plane)
[ "$(cat stdout)" = "$partial/report.html" ] || fail "another path"
# The command in the page, read by a shell.
sed -n 's/^hifm run/printf %s\\\\n/p' "$partial/report.html" |
  sed "s/&lt;/</g; s/&gt;/>/g; s/&quot;/\"/g; s/&#39;/'/g; s/&amp;/\&/g" >words.sh
printf '%s\n' "${options[@]}" | diff - <(bash words.sh) >"$tmp/stderr" ||
  fail "not the options, or not quoted for a shell"
grep -qF '>missing<' "$partial/report.html" || fail "runs that are not there are not missing"

say "without the folders of the runs, the CSV files are the results"
cp -r results/plane kept
mv results/runs .
expect_code 0 "$hifm" report plane.lua
expect_words "results/runs has no folder of these runs: results/plane/runs.csv"
for file in runs.csv history.csv timings.csv table1.csv script.json; do expect_same kept/$file results/plane/$file; done
[ "$(grep -c 'class="state done"' $page)" = "$(grep -c 'class="state done"' first.html)" ] || fail "other states"
grep -qF "The folders of the runs have no results here" $page || fail "no word about the folders"
sed -i 's/width = 8/width = 9/' plane.lua # other runs than those of the CSV
expect_code 0 "$hifm" report plane.lua --quiet
grep -qF '16 missing' $page || fail "CSV files of other runs were believed"

say "gc knows the page"
cp plane.lua other.lua
expect_code 0 "$hifm" gc other.lua --yes
[ ! -e results/plane ] || fail "the tables with a page are kept: $(cat stdout)"

if ! command -v chromium >/dev/null; then
  say "SKIPPED: no chromium, so the page was in no browser"
  exit 0
fi
say "in a browser, dark, as wide as a phone"
# Both scripts are added to a copy of the page: the first before anything else, the second at its end.
cat >first.js <<'JS'
const wrong = [];
addEventListener("error", event => wrong.push(event.message ?? "not loaded"), true);
addEventListener("securitypolicyviolation", event => wrong.push(event.blockedURI));
JS
cat >last.js <<'JS'
const list = document.querySelector("table.list");
const order = () => [...list.tBodies].map(run => run.id.slice(4)).join(" ");
const click = name => [...list.tHead.rows[0].cells].find(cell => cell.textContent === name)
  .querySelector("button").click();
const lines = [];
for (const name of ["NLL, best", "NLL, best", "#"]) { click(name); lines.push(order()); }
lines.push(`as wide as ${innerWidth}: ${document.documentElement.scrollWidth <= innerWidth}`,
  `dark ${getComputedStyle(document.body).backgroundColor}`,
  `loaded ${performance.getEntriesByType("resource").length}`, `hacked ${typeof hacked}`,
  `wrong ${wrong.join()}`);
parent.postMessage(lines.join("\n"), "*");
JS
awk 'FNR == 1 { file++ }
  file == 1 { first = first $0 "\n"; next }
  file == 2 { last = last $0 "\n"; next }
  $0 == "<head>" { print $0 "<script>" first "</script>"; next }
  $0 == "</body>" { print "<script>" last "</script>" }
  { print }' first.js last.js kept/report.html >tried.html
cat >frame.html <<'HTML'
<pre></pre><iframe src="tried.html" width="390" height="800" style="border: 0"></iframe>
<script>addEventListener("message", event => { document.querySelector("pre").textContent = event.data; })</script>
HTML
expect_code 0 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" --virtual-time-budget=5000 \
  --blink-settings=preferredColorScheme=0 --enable-logging=stderr --dump-dom "file://$tmp/frame.html"
! grep CONSOLE stderr || fail "messages of the page on the console"
sed -n 's/.*<pre>//; s/<\/pre>.*//; 1,8p' stdout >seen

# by_nll KEY: the runs of runs.csv by their NLL, with this key of sort; those without one last, in order.
by_nll() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { cell = $at["nll_min"]; print cell == "" ? "none" : "some", cell == "" ? 0 : cell, NR - 2 }' \
    <(sed 's/"[^"]*"/x/g' kept/runs.csv) >keys
  {
    grep ^some keys | sort -s -k2,"$1"
    grep ^none keys
  } | awk '{ printf "%s%s", sep, $3; sep = " " }'
}
{
  by_nll 2g && echo
  by_nll 2gr && echo
  seq -s ' ' 0 15
  printf '%s\n' "as wide as 390: true" "dark rgb(22, 25, 28)" "loaded 0" "hacked undefined" "wrong "
} >expected
diff expected seen >"$tmp/stderr" || fail "not what was expected (<) in the browser (>)"
