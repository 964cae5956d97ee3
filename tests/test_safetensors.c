/* Safetensors files: round trips, exact bytes, and hostile headers that must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "safetensors_fixture.h"

static void test_round_trip(void **state) {
  (void)state;
  write_good();
  safetensors_file file;
  assert_int_equal(safetensors_open(&file, path, &err), STATUS_OK);
  assert_int_equal(file.count, 3);
  assert_string_equal(value_get_text(file.metadata, "step", ""), "17");
  assert_string_equal(value_get_text(file.metadata, "note", ""), "\xce\xb1 \"quoted\"\n");
  const safetensors_entry *entry = safetensors_find(&file, "weights");
  assert_non_null(entry);
  assert_int_equal(entry->type, SAFETENSORS_F32);
  assert_int_equal(entry->rank, 2);
  assert_int_equal(entry->shape[0], 2);
  assert_int_equal(entry->shape[1], 3);
  assert_int_equal((uintptr_t)entry->data % 4, 0);
  assert_memory_equal(entry->data, weights, sizeof weights);
  entry = safetensors_find(&file, "a.state");
  assert_non_null(entry);
  assert_int_equal(entry->type, SAFETENSORS_U8);
  assert_int_equal(entry->bytes, 3);
  assert_memory_equal(entry->data, bytes, 3);
  assert_int_equal(safetensors_find(&file, "empty")->bytes, 0);
  assert_null(safetensors_find(&file, "weight"));
  assert_string_equal(file.entries[2].name, "a.state"); /* in the order of the data */
  safetensors_close(&file);
  safetensors_close(&file);
}

static void test_exact_bytes(void **state) {
  (void)state;
  const safetensors_entry entry = {
      .name = "w", .type = SAFETENSORS_U8, .rank = 1, .shape = {3}, .data = bytes, .bytes = 3};
  assert_int_equal(safetensors_write(path, NULL, &entry, 1, &err), STATUS_OK);
  char expected[400], hex[33], *text;
  size_t length, due = build_padded(expected, SEALED_HEADER, 0);
  memcpy(expected + due, bytes, 3);
  blake2b_hex(expected + 8, due + 3 - 8, hex);
  memcpy(strstr(expected + 8, SEAL_ZEROS), hex, 32);
  assert_int_equal(files_read(path, 1000, &text, &length, &err), STATUS_OK);
  assert_int_equal(length, due + 3);
  assert_memory_equal(text, expected, length);
  free(text);
}

static void test_no_tensors(void **state) {
  (void)state;
  assert_int_equal(safetensors_write(path, NULL, NULL, 0, &err), STATUS_OK);
  safetensors_file file;
  assert_int_equal(safetensors_open(&file, path, &err), STATUS_OK);
  assert_int_equal(file.count, 0);
  assert_int_equal(file.metadata->type, VALUE_MAP);
  assert_int_equal(file.metadata->count, 1); /* "content" */
  safetensors_close(&file);
}

static void test_writer_refuses(void **state) {
  (void)state;
  const safetensors_entry odd = {
      .name = "b", .type = SAFETENSORS_U8, .rank = 1, .shape = {3}, .data = bytes, .bytes = 3};
  const safetensors_entry whole = {
      .name = "w", .rank = 1, .shape = {6}, .data = weights, .bytes = 24};
  safetensors_entry wrong = whole;
  wrong.bytes = 20;
  assert_int_equal(safetensors_write(path, NULL, &wrong, 1, &err), STATUS_BUG);
  wrong = whole;
  wrong.name[0] = '\0';
  assert_int_equal(safetensors_write(path, NULL, &wrong, 1, &err), STATUS_BUG);
  wrong = whole;
  strcpy(wrong.name, "__metadata__");
  assert_int_equal(safetensors_write(path, NULL, &wrong, 1, &err), STATUS_BUG);
  const safetensors_entry twice[] = {whole, whole}, late[] = {odd, whole}, fine[] = {whole, odd};
  assert_int_equal(safetensors_write(path, NULL, twice, 2, &err), STATUS_BUG);
  assert_int_equal(safetensors_write(path, NULL, late, 2, &err), STATUS_BUG);
  assert_non_null(strstr(err.message, "write U8 tensors last"));
  assert_false(files_exists(path));
  assert_int_equal(safetensors_write(path, NULL, fine, 2, &err), STATUS_OK);
}

