/* What is in a folder, and how much room there is. */
#include "folder.h"

#include "base/folders.h"
#include "descriptors.h"

static void names_are_listed(void **state) {
  folder *f = *state;
  const value *names = NULL;
  failure err = {0};
  folder_write(f, "one", "1");
  folder_write(f, ".two", "2");
  assert_int_equal(folders_list(&f->memory, f->path, &names, &err), STATUS_OK);
  assert_int_equal(names->count, 2);
  assert_string_equal(names->items[0]->text, ".two");
  assert_string_equal(names->items[1]->text, "one");
  assert_int_equal(folders_list(&f->memory, folder_path(f, "no"), &names, &err), STATUS_OK);
  assert_int_equal(names->count, 0);
  assert_int_equal(folders_list(&f->memory, folder_path(f, "one"), &names, &err), STATUS_NO_INPUT);
}

static void what_cannot_be_read_is_not_empty(void **state) {
  folder *f = *state;
  const value *names = NULL;
  failure err = {0};
  descriptors_forbid();
  const status_code status = folders_list(&f->memory, f->path, &names, &err);
  descriptors_allow();
  assert_int_equal(status, STATUS_NO_RESOURCE);
  assert_non_null(strstr(err.message, f->path));
}

static void room_is_that_of_the_nearest_folder(void **state) {
  folder *f = *state;
  assert_true(folders_free_bytes(f->path) > 0);
  assert_true(folders_free_bytes(folder_path(f, "not/there/yet")) > 0);
  assert_true(folders_free_bytes("not-there-either") > 0);
  assert_true(folders_free_bytes("/not-there-either") == folders_free_bytes("/"));
  folder_write(f, "x", "x");
  assert_int_equal(folders_free_bytes(folder_path(f, "x/y")), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(names_are_listed), TEST(what_cannot_be_read_is_not_empty),
                                     TEST(room_is_that_of_the_nearest_folder)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
