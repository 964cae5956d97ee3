/* Files that plugins read: where they are, and their content in identities. */
#include "plan_fixture.h"

#include "base/blake2b.h"
#include "host/params.h"
#include "plan/identity.h"

#include <limits.h>
#include <stdlib.h>

#define TABULATED(path) "{ 'tabulated', table = '" path "' }"
#define HESSIAN(path)   HEAD "flow = { { 'hessian', energy = " TABULATED(path) " } },\n" REST

static const value *table_of(const value *energy) {
  return value_get(energy, "table");
}

static const value *flow_table(const value *plan) {
  const value *stages = value_get(value_get(plan_config(plan, 0), "flow"), "stages");
  return table_of(value_get(stages->items[0], "energy"));
}

static const value *data_table(const value *plan) {
  return table_of(value_get(value_get(plan_config(plan, 0), "dataset"), "energy"));
}

/* The folder of a test may be reached by a link; paths in plans have none. */
static const char *real_path(folder *f, const char *name) {
  char real[PATH_MAX];
  if (!realpath(folder_path(f, name), real)) fail_msg("no %s", name);
  return arena_text(&f->memory, real);
}

static void is_file(folder *f, const value *file, const char *name, const char *content) {
  char hex[33];
  blake2b_hex(content, strlen(content), hex);
  assert_int_equal(file->count, 2);
  assert_string_equal(value_get_text(file, PARAMS_PATH, ""), real_path(f, name));
  assert_string_equal(value_get_text(file, PARAMS_CONTENT, ""), hex);
}

static void test_relative_to_the_script(void **state) {
  folder *f = *state;
  folder_write(f, "a.table", "123");
  is_file(f, flow_table(plan_of(f, HESSIAN("a.table"))), "a.table", "123");
  const char *text = arena_format(&f->memory, HESSIAN("%s"), real_path(f, "a.table"));
  is_file(f, flow_table(plan_of(f, text)), "a.table", "123");
  plan_refused_with(f, HESSIAN("b.table"), "x.lua:3: flow.hessian.energy.table: the file ");
  plan_refused_with(f, HESSIAN("b.table"), "b.table does not exist");
}

/* A recipe's file is relative to the recipe; a script that gives another one means its own folder.
 */
