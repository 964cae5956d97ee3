#include "base/blake2b.h"

#include <stdbool.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are loaded in the order of bytes");

enum { BLOCK = 128, ROUNDS = 12 };

/* RFC 7693, section 2.6. */
static const uint64_t START[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                  0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                  0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

/* RFC 7693, section 2.7; rounds 10 and 11 use rows 0 and 1 again. */
static const unsigned char ORDER[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                            {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                            {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                            {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                            {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                            {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                            {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                            {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                            {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                            {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static uint64_t rotate(uint64_t x, unsigned bits) {
  return (x >> bits) | (x << (64 - bits));
}

static uint64_t load(const unsigned char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* The mixing function G of section 3.1. A macro, so that the indices are constants and v stays in
 * registers: as a function with tables it is half as fast. */
#define MIX(a, b, c, d, x, y)                                                                      \
  do {                                                                                             \
    v[a] += v[b] + (x);                                                                            \
    v[d] = rotate(v[d] ^ v[a], 32);                                                                \
    v[c] += v[d];                                                                                  \
    v[b] = rotate(v[b] ^ v[c], 24);                                                                \
    v[a] += v[b] + (y);                                                                            \
    v[d] = rotate(v[d] ^ v[a], 16);                                                                \
    v[c] += v[d];                                                                                  \
    v[b] = rotate(v[b] ^ v[c], 63);                                                                \
  } while (0)

/* The columns of the state, then its diagonals. */
__attribute__((always_inline)) static inline void mix_round(uint64_t v[16], const uint64_t m[16],
                                                            const unsigned char s[16]) {
  MIX(0, 4, 8, 12, m[s[0]], m[s[1]]);
  MIX(1, 5, 9, 13, m[s[2]], m[s[3]]);
  MIX(2, 6, 10, 14, m[s[4]], m[s[5]]);
  MIX(3, 7, 11, 15, m[s[6]], m[s[7]]);
  MIX(0, 5, 10, 15, m[s[8]], m[s[9]]);
  MIX(1, 6, 11, 12, m[s[10]], m[s[11]]);
  MIX(2, 7, 8, 13, m[s[12]], m[s[13]]);
  MIX(3, 4, 9, 14, m[s[14]], m[s[15]]);
}

#undef MIX

/* The compression function F of section 3.2. The upper word of the byte counter stays 0: 2^64
 * bytes are never hashed. */
static void compress(blake2b *hash, const unsigned char *block, bool last) {
  uint64_t v[16], m[16];
  for (int i = 0; i < 8; i++) v[i] = hash->state[i], v[i + 8] = START[i];
  for (int i = 0; i < 16; i++) m[i] = load(block + 8 * i);
  v[12] ^= hash->count;
  if (last) v[14] = ~v[14];
#pragma GCC unroll 12 /* constant rows of ORDER: twice as fast */
  for (int round = 0; round < ROUNDS; round++) mix_round(v, m, ORDER[round % 10]);
  for (int i = 0; i < 8; i++) hash->state[i] ^= v[i] ^ v[i + 8];
}

void blake2b_begin(blake2b *hash, size_t digest_length) {
  *hash = (blake2b){.length = digest_length};
  memcpy(hash->state, START, sizeof START);
  hash->state[0] ^= 0x01010000 ^ digest_length;
}

/* A full block waits until more comes, since the last one is compressed differently. */
void blake2b_add(blake2b *hash, const void *bytes, size_t length) {
  const unsigned char *from = bytes;
  while (length > 0) {
    if (hash->filled == BLOCK) {
      hash->count += BLOCK;
      compress(hash, hash->block, false);
      hash->filled = 0;
    }
    for (; hash->filled == 0 && length > BLOCK; from += BLOCK, length -= BLOCK) {
      hash->count += BLOCK;
      compress(hash, from, false);
    }
    size_t part = BLOCK - hash->filled;
    if (part > length) part = length;
    memcpy(hash->block + hash->filled, from, part);
    hash->filled += part;
    from += part;
    length -= part;
  }
}

void blake2b_end(blake2b *hash, unsigned char *digest) {
  memset(hash->block + hash->filled, 0, BLOCK - hash->filled);
  hash->count += hash->filled;
  compress(hash, hash->block, true);
  for (size_t i = 0; i < hash->length; i++)
    digest[i] = (unsigned char)(hash->state[i / 8] >> (8 * (i % 8)));
}

void blake2b_end_hex(blake2b *hash, char hex[33]) {
  static const char DIGITS[] = "0123456789abcdef";
  unsigned char digest[BLAKE2B_HEX];
  blake2b_end(hash, digest);
  for (size_t i = 0; i < sizeof digest; i++) {
    hex[2 * i] = DIGITS[digest[i] >> 4];
    hex[2 * i + 1] = DIGITS[digest[i] & 15];
  }
  hex[2 * sizeof digest] = '\0';
}

void blake2b_hex(const void *bytes, size_t length, char hex[33]) {
  blake2b hash;
  blake2b_begin(&hash, BLAKE2B_HEX);
  blake2b_add(&hash, bytes, length);
  blake2b_end_hex(&hash, hex);
}
