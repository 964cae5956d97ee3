/* Arrays of other programs: every dtype, byte order and order of axes of .npy, and .npz archives,
 * whole and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/number_array.h"
#include "hostile.h"
#include "npy_fixture.h"

#include <math.h>

#define DICT(descr, order, shape)                                                                  \
  "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }"

static size_t unhex(const char *text, char *out) {
  const size_t count = strlen(text) / 2;
  for (size_t i = 0; i < count; i++) {
    unsigned byte;
    assert_int_equal(sscanf(text + 2 * i, "%2x", &byte), 1);
    out[i] = (char)byte;
  }
  return count;
}

static void expect_numbers(const char *name, const double *numbers, size_t count) {
  number_array array;
  if (number_array_open(&array, path, name, &err) != STATUS_OK) fail_msg("%s", err.message);
  assert_int_equal(array.header.count, count);
  for (size_t i = 0; i < count; i++) {
    const double x = number_array_at(&array, i);
    if (memcmp(&x, &numbers[i], sizeof x) != 0 && !(isnan(x) && isnan(numbers[i])))
      fail_msg("item %zu of %s is %.17g, not %.17g", i, array.header.dtype, x, numbers[i]);
  }
  number_array_close(&array);
}

/* The values are NumPy's: a.astype("f8"). Items as bytes in hexadecimal. */
static void test_dtypes(void **state) {
  (void)state;
  static const struct {
    const char *dict, *items;
    double numbers[3];
  } CASES[] = {
      {DICT("<f2", "False", "(3,)"), "0100ff030004", {0x1p-24, 0x3ffp-24, 0x1p-14}},
      {DICT("<f2", "False", "(3,)"), "003c00c0ff7b", {1, -2, 65504}},
      {DICT("<f2", "False", "(3,)"), "00805535007c", {-0.0, 0.333251953125, INFINITY}},
      {DICT(">f2", "False", "(3,)"), "fc007e003c01", {-INFINITY, NAN, 1.0009765625}},
      {DICT("<f4", "False", "(3,)"), "0000803f000000c0cdcccc3d", {1, -2, 0.1f}},
      {DICT(">f4", "False", "(3,)"), "3f800000c00000003dcccccd", {1, -2, 0.1f}},
      {DICT("<f8", "False", "(1,)"), "9a9999999999b93f", {0.1}},
      {DICT(">f8", "False", "(1,)"), "3fb999999999999a", {0.1}},
      {DICT("|i1", "False", "(3,)"), "7f80ff", {127, -128, -1}},
      {DICT("|u1", "False", "(3,)"), "7f80ff", {127, 128, 255}},
      {DICT("<i2", "False", "(3,)"), "ff7f0080feff", {32767, -32768, -2}},
      {DICT(">i2", "False", "(3,)"), "7fff8000fffe", {32767, -32768, -2}},
      {DICT("<u2", "False", "(3,)"), "ff7f0080feff", {32767, 32768, 65534}},
      {DICT(">u2", "False", "(3,)"), "7fff8000fffe", {32767, 32768, 65534}},
      {DICT("<i4", "False", "(2,)"), "ffffff7f00000080", {2147483647, -2147483648.0}},
      {DICT(">i4", "False", "(2,)"), "7fffffff80000000", {2147483647, -2147483648.0}},
      {DICT("<u4", "False", "(2,)"), "ffffff7fffffffff", {2147483647, 4294967295}},
      {DICT(">u4", "False", "(2,)"), "7fffffffffffffff", {2147483647, 4294967295}},
      /* beyond 2^53: the nearest double */
      {DICT("<i8", "False", "(3,)"),
       "0000000000000080ffffffffffffff7f0100000000002000",
       {-9223372036854775808.0, 9223372036854775808.0, 9007199254740992}},
      {DICT(">i8", "False", "(2,)"), "ffffffffffffffff0020000000000003", {-1, 9007199254740996}},
      {DICT("<u8", "False", "(2,)"),
       "ffffffffffffffff0104000000000080",
       {18446744073709551616.0, 9223372036854777856.0}},
      {DICT(">u8", "False", "(1,)"), "0000000000000102", {258}},
      {DICT("|b1", "False", "(3,)"), "000102", {0, 1, 1}},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    char items[100], file[1000];
    const size_t bytes = unhex(CASES[i].items, items);
    const char size = CASES[i].dict[13];
    put(file, npy_build(file, CASES[i].dict, items, bytes));
    expect_numbers("", CASES[i].numbers, bytes / (size_t)(size - '0'));
  }
}

