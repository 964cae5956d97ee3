/* A format of tables is one record: a style that is not in the program. */
#include "table_fixture.h"

#include "report/table_parts.h"

static const char *escape(arena *a, const char *text) {
  return strcmp(text, "a<b") == 0 ? arena_text(a, "a&lt;b") : text;
}

static void add_rows(text_buffer *out, const format_grid *grid) {
  for (size_t i = 0; i < grid->rows * grid->columns; i++)
    text_add(out, "%s<td>%s%s", i % grid->columns ? "" : "<tr>", grid->cells[i],
             (i + 1) % grid->columns ? "" : "\n");
}

static const table_style HTML = {.ending = ".html",
                                 .escape = escape,
                                 .grid = add_rows,
                                 .title = {"<h1>", "</h1>\n"},
                                 .line = {"<p>", "</p>\n"},
                                 .between = "<hr>\n"};

static void one_more_format(void **state) {
  folder *f = *state;
  table_parts p;
  csv_table runs, csv = {0};
  text_buffer text = {0};
  const table_request request = {
      .folder = f->path,
      .name = "t",
      .metrics = METRICS,
      .declaration = folder_value(f, "{'title':'a<b','columns':[['Flow','flow'],['NLL','nll_min']],"
                                     "'notes':['a<b','two']}"),
      .script_folder = f->path,
      .columns = folder_value(f, "['flow']")};
  folder_write(f, "runs.csv", "flow,status,nll_min\na<b,done,1\n");
  assert_int_equal(csv_table_read(&runs, folder_path(f, "runs.csv"), NULL), STATUS_OK);
  assert_int_equal(table_open(&p, &request, &runs, NULL), STATUS_OK);
  assert_int_equal(table_find_notes(&p, NULL), STATUS_OK);
  assert_int_equal(table_find_sources(&p, NULL), STATUS_OK);
  assert_int_equal(table_find_groups(&p, NULL), STATUS_OK);
  assert_int_equal(table_sort(&p, NULL), STATUS_OK);
  assert_int_equal(table_fill(&p, &csv, NULL), STATUS_OK);
  table_text(&text, &p, &csv, &HTML);
  assert_string_equal(text.text, "<h1>a&lt;b</h1>\n<tr><td>Flow<td>NLL\n<tr><td>a&lt;b<td>1.000\n"
                                 "<hr>\n<p>a&lt;b</p>\n<p>two</p>\n");
  free(text.text);
  csv_table_close(&csv);
  table_close(&p);
  csv_table_close(&runs);
}

static void the_formats_of_the_program(void **state) {
  folder *f = *state;
  assert_string_equal(table_endings(&f->memory), ".csv, .md, .tex");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(one_more_format), TEST(the_formats_of_the_program)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
