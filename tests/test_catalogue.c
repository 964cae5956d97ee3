/* What is known of plugins without opening them here: the catalogue, and what is printed of it. */
#include "plugin_place.h"

static void entries_say_what_plugins_are(void **state) {
  place *here = *state;
  arena *a = &here->memory;
  const value *catalogue = catalogue_collect(a), *entry = NULL;
  failure err;
  char hex[33], *bytes = NULL;
  size_t length = 0;
  assert_int_equal(catalogue_find(a, catalogue, HIFM_FLOW, "hessian", &entry, &err), STATUS_OK);
  assert_int_equal((int)value_get_number(entry, "role", 0), HIFM_STAGE_SOURCE | HIFM_STAGE_HESSIAN);
  assert_false(value_get_bool(entry, "own_path", true));
  assert_int_equal(catalogue_find(a, catalogue, HIFM_FLOW, "transport", &entry, &err), STATUS_OK);
  assert_true(value_get_bool(entry, "own_path", false));
  assert_int_equal(catalogue_find(a, catalogue, HIFM_NETWORK, "mlp", &entry, &err), STATUS_OK);
  assert_true(value_get_bool(entry, "speed", false));
  assert_int_equal(catalogue_find(a, catalogue, HIFM_ENERGY, "formation", &entry, &err), STATUS_OK);
  assert_true(value_get_bool(entry, "pair", false));
  assert_true((uint32_t)value_get_number(entry, "invariances", 0) & HIFM_ANCHORED);
  assert_int_equal(files_read(PLUGINS "/energies/formation.so", 1 << 26, &bytes, &length, &err),
                   STATUS_OK);
  blake2b_hex(bytes, length, hex);
  free(bytes);
  assert_string_equal(value_get_text(entry, "hash", ""), hex);
  assert_int_equal(catalogue_find(a, catalogue, HIFM_SOLVER, "rk_45", &entry, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "unknown solver \"rk_45\"; did you mean \"rk45\"?"));
  assert_int_equal(catalogue_find(a, catalogue, HIFM_SOLVER, "midpoint", &entry, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message,
                         "unknown solver \"midpoint\"; available: euler, rk4, rk45 (search path: "
                         "HIFM_PLUGIN_PATH)"));
}

static void lookups_check_without_opening(void **state) {
  place *here = *state;
  catalogue_context context = {&here->memory, catalogue_collect(&here->memory)};
  const params_lookup lookup = catalogue_lookup(&context);
  const value *out = NULL;
  failure err;
  const value *config = parse(&here->memory, "{\"\":\"condition\",\"c\":0.5}");
  assert_int_equal(
      params_check_ref(&here->memory, HIFM_FLOW, config, "flow.condition", &lookup, &out, &err),
      STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "flow.condition.c: 0.5 is below 1 (a number"));
  config = value_text(&here->memory, "hyperbolize");
  assert_int_equal(params_check_ref(&here->memory, HIFM_FLOW, config, "flow", &lookup, &out, &err),
                   STATUS_OK);
  assert_string_equal(json_text(&here->memory, out), "{\"\":\"hyperbolize\"}");
}

static void energies_of_stages_are_found_by_kind(void **state) {
  place *here = *state;
  arena *a = &here->memory;
  setenv("HIFM_PLUGIN_PATH", FAKES "/potential:" PLUGINS, 1);
  const value *catalogue = catalogue_collect(a), *energy = NULL;
  failure err;
  const value *stage = parse(a, "{\"\":\"potential\",\"potential\":{\"\":\"formation\"}}");
  assert_int_equal(catalogue_energy_of(a, catalogue, stage, &energy, &err), STATUS_OK);
  assert_string_equal(params_name(energy), "formation");
  stage = parse(a, "{\"\":\"hyperbolize\"}"); /* needs a Hessian, but brings none */
  assert_int_equal(catalogue_energy_of(a, catalogue, stage, &energy, &err), STATUS_OK);
  assert_null(energy);
  stage = parse(a, "{\"\":\"potential\"}");
  assert_int_equal(catalogue_energy_of(a, catalogue, stage, &energy, &err), STATUS_BAD_CONFIG);
  stage = parse(a, "{\"\":\"nothing\"}");
  assert_int_equal(catalogue_energy_of(a, catalogue, stage, &energy, &err), STATUS_BAD_CONFIG);
}

