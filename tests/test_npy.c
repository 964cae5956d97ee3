/* .npy files: what NumPy writes is read, what it must not be is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/npy.h"
#include "hostile.h"

#include <math.h>

/* A file of this version with this header, as it stands, and so many bytes of data 0, 1, 2, ... */
static size_t build(char *out, int version, const char *header, size_t data) {
  size_t length = strlen(header), width = version == 1 ? 2 : 4;
  memcpy(out, "\x93NUMPY", 6);
  out[6] = (char)version;
  out[7] = 0;
  for (size_t i = 0; i < width; i++) out[8 + i] = (char)((length >> (8 * i)) & 0xff);
  memcpy(out + 8 + width, header, length);
  for (size_t i = 0; i < data; i++) out[8 + width + length + i] = (char)i;
  return 8 + width + length + data;
}

/* The header padded as NumPy pads it: data starts at a multiple of `alignment`. */
static size_t build_padded(char *out, int version, const char *dict, size_t alignment,
                           size_t data) {
  char header[400];
  size_t start = version == 1 ? 10 : 12, used = start + strlen(dict) + 1;
  size_t spaces = (alignment - used % alignment) % alignment;
  snprintf(header, sizeof header, "%s%*s\n", dict, (int)spaces, "");
  return build(out, version, header, data);
}

