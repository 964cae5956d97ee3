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
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, NULL, &folder, &err), STATUS_OK);
  assert_true(files_exists(arena_format(a, "%s/energies/mine.so", folder)));
  assert_true(files_exists(arena_format(a, "%s/direct.so", folder)));
  copy(here, PLUGINS "/energies/lennard_jones.so", "energies/mine.so", SIZE_MAX);
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, NULL, &folder, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "energies/mine.so was rebuilt while the script was read"));
  assert_int_equal(plugin_snapshot_take(a, out, catalogue_collect(a), NULL, &folder, &err),
                   STATUS_OK);
  files_remove(arena_format(a, "%s/direct.so", here->folder), NULL);
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, NULL, &folder, &err), STATUS_NO_INPUT);
}

/* A copy that lost a byte, the last one, or is gone is copied again, with a line. */
static void damaged_copies_are_made_again(void **state) {
  place *here = *state;
  arena *a = &here->memory;
  const char *folder, *out = arena_format(a, "%s/out", here->folder);
  char *good, *again, *line = NULL;
  size_t length, size, room;
  failure err;
  make_folder(here, "energies");
  copy(here, PLUGINS "/energies/formation.so", "energies/mine.so", SIZE_MAX);
  setenv("HIFM_PLUGIN_PATH", here->folder, 1);
  const value *catalogue = catalogue_collect(a);
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, NULL, &folder, &err), STATUS_OK);
  const char *path = arena_format(a, "%s/energies/mine.so", folder);
  assert_int_equal(files_read(path, SIZE_MAX / 2, &good, &length, &err), STATUS_OK);
  for (int damage = 0; damage < 4; damage++) {
    FILE *log = open_memstream(&line, &room);
    char *other = memory_get(length);
    memcpy(other, good, length);
    other[length / 2] ^= 16;
    const size_t kept = damage == 1 ? length - 1 : damage == 2 ? 0 : length;
    assert_int_equal(files_write(path, other, kept, &err), STATUS_OK);
    if (damage == 3) assert_int_equal(unlink(path), 0);
    assert_int_equal(plugin_snapshot_take(a, out, catalogue, log, &folder, &err), STATUS_OK);
    fclose(log);
    assert_non_null(strstr(line, "energies/mine.so is missing or damaged"));
    assert_int_equal(files_read(path, SIZE_MAX / 2, &again, &size, &err), STATUS_OK);
    assert_int_equal(size, length);
    assert_memory_equal(again, good, length);
    free(again);
    free(other);
    free(line);
  }
  FILE *log = open_memstream(&line, &room);
  assert_int_equal(plugin_snapshot_take(a, out, catalogue, log, &folder, &err), STATUS_OK);
  fclose(log);
  assert_string_equal(line, "");
  free(line);
  free(good);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(copies_are_what_the_catalogue_knows),
                                     TEST(damaged_copies_are_made_again)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