/* One folder with everything that can go wrong, and the real plugins behind it. */
static void break_everything(place *here) {
  failure err;
  make_folder(here, "energies");
  copy(here, fake(&here->memory, "energies", "aborts"), "energies/aborts.so", SIZE_MAX);
  copy(here, fake(&here->memory, "energies", "prints"), "energies/prints.so", SIZE_MAX);
  copy(here, PLUGINS "/energies/formation.so", "energies/cut.so", 6000);
  copy(here, PLUGINS "/energies/formation.so", "energies/empty.so", 0);
  const char *path = arena_format(&here->memory, "%s/energies/words.so", here->folder);
  assert_int_equal(files_write(path, "not a library\n", 14, &err), STATUS_OK);
  setenv("HIFM_PLUGIN_PATH", arena_format(&here->memory, "%s:%s", here->folder, PLUGINS), 1);
}

static void the_catalogue_survives(void **state) {
  place *here = *state;
  arena *a = &here->memory;
  const value *entry = NULL;
  failure err;
  break_everything(here);
  const value *catalogue = catalogue_collect(a);
  const char *const broken[] = {"aborts", "cut", "empty", "words"};
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(catalogue_find(a, catalogue, HIFM_ENERGY, broken[i], &entry, &err),
                     STATUS_BAD_CONFIG);
    assert_non_null(strstr(err.message, "was refused"));
    assert_non_null(strstr(err.message, broken[i]));
  }
  catalogue_find(a, catalogue, HIFM_ENERGY, "aborts", &entry, &err);
  assert_non_null(strstr(err.message, "crashed with SIGABRT while loading"));
  assert_int_equal(catalogue_find(a, catalogue, HIFM_ENERGY, "formation", &entry, &err), STATUS_OK);
  assert_int_equal(catalogue_find(a, catalogue, HIFM_ENERGY, "prints", &entry, &err), STATUS_OK);
}

/* What f prints to the real stdout, as text. */
static char *printed_by(place *here, void (*f)(place *)) {
  const char *path = arena_format(&here->memory, "%s/printed", here->folder);
  failure err;
  char *bytes = NULL;
  size_t length = 0;
  fflush(stdout);
  int kept = dup(STDOUT_FILENO);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  dup2(fileno(file), STDOUT_FILENO);
  f(here);
  fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  fclose(file);
  assert_int_equal(files_read(path, 1 << 20, &bytes, &length, &err), STATUS_OK);
  return bytes;
}

static void collect(place *here) {
  catalogue_collect(&here->memory);
}

static void list(place *here) {
  failure err;
  (void)here;
  describe_list(stdout, &err);
}

static void describe_hessian(place *here) {
  failure err;
  (void)here;
  describe_plugin("flow", "hessian", stdout, &err);
}

static void printing_plugins_are_not_heard(void **state) {
  place *here = *state;
  break_everything(here);
  char *text = printed_by(here, collect);
  assert_string_equal(text, "");
  free(text);
}

static void the_list_ends_with_the_refused(void **state) {
  place *here = *state;
  break_everything(here);
  char *text = printed_by(here, list);
  const char *good = strstr(text, "\n  formation"), *bad = strstr(text, "\nrefused\n");
  assert_non_null(good);
  assert_non_null(bad);
  assert_true(good < bad);
  assert_non_null(strstr(bad, "aborts.so: crashed with SIGABRT while loading\n"));
  free(text);
}

static void descriptions_hold_the_settings(void **state) {
  place *here = *state;
  failure err;
  char *text = printed_by(here, describe_hessian);
  assert_non_null(strstr(text, "flow hessian: "));
  assert_non_null(strstr(text, "one of \"refuse\", \"absolute\", \"clip\"  \"refuse\""));
  assert_non_null(strstr(text, "an energy plugin"));
  free(text);
  assert_int_equal(describe_plugin("energi", "formation", stdout, &err), STATUS_USAGE);
  assert_non_null(strstr(err.message, "did you mean \"energy\"?"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(entries_say_what_plugins_are),         TEST(lookups_check_without_opening),
      TEST(energies_of_stages_are_found_by_kind), TEST(the_catalogue_survives),
      TEST(printing_plugins_are_not_heard),       TEST(the_list_ends_with_the_refused),
      TEST(descriptions_hold_the_settings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
