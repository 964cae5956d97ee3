/* .npy files: what NumPy writes is read, and what hifm writes is what NumPy writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/npy.h"
#include "hostile.h"
#include "npy_fixture.h"

#include <math.h>

static void test_versions(void **state) {
  (void)state;
  const size_t alignments[] = {16, 64};
  for (int version = 1; version <= 3; version++) {
    for (size_t i = 0; i < 2; i++) {
      char file[1000];
      size_t length = npy_build_padded(
          file, version, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
          alignments[i], 24);
      put(file, length);
      npy_array array;
      assert_int_equal(npy_open(&array, path, &err), STATUS_OK);
      assert_int_equal(array.type, NPY_FLOAT32);
      assert_int_equal(array.rank, 2);
      assert_int_equal(array.shape[0], 2);
      assert_int_equal(array.shape[1], 3);
      assert_int_equal(array.count, 6);
      assert_memory_equal(array.data, file + length - 24, 24);
      npy_close(&array);
      assert_null(array.data);
    }
  }
}

/* What the format allows although np.save writes it otherwise. */
static void test_headers_of_others(void **state) {
  (void)state;
  const struct {
    const char *dict;
    size_t data, rank, count;
  } cases[] = {
      {"{'shape': (3,), 'fortran_order': False, 'descr': '<f8'}", 24, 1, 3},
      {"{\"descr\":\"<f8\",\"shape\":(1,3,),\"fortran_order\":False}", 24, 2, 3},
      {"  { 'descr' : '<f4' ,\n 'fortran_order' : False , 'shape' : ( 1 , 2 , 3 , 4 ) , }  ", 96, 4,
       24},
      {"{'descr': '<f4', 'fortran_order': True, 'shape': (5,)}", 20, 1, 5},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}", 0, 2, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char file[1000];
    put(file, npy_build_padded(file, 1, cases[i].dict, 64, cases[i].data));
    npy_array array;
    assert_int_equal(npy_open(&array, path, &err), STATUS_OK);
    assert_int_equal(array.rank, cases[i].rank);
    assert_int_equal(array.count, cases[i].count);
    npy_close(&array);
  }
}

static void test_round_trip(void **state) {
  (void)state;
  const double numbers[6] = {0, -0.0, 1.5, INFINITY, 1e-310, -2};
  const size_t shape[3] = {1, 2, 3};
  npy_writer writer;
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT64, 3, shape, &err), STATUS_OK);
  for (size_t i = 0; i < 6; i += 2)
    assert_int_equal(npy_append(&writer, numbers + i, 2 * sizeof *numbers, &err), STATUS_OK);
  assert_false(files_exists(path));
  assert_int_equal(npy_commit(&writer, &err), STATUS_OK);
  npy_array array;
  assert_int_equal(npy_open(&array, path, &err), STATUS_OK);
  assert_int_equal(array.type, NPY_FLOAT64);
  assert_int_equal(array.rank, 3);
  assert_memory_equal(array.shape, shape, sizeof shape);
  assert_memory_equal(array.data, numbers, sizeof numbers);
  assert_int_equal(((uintptr_t)array.data - (uintptr_t)array.map.bytes) % 64, 0);
  npy_close(&array);
}

/* The bytes of np.save(path, np.array([1, 2], dtype="<f4")). */
static void test_same_bytes_as_numpy(void **state) {
  (void)state;
  const float numbers[2] = {1, 2};
  char expected[136], *bytes;
  size_t length;
  memcpy(expected, "\x93NUMPY\x01\x00\x76\x00", 10);
  snprintf(expected + 10, 119, "%-117s\n",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }");
  memcpy(expected + 128, "\x00\x00\x80\x3f\x00\x00\x00\x40", 8);
  npy_writer writer;
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT32, 1, (size_t[]){2}, &err), STATUS_OK);
  assert_int_equal(npy_append(&writer, numbers, sizeof numbers, &err), STATUS_OK);
  assert_int_equal(npy_commit(&writer, &err), STATUS_OK);
  assert_int_equal(files_read(path, 1000, &bytes, &length, &err), STATUS_OK);
  assert_int_equal(length, sizeof expected);
  assert_memory_equal(bytes, expected, sizeof expected);
  free(bytes);
}

/* np.save(path, np.array([[0, 1, 255]], dtype="u1")): the header of bytes. */
static void test_bytes(void **state) {
  (void)state;
  const uint8_t numbers[3] = {0, 1, 255};
  const size_t shape[2] = {1, 3};
  npy_writer writer;
  assert_int_equal(npy_begin(&writer, path, NPY_UINT8, 2, shape, &err), STATUS_OK);
  assert_int_equal(npy_append(&writer, numbers, 1, &err), STATUS_OK);
  assert_int_equal(npy_append(&writer, numbers + 1, 2, &err), STATUS_OK);
  assert_int_equal(npy_commit(&writer, &err), STATUS_OK);
  npy_array array;
  assert_int_equal(npy_open(&array, path, &err), STATUS_OK);
  assert_int_equal(array.type, NPY_UINT8);
  assert_int_equal(array.count, 3);
  assert_int_equal(array.map.length, 131);
  assert_memory_equal(array.map.bytes + 10,
                      "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3), }", 59);
  assert_memory_equal(array.data, numbers, sizeof numbers);
  npy_close(&array);
}

/* The longest header the writer can be asked for still leaves room for its end. */
static void test_longest_header(void **state) {
  (void)state;
  const size_t shape[4] = {10000000000000000000u, 10000000000000000000u, 0, 10000000000000000000u};
  npy_writer writer;
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT64, 4, shape, &err), STATUS_BUG);
  const size_t empty[4] = {0, 10000000000000000000u, 10000000000000000000u, 10000000000000000000u};
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT64, 4, empty, &err), STATUS_OK);
  assert_int_equal(npy_commit(&writer, &err), STATUS_OK);
  npy_array array;
  assert_int_equal(npy_open(&array, path, &err), STATUS_OK);
  assert_memory_equal(array.shape, empty, sizeof empty);
  npy_close(&array);
}

static void test_writer_counts(void **state) {
  (void)state;
  const float numbers[4] = {1, 2, 3, 4};
  npy_writer writer;
  const size_t shape[5] = {3, 1, 1, 1, 1};
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT32, 5, shape, &err), STATUS_BUG);
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT32, 0, shape, &err), STATUS_BUG);
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT32, 1, shape, &err), STATUS_OK);
  assert_int_equal(npy_append(&writer, numbers, 16, &err), STATUS_BUG);
  assert_int_equal(npy_append(&writer, numbers, 8, &err), STATUS_OK);
  assert_int_equal(npy_commit(&writer, &err), STATUS_BUG);
  assert_non_null(strstr(err.message, "8 bytes written, but its shape needs 12"));
  assert_false(files_exists(path));
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT32, 1, shape, &err), STATUS_OK);
  npy_abandon(&writer);
  assert_int_equal(files_remove(folder, &err), STATUS_OK);
  assert_int_equal(npy_begin(&writer, path, NPY_FLOAT32, 1, shape, &err), STATUS_CANNOT_CREATE);
  npy_abandon(&writer);
}

static void test_missing(void **state) {
  (void)state;
  npy_array array;
  assert_int_equal(npy_open(&array, path, &err), STATUS_NO_INPUT);
  npy_close(&array);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_versions),      TEST(test_headers_of_others),
      TEST(test_round_trip),    TEST(test_same_bytes_as_numpy),
      TEST(test_bytes),         TEST(test_longest_header),
      TEST(test_writer_counts), TEST(test_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
