/* Any text as Markdown, and as plain text for a terminal. */
#include "table_fixture.h"

#include "report/table_parts.h"

static void same(folder *f, const char *text, const char *markdown) {
  assert_string_equal(table_markdown(&f->memory, text), markdown);
}

static void nothing_is_a_sign(void **state) {
  folder *f = *state;
  same(f, "", "");
  same(f, "2*k <x>", "2\\*k \\<x>");
  same(f, "_x_ nll_min", "\\_x\\_ nll_min");
  same(f, "`c` ~~d~~ a\\b", "\\`c\\` \\~\\~d\\~\\~ a\\\\b");
  same(f, "[a](b) in [0, 1]", "[a\\](b) in [0, 1]");
  same(f, "&lt; A & B", "\\&lt; A & B");
}

static void lines_that_begin_something(void **state) {
  folder *f = *state;
  same(f, "# a", "\\# a");
  same(f, "- a", "\\- a");
  same(f, "> a", "\\> a");
  same(f, "1. a", "1\\. a");
  same(f, "-0.5 1.5 # a", "-0.5 1.5 # a");
}

/* ESC and its C1 form are commands to a terminal. */
static void control_characters(void **state) {
  folder *f = *state;
  assert_string_equal(table_plain(&f->memory, "a\nb\x1b[31m\xc2\x9b\x7fκ\xff"), "a b [31m  κ?");
  same(f, "a\nb", "a b");
}

/* In a table of each format; a bar would end a cell. */
static void labels_in_tables(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "flow,status,nll_min\n\"a|b\n*c*\x1b[1m\",done,1\n");
  const char *printed =
      table_printed(f, "{'columns':[['Flow','flow'],['NLL','nll_min']]}", "['flow']");
  assert_non_null(strstr(printed, "a|b *c* [1m  1.000\n"));
  assert_non_null(strstr(folder_read(f, "table2.md"), "| a\\|b \\*c\\* [1m | 1.000 |\n"));
}

/* ✓ and ✗ are of switches: a flow may be called yes. */
static void a_flow_called_yes(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "flow,flow.project,status,nll_min\nyes,no,done,1\n");
  assert_non_null(strstr(table_printed(f,
                                       "{'columns':[['Flow','flow'],['P','flow.project'],"
                                       "['NLL','nll_min']]}",
                                       "['flow','flow.project']"),
                         "yes   ✗  1.000\n"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(nothing_is_a_sign), TEST(lines_that_begin_something), TEST(control_characters),
      TEST(labels_in_tables),  TEST(a_flow_called_yes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
