/* The NLL of each test point of an audit: kept beside its result, read as it was, or an error. */
#include "folder.h"

#include "job/point_values.h"

#include <math.h>

enum { POINTS = 5 };
static const char ID[] = "0123456789abcdef0123456789abcdef";

static point_values some_values(folder *f, double first) {
  const double points[2 * POINTS] = {first, 1, 2};
  point_values values = point_values_new(&f->memory, points, POINTS, 2);
  for (size_t i = 0; i < POINTS; i++) values.last[i] = first / (double)(i + 3);
  return values;
}

/* The result of an audit with these values. */
static const value *finish(folder *f, const point_values *values) {
  const value *made = NULL;
  const char *path = folder_path(f, "measure-0123456789ab.json");
  result measured = {.kind = JOB_MEASURE,
                     .id = ID,
                     .status = RUN_DONE,
                     .history = folder_value(f, "[{'step':1,'nll':2}]")};
  failure err = {0};
  if (point_values_write(&f->memory, f->path, ID, values, &measured, &err))
    fail_msg("%s", err.message);
  assert_int_equal(result_write(path, &measured, NULL), STATUS_OK);
  assert_int_equal(result_read(&f->memory, path, ID, &made, NULL), STATUS_OK);
  return made;
}

static void values_are_read_as_they_were(void **state) {
  folder *f = *state;
  const point_values values = some_values(f, 0.1), *got = NULL;
  assert_int_equal(point_values_read(&f->memory, f->path, finish(f, &values), &got, NULL),
                   STATUS_OK);
  assert_non_null(got);
  assert_int_equal(got->count, POINTS);
  assert_memory_equal(got->last, values.last, POINTS * sizeof *got->last);
  assert_true(point_values_are_whole(got->last, POINTS));
  assert_true(isnan(got->best[0]) && !point_values_are_whole(got->best, POINTS));
  assert_string_equal(got->points, values.points);
}

/* float64 [2, points]: what NumPy reads. The estimate of --dry-run is its size. */
static void the_file_is_an_array(void **state) {
  folder *f = *state;
  const point_values values = some_values(f, 0.1);
  files_map file;
  finish(f, &values);
  assert_int_equal(files_map_open(&file, folder_path(f, "measure-0123456789ab.npy"), NULL),
                   STATUS_OK);
  assert_true((double)file.length == point_values_bytes(POINTS));
  const char *header = arena_format(&f->memory, "%.128s", (const char *)file.bytes + 10);
  assert_non_null(strstr(header, "'<f8'"));
  assert_non_null(strstr(header, "(2, 5)"));
  files_map_close(&file);
}

static void other_points_have_another_hash(void **state) {
  folder *f = *state;
  assert_string_equal(some_values(f, 1).points, some_values(f, 1).points);
  assert_string_not_equal(some_values(f, 1).points, some_values(f, 2).points);
}

static void results_without_values(void **state) {
  folder *f = *state;
  const point_values *got = NULL;
  const value *earlier = folder_value(f, "{'id':'0123456789abcdef','history':[]}");
  assert_int_equal(point_values_read(&f->memory, f->path, earlier, &got, NULL), STATUS_OK);
  assert_null(got);
}

static void damage_is_found(void **state) {
  folder *f = *state;
  const point_values values = some_values(f, 0.1), *got = NULL;
  const value *made = finish(f, &values);
  const char *name = "measure-0123456789ab.npy", *path = folder_path(f, name);
  char *bytes = NULL;
  size_t length;
  failure err = {0};
  assert_int_equal(files_read(path, 1 << 20, &bytes, &length, NULL), STATUS_OK);
  for (size_t at = 0; at < length; at += 7) {
    bytes[at] ^= 4;
    assert_int_equal(files_write(path, bytes, length, NULL), STATUS_OK);
    bytes[at] ^= 4;
    assert_int_equal(point_values_read(&f->memory, f->path, made, &got, &err), STATUS_BAD_INPUT);
    assert_null(got);
  }
  free(bytes);
  assert_string_equal(err.message, arena_format(&f->memory, "%s is damaged", name));
  assert_int_equal(files_remove(path, NULL), STATUS_OK);
  assert_int_equal(point_values_read(&f->memory, f->path, made, &got, &err), STATUS_NO_INPUT);
  assert_string_equal(err.message, arena_format(&f->memory, "%s is missing", name));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(values_are_read_as_they_were), TEST(the_file_is_an_array),
                                     TEST(other_points_have_another_hash),
                                     TEST(results_without_values), TEST(damage_is_found)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
