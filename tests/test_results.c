/* The tables and figures in results/ are what the scripts and the CSV files beside them give. */
#include "folder.h"

#include "host/catalogue.h"
#include "plan/plan.h"
#include "report/figure.h"
#include "report/table.h"

#define SOURCE TEST_SOURCE_DIR "/"

static const char *read_text(folder *f, const char *path) {
  char *bytes = NULL;
  size_t length;
  failure err = {0};
  if (files_read(path, 1 << 24, &bytes, &length, &err) != STATUS_OK) fail_msg("%s", err.message);
  const char *text = arena_text(&f->memory, bytes);
  free(bytes);
  return text;
}

static const value *plan_of(folder *f, const char *name) {
  const plan_request request = {.script = arena_format(&f->memory, SOURCE "scripts/%s.lua", name),
                                .recipes = SOURCE "datasets"};
  const value *plan = NULL;
  failure err = {0};
  if (plan_load(&f->memory, &request, catalogue_collect(&f->memory), &plan, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  return plan;
}

static void same_tables(folder *f, const char *name) {
  static const char *const endings[] = {".csv", ".md", ".tex"};
  const value *plan = plan_of(f, name), *tables = value_get(plan, "tables");
  const char *results = arena_format(&f->memory, SOURCE "results/%s", name);
  folder_write(f, "runs.csv", read_text(f, arena_format(&f->memory, "%s/runs.csv", results)));
  assert_true(tables->count > 0);
  for (size_t i = 0; i < tables->count; i++) {
    failure err = {0};
    const table_request request = {.folder = f->path,
                                   .name = tables->keys[i],
                                   .metrics = METRICS,
                                   .declaration = tables->items[i],
                                   .script_folder = SOURCE "scripts",
                                   .columns = value_get(plan, "columns")};
    if (table_write(&request, NULL, &err) != STATUS_OK) fail_msg("%s", err.message);
    for (size_t k = 0; k < 3; k++) {
      const char *file = arena_format(&f->memory, "%s%s", tables->keys[i], endings[k]);
      assert_string_equal(folder_read(f, file),
                          read_text(f, arena_format(&f->memory, "%s/%s", results, file)));
    }
  }
}

/* The second line of an SVG names the version of gnuplot that wrote it; others draw otherwise. */
static bool same_gnuplot(const char *one, const char *other) {
  static const char mark[] = "Produced by GNUPLOT";
  const char *x = strstr(one, mark), *y = strstr(other, mark);
  return x && y && strncmp(x, y, strcspn(x, "\n")) == 0;
}

static void same_figures(folder *f, const char *name) {
  const value *plan = plan_of(f, name), *figures = value_get(plan, "figures");
  const char *results = arena_format(&f->memory, SOURCE "results/%s", name);
  folder_write(f, "history.csv", read_text(f, arena_format(&f->memory, "%s/history.csv", results)));
  assert_true(figures->count > 0);
  for (size_t i = 0; i < figures->count; i++) {
    failure err = {0};
    bool made;
    const figure_request request = {.folder = f->path,
                                    .name = figures->keys[i],
                                    .metrics = METRICS,
                                    .declaration = figures->items[i],
                                    .columns = value_get(plan, "columns")};
    if (figure_write(&request, &made, &err) != STATUS_OK) fail_msg("%s", err.message);
    if (!made) skip(); /* without gnuplot */
    const char *file = arena_format(&f->memory, "%s.svg", figures->keys[i]);
    const char *svg = folder_read(f, file);
    const char *expected = read_text(f, arena_format(&f->memory, "%s/%s", results, file));
    if (!same_gnuplot(svg, expected)) skip();
    assert_string_equal(svg, expected);
  }
}

static void tables_of_lj13(void **state) {
  same_tables(*state, "lj13");
}

static void tables_of_mnist(void **state) {
  same_tables(*state, "mnist");
}

static void figures_of_lj13(void **state) {
  same_figures(*state, "lj13");
}

static void figures_of_mnist(void **state) {
  same_figures(*state, "mnist");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(tables_of_lj13), TEST(tables_of_mnist),
                                     TEST(figures_of_lj13), TEST(figures_of_mnist)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
