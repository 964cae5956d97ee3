/* The copies a grid is run with are of the plugins its script was checked with. */
#include "plugin_place.h"

#include "grid/plugin_snapshot.h"

static void copies_are_what_the_catalogue_knows(void **state) {
  place *here = *state;
  arena *a = &here->memory;
  const char *folder, *out = arena_format(a, "%s/out", here->folder);
  failure err;
  make_folder(here, "energies");
  copy(here, PLUGINS "/energies/formation.so", "energies/mine.so", SIZE_MAX);
  copy(here, PLUGINS "/energies/formation.so", "direct.so", SIZE_MAX);
  setenv("HIFM_PLUGIN_PATH", here->folder, 1);
  const value *catalogue = catalogue_collect(a);
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, &folder, &err), STATUS_OK);
  assert_true(files_exists(arena_format(a, "%s/energies/mine.so", folder)));
  assert_true(files_exists(arena_format(a, "%s/direct.so", folder)));
  copy(here, PLUGINS "/energies/lennard_jones.so", "energies/mine.so", SIZE_MAX);
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, &folder, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "energies/mine.so was rebuilt while the script was read"));
  assert_int_equal(plugin_snapshot_take(a, out, catalogue_collect(a), &folder, &err), STATUS_OK);
  files_remove(arena_format(a, "%s/direct.so", here->folder), NULL);
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, &folder, &err), STATUS_NO_INPUT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(copies_are_what_the_catalogue_knows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
