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

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(test_relative_to_the_script),
                                     TEST(test_relative_to_the_recipe),
                                     TEST(test_identity_has_the_content), TEST(test_set)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