/* a[i, j, k] = 100 i + 10 j + k, of shape (2, 3, 2). */
static void test_fortran_order(void **state) {
  (void)state;
  static const uint8_t FORTRAN[] = {0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121};
  static const double C[] = {0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121};
  static const double FLAT[] = {0, 100, 10};
  char file[1000];
  put(file, npy_build(file, DICT("|u1", "True", "(2, 3, 2)"), FORTRAN, sizeof FORTRAN));
  expect_numbers("", C, 12);
  put(file, npy_build(file, DICT("|u1", "True", "(3,)"), FORTRAN, 3));
  expect_numbers("", FLAT, 3);
  put(file, npy_build(file, DICT("|u1", "True", "(0, 3)"), FORTRAN, 0));
  expect_numbers("", NULL, 0);
}

static void refused(const char *name, const char *words) {
  number_array array;
  memset(&err, 0, sizeof err);
  const status_code status = number_array_open(&array, path, name, &err);
  if (status != STATUS_BAD_INPUT || !strstr(err.message, words) || !strstr(err.message, path))
    fail_msg("status %d, \"%s\", but a word about \"%s\" is due", (int)status, err.message, words);
  assert_null(array.unpacked);
  assert_null(array.map.bytes);
}

static void test_what_are_no_numbers(void **state) {
  (void)state;
  static const char *const CASES[][2] = {
      {DICT("|O", "False", "(1,)"), "holds Python objects, which are never loaded"},
      {DICT("<c8", "False", "(1,)"), "is of complex numbers; save a.real, a.imag or abs(a)"},
      {DICT("<c16", "False", "(1,)"), "complex"},
      {DICT("<U2", "False", "(1,)"), "is of texts"},
      {DICT("|S8", "False", "(1,)"), "is of texts"},
      {DICT("<M8[s]", "False", "(1,)"), "is of dates"},
      {DICT("<m8[s]", "False", "(1,)"), "is of durations"},
      {DICT("|V8", "False", "(1,)"), "is of raw bytes"},
      {DICT("<f16", "False", "(1,)"), "dtype '<f16' is not known"},
      {DICT("<f3", "False", "(1,)"), "not known"},
      {DICT("<i1", "False", "(1,)"), "not known"},
      {DICT("|i4", "False", "(1,)"), "not known"},
      {DICT("<b4", "False", "(1,)"), "not known"},
      {"{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': (1,), }",
       "structured dtypes are not read; save one plain field, a[\"x\"]"}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    char file[1000];
    put(file, npy_build(file, CASES[i][0], "12345678", 8));
    refused("", CASES[i][1]);
  }
}

/* np.savez_compressed(path, x=np.array([[1, 2], [3, 4.5]], ">f8"), y=np.arange(4, dtype="i2")) */
static const char COMPRESSED[] =
    "504b03042d00000008000000210082a4ebedffffffffffffffff05001400782e6e707901001000a000000000"
    "00000054000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9766a1aea3a09e965f5452"
    "9498179f5f94920a12774bcc294e058a17672416a402f91a463a0a469a3a0ab50a64032efb0f0c60e0c000a5"
    "39a0b410840600504b03042d000000080000002100d2103666ffffffffffffffff05001400792e6e70790100"
    "100088000000000000004c000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a4ae"
    "a3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a263a9a3a0ab50a14002e060646"
    "062606660600504b01022d032d00000008000000210082a4ebed54000000a000000005000000000000000000"
    "0000800100000000782e6e7079504b01022d032d000000080000002100d21036664c00000088000000050000"
    "00000000000000000080018b000000792e6e7079504b05060000000002000200660000000e0100000000";

