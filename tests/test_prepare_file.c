/* Files of points, split into training and tests: shares, copies, order. */
#include "fixture.h"
#include "folder.h"
#include "npy_fixture.h"

#include "base/npy.h"
#include "job/file_rows.h"
#include "job/prepare.h"

enum { MOST = 2000 };

static void write_points(const char *path, const double *x, size_t n) {
  const size_t shape[] = {n, 1};
  npy_writer writer;
  failure err;
  if (npy_begin(&writer, path, NPY_FLOAT64, 2, shape, &err) != STATUS_OK ||
      npy_append(&writer, x, n * sizeof *x, &err) != STATUS_OK ||
      npy_commit(&writer, &err) != STATUS_OK)
    fail_msg("%s", err.message);
}

typedef struct sides {
  double train[MOST], test[MOST];
  size_t trains, tests;
} sides;

static size_t read_side(folder *f, const char *name, double *out) {
  npy_array file;
  failure err;
  if (npy_open(&file, folder_path(f, name), &err) != STATUS_OK) fail_msg("%s", err.message);
  const size_t n = file.count;
  assert_true(n <= MOST);
  memcpy(out, file.data, n * sizeof *out);
  npy_close(&file);
  return n;
}

/* Of the file points.npy. test_path: of test points, "": they are of this file. */
static status_code prepare_there(folder *f, unsigned seed, const char *test_path, failure *err) {
  arena *a = &f->memory;
  value *config = value_new(a, VALUE_MAP);
  value_put_text(a, config, "", "file");
  value_put_text(a, config, "path", folder_path(f, "points.npy"));
  value_put_text(a, config, "content", "");
  value_put_text(a, config, "test_path", test_path);
  value_put_number(a, config, "particles", 0);
  value_put_number(a, config, "space", 3);
  value_put_number(a, config, "train", 10);
  value_put_number(a, config, "test", 10);
  value_put_number(a, config, "seed", seed);
  const job work = {.kind = JOB_DATA,
                    .id = "0123456789abcdef0123456789abcdef",
                    .folder = folder_path(f, "data"),
                    .config = config};
  if (files_make_folder(work.folder, err) != STATUS_OK) fail_msg("no folder");
  return prepare_data(a, &work, err);
}

static status_code prepare(folder *f, const double *x, size_t n, unsigned seed, failure *err) {
  write_points(folder_path(f, "points.npy"), x, n);
  return prepare_there(f, seed, "", err);
}

static void split(folder *f, const double *x, size_t n, unsigned seed, sides *out) {
  failure err;
  if (prepare(f, x, n, seed, &err) != STATUS_OK) fail_msg("%s", err.message);
  out->trains = read_side(f, "data/train.npy", out->train);
  out->tests = read_side(f, "data/test.npy", out->test);
}

static size_t count(const double *x, size_t n, double least, double most) {
  size_t found = 0;
  for (size_t i = 0; i < n; i++) found += x[i] >= least && x[i] <= most;
  return found;
}

/* 1,000 distinct numbers below 0, and 100 above 0 that are there ten times each. */
static void make_copies(double x[MOST]) {
  for (size_t i = 0; i < MOST; i++) x[i] = i % 2 ? -1 - (double)(i / 2) : 1 + (double)(i / 2 % 100);
}

static void shares_of_repeated_rows_stay(void **state) {
  static double x[MOST];
  static sides s;
  make_copies(x);
  double test = 0, train = 0;
  enum { SEEDS = 20 };
  for (unsigned seed = 0; seed < SEEDS; seed++) {
    split(*state, x, MOST, seed, &s);
    const double above = (double)count(s.test, s.tests, 0, INFINITY);
    const double among_trained = (double)count(s.train, s.trains, 0, INFINITY);
    assert_int_equal(s.trains + s.tests, MOST); /* no row is left out */
    /* 110 of 1,100 distinct rows: some tens are above 0, all ten copies of each */
    assert_int_equal(s.tests - (size_t)above + (size_t)above / 10, 110);
    fixture_near(above / (double)s.tests, 0.5, 0.25);
    fixture_near(among_trained / (double)s.trains, 0.5, 0.05);
    test += above / (double)s.tests / SEEDS;
    train += among_trained / (double)s.trains / SEEDS;
  }
  fixture_near(test, 0.5, 0.06);
  fixture_near(train, 0.5, 0.01);
}

static void copies_are_on_one_side(void **state) {
  static double x[MOST];
  static sides s;
  make_copies(x);
  split(*state, x, MOST, 0, &s);
  for (size_t i = 0; i < MOST; i++) {
    const size_t tests = count(s.test, s.tests, x[i], x[i]);
    const size_t trains = count(s.train, s.trains, x[i], x[i]);
    assert_true(tests == 0 || trains == 0);
    assert_int_equal(tests + trains, x[i] > 0 ? 10 : 1);
  }
}

/* Zeros of both signs are one point. */
static void equal_numbers_are_copies(void **state) {
  double x[MOST];
  sides s;
  for (size_t i = 0; i < 40; i++) x[i] = i % 2 ? -0.0 : 0.0;
  for (size_t i = 40; i < 60; i++) x[i] = (double)i;
  split(*state, x, 60, 0, &s);
  assert_true(count(s.test, s.tests, 0, 0) == 0 || count(s.test, s.tests, 0, 0) == 40);
  assert_int_equal(s.tests - count(s.test, s.tests, 0, 0) + (count(s.test, s.tests, 0, 0) > 0), 2);
}

/* The bytes of earlier versions: a permutation of all rows, of which the first tenth is for tests.
 */
