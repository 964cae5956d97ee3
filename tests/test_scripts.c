/* The scripts that are shipped, planned with the plugins as they are. */
#include "base/blake2b.h"
#include "host/catalogue.h"
#include "plan/identity.h"
#include "plan_fixture.h"

/* The paper's Table 2: ten flows, three seeds. */
static void lj13_is_table_2(void **state) {
  folder *f = *state;
  plan_request request = {.script = TEST_SOURCE_DIR "/scripts/lj13.lua",
                          .recipes = TEST_SOURCE_DIR "/datasets"};
  const value *plan, *catalogue = catalogue_collect(&f->memory);
  failure err = {0};
  if (plan_load(&f->memory, &request, catalogue, &plan, &err)) fail_msg("%s", err.message);
  assert_int_equal(plan_rows(plan)->count, 30);
  assert_string_equal(plan_columns(f, plan),
                      "seed flow flow.hyperbolize flow.anisotropic flow.isotropize flow.project");
  for (size_t i = 0; i < 30; i++)
    assert_string_equal(plan_cell(plan, i, "seed"), i < 10 ? "0" : i < 20 ? "1" : "2");
  assert_string_equal(plan_cell(plan, 0, "flow"), "OT");
  assert_string_equal(plan_cell(plan, 1, "flow"), "interpolant");
  assert_string_equal(plan_cell(plan, 1, "flow.isotropize"), "");
  assert_string_equal(plan_cell(plan, 9, "flow"), "formation");
  request.profiles = (const char *const[]){"quick"};
  request.profile_count = 1;
  if (plan_load(&f->memory, &request, catalogue, &plan, &err)) fail_msg("%s", err.message);
  assert_int_equal(plan_rows(plan)->count, 10);
  assert_true(value_get_number(value_get(value_get(plan_rows(plan)->items[9], "config"), "dataset"),
                               "train", 0) == 20000);
}

static const value *shipped(folder *f, const char *name, const char *profile,
                            const value *catalogue) {
  const plan_request request = {
      .script = arena_format(&f->memory, "%s/scripts/%s.lua", TEST_SOURCE_DIR, name),
      .profiles = &profile,
      .profile_count = profile != NULL,
      .recipes = TEST_SOURCE_DIR "/datasets"};
  const value *plan = NULL;
  failure err = {0};
  if (plan_load(&f->memory, &request, catalogue, &plan, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  return plan;
}

static identity of(const value *config, const value *catalogue) {
  identity id;
  failure err = {0};
  if (identity_of(config, catalogue, &id, &err) != STATUS_OK) fail_msg("%s", err.message);
  return id;
}

/* All ids of a plan: a line for each row, "data modes train measure" and those of its audits. */
static const char *all_ids(folder *f, const char *name, const char *profile,
                           const value *catalogue) {
  const value *plan = shipped(f, name, profile, catalogue);
  const char *text = "";
  for (size_t i = 0; i < plan_rows(plan)->count; i++) {
    const identity id = of(plan_config(plan, i), catalogue);
    const value *audits = value_get(plan_rows(plan)->items[i], "audits");
    text = arena_format(&f->memory, "%s%s %s %s %s", text, id.data, id.modes, id.train, id.measure);
    for (size_t k = 0; k < audits->count; k++) {
      char hex[33];
      assert_int_equal(identity_of_measure(audits->items[k], catalogue, id.train, NULL, hex, NULL),
                       STATUS_OK);
      text = arena_format(&f->memory, "%s %s", text, hex);
    }
    text = arena_format(&f->memory, "%s\n", text);
  }
  return text;
}

/* Results of earlier versions must be found again: the first row, and the BLAKE2b-128 of all. */
static void ids_are_pinned(void **state) {
  static const struct {
    const char *script, *profile, *first, *all;
  } PINS[] = {
      {"lj13", NULL,
       "22a6cfe0e4e140d840e4efa2ab3bce25  a31a11980e1922d4391b662becfe1990 "
       "bd93cdb2b9922187752e302aa09953ad c5c320e0c5992d83c2ccf95a80395e89 "
       "e465a6abbdc58fa05c62c8ba6eb2eb04\n",
       "392c9e212d8a7d0fef661e1e034f9dfc"},
      {"lj13", "quick",
       "22a6cfe0e4e140d840e4efa2ab3bce25  9deda17ef97e8179cb4a2719a669c1c0 "
       "92cd4c471fda5796d5813479947ae4ea 0355eb19ab352dbee9d9cdc52edc63b0 "
       "1099626de079fe82a632299c14dcde99\n",
       "bce588f314183fbd3a13ff9b431c84bc"},
      {"mnist", NULL,
       "6305ac3eeb83b66de0e43e49b61c8e95  9c3826456db2fbaf078341ecce56c1c4 "
       "342fd806938634a4dff000f39b7d57b8 56fccae25242589f444ecb7adbac22d8 "
       "b2191966237c042b15a15b4166bcc07f\n",
       "c867a3c768a299f2664a12a40b784b54"},
      {"mnist", "quick",
       "6305ac3eeb83b66de0e43e49b61c8e95  87926cbbc59c85f4287454303589fb37 "
       "3f0fb2da6afa5dbb559f7de47bbed5c4 ec2aa6ba0d0a2c6f344b93d76c798c7c "
       "d927344e46c27aacf121a810b717ad14\n",
       "03c0b797c6f3b5f451dca347bb6e1859"},
      {"mnist", "paper",
       "6305ac3eeb83b66de0e43e49b61c8e95  97715e871b3d30b97c12eaac088c5b67 "
       "9367e338972e38fa25af75464592702b 1af704c7e603b165e8f67895afc05110 "
       "a40b922fc89b1a2936bc461735aef29d\n",
       "23bc48b51d77ff68e809b08ebced7ccb"},
  };
  folder *f = *state;
  const value *catalogue = catalogue_collect(&f->memory);
  for (size_t i = 0; i < sizeof PINS / sizeof *PINS; i++) {
    const char *text = all_ids(f, PINS[i].script, PINS[i].profile, catalogue);
    char hex[33];
    blake2b_hex(text, strlen(text), hex);
    assert_memory_equal(text, PINS[i].first, strlen(PINS[i].first));
    assert_string_equal(hex, PINS[i].all);
  }
}

static void counts_rows(folder *f, const value *catalogue, const char *script, size_t all,
                        size_t quick) {
  assert_int_equal(plan_rows(shipped(f, script, NULL, catalogue))->count, all);
  assert_int_equal(plan_rows(shipped(f, script, "quick", catalogue))->count, quick);
}

/* Straight and three Hessian paths, each with three seeds; two paths with three ways to train. */
static void other_scripts_are_grids(void **state) {
  folder *f = *state;
  const value *catalogue = catalogue_collect(&f->memory);
  counts_rows(f, catalogue, "dw4", 12, 4);
  counts_rows(f, catalogue, "lj13_field", 12, 4);
  counts_rows(f, catalogue, "lj13_swings", 6, 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(lj13_is_table_2, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(other_scripts_are_grids, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(ids_are_pinned, folder_set_up, folder_tear_down)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
