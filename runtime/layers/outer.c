#include "layers/outer.h"

#include "layers/clones.h"

#include <math.h>
#include <stdbool.h>

/* Sixteen floats: one register of AVX-512, two of AVX2. */
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));

enum { ROWS_MOST = 14 }; /* 14 x 2 sums, 2 rows of b and one number of a fill 32 registers */

#define INLINE static inline __attribute__((always_inline))

/* One tile of `rows` x (16 wide): both are constants where this is inlined, so that the loops over
 * them unroll and the sums stay in registers. */
INLINE void tile(const outer *o, const size_t rows, const size_t wide, const float *a,
                 const float *b, float *c) {
  lanes sum[ROWS_MOST][2];
  for (size_t r = 0; r < rows; r++)
    for (size_t v = 0; v < wide; v++)
      sum[r][v] = *(const lanes *)(c + r * o->c_row + v * LAYERS_LANES);
  for (size_t g = 0; g < o->groups; g++) {
    const float *at = a + g * o->a_group, *bt = b + g * o->b_group;
    for (size_t k = 0; k < o->depth; k++, at += o->a_depth, bt += o->b_depth)
      for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < wide; v++)
          sum[r][v] += at[r * o->a_row] * *(const lanes *)(bt + v * LAYERS_LANES);
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t v = 0; v < wide; v++) *(lanes *)(c + r * o->c_row + v * LAYERS_LANES) = sum[r][v];
}

#define TILE(count)                                                                                \
  case count:                                                                                      \
    if (wide == 2)                                                                                 \
      tile(o, count, 2, a, b, c);                                                                  \
    else                                                                                           \
      tile(o, count, 1, a, b, c);                                                                  \
    break;

LAYERS_BODY any_tile_body(const outer *o, size_t rows, size_t wide, const float *a, const float *b,
                          float *c) {
  switch (rows) {
    TILE(1)
    TILE(2)
    TILE(3)
    TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)
  }
}

LAYERS_CLONES(any_tile,
              (const outer *o, size_t rows, size_t wide, const float *a, const float *b, float *c),
              (o, rows, wide, a, b, c))

static bool has_32_registers(void) {
#if defined(__x86_64__) && !defined(HIFM_NO_CLONES)
  return __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

/* The columns of b outermost, so that they stay in the first cache for all lines and rows. */
void layers_outer(const outer *o) {
  const bool large = has_32_registers();
  const size_t most = large ? ROWS_MOST : 5;
  const size_t tiles = (o->rows + most - 1) / most;
  for (size_t j = 0; j < o->columns;) {
    const size_t wide = large && o->columns - j >= 2 * LAYERS_LANES ? 2 : 1;
    for (size_t l = 0; l < o->lines; l++)
      for (size_t t = 0; t < tiles; t++) {
        const size_t r = t * o->rows / tiles, end = (t + 1) * o->rows / tiles;
        any_tile(o, end - r, wide, o->a + l * o->a_line + r * o->a_row, o->b + j,
                 o->c + l * o->c_line + r * o->c_row + j);
      }
    j += wide * LAYERS_LANES;
  }
}