static void test_relative_to_the_recipe(void **state) {
  folder *f = *state;
  assert_int_equal(files_make_folder(folder_path(f, "recipes"), NULL), STATUS_OK);
  folder_write(f, "recipes/toy.lua",
               "return { 'mcmc', energy = " TABULATED("a.table") ", particles = 4 }");
  folder_write(f, "recipes/a.table", "in the recipe");
  folder_write(f, "a.table", "in the script");
#define TOY(more) HEAD FLOW NETWORK TRAIN "dataset = { 'toy', train = 100, " more " } }"
  is_file(f, data_table(plan_of(f, TOY(""))), "recipes/a.table", "in the recipe");
  is_file(f, data_table(plan_of(f, TOY("energy = { table = 'a.table' }"))), "a.table",
          "in the script");
  is_file(f, data_table(plan_of(f, TOY("energy = " TABULATED("a.table")))), "a.table",
          "in the script");
  const value *config, *check;
  failure err = {0};
  if (plan_dataset(&f->memory, folder_path(f, "recipes"), "toy", plan_catalogue(f, NULL), &config,
                   &check, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  is_file(f, table_of(value_get(value_get(config, "dataset"), "energy")), "recipes/a.table",
          "in the recipe");
}

static identity of(folder *f, const char *text) {
  identity id;
  failure err = {0};
  if (identity_of(plan_config(plan_of(f, text), 0), plan_catalogue(f, NULL), &id, &err) !=
      STATUS_OK)
    fail_msg("%s", err.message);
  return id;
}

static void test_identity_has_the_content(void **state) {
  folder *f = *state;
  folder_write(f, "a.table", "123");
  folder_write(f, "b.table", "123");
  folder_write(f, "c.table", "124");
  const identity a = of(f, HESSIAN("a.table")), b = of(f, HESSIAN("b.table"));
  const identity c = of(f, HESSIAN("c.table"));
  assert_string_equal(a.modes, b.modes);
  assert_string_equal(a.train, b.train);
  assert_string_equal(a.data, c.data);
  assert_string_not_equal(a.modes, c.modes);
  assert_string_not_equal(a.train, c.train);
  folder_write(f, "a.table", "124");
  assert_string_equal(of(f, HESSIAN("a.table")).train, c.train);
}

static void test_set(void **state) {
  folder *f = *state;
  const char *const sets[] = {"flow.hessian.energy.table=b.table", NULL};
  const value *plan;
  failure err = {0};
  folder_write(f, "a.table", "1");
  folder_write(f, "b.table", "2");
  if (plan_try(f, HESSIAN("a.table"), NULL, sets, NULL, &plan, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  is_file(f, flow_table(plan), "b.table", "2");
}

/* The cell of a column that one --set has set, "" where there is no such column. */
static const char *cell_of(folder *f, const char *text, const char *column, const char *path) {
  const char *const sets[] = {arena_format(&f->memory, "%s=%s", column, path), NULL};
  const value *plan;
  failure err = {0};
  if (plan_try(f, text, NULL, sets, NULL, &plan, &err) != STATUS_OK) fail_msg("%s", err.message);
  return value_get_text(value_get(value_get(plan, "rows")->items[0], "cells"), column, "");
}

static const char *shown(folder *f, const char *name, const char *content) {
  char hex[33];
  blake2b_hex(content, strlen(content), hex);
  return arena_format(&f->memory, "%s(%.8s)", name, hex);
}

/* Files of one name and other contents have other cells, and folders have no part in them. */
static void test_what_is_set_is_shown(void **state) {
  folder *f = *state;
  static const struct {
    const char *text, *column;
  } CASES[] = {{HESSIAN("a"), "flow.hessian.energy.table"},
               {HEAD FLOW "dataset = { 'file', path = 'a', train = 20 }, network = 'mlp'," TRAIN
                          "}",
                "dataset.path"}};
  assert_int_equal(files_make_folder(folder_path(f, "x"), NULL), STATUS_OK);
  assert_int_equal(files_make_folder(folder_path(f, "y"), NULL), STATUS_OK);
  folder_write(f, "a", "1");
  folder_write(f, "b", "2");
  folder_write(f, "x/b", "2");
  folder_write(f, "y/b", "3");
  for (size_t i = 0; i < 2; i++) {
    const char *text = CASES[i].text, *column = CASES[i].column;
    assert_string_equal(cell_of(f, text, column, "b"), shown(f, "b ", "2"));
    assert_string_equal(cell_of(f, text, column, "x/b"), shown(f, "b ", "2"));
    assert_string_equal(cell_of(f, text, column, "y/b"), shown(f, "b ", "3"));
  }
}

/* Rows of a zip over files differ in the names that their column shows. */
static void test_zipped_files(void **state) {
  folder *f = *state;
  static const struct {
    const char *column, *rest;
  } CASES[] = {{"flow.hessian.energy.table",
                "flow = { { 'hessian', energy = " TABULATED("a") " } },\n" REST},
               {"dataset.path", FLOW "dataset = { 'file', path = 'a', train = 20 },"
                                     "network = 'mlp'," TRAIN "}"}};
  folder_write(f, "a", "1");
  folder_write(f, "b", "2");
  for (size_t k = 0; k < 2; k++) {
    const char *text = arena_format(&f->memory, HEAD "h.zip { ['%s'] = { 'a', '%s' } },\n%s",
                                    CASES[k].column, real_path(f, "b"), CASES[k].rest);
    const value *rows = value_get(plan_of(f, text), "rows");
    assert_int_equal(rows->count, 2);
    for (size_t i = 0; i < 2; i++) {
      const value *cells = value_get(rows->items[i], "cells");
      assert_string_equal(value_get_text(cells, CASES[k].column, ""), i ? "b" : "a");
    }
  }
}

/* The cell of this column in each of two rows. */
static void are_shown(folder *f, const char *text, const char *column, const char *first,
                      const char *second) {
  const value *rows = value_get(plan_of(f, text), "rows");
  assert_int_equal(rows->count, 2);
  for (size_t i = 0; i < 2; i++) {
    const value *cells = value_get(rows->items[i], "cells");
    assert_string_equal(value_get_text(cells, column, ""), i ? second : first);
  }
}

/* Two files of one name differ by their contents, so that no table averages them. */
static void test_files_of_one_name(void **state) {
  folder *f = *state;
  assert_int_equal(files_make_folder(folder_path(f, "x"), NULL), STATUS_OK);
  assert_int_equal(files_make_folder(folder_path(f, "y"), NULL), STATUS_OK);
  folder_write(f, "x/a", "1");
  folder_write(f, "y/a", "2");
#define FILES(paths, seeds)                                                                        \
  HEAD "h.zip { ['dataset.path'] = " paths ", seed = " seeds " },\n" FLOW                          \
       "dataset = { 'file', path = 'x/a', train = 20 }, network = 'mlp'," TRAIN "}"
  are_shown(f, FILES("{ 'x/a', 'y/a' }", "{ 0, 1 }"), "dataset.path", shown(f, "a ", "1"),
            shown(f, "a ", "2"));
  are_shown(f, FILES("{ 'x/a', 'x/a' }", "{ 0, 1 }"), "dataset.path", "a", "a");
}

/* A path of this machine would make other CSV files of the same results elsewhere. */
static void test_absolute_paths_are_not_shown(void **state) {
  folder *f = *state;
  folder_write(f, "a", "1");
  folder_write(f, "b", "2");
  const char *text =
      arena_format(&f->memory,
                   HEAD FLOW "dataset = { 'file', path = h.grid { '%s', '%s' }, train = 20 },"
                             "network = 'mlp'," TRAIN "}",
                   real_path(f, "a"), real_path(f, "b"));
  are_shown(f, text, "dataset.path", shown(f, "a ", "1"), shown(f, "b ", "2"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(test_relative_to_the_script),   TEST(test_relative_to_the_recipe),
      TEST(test_identity_has_the_content), TEST(test_set),
      TEST(test_what_is_set_is_shown),     TEST(test_zipped_files),
      TEST(test_files_of_one_name),        TEST(test_absolute_paths_are_not_shown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
