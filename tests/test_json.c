/* JSON: exact canonical text, and hostile documents that must be refused with their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void test_json_good(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"{}", "{}"},
      {" [ ] ", "[]"},
      {"null", "null"},
      {"true", "true"},
      {"[false,null]", "[false,null]"},
      {"{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}"},
      {"{\"aa\":1,\"a\":2,\"B\":3,\"\":0}", "{\"\":0,\"B\":3,\"a\":2,\"aa\":1}"},
      {"0.1", "0.10000000000000001"},
      {"-0", "0"},
      {"-0.0", "0"},
      {"250.0", "250"},
      {"1e3", "1000"},
      {"1e300", "1.0000000000000001e+300"},
      {"1e-999", "0"},
      {"123456789012345678901234567890", "1.2345678901234568e+29"},
      {"\"a\\n\\t\\u0001\\\"\\\\\\/\"", "\"a\\u000a\\u0009\\u0001\\\"\\\\/\""},
      {"\"\\u00e9\\ud83d\\ude00\"", "\"\xc3\xa9\xf0\x9f\x98\x80\""},
      {"\"[[[[{{{{\"", "\"[[[[{{{{\""},
      {"[\"\\\\\",\"\\\"[\"]", "[\"\\\\\",\"\\\"[\"]"},
      {"{\"x\":{\"y\":[1,{\"z\":\"]\"}]}}", "{\"x\":{\"y\":[1,{\"z\":\"]\"}]}}"},
  };
  arena a = {0};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const value *node = NULL, *again = NULL;
    failure err = {0};
    if (json_parse(&a, cases[i][0], strlen(cases[i][0]), "x", &node, &err))
      fail_msg("%s: %s", cases[i][0], err.message);
    char *text = json_text(&a, node), *pretty = json_pretty(&a, node);
    assert_string_equal(text, cases[i][1]);
    assert_int_equal(json_parse(&a, text, strlen(text), "x", &again, NULL), STATUS_OK);
    assert_true(value_equal(node, again));
    assert_int_equal(json_parse(&a, pretty, strlen(pretty), "x", &again, NULL), STATUS_OK);
    assert_true(value_equal(node, again));
  }
  arena_close(&a);
}

static void test_json_pretty(void **state) {
  (void)state;
  arena a = {0};
  const value *node = NULL;
  const char *text = "{\"b\":[1,{}],\"a\":[]}";
  assert_int_equal(json_parse(&a, text, strlen(text), "x", &node, NULL), STATUS_OK);
  assert_string_equal(json_pretty(&a, node), "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {}\n  ]\n}");
  assert_string_equal(json_text(&a, value_text(&a, "a\xff"
                                                   "b")),
                      "\"a\xef\xbf\xbd"
                      "b\"");
  arena_close(&a);
}

static void refuse(const char *text, size_t length, const char *words) {
  arena a = {0};
  const value *node = NULL;
  failure err = {0};
  status_code status = json_parse(&a, text, length, "in.json", &node, &err);
  if (status != STATUS_BAD_INPUT) fail_msg("%.40s gave status %d", text, (int)status);
  if (strncmp(err.message, "in.json:", 8) != 0 || !strstr(err.message, words))
    fail_msg("%.40s gave \"%s\", without \"%s\"", text, err.message, words);
  for (const char *c = err.message; *c; c++) assert_true((unsigned char)*c >= 0x20);
  arena_close(&a);
}

static void test_json_bad(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"", ":1:0:"},
      {" \n\n", "in.json:3:"},
      {"{", "in.json:1:1"},
      {"[", ""},
      {"]", ""},
      {"[}", ""},
      {"[1,]", ""},
      {"[1 2]", ""},
      {"[,1]", ""},
      {"{\"a\"}", ""},
      {"{\"a\":}", ""},
      {"{\"a\":1,}", ""},
      {"{a:1}", ""},
      {"{'a':1}", ""},
      {"{1:1}", ""},
      {"{\"a\":1,\n \"b\":2,\n \"a\":3}", "in.json:3:"},
      {"{\"a\":1,\"\\u0061\":3}", "duplicate"},
      {"{\"x\":{\"a\":1,\"a\":1}}", "duplicate"},
      {"1e999", "overflow"},
      {"-1e999", "overflow"},
      {"[1e400]", "overflow"},
      {"NaN", ""},
      {"Infinity", ""},
      {"-", ""},
      {"+1", ""},
      {"01", ""},
      {"1.", ""},
      {".5", ""},
      {"1e", ""},
      {"0x10", ""},
      {"\"a", ""},
      {"\"a\nb\"", ""},
      {"\"\t\"", ""},
      {"\"\\x41\"", ""},
      {"\"\\u12\"", ""},
      {"\"\\u0000\"", ""},
      {"{\"\\u0000\":1}", ""},
      {"\"\\ud800\"", ""},
      {"\"\\udc00\\ud800\"", ""},
      {"\"\xff\"", "unable to decode"},
      {"\"\xc0\xaf\"", "unable to decode"},
      {"\"\xed\xa0\x80\"", "unable to decode"},
      {"\xef\xbb\xbf{}", ""},
      {"{} {}", "end of file"},
      {"[] x", "end of file"},
      {"nul", ""},
      {"True", ""},
      {"// x\n1", ""},
      {"/* x */ 1", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    refuse(cases[i][0], strlen(cases[i][0]), cases[i][1]);
  refuse("1\0", 2, "in.json:1:2: not valid JSON: a NUL byte");
  refuse("{}\n\0{", 5, "in.json:2:1: not valid JSON: a NUL byte");
  refuse("\"a\0b\"", 5, "NUL");
}