/* Keys in another order, blanks, no padding, an order of names that is not that of the data. */
static void test_headers_of_others(void **state) {
  (void)state;
  char text[1000];
  put(text, build_padded(text,
                         "{ \"a\" : {\"shape\":[2],\"data_offsets\":[4,6],\"dtype\":\"U8\"},\n"
                         "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                         6));
  safetensors_file file;
  assert_int_equal(safetensors_open(&file, path, &err), STATUS_OK);
  assert_string_equal(file.entries[0].name, "b");
  assert_int_equal(file.entries[0].rank, 0);
  assert_memory_equal(file.entries[0].data, "\0\1\2\3", 4);
  assert_memory_equal(safetensors_find(&file, "a")->data, "\4\5", 2);
  safetensors_close(&file);
}

static void test_missing(void **state) {
  (void)state;
  safetensors_file file;
  assert_int_equal(safetensors_open(&file, path, &err), STATUS_NO_INPUT);
  safetensors_close(&file);
}

static void assert_refused(const char *rule) {
  safetensors_file file;
  memset(&err, 0, sizeof err);
  status_code status = safetensors_open(&file, path, &err);
  if (status != STATUS_BAD_INPUT || !strstr(err.message, rule) || !strstr(err.message, path))
    fail_msg("status %d, \"%s\", but a word about \"%s\" is due", (int)status, err.message, rule);
  for (const char *c = err.message; *c; c++) assert_true((unsigned char)*c >= ' ');
  assert_null(file.map.bytes);
  assert_int_equal(file.count, 0);
}

#define TENSOR(dtype, shape, range)                                                                \
  "{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" range "}"
#define ONE(dtype, shape, range) "{\"w\":" TENSOR(dtype, shape, range) "}"
#define F32                      "\"F32\""
#define U8                       "\"U8\""
#define X24                      "xxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
  const char *header;
  size_t data;
  const char *rule;
} BAD_HEADERS[] = {
    /* no JSON object */
    {"", 0, "start with '{'"},
    {" {}", 0, "start with '{'"},
    {"[]", 0, "start with '{'"},
    {"\xef\xbb\xbf{}", 0, "start with '{'"},
    {"{", 0, "not valid JSON"},
    {"{}}", 0, "not valid JSON"},
    {"{} {}", 0, "not valid JSON"},
    {"{'w':1}", 0, "not valid JSON"},
    {"{\"w\":1,}", 0, "not valid JSON"},
    {"{\"\xff\":1}", 0, "not valid JSON"},
    {"{\"w\":1e999}", 0, "not valid JSON"},
    {"{\"w\":NaN}", 0, "not valid JSON"},
    {"{\"w\":" TENSOR(U8, "[1]", "[0,1]") ",\"w\":" TENSOR(U8, "[1]", "[0,1]") "}", 1,
     "not valid JSON"},
    {"{\"w\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
     "not valid JSON"},
    /* metadata */
    {"{\"__metadata__\":[]}", 0, "__metadata__"},
    {"{\"__metadata__\":null}", 0, "__metadata__"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "__metadata__"},
    {"{\"__metadata__\":{\"a\":{}}}", 0, "__metadata__"},
    /* names */
    {"{\"\":" TENSOR(U8, "[1]", "[0,1]") "}", 1, "name"},
    {"{\"a\\u001b[31m\":" TENSOR(U8, "[1]", "[0,1]") "}", 1, "name"},
    {"{\"" X24 X24 X24 X24 "\":" TENSOR(U8, "[1]", "[0,1]") "}", 1, "name"},
    /* the tensor */
    {"{\"w\":null}", 0, "just dtype, shape and data_offsets"},
    {"{\"w\":[]}", 0, "just dtype, shape and data_offsets"},
    {"{\"w\":{}}", 0, "just dtype, shape and data_offsets"},
    {"{\"w\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "just dtype, shape and data_offsets"},
    {"{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"more\":1}}", 1,
     "just dtype, shape and data_offsets"},
    {"{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"offsets\":[0,1]}}", 1, "data_offsets must be"},
    {ONE("\"F64\"", "[1]", "[0,8]"), 8, "dtype must be"},
    {ONE("\"F16\"", "[1]", "[0,2]"), 2, "dtype must be"},
    {ONE("\"f32\"", "[1]", "[0,4]"), 4, "dtype must be"},
    {ONE("\"\"", "[1]", "[0,4]"), 4, "dtype must be"},
    {ONE("32", "[1]", "[0,4]"), 4, "dtype must be"},
    {ONE(F32, "1", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[1.5]", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[-1]", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[\"1\"]", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[null]", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[1,1,1,1,1]", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[9007199254740992]", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[18446744073709551617]", "[0,4]"), 4, "shape must be"},
    {ONE(F32, "[4294967296,4294967296]", "[0,4]"), 4, "2^64 bytes"},
    {ONE(F32, "[2147483648,2147483648]", "[0,0]"), 0, "2^64 bytes"},
    {ONE(U8, "[4294967296,4294967296]", "[0,0]"), 0, "2^64 bytes"},
    /* its place */
    {ONE(F32, "[1]", "4"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[0]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[0,4,8]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[4,0]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[-4,0]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[0.5,4.5]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[true,4]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[0,1e300]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[18446744073709551612,18446744073709551616]"), 4, "data_offsets must be"},
    {ONE(F32, "[1]", "[0,4]"), 3, "past the end"},
    {ONE(F32, "[1]", "[0,4]"), 0, "past the end"},
    {ONE(F32, "[1]", "[9007199254740987,9007199254740991]"), 4, "past the end"},
    {ONE(F32, "[2]", "[0,4]"), 4, "size of its shape"},
    {ONE(F32, "[1]", "[0,8]"), 8, "size of its shape"},
    {ONE(F32, "[0]", "[0,4]"), 4, "size of its shape"},
    {ONE(U8, "[4]", "[0,3]"), 3, "size of its shape"},
    {ONE(F32, "[1]", "[2,6]"), 6, "begin at a multiple of 4"},
    {ONE(F32, "[1]", "[0,4]"), 5, "after the last tensor"},
    {"{}", 1, "after the last tensor"},
    {ONE(U8, "[1]", "[1,2]"), 2, "neither holes nor overlaps"},
    {"{\"a\":" TENSOR(U8, "[2]", "[0,2]") ",\"b\":" TENSOR(U8, "[2]", "[3,5]") "}", 5,
     "neither holes nor overlaps"},
    {"{\"a\":" TENSOR(U8, "[2]", "[0,2]") ",\"b\":" TENSOR(U8, "[2]", "[1,3]") "}", 3,
     "neither holes nor overlaps"},
    {"{\"a\":" TENSOR(U8, "[2]", "[0,2]") ",\"b\":" TENSOR(U8, "[2]", "[0,2]") "}", 2,
     "neither holes nor overlaps"},
    {"{\"a\":" TENSOR(U8, "[4]", "[0,4]") ",\"b\":" TENSOR(U8, "[0]", "[2,2]") "}", 4,
     "neither holes nor overlaps"},
};

static void test_bad_headers(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof BAD_HEADERS / sizeof *BAD_HEADERS; i++) {
    char text[1000];
    put(text, *BAD_HEADERS[i].header
                  ? build_padded(text, BAD_HEADERS[i].header, BAD_HEADERS[i].data)
                  : build(text, "", BAD_HEADERS[i].data));
    assert_refused(BAD_HEADERS[i].rule);
  }
}

static void test_bad_lengths(void **state) {
  (void)state;
  static const struct {
    uint64_t said;
    const char *rule;
  } cases[] = {{0, "start with '{'"},
               {100000001, "at most 100000000"},
               {UINT64_MAX, "at most 100000000"},
               {1ull << 63, "at most 100000000"},
               {UINT64_MAX - 7, "at most 100000000"},
               {100000000, "bytes, but only"},
               {68, "bytes, but only"},
               {1, "not valid JSON"},
               {40, "not valid JSON"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[1000];
    size_t length = build_padded(text, ONE(F32, "[1]", "[0,4]"), 4);
    memcpy(text, &cases[i].said, 8);
    put(text, length);
    assert_refused(cases[i].rule);
  }
}

/* Data of F32 must be aligned: a header of another length than a multiple of 4 shifts it. */
static void test_misaligned(void **state) {
  (void)state;
  char text[1000], header[] = ONE(F32, "[1]", "[0,4]") "    ";
  for (size_t spaces = 0; spaces < 4; spaces++) {
    header[sizeof header - 5 + spaces] = '\0';
    size_t length = build(text, header, 4);
    header[sizeof header - 5 + spaces] = ' ';
    put(text, length);
    safetensors_file file;
    if (length % 4) {
      assert_refused("begin at a multiple of 4");
      continue;
    }
    assert_int_equal(safetensors_open(&file, path, &err), STATUS_OK);
    safetensors_close(&file);
  }
}

static void test_every_truncation(void **state) {
  (void)state;
  char *text;
  size_t length;
  write_good();
  assert_int_equal(files_read(path, 1000, &text, &length, &err), STATUS_OK);
  for (size_t cut = 0; cut < length; cut++) {
    put(text, cut);
    assert_refused("");
  }
  free(text);
}

static void test_nested_deep(void **state) {
  (void)state;
  enum { DEPTH = 10000 };
  static char header[2 * DEPTH + 100], text[2 * DEPTH + 200];
  strcpy(header, "{\"w\":");
  memset(header + 5, '[', DEPTH);
  memset(header + 5 + DEPTH, ']', DEPTH);
  strcpy(header + 5 + 2 * DEPTH, "}");
  put(text, build(text, header, 0));
  assert_refused("deep");
}

static void test_mutations(void **state) {
  (void)state;
  uint64_t seed = 1;
  int refused = 0;
  char *good, text[1000];
  size_t length;
  write_good();
  assert_int_equal(files_read(path, 900, &good, &length, &err), STATUS_OK);
  for (int i = 0; i < 2000; i++) {
    memcpy(text, good, length);
    put(text, mutate(text, length, length, "0123456789\"{}[],: eE.-+\\UF", &seed));
    safetensors_file file;
    status_code status = safetensors_open(&file, path, &err);
    if (status == STATUS_BAD_INPUT) {
      refused++;
      continue;
    }
    assert_int_equal(status, STATUS_OK);
    size_t covered = 0;
    for (size_t e = 0; e < file.count; e++) covered += file.entries[e].bytes;
    if (file.count)
      assert_ptr_equal((const unsigned char *)file.entries[0].data + covered,
                       file.map.bytes + file.map.length);
    safetensors_close(&file);
  }
  free(good);
  assert_true(refused > 1000 && refused < 2000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_round_trip),       TEST(test_exact_bytes),       TEST(test_no_tensors),
      TEST(test_writer_refuses),   TEST(test_headers_of_others), TEST(test_missing),
      TEST(test_bad_headers),      TEST(test_bad_lengths),       TEST(test_misaligned),
      TEST(test_every_truncation), TEST(test_nested_deep),       TEST(test_mutations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