static void rows_that_differ_are_split_as_ever(void **state) {
  static const double TEST[] = {11, 9},
                      TRAIN[] = {1, 8, 4, 13, 16, 19, 0, 3, 17, 7, 18, 15, 5, 14, 10, 2, 12, 6};
  double x[20];
  static sides s;
  for (size_t i = 0; i < 20; i++) x[i] = (double)i;
  split(*state, x, 20, 3, &s);
  assert_int_equal(s.tests, 2);
  assert_int_equal(s.trains, 18);
  assert_memory_equal(s.test, TEST, sizeof TEST);
  assert_memory_equal(s.train, TRAIN, sizeof TRAIN);
}

static void one_distinct_row_is_too_few(void **state) {
  const double x[3] = {1, 1, 1};
  failure err;
  assert_int_equal(prepare(*state, x, 3, 0, &err), STATUS_BAD_INPUT);
  assert_non_null(strstr(err.message, "one distinct row in 3"));
}

/* Whatever the file's numbers are, the data set has doubles: 20 rows of two numbers below 128. */
static void every_type_gives_the_same_points(void **state) {
  static const struct {
    const char *dict;
    size_t size, first; /* of an item; where its byte is in it */
    bool fortran;
  } TYPES[] = {{"{'descr': '|u1', 'fortran_order': False, 'shape': (20, 2), }", 1, 0, false},
               {"{'descr': '<i8', 'fortran_order': False, 'shape': (20, 2), }", 8, 0, false},
               {"{'descr': '>u4', 'fortran_order': False, 'shape': (20, 2), }", 4, 3, false},
               {"{'descr': '>i2', 'fortran_order': True, 'shape': (20, 2), }", 2, 1, true}};
  folder *f = *state;
  double x[40], tests[40], again[40];
  static sides s;
  for (size_t k = 0; k < sizeof TYPES / sizeof *TYPES; k++) {
    char items[320] = {0}, file[700];
    failure err;
    for (size_t i = 0; i < 40; i++) {
      const size_t place = TYPES[k].fortran ? i % 2 * 20 + i / 2 : i;
      items[place * TYPES[k].size + TYPES[k].first] = (char)(3 * i);
    }
    const size_t length = npy_build(file, TYPES[k].dict, items, 40 * TYPES[k].size);
    assert_int_equal(files_write(folder_path(f, "points.npy"), file, length, NULL), STATUS_OK);
    if (prepare_there(f, 3, "", &err) != STATUS_OK) fail_msg("%s", err.message);
    assert_int_equal(read_side(f, "data/test.npy", k ? again : tests), 4);
    assert_int_equal(read_side(f, "data/train.npy", x), 36);
    if (k) assert_memory_equal(again, tests, 4 * sizeof *tests);
    if (k) assert_memory_equal(s.train, x, 36 * sizeof *x);
    memcpy(s.train, x, sizeof x);
  }
  assert_true(tests[0] == 66 && tests[1] == 69); /* row 11 */
}

static void empty_arrays_are_named(void **state) {
  static const char *const CASES[][2] = {
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }", "points.npy: 0 rows"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0), }", "2 rows of 0 coordinates"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", "the array has rank 1"}};
  folder *f = *state;
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    char file[200];
    failure err;
    const size_t length = npy_build(file, CASES[i][0], "", 0);
    assert_int_equal(files_write(folder_path(f, "points.npy"), file, length, NULL), STATUS_OK);
    assert_int_equal(prepare_there(f, 0, "", &err), STATUS_BAD_INPUT);
    assert_non_null(strstr(err.message, CASES[i][1]));
  }
}

static bool repeats_in(folder *f, const char *name) {
  value *config = value_new(&f->memory, VALUE_MAP);
  value_put_text(&f->memory, config, "path", folder_path(f, name));
  return file_rows_repeat(config);
}

static bool repeats(folder *f, const double *x, size_t n) {
  write_points(folder_path(f, "points.npy"), x, n);
  return repeats_in(f, "points.npy");
}

static void repeated_rows_are_found(void **state) {
  folder *f = *state;
  assert_false(repeats(f, (const double[]){1, 2, 3}, 3));
  assert_true(repeats(f, (const double[]){1, 2, 1}, 3));
  assert_true(repeats(f, (const double[]){0.0, -0.0}, 2));
  assert_false(repeats(f, (const double[]){1}, 1));
  folder_write(f, "none.npy", "not an array");
  assert_false(repeats_in(f, "none.npy"));
  assert_false(repeats_in(f, "missing.npy"));
}

/* Nor are two distinct rows needed. */
static void with_own_test_points_all_rows_are_for_training(void **state) {
  folder *f = *state;
  const double x[] = {1, 1, 1, 2, 2}, one = 1;
  failure err;
  double train[MOST], test[MOST];
  for (size_t n = 1; n <= 5; n += 4) {
    write_points(folder_path(f, "points.npy"), n == 1 ? &one : x, n);
    if (prepare_there(f, 0, "elsewhere.npy", &err) != STATUS_OK) fail_msg("%s", err.message);
    assert_int_equal(read_side(f, "data/train.npy", train), n);
    assert_int_equal(read_side(f, "data/test.npy", test), 0);
  }
  assert_int_equal(count(train, 5, 1, 1), 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(shares_of_repeated_rows_stay, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(copies_are_on_one_side, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(equal_numbers_are_copies, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(rows_that_differ_are_split_as_ever, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(one_distinct_row_is_too_few, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(every_type_gives_the_same_points, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(empty_arrays_are_named, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(with_own_test_points_all_rows_are_for_training, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(repeated_rows_are_found, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