static void test_json_depth(void **state) {
  (void)state;
  arena a = {0};
  const value *node = NULL;
  char deep[20000];
  memset(deep, '[', 64);
  memset(deep + 64, ']', 64);
  assert_int_equal(json_parse(&a, deep, 128, "x", &node, NULL), STATUS_OK);
  memset(deep, '[', 10000);
  memset(deep + 10000, ']', 10000);
  refuse(deep, 20000, "in.json:1:65: JSON nested deeper than 64 levels");
  for (size_t i = 0; i < 10000; i += 5) memcpy(deep + i, "{\"a\":", 5);
  refuse(deep, 10000, "nested deeper");
  memcpy(deep, "[\"\\\\\",\n", 7);
  memset(deep + 7, '[', 64);
  refuse(deep, 71, "in.json:2:64: JSON nested deeper");
  memcpy(deep, "[\"\\\"", 4);
  memset(deep + 4, '[', 64);
  memcpy(deep + 68, "\"]", 2);
  assert_int_equal(json_parse(&a, deep, 70, "x", &node, NULL), STATUS_OK);
  arena_close(&a);
}

static void test_json_many_keys(void **state) {
  (void)state;
  arena a = {0};
  text_buffer text = {0};
  for (int i = 100000; i-- > 0;) text_add(&text, "%s\"%06d\":%d", i == 99999 ? "{" : ",", i, i);
  text_add(&text, "}");
  const value *node = NULL;
  assert_int_equal(json_parse(&a, text.text, text.length, "x", &node, NULL), STATUS_OK);
  assert_int_equal(node->count, 100000);
  assert_true(value_get_number(node, "031415", -1) == 31415);
  free(text.text);
  arena_close(&a);
}

static void test_json_read(void **state) {
  (void)state;
  arena a = {0};
  const value *node = NULL;
  failure err = {0};
  assert_int_equal(json_read(&a, "/nonexistent/x.json", &node, &err), STATUS_NO_INPUT);
  assert_non_null(strstr(err.message, "/nonexistent/x.json"));
  arena_close(&a);
}

/* Whatever a damaged document is, the answer is a value or STATUS_BAD_INPUT. */
static void test_json_mutations(void **state) {
  (void)state;
  static const char good[] =
      "{\"name\":\"lj13 \\u00e9\",\"c\":[0.1,-2e5,true,null],"
      "\"flow\":{\"clock\":\"z\",\"list\":[[],{},[1,2,[3]]]},\"\xc3\xa9\":1}";
  uint64_t seed = 1;
  size_t refused = 0;
  for (int round = 0; round < 2000; round++) {
    char text[sizeof good];
    memcpy(text, good, sizeof good);
    size_t length = sizeof good - 1;
    for (int change = 0; change <= round % 4; change++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
      text[(seed >> 33) % length] = (char)(seed >> 24);
    }
    if (round % 5 == 0) length = (seed >> 40) % length;
    arena a = {0};
    const value *node = NULL;
    status_code status = json_parse(&a, text, length, "x", &node, NULL);
    assert_true(status == STATUS_OK || status == STATUS_BAD_INPUT);
    if (status == STATUS_OK) assert_true(strlen(json_text(&a, node)) > 0);
    refused += status == STATUS_BAD_INPUT;
    arena_close(&a);
  }
  assert_in_range(refused, 500, 1999);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_json_good),      cmocka_unit_test(test_json_pretty),
      cmocka_unit_test(test_json_bad),       cmocka_unit_test(test_json_depth),
      cmocka_unit_test(test_json_many_keys), cmocka_unit_test(test_json_read),
      cmocka_unit_test(test_json_mutations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
