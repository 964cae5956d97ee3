/* Data sets in scripts: recipes, files, images; what of them is in an identity. */
#include "plan_fixture.h"

#include "base/blake2b.h"
#include "plan/identity.h"

#include <limits.h>

static void test_recipe(void **state) {
  folder *f = *state;
  assert_int_equal(files_make_folder(folder_path(f, "recipes"), NULL), STATUS_OK);
  folder_write(f, "recipes/toy.lua",
               "-- a recipe\nreturn { 'mcmc', energy = { 'morse', depth = 2 }, particles = 3 }");
  folder_write(f, "recipes/bad.lua", "return {\n 'mcmc', energy = 'morse',\n partcles = 3 }");
  folder_write(f, "recipes/none.lua", "return { 'toy' }");
  const value *plan =
      plan_of(f, HEAD "dataset = { 'toy', train = 50, space = 2 }," NETWORK TRAIN FLOW TAIL);
  const value *dataset = value_get(plan_config(plan, 0), "dataset");
  assert_string_equal(value_get_text(dataset, "", ""), "mcmc");
  assert_string_equal(value_get_text(dataset, "label", ""), "toy");
  assert_true(value_get_number(dataset, "particles", 0) == 3);
  assert_true(value_get_number(dataset, "space", 0) == 2);
  assert_true(value_get_number(dataset, "train", 0) == 50);
  assert_true(value_get_number(value_get(dataset, "energy"), "depth", 0) == 2);
  plan = plan_of(
      f, HEAD "dataset = { 'toy', train = 50, energy = { depth = 3 } }," NETWORK TRAIN FLOW TAIL);
  dataset = value_get(plan_config(plan, 0), "dataset");
  assert_true(value_get_number(value_get(dataset, "energy"), "depth", 0) == 3);
  const char *const sets[] = {"dataset.energy.depth=4", "dataset.test=9", NULL};
  failure err = {0};
  assert_int_equal(plan_try(f, HEAD "dataset = { 'toy', train = 50 }," NETWORK TRAIN FLOW TAIL,
                            NULL, sets, NULL, &plan, &err),
                   STATUS_OK);
  dataset = value_get(plan_config(plan, 0), "dataset");
  assert_true(value_get_number(value_get(dataset, "energy"), "depth", 0) == 4);
  assert_true(value_get_number(dataset, "test", 0) == 9);
  plan_refused_with(f, HEAD "dataset = { 'tay', train = 50 }," NETWORK TRAIN FLOW TAIL,
                    "recipes; did you mean \"toy\"?");
  plan_refused_with(f, HEAD "dataset = { '../x', train = 50 }," NETWORK TRAIN FLOW TAIL,
                    "x.lua:3: dataset: \"../x\" is not a recipe in");
  plan_refused_with(f, HEAD "dataset = { 'bad', train = 50 }," NETWORK TRAIN FLOW TAIL,
                    "recipes/bad.lua:3: dataset.partcles: unknown setting; did you mean "
                    "\"particles\"?");
  plan_refused_with(f, HEAD "dataset = { 'none', train = 50 }," NETWORK TRAIN FLOW TAIL,
                    "must return { \"mcmc\", ... }, { \"file\", ... } or { \"images\", ... }");
}

static status_code dataset_of(folder *f, const char *name, const value **config,
                              const value **check, failure *err) {
  return plan_dataset(&f->memory, folder_path(f, "recipes"), name, plan_catalogue(f, NULL), config,
                      check, err);
}