static void test_versions(void **state) {
  (void)state;
  const size_t alignments[] = {16, 64};
  for (int version = 1; version <= 3; version++) {
    for (size_t i = 0; i < 2; i++) {
      char file[1000];
      size_t length =
          build_padded(file, version, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
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
    put(file, build_padded(file, 1, cases[i].dict, 64, cases[i].data));
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

static void assert_refused(const char *rule) {
  npy_array array;
  memset(&err, 0, sizeof err);
  status_code status = npy_open(&array, path, &err);
  if (status != STATUS_BAD_INPUT || !strstr(err.message, rule) || !strstr(err.message, path))
    fail_msg("status %d, \"%s\", but a word about \"%s\" is due", (int)status, err.message, rule);
  assert_null(array.data);
  assert_null(array.map.bytes);
}

static void test_missing(void **state) {
  (void)state;
  npy_array array;
  assert_int_equal(npy_open(&array, path, &err), STATUS_NO_INPUT);
  npy_close(&array);
}

#define DICT(descr, order, shape)                                                                  \
  "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"

static void test_bad_headers(void **state) {
  (void)state;
  static const struct {
    const char *dict;
    size_t data;
    const char *rule;
  } cases[] = {
      /* dtypes */
      {DICT("'|O'", "False", "(3,)"), 12, "Python objects"},
      {DICT("'O'", "False", "(3,)"), 12, "Python objects"},
      {DICT("'<i8'", "False", "(3,)"), 24, "dtype '<i8'"},
      {DICT("'<i4'", "False", "(3,)"), 12, "np.ascontiguousarray(a, dtype=\"<f4\")"},
      {DICT("'u1'", "False", "(3,)"), 3, "dtype 'u1'"},
      {DICT("'<u1'", "False", "(3,)"), 3, "dtype '<u1'"},
      {DICT("'|i1'", "False", "(3,)"), 3, "dtype '|i1'"},
      {DICT("'<u2'", "False", "(3,)"), 6, "dtype '<u2'"},
      {DICT("'|b1'", "False", "(3,)"), 3, "dtype '|b1'"},
      {DICT("'>f4'", "False", "(3,)"), 12, "little endian"},
      {DICT("'>f8'", "False", "(3,)"), 24, "little endian"},
      {DICT("'|f4'", "False", "(3,)"), 12, "dtype '|f4'"},
      {DICT("'=f4'", "False", "(3,)"), 12, "dtype '=f4'"},
      {DICT("'f4'", "False", "(3,)"), 12, "dtype 'f4'"},
      {DICT("'<f2'", "False", "(3,)"), 6, "dtype '<f2'"},
      {DICT("'<f16'", "False", "(3,)"), 48, "dtype '<f16'"},
      {DICT("'<c8'", "False", "(3,)"), 24, "dtype '<c8'"},
      {DICT("'<U5'", "False", "(3,)"), 60, "dtype '<U5'"},
      {DICT("'<f4 '", "False", "(3,)"), 12, "dtype '<f4 '"},
      {DICT("''", "False", "(3,)"), 12, "dtype ''"},
      {DICT("[('x', '<f4')]", "False", "(3,)"), 12, "structured"},
      {DICT("4", "False", "(3,)"), 12, "quoted string"},
      {DICT("'<f4", "False", "(3,)"), 12, "dtype '<f4, '"},
      {DICT("'<f\\x34'", "False", "(3,)"), 12, "0x5c inside a string"},
      {DICT("'\x1b[31m'", "False", "(3,)"), 12, "0x1b inside a string"},
      {DICT("'<f4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "False", "(3,)"), 12, "31 letters"},
      /* order */
      {DICT("'<f4'", "True", "(3, 1)"), 12, "Fortran order"},
      {DICT("'<f4'", "true", "(3,)"), 12, "True or False"},
      {DICT("'<f4'", "0", "(3,)"), 12, "True or False"},
      {DICT("'<f4'", "Falsey", "(3,)"), 12, "expected ',' or '}'"},
      /* shape */
      {DICT("'<f4'", "False", "()"), 4, "rank 1 to 4"},
      {DICT("'<f4'", "False", "(3)"), 12, "a tuple: (n,)"},
      {DICT("'<f4'", "False", "3"), 12, "must be a tuple"},
      {DICT("'<f4'", "False", "[3]"), 12, "must be a tuple"},
      {DICT("'<f4'", "False", "(3 1)"), 12, "expected ',' or ')'"},
      {DICT("'<f4'", "False", "(,)"), 12, "digits only"},
      {DICT("'<f4'", "False", "(3,,1)"), 12, "digits only"},
      {DICT("'<f4'", "False", "(-3,)"), 12, "digits only"},
      {DICT("'<f4'", "False", "(+3,)"), 12, "digits only"},
      {DICT("'<f4'", "False", "(3L,)"), 12, "expected ',' or ')'"},
      {DICT("'<f4'", "False", "(3.0,)"), 12, "expected ',' or ')'"},
      {DICT("'<f4'", "False", "(0x3,)"), 12, "expected ',' or ')'"},
      {DICT("'<f4'", "False", "(03,)"), 12, "starts in 0"},
      {DICT("'<f4'", "False", "(None,)"), 12, "digits only"},
      {DICT("'<f4'", "False", "(1, 1, 1, 1, 3)"), 12, "more than 4 dimensions"},
      {DICT("'<f4'", "False", "(18446744073709551616,)"), 12, "a dimension above"},
      {DICT("'<f4'", "False", "(99999999999999999999999999,)"), 12, "a dimension above"},
      {DICT("'<f4'", "False", "(4294967296, 4294967296)"), 12, "product of the shape"},
      {DICT("'<f4'", "False", "(4294967296, 4294967296, 0)"), 0, "product of the shape"},
      {DICT("'<f4'", "False", "(4611686018427387904,)"), 0, "more than 2^64 bytes"},
      {DICT("'<f8'", "False", "(2305843009213693952,)"), 0, "more than 2^64 bytes"},
      {DICT("'<f4'", "False", "(3"), 12, "expected"},
      /* the dict */
      {"", 12, "must be a Python dict"},
      {"[]", 12, "must be a Python dict"},
      {"{}", 12, "no key 'descr'"},
      {"{,}", 12, "quoted string"},
      {"{'descr': '<f4', 'fortran_order': False, }", 12, "no key 'shape'"},
      {"{'descr': '<f4', 'shape': (3,), }", 12, "no key 'fortran_order'"},
      {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12,
       "'descr' a second time"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'extra': 1}", 12,
       "unknown key 'extra'"},
      {"{descr: '<f4', 'fortran_order': False, 'shape': (3,)}", 12, "quoted string"},
      {"{'descr' '<f4', 'fortran_order': False, 'shape': (3,)}", 12, "expected ':'"},
      {"{'descr': '<f4' 'fortran_order': False, 'shape': (3,)}", 12, "expected ',' or '}'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)", 12, "expected"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x", 12, "after the dict"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}}", 12, "after the dict"},
      /* the data */
      {DICT("'<f4'", "False", "(3,)"), 11, "truncated"},
      {DICT("'<f4'", "False", "(3,)"), 0, "truncated"},
      {DICT("'<f4'", "False", "(3,)"), 13, "1 too many"},
      {DICT("'<f8'", "False", "(3,)"), 12, "truncated"},
      {DICT("'<f4'", "False", "(0,)"), 4, "4 too many"},
      {DICT("'<f4'", "False", "(1000000000000,)"), 12, "truncated"},
      {DICT("'|u1'", "False", "(3,)"), 2, "truncated"},
      {DICT("'|u1'", "False", "(3,)"), 12, "9 too many"},
      {DICT("'|u1'", "True", "(3, 1)"), 3, "Fortran order"},
      {DICT("'|u1'", "False", "(18446744073709551615,)"), 0, "truncated"},
      {DICT("'|u1'", "False", "(18446744073709551615, 2)"), 0, "product of the shape"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char file[1000];
    put(file, build_padded(file, 1 + (int)(i % 3), cases[i].dict, 64, cases[i].data));
    assert_refused(cases[i].rule);
  }
}

static const char good[] = DICT("'<f4'", "False", "(2, 3)");
static const char good_bytes[] = DICT("'|u1'", "False", "(4, 6)");

static void test_bad_preambles(void **state) {
  (void)state;
  static const struct {
    size_t at;
    int byte;
    const char *rule;
  } cases[] = {{0, 'x', "wrong magic"},
               {1, 'n', "wrong magic"},
               {5, 0, "wrong magic"},
               {6, 0, "byte 6: version 0.0"},
               {6, 4, "version 4.0"},
               {6, 255, "version 255.0"},
               {7, 1, "version 1.1"},
               {9, 255, "bytes, but only"},
               {8, 0, "must be a Python dict"}, /* an empty header */
               {8, 1, "expected"},
               {6, 2, "bytes, but only"}, /* the dict read as a part of the length */
               {10, 0, "must be a Python dict"},
               {127, ' ', "end in a newline"},
               {127, 0, "after the dict"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char file[1000];
    size_t length = build_padded(file, 1, good, 64, 24);
    file[cases[i].at] = (char)cases[i].byte;
    put(file, length);
    assert_refused(cases[i].rule);
  }
}

static void test_every_truncation(void **state) {
  (void)state;
  for (int version = 1; version <= 2; version++) {
    char file[1000];
    size_t length = build_padded(file, version, good, 64, 24);
    for (size_t cut = 0; cut < length; cut++) {
      put(file, cut);
      assert_refused("");
    }
  }
}

/* The data of a float64 array at a byte that is 4 past a multiple of 8. */
static void test_misaligned(void **state) {
  (void)state;
  char file[1000];
  const char *dict = DICT("'<f8'", "False", "(1,)");
  size_t length = build_padded(file, 1, dict, 4, 8);
  while ((length - 8) % 8 == 0) {
    char longer[200];
    snprintf(longer, sizeof longer, "%s    ", dict);
    length = build_padded(file, 1, longer, 4, 8);
  }
  put(file, length);
  assert_refused("off a multiple of 8");
}

static void test_huge_header_length(void **state) {
  (void)state;
  char file[1000];
  size_t length = build_padded(file, 2, good, 64, 24);
  memset(file + 8, 0xff, 4);
  put(file, length);
  assert_refused("a header of 4294967295 bytes");
}

static void test_mutations(void **state) {
  (void)state;
  uint64_t seed = 1;
  int refused = 0;
  for (int i = 0; i < 2000; i++) {
    char file[1000];
    size_t length = build_padded(file, 1 + i % 3, i % 4 ? good : good_bytes, 64, 24);
    length = mutate(file, length, 70, "0123456789'\"(){}[],: <f|uTO\n\\", &seed);
    put(file, length);
    npy_array array;
    status_code status = npy_open(&array, path, &err);
    if (status == STATUS_BAD_INPUT) {
      refused++;
      continue;
    }
    assert_int_equal(status, STATUS_OK);
    assert_true(array.rank >= 1 && array.rank <= 4);
    assert_ptr_equal((const char *)array.data + array.count * array.type,
                     array.map.bytes + array.map.length);
    assert_int_equal((uintptr_t)array.data % array.type, 0);
    npy_close(&array);
  }
  assert_true(refused > 1000 && refused < 2000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_versions),
      TEST(test_headers_of_others),
      TEST(test_round_trip),
      TEST(test_same_bytes_as_numpy),
      TEST(test_bytes),
      TEST(test_longest_header),
      TEST(test_writer_counts),
      TEST(test_missing),
      TEST(test_bad_headers),
      TEST(test_bad_preambles),
      TEST(test_every_truncation),
      TEST(test_misaligned),
      TEST(test_huge_header_length),
      TEST(test_mutations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
