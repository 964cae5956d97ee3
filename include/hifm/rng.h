/* Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011). A draw is a function of
 * (seed, purpose, step, index, block), so it depends on no order, thread or resume. */
#ifndef HIFM_RNG_H
#define HIFM_RNG_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a stream is for; a new purpose gets a new number, old ones never change. */
enum {
  HIFM_RNG_WEIGHTS = 1,
  HIFM_RNG_SHUFFLE = 2,
  HIFM_RNG_CLOCK = 3,
  HIFM_RNG_NOISE = 4,
  HIFM_RNG_PROBES = 5,
  HIFM_RNG_CHAINS = 6,
  HIFM_RNG_ACCEPT = 7,
  HIFM_RNG_MOMENTA = 8,
  HIFM_RNG_PERMUTE = 9,
  HIFM_RNG_CHECK = 10,
  HIFM_RNG_PRIOR = 11,
  HIFM_RNG_DEQUANTISE = 12,
  HIFM_RNG_BOOTSTRAP = 13
};

typedef struct hifm_stream {
  uint32_t seed, purpose;
} hifm_stream;

static inline void hifm_philox(const uint32_t key_in[2], const uint32_t counter[4],
                               uint32_t out[4]) {
  uint32_t key[2] = {key_in[0], key_in[1]};
  for (int i = 0; i < 4; i++) out[i] = counter[i];
  for (int round = 0; round < 10; round++) {
    uint64_t a = (uint64_t)0xD2511F53u * out[0], b = (uint64_t)0xCD9E8D57u * out[2];
    uint32_t next[4] = {(uint32_t)(b >> 32) ^ out[1] ^ key[0], (uint32_t)b,
                        (uint32_t)(a >> 32) ^ out[3] ^ key[1], (uint32_t)a};
    for (int i = 0; i < 4; i++) out[i] = next[i];
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
}

/* Four words number `block` of the draw (step, index). */
static inline void hifm_words(hifm_stream stream, uint64_t step, uint32_t index, uint32_t block,
                              uint32_t out[4]) {
  const uint32_t key[2] = {stream.seed, stream.purpose};
  const uint32_t counter[4] = {block, index, (uint32_t)step, (uint32_t)(step >> 32)};
  hifm_philox(key, counter, out);
}

/* A double in (0, 1], never 0, with 53 random bits. */
static inline double hifm_unit(uint32_t high, uint32_t low) {
  uint64_t bits = ((uint64_t)high << 32 | low) >> 11;
  return ((double)bits + 1.0) * 0x1p-53;
}

/* One uniform in (0, 1] for the draw (step, index). */
static inline double hifm_uniform(hifm_stream stream, uint64_t step, uint32_t index) {
  uint32_t word[4];
  hifm_words(stream, step, index, 0, word);
  return hifm_unit(word[0], word[1]);
}

/* n standard normals for the draw (step, index), by Box-Muller: two words make two normals. */
static inline void hifm_normals(hifm_stream stream, uint64_t step, uint32_t index, size_t n,
                                double *out) {
  const double two_pi = 6.283185307179586476925286766559;
  for (size_t i = 0; i < n; i += 4) {
    uint32_t word[4];
    hifm_words(stream, step, index, (uint32_t)(i / 4), word);
    for (size_t pair = 0; pair < 2 && i + 2 * pair < n; pair++) {
      double radius = sqrt(-2.0 * log(((double)word[2 * pair] + 1.0) * 0x1p-32));
      double angle = two_pi * ((double)word[2 * pair + 1] * 0x1p-32);
      out[i + 2 * pair] = radius * cos(angle);
      if (i + 2 * pair + 1 < n) out[i + 2 * pair + 1] = radius * sin(angle);
    }
  }
}

/* An integer in [0, n) for the draw (step, index); n > 0. The bias is below n / 2^64. */
static inline uint64_t hifm_below(hifm_stream stream, uint64_t step, uint32_t index, uint64_t n) {
  uint32_t word[4];
  hifm_words(stream, step, index, 0, word);
  __extension__ typedef unsigned __int128 wide;
  uint64_t bits = (uint64_t)word[0] << 32 | word[1];
  return (uint64_t)(((wide)bits * n) >> 64);
}

#ifdef __cplusplus
}
#endif
#endif