/* np.savez(path, np.asfortranarray(np.array([[1, 2, 3], [4, 5, 6]], "f2"))) */
static const char STORED[] =
    "504b03042d0000000000000021000845582affffffffffffffff090014006172725f302e6e7079010010008c"
    "000000000000008c00000000000000934e554d5059010076007b276465736372273a20273c6632272c202766"
    "6f727472616e5f6f72646572273a20547275652c20277368617065273a2028322c2033292c207d2020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020202020202020"
    "202020202020202020200a003c00440040004500420046504b01022d032d0000000000000021000845582a8c"
    "0000008c0000000900000000000000000000008001000000006172725f302e6e7079504b0506000000000100"
    "010037000000c70000000000";

static void test_archives_of_numpy(void **state) {
  (void)state;
  char file[1000];
  put(file, unhex(COMPRESSED, file));
  expect_numbers("x", (const double[]){1, 2, 3, 4.5}, 4);
  expect_numbers("y", (const double[]){0, 1, 2, 3}, 4);
  refused("", "2 arrays, choose one with array = \"x\": x, y");
  refused("z", "no array \"z\"");
  put(file, unhex(STORED, file));
  expect_numbers("", (const double[]){1, 2, 3, 4, 5, 6}, 6);
  expect_numbers("arr_0", (const double[]){1, 2, 3, 4, 5, 6}, 6);
  refused("arr_1", "did you mean \"arr_0\"?");
  put(file, npy_build(file, DICT("|u1", "False", "(1,)"), "a", 1));
  refused("arr_0", "array = \"arr_0\" is for .npz files");
}

/* An archive of one array "x" in `b`. */
static size_t build(npz_builder *b, bool pack) {
  char file[1000];
  *b = (npz_builder){.used = 0};
  npz_add(b, "x.npy", file,
          npy_build(file, DICT("<f4", "False", "(2, 3)"), "123456789012345678901234", 24), pack);
  return npz_end(b);
}

static void test_archives(void **state) {
  (void)state;
  npz_builder b;
  for (int pack = 0; pack < 2; pack++) {
    put(b.bytes, build(&b, pack));
    number_array array;
    assert_int_equal(number_array_open(&array, path, "", &err), STATUS_OK);
    assert_int_equal(array.header.rank, 2);
    assert_memory_equal(array.data, "123456789012345678901234", 24);
    number_array_close(&array);
  }
  char file[1000];
  const size_t length = npy_build(file, DICT("|u1", "False", "(1,)"), "a", 1);
  b = (npz_builder){.used = 0};
  npz_add(&b, "readme.txt", "words", 5, false);
  put(b.bytes, npz_end(&b));
  refused("", "a zip archive without arrays");
  b = (npz_builder){.used = 0};
  npz_add(&b, "readme.txt", "words", 5, false);
  npz_add(&b, "x.npy", file, length, true);
  put(b.bytes, npz_end(&b));
  expect_numbers("", (const double[]){'a'}, 1);
  b = (npz_builder){.used = 0};
  npz_add(&b, "x.npy", file, length, true);
  npz_add(&b, "x.npy", file, length, false);
  put(b.bytes, npz_end(&b));
  refused("x", "2 arrays have the name \"x\"");
}

