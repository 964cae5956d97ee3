/* .npy files that are not what they must be are refused, with the place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/npy.h"
#include "hostile.h"
#include "npy_fixture.h"

static void assert_refused(const char *rule) {
  npy_array array;
  memset(&err, 0, sizeof err);
  status_code status = npy_open(&array, path, &err);
  if (status != STATUS_BAD_INPUT || !strstr(err.message, rule) || !strstr(err.message, path))
    fail_msg("status %d, \"%s\", but a word about \"%s\" is due", (int)status, err.message, rule);
  assert_null(array.data);
  assert_null(array.map.bytes);
}

#define DICT(descr, order, shape)                                                                  \
  "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"

static const struct {
  const char *dict;
  size_t data;
  const char *rule;
} BAD_HEADERS[] = {
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

static void test_bad_headers(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof BAD_HEADERS / sizeof *BAD_HEADERS; i++) {
    char file[1000];
    put(file,
        npy_build_padded(file, 1 + (int)(i % 3), BAD_HEADERS[i].dict, 64, BAD_HEADERS[i].data));
    assert_refused(BAD_HEADERS[i].rule);
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
    size_t length = npy_build_padded(file, 1, good, 64, 24);
    file[cases[i].at] = (char)cases[i].byte;
    put(file, length);
    assert_refused(cases[i].rule);
  }
}

static void test_every_truncation(void **state) {
  (void)state;
  for (int version = 1; version <= 2; version++) {
    char file[1000];
    size_t length = npy_build_padded(file, version, good, 64, 24);
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
  size_t length = npy_build_padded(file, 1, dict, 4, 8);
  while ((length - 8) % 8 == 0) {
    char longer[200];
    snprintf(longer, sizeof longer, "%s    ", dict);
    length = npy_build_padded(file, 1, longer, 4, 8);
  }
  put(file, length);
  assert_refused("off a multiple of 8");
}

static void test_huge_header_length(void **state) {
  (void)state;
  char file[1000];
  size_t length = npy_build_padded(file, 2, good, 64, 24);
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
    size_t length = npy_build_padded(file, 1 + i % 3, i % 4 ? good : good_bytes, 64, 24);
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
      TEST(test_bad_headers), TEST(test_bad_preambles),      TEST(test_every_truncation),
      TEST(test_misaligned),  TEST(test_huge_header_length), TEST(test_mutations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
