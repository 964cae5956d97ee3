#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/blake2b.h"

#include <stdio.h>
#include <string.h>

/* RFC 7693, appendix A. */
static void test_abc_of_the_rfc(void **state) {
  (void)state;
  static const char expected[] = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                                 "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
  blake2b hash;
  unsigned char digest[64];
  char hex[129];
  blake2b_begin(&hash, 64);
  blake2b_add(&hash, "abc", 3);
  blake2b_end(&hash, digest);
  for (size_t i = 0; i < 64; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  assert_string_equal(hex, expected);
}

static unsigned char input[1000];

static void fill_input(void) {
  for (size_t i = 0; i < sizeof input; i++) input[i] = (unsigned char)((i * 7 + 3) % 256);
}

/* What `b2sum -l 128` of coreutils says of the first bytes of the input. */
static const struct {
  size_t length;
  const char *hex;
} known[] = {{0, "cae66941d9efbd404e4d88758ea67670"},   {1, "71b186b851e866e71be237342976049a"},
             {127, "e00ab0ead4d729de8fbe7745d642e416"}, {128, "8e0cf9bb1b36fa6c42aa6490f719b575"},
             {129, "6cefde50e4008690e61cf8225d101256"}, {255, "b1bce9f0dc0bec101cd5e09b7961937c"},
             {256, "ac60b0f8b3227af67328401630cd4dfa"}, {257, "7e5b16bfede2940cbed4da50b56da597"},
             {1000, "add263669b4eb2158678a360fa6f007a"}};

static void test_lengths_across_blocks(void **state) {
  (void)state;
  fill_input();
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char hex[33];
    blake2b_hex(input, known[i].length, hex);
    assert_string_equal(hex, known[i].hex);
  }
  char hex[33];
  blake2b_hex(NULL, 0, hex);
  assert_string_equal(hex, known[0].hex);
}

static void test_pieces_equal_one_shot(void **state) {
  (void)state;
  fill_input();
  for (size_t step = 1; step <= 300; step++) {
    blake2b hash;
    unsigned char whole[32], pieces[32];
    blake2b_begin(&hash, 32);
    blake2b_add(&hash, input, sizeof input);
    blake2b_end(&hash, whole);
    blake2b_begin(&hash, 32);
    for (size_t at = 0; at < sizeof input; at += step)
      blake2b_add(&hash, input + at, at + step < sizeof input ? step : sizeof input - at);
    blake2b_end(&hash, pieces);
    assert_memory_equal(pieces, whole, 32);
  }
}

/* The length is part of what is hashed: a short digest is not a prefix of a long one. */
static void test_digest_length_counts(void **state) {
  (void)state;
  blake2b hash;
  unsigned char one[64], other[64];
  blake2b_begin(&hash, 64);
  blake2b_end(&hash, one);
  blake2b_begin(&hash, 32);
  blake2b_end(&hash, other);
  assert_memory_not_equal(one, other, 32);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_abc_of_the_rfc),
      cmocka_unit_test(test_lengths_across_blocks),
      cmocka_unit_test(test_pieces_equal_one_shot),
      cmocka_unit_test(test_digest_length_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