/* Places in the archive of build(): its directory begins at `directory`, its end at `end`. */
static void test_broken_archives(void **state) {
  (void)state;
  enum { DIRECTORY = 1000, END = 2000 };
  static const struct {
    size_t at;
    const char *bytes; /* in hexadecimal */
    const char *words;
  } CASES[] = {
      {0, "504b0506", "not the beginning of a member"},
      {DIRECTORY + 0, "00", "not an entry of the zip archive's directory"},
      {DIRECTORY + 8, "01", "encrypted"},
      {DIRECTORY + 10, "0c", "a compression that NumPy does not use"},
      {DIRECTORY + 10, "00", "not compressed, with two sizes"},
      {DIRECTORY + 16, "00000000", "does not have its checksum"},
      {DIRECTORY + 20, "ffffff7f", "ends outside of the zip archive"},
      {DIRECTORY + 20, "ffffffff", "zip64"},
      {DIRECTORY + 20, "01000000", "0 bytes are too few"},
      {DIRECTORY + 24, "ffffffff", "zip64"},
      {DIRECTORY + 24, "ffffff7f", "a compressed array of 2147483647 bytes, at most 1073741824"},
      {DIRECTORY + 24, "ffffff3f", "too many"},
      {DIRECTORY + 24, "97000000", "truncated"},
      {DIRECTORY + 28, "ffff", "ends outside of the archive's directory"},
      {DIRECTORY + 42, "ffffffff", "zip64"},
      {DIRECTORY + 42, "01000000", "not the beginning of a member"},
      {DIRECTORY + 42, "ffffff7f", "not the beginning of a member"},
      {END + 4, "01", "several files"},
      {END + 8, "02", "several files"},
      {END + 10, "ffff", "zip64"},
      {END + 12, "ffffffff", "zip64"},
      {END + 12, "00010000", "directory of the zip archive is not in it"},
      {END + 16, "ffffffff", "zip64"},
      {END + 16, "ffffff7f", "directory of the zip archive is not in it"},
      {END + 20, "01", "no end"},
      {110, "ff", "get the file again"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    npz_builder b;
    const size_t length = build(&b, true), end = length - 22, directory = end - b.directory_used;
    size_t at = CASES[i].at;
    at = at >= END ? at - END + end : at >= DIRECTORY ? at - DIRECTORY + directory : at;
    unhex(CASES[i].bytes, b.bytes + at);
    put(b.bytes, length);
    refused("", CASES[i].words);
  }
}

static void test_every_truncation(void **state) {
  (void)state;
  npz_builder b;
  const size_t length = build(&b, true);
  for (size_t cut = 0; cut < length; cut++) {
    put(b.bytes, cut);
    refused("", "");
  }
}

/* Megabytes of zeros from few bytes are not unpacked where the header does not announce them. */
static void test_bombs(void **state) {
  (void)state;
  enum { ZEROS = 3 << 20 };
  static char zeros[ZEROS];
  npz_builder b = {.used = 0};
  npz_add(&b, "x.npy", zeros, ZEROS, true);
  put(b.bytes, npz_end(&b));
  refused("", "wrong magic");
  npy_build(zeros, DICT("|u1", "False", "(4,)"), "", 0);
  b = (npz_builder){.used = 0};
  npz_add(&b, "x.npy", zeros, ZEROS, true);
  put(b.bytes, npz_end(&b));
  refused("", "too many");
}

static void test_mutations(void **state) {
  (void)state;
  uint64_t seed = 1;
  int refused_count = 0;
  enum { ROUNDS = 2000 };
  for (int i = 0; i < ROUNDS; i++) {
    npz_builder b;
    size_t length = build(&b, i % 2);
    length = mutate(b.bytes, length, length, "PK\1\2\3\4\5\6\377", &seed);
    put(b.bytes, length);
    number_array array;
    const status_code status = number_array_open(&array, path, "", &err);
    if (status == STATUS_BAD_INPUT) {
      refused_count++;
      continue;
    }
    assert_int_equal(status, STATUS_OK);
    for (size_t k = 0; k < array.header.count; k++) number_array_at(&array, k);
    number_array_close(&array);
  }
  assert_true(refused_count > ROUNDS / 2 && refused_count < ROUNDS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_dtypes),
      TEST(test_fortran_order),
      TEST(test_what_are_no_numbers),
      TEST(test_archives_of_numpy),
      TEST(test_archives),
      TEST(test_broken_archives),
      TEST(test_every_truncation),
      TEST(test_bombs),
      TEST(test_mutations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
