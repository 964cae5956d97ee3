#include "base/seal.h"

#include <string.h>

enum { DIGITS = sizeof SEAL_ZEROS - 1 };

static bool are_digits(const char *text) {
  for (size_t i = 0; i < DIGITS; i++)
    if (!memchr("0123456789abcdef", text[i], 16)) return false;
  return text[DIGITS] == '"';
}

const char *seal_find(const char *text, size_t length, const char *mark) {
  const size_t skip = strlen(mark);
  const char *at = text;
  while ((at = memmem(at, length - (size_t)(at - text), mark, skip))) {
    at += skip;
    if (length - (size_t)(at - text) > DIGITS && are_digits(at)) return at;
  }
  return NULL;
}

void seal_begin(blake2b *hash, const char *text, size_t length, const char *digits) {
  const char *rest = digits + DIGITS;
  blake2b_begin(hash, BLAKE2B_HEX);
  blake2b_add(hash, text, (size_t)(digits - text));
  blake2b_add(hash, SEAL_ZEROS, DIGITS);
  blake2b_add(hash, rest, length - (size_t)(rest - text));
}

void seal_close(blake2b *hash, char *digits) {
  char hex[DIGITS + 1];
  blake2b_end_hex(hash, hex);
  memcpy(digits, hex, DIGITS);
}

bool seal_fits(blake2b *hash, const char *digits) {
  char hex[DIGITS + 1];
  blake2b_end_hex(hash, hex);
  return memcmp(digits, hex, DIGITS) == 0;
}
