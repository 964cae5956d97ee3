/* Parts of an HTML page: any text as HTML, tables with links to runs, the list of runs. */
#include "table_fixture.h"

#include "report/page.h"

static void same(folder *f, const char *text, const char *html) {
  assert_string_equal(page_escape(&f->memory, text), html);
}

static void nothing_is_markup(void **state) {
  folder *f = *state;
  same(f, "", "");
  same(f, "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
  same(f, "\" onclick='x'", "&quot; onclick=&#39;x&#39;");
  same(f, "&lt; A & B", "&amp;lt; A &amp; B");
  same(f, "a\nb\tc\x1b[31m\x7f\xc2\x9b", "a b c [31m  ");
  same(f, "κ ✓ \xff \xc3( \xe2\x82", "κ ✓ ? ?( ??");
}

/* All texts of three of these bytes: what comes out is UTF-8 without any sign of HTML, but for the
 * entities. */
static void nothing_is_markup_anywhere(void **state) {
  folder *f = *state;
  static const char BYTES[] = "<>&\"'/!-a\n\x01\x7f\xc3\xa9\xe2\x82\xac\xf0\xff";
  enum { COUNT = sizeof BYTES - 1 };
  for (size_t i = 0; i < COUNT * COUNT * COUNT; i++) {
    const char text[] = {BYTES[i % COUNT], BYTES[i / COUNT % COUNT], BYTES[i / COUNT / COUNT], 0};
    const char *html = page_escape(&f->memory, text);
    assert_true(text_is_utf8(html) && !text_has_control(html));
    assert_null(strpbrk(html, "<>\"'"));
    for (const char *at = html; (at = strchr(at, '&')); at++)
      assert_true(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
                  strncmp(at, "&gt;", 4) == 0 || strncmp(at, "&quot;", 6) == 0 ||
                  strncmp(at, "&#39;", 5) == 0);
  }
}

/* The links are the places in runs.csv, also where the table leaves out runs and sorts the rest. */
static void a_table_with_links(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min,train_id\n0,<b>,done,3,a\n0,OT,done,1,b\n"
               "0,x & y,done,2,c\n1,<b>,done,3.5,d\n1,OT,done,1.5,e\n1,x & y,missing,,f\n");
  const table_request request = {
      .folder = f->path,
      .name = "t",
      .metrics = METRICS,
      .declaration = folder_value(
          f, "{'title':'<T>','columns':[['Flow','flow'],{'':['<N>','nll_min'],'best':'least',"
             "'digits':1}],'only':'flow!=OT','sort':'nll_min','notes':['a < b']}"),
      .script_folder = f->path,
      .columns = folder_value(f, "['seed','flow']")};
  text_buffer text = {0};
  failure err = {0};
  if (table_page(&request, &text, &err) != STATUS_OK) fail_msg("%s", err.message);
  assert_string_equal(
      text.text,
      "<article>\n<h3>&lt;T&gt;</h3>\n<p class=\"file\">t.csv</p>\n"
      "<div class=\"box\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Flow</th>"
      "<th scope=\"col\" class=\"number\">&lt;N&gt;</th><th "
      "scope=\"col\">Runs</th></tr></thead>\n"
      "<tbody>\n<tr><td>x &amp; y</td><td class=\"number\"><strong>2.0 (1 of 2)</strong></td>"
      "<td><span class=\"runs\"><a href=\"#run-2\">3</a> <a "
      "href=\"#run-5\">6</a></span></td></tr>\n"
      "<tr><td>&lt;b&gt;</td><td class=\"number\">3.2 ± 0.4</td>"
      "<td><span class=\"runs\"><a href=\"#run-0\">1</a> <a "
      "href=\"#run-3\">4</a></span></td></tr>\n"
      "</tbody>\n</table></div>\n<p class=\"note\">a &lt; b</p>\n"
      "<p class=\"note\">Mean ± standard deviation over 2 seeds, or as many as a cell says.</p>\n"
      "<p class=\"note\">Rows with missing seeds are means over other seeds than the rest.</p>\n"
      "<p class=\"note\">1 of 4 runs missing</p>\n</article>\n");
  free(text.text);
}

static void a_list_of_runs(void **state) {
  (void)state;
  const char *cells[] = {"State", "'NLL'", "failed", "–", "done", "1.500"};
  const char *keys[] = {NULL, NULL, NULL, "", NULL, "1.5\"<"};
  const char *notes[] = {"", "</div><script>", ""};
  const bool right[] = {false, true};
  const page_list list = {.grid = {.columns = 2, .rows = 3, .cells = cells, .right = right},
                          .keys = keys,
                          .notes = notes,
                          .state = 0};
  text_buffer text = {0};
  page_add_list(&text, &list);
  assert_string_equal(
      text.text,
      "<div class=\"box\" tabindex=\"0\"><table class=\"list\">\n<thead><tr>"
      "<th scope=\"col\">State</th><th scope=\"col\" class=\"number\">&#39;NLL&#39;</th></tr>"
      "</thead>\n<tbody id=\"run-0\"><tr><td><span class=\"state failed\">failed</span></td>"
      "<td class=\"number\" data-key=\"\">–</td></tr>\n<tr class=\"reason\"><td></td>"
      "<td colspan=\"1\"><div>&lt;/div&gt;&lt;script&gt;</div></td></tr>\n</tbody>\n"
      "<tbody id=\"run-1\"><tr><td><span class=\"state done\">done</span></td>"
      "<td class=\"number\" data-key=\"1.5&quot;&lt;\">1.500</td></tr>\n</tbody>\n"
      "</table></div>\n");
  free(text.text);
}

/* Nothing of the head is a text of the script; the lines of commands stay lines. */
static void the_frame(void **state) {
  (void)state;
  const page_section sections[] = {{"runs", "Runs"}, {NULL, NULL}};
  const page of = {.title = "</title><b>", .question = "<q>", .summary = "", .sections = sections};
  text_buffer text = {0};
  page_begin(&text, &of);
  page_begin_section(&text, &sections[0]);
  page_add_lines(&text, "hifm run '<a>'\nhifm ls\n");
  page_end_section(&text);
  page_end(&text);
  assert_non_null(strstr(text.text, "<title>&lt;/title&gt;&lt;b&gt;</title>\n"));
  assert_non_null(strstr(text.text, "<h1>&lt;/title&gt;&lt;b&gt;</h1>\n"));
  assert_non_null(strstr(text.text, "<p class=\"question\">&lt;q&gt;</p>\n"));
  assert_null(strstr(text.text, "class=\"summary\""));
  assert_non_null(strstr(text.text, "<a href=\"#runs\">Runs</a>"));
  assert_non_null(strstr(text.text, "<section id=\"runs\">\n<h2>Runs</h2>\n"));
  assert_non_null(strstr(text.text, ">hifm run &#39;&lt;a&gt;&#39;\nhifm ls\n</pre>"));
  assert_non_null(strstr(text.text, "default-src 'none'"));
  free(text.text);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(nothing_is_markup),  TEST(nothing_is_markup_anywhere),
      TEST(a_table_with_links), TEST(a_list_of_runs),
      TEST(the_frame),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