/* By itself it is what a script gets, and what it expects is not a part of its identity. */
static void test_recipe_alone(void **state) {
  folder *f = *state;
  const value *config, *check, *catalogue = plan_catalogue(f, NULL);
  failure err = {0};
  char hex[33];
  identity id;
  assert_int_equal(files_make_folder(folder_path(f, "recipes"), NULL), STATUS_OK);
  folder_write(f, "recipes/toy.lua",
               "return { 'mcmc', energy = 'morse', particles = 3,\n"
               " check = { mean_energy = { -2.5, 0.25 } } }");
  folder_write(f, "recipes/bad.lua",
               "return { 'mcmc', energy = 'morse',\n particles = 3,\n"
               " check = { mean_energy = -2.5 } }");
  folder_write(f, "recipes/worse.lua", "return { 'mcmc',\n enrgy = 'morse' }");
  if (dataset_of(f, "toy", &config, &check, &err)) fail_msg("%s", err.message);
  assert_string_equal(json_text(&f->memory, check), "{\"mean_energy\":[-2.5,0.25]}");
  assert_string_equal(value_get_text(value_get(config, "dataset"), "label", ""), "toy");
  assert_int_equal(identity_of_data(config, catalogue, hex, &err), STATUS_OK);
  const value *plan = plan_of(f, HEAD "dataset = { 'toy', train = 50 }," NETWORK TRAIN FLOW TAIL);
  assert_null(value_get(value_get(plan_config(plan, 0), "dataset"), "check"));
  assert_int_equal(identity_of(plan_config(plan, 0), catalogue, &id, &err), STATUS_OK);
  assert_string_equal(hex, id.data);
  assert_int_equal(dataset_of(f, "bad", &config, &check, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message,
                      folder_path(f, "recipes/bad.lua:3: dataset.check.mean_energy: must be { "
                                     "expected, its standard error }"));
  assert_int_equal(dataset_of(f, "worse", &config, &check, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message,
                      folder_path(f, "recipes/worse.lua:2: dataset.enrgy: unknown setting; did "
                                     "you mean \"energy\"?"));
  assert_int_equal(dataset_of(f, "tay", &config, &check, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "did you mean \"toy\"?"));
  assert_int_equal(dataset_of(f, "mcmc", &config, &check, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "\"mcmc\" is not a recipe"));
}

static void test_file(void **state) {
  folder *f = *state;
  char hex[33], real[PATH_MAX];
  folder_write(f, "points.npy", "whatever");
  const value *plan = plan_of(
      f, HEAD "dataset = { 'file', path = 'points.npy', train = 50 }," NETWORK TRAIN FLOW TAIL);
  const value *dataset = value_get(plan_config(plan, 0), "dataset");
  blake2b_hex("whatever", 8, hex);
  assert_non_null(realpath(folder_path(f, "points.npy"), real));
  assert_string_equal(value_get_text(dataset, "path", ""), real);
  assert_string_equal(value_get_text(dataset, "content", ""), hex);
  assert_string_equal(value_get_text(dataset, "label", ""), "file");
  plan_refused_with(
      f, HEAD "dataset = { 'file', train = 50,\npath = 'x.npy' }," NETWORK TRAIN FLOW TAIL,
      "x.lua:4: dataset.path: the file ");
  plan_refused_with(
      f,
      HEAD "dataset = { 'file', path = 'points.npy', content = 'abc', train = 50 }," NETWORK TRAIN
          FLOW TAIL,
      "not abc as declared");
}

/* Centred, it would be 0 whatever it was. */
static void test_one_particle(void **state) {
  folder *f = *state;
  folder_write(f, "points.npy", "whatever");
#define ONE(dataset)                                                                               \
  HEAD "dataset = { " dataset ", train = 5,\nparticles = 1 }," NETWORK TRAIN FLOW TAIL
#define REFUSAL                                                                                    \
  "x.lua:4: dataset.particles: one particle is always 0 once its centre of mass is removed; "
  plan_refused(f, ONE("'file', path = 'points.npy'"),
               REFUSAL "leave particles out for plain points");
  plan_refused(f, ONE("'mcmc', energy = 'morse'"), REFUSAL "give dimensions in place of particles");
}

static void test_empty_paths(void **state) {
  static const char *const CASES[][2] = {
      {"'file', path = ''", "x.lua:3: dataset.path: is an empty text (a .npy or .npz file"},
      {"'images', train_file = '', test_file = 'a'", "x.lua:3: dataset.train_file: is an empty"},
      {"'images', train_file = 'a', test_file = ''", "x.lua:3: dataset.test_file: is an empty"},
      {"''", "x.lua:3: dataset: \"\" is not a recipe"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    plan_refused_with(*state,
                      arena_format(&((folder *)*state)->memory,
                                   HEAD "dataset = { %s, train = 50 }," NETWORK TRAIN FLOW TAIL,
                                   CASES[i][0]),
                      CASES[i][1]);
}

/* Text of the resolved data set of this declaration. */
static const char *images_of(folder *f, const char *declared, const char *key) {
  const char *text = arena_format(
      &f->memory, HEAD "dataset = { %s, train = 50 }," NETWORK TRAIN FLOW TAIL, declared);
  return value_get_text(value_get(plan_config(plan_of(f, text), 0), "dataset"), key, "(none)");
}

/* A place belongs to whom names it, and the data set's own folder comes last. */
static void test_images(void **state) {
  folder *f = *state;
  const char *own = "'images', train_file = 'a', test_file = 'b', train_content = '1', "
                    "test_content = '2'";
  char home[PATH_MAX];
  assert_int_equal(files_make_folder(folder_path(f, "recipes"), NULL), STATUS_OK);
  assert_non_null(realpath(folder_path(f, ""), home));
  folder_write(f, "recipes/ink.sh", "exit 1");
  folder_write(f, "recipes/ink.lua",
               "return { 'images', folder = 'x:/y', train_file = 'a', test_file = 'b', "
               "train_content = '1', test_content = '2', fetch = 'ink.sh' }");
#define ASSERT_PLACES(declared, format, ...)                                                       \
  assert_string_equal(images_of(f, declared, "folder"),                                            \
                      arena_format(&f->memory, format, __VA_ARGS__))
  ASSERT_PLACES(own, "%s/images", home);
  ASSERT_PLACES(arena_format(&f->memory, "%s, folder = ':p::q/r:/s:'", own),
                "%s/p:%s/q/r:/s:%s/images", home, home, home);
  ASSERT_PLACES("'ink'", "%s/recipes/x:/y:%s/recipes/ink", home, home);
  ASSERT_PLACES("'ink', folder = 'z'", "%s/z:%s/recipes/ink", home, home);
  assert_string_equal(images_of(f, "'ink'", "fetch"),
                      arena_format(&f->memory, "%s/recipes/ink.sh", home));
  assert_string_equal(images_of(f, "'ink', fetch = ''", "fetch"), "");
  assert_string_equal(images_of(f, "'ink'", "label"), "ink");
  plan_refused_with(
      f, HEAD "dataset = { 'ink', train = 50,\nfetch = 'ink.sh' }," NETWORK TRAIN FLOW TAIL,
      "x.lua:4: dataset.fetch: only a recipe may name a script");
  plan_refused_with(f, HEAD "dataset = { 'ink', train = 50, folder = 5 }," NETWORK TRAIN FLOW TAIL,
                    "dataset.folder: must be a text, not a number");
  plan_refused_with(f, HEAD "dataset = { 'images', train = 50 }," NETWORK TRAIN FLOW TAIL,
                    "dataset.train_file: must be given");
}

/* A column that --set adds shows contents, and no folder. */
static void test_images_that_are_set(void **state) {
  folder *f = *state;
  static const char *const CASES[][3] = {{"dataset.folder=p", "dataset.folder", "(1, 2)"},
                                         {"dataset.train_file=q/c", "dataset.train_file", "c (1)"},
                                         {"dataset.test_file=d", "dataset.test_file", "d (2)"}};
  const char *text =
      HEAD "dataset = { 'images', folder = 'x', train_file = 'a', test_file = 'b', "
           "train_content = '1', test_content = '2', train = 50 }," NETWORK TRAIN FLOW TAIL;
  for (size_t i = 0; i < 3; i++) {
    const char *const sets[] = {CASES[i][0], NULL};
    const value *plan;
    failure err = {0};
    if (plan_try(f, text, NULL, sets, NULL, &plan, &err) != STATUS_OK) fail_msg("%s", err.message);
    const value *cells = value_get(value_get(plan, "rows")->items[0], "cells");
    assert_string_equal(value_get_text(cells, CASES[i][1], ""), CASES[i][2]);
  }
}

/* What is not declared is hashed, unpacked. */
static void test_images_content(void **state) {
  folder *f = *state;
  static const char bytes[] = "\0\0\10\3\0\0\0\1\0\0\0\1\0\0\0\1x";
  char hex[33];
  const value *plan;
  failure err = {0};
  const char *script =
      HEAD "dataset = { 'images', folder = '.', train_file = 'a', test_file = 'a', "
           "train = 1 }, train = { batch = 1, epochs = 2 }," NETWORK FLOW TAIL;
  assert_int_equal(plan_try(f, script, NULL, NULL, NULL, &plan, &err), STATUS_NO_INPUT);
  assert_non_null(strstr(err.message, "there is no a and no a.gz in "));
  assert_int_equal(files_write(folder_path(f, "a"), bytes, 17, NULL), STATUS_OK);
  blake2b_hex(bytes, 17, hex);
  const value *dataset = value_get(plan_config(plan_of(f, script), 0), "dataset");
  assert_string_equal(value_get_text(dataset, "train_content", ""), hex);
  assert_string_equal(value_get_text(dataset, "test_content", ""), hex);
  assert_int_equal(files_write(folder_path(f, "a"), bytes, 16, NULL), STATUS_OK);
  assert_int_equal(plan_try(f, script, NULL, NULL, NULL, &plan, &err), STATUS_BAD_INPUT);
  assert_non_null(strstr(err.message, "truncated"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_recipe, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_recipe_alone, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_file, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_one_particle, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_empty_paths, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_images, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_images_that_are_set, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_images_content, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
