#include "layers/strided_gemm.h"

#include "layers/clones.h"

#define KIND(name) name##_small
#define TARGET
#define FLOATS 4
#define ROWS   3
#include "layers/strided_gemm_tile.h"

#ifdef LAYERS_X86
#define KIND(name) name##_avx2
#define TARGET     __attribute__((target("avx2,fma")))
#define FLOATS     8
#define ROWS       6
#include "layers/strided_gemm_tile.h"

#define KIND(name) name##_avx512
#define TARGET     __attribute__((target("avx512f")))
#define FLOATS     16
#define ROWS       14
#include "layers/strided_gemm_tile.h"
#endif

typedef struct tiles {
  size_t rows, columns; /* the most */
  void (*tile)(const strided_gemm *o, size_t rows, size_t columns, const float *a, const float *b,
               const float *start, float *c);
} tiles;

static tiles tiles_of_machine(void) {
#ifdef LAYERS_X86
  if (__builtin_cpu_supports("avx512f")) return (tiles){14, 2 * LAYERS_LANES, tile_avx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (tiles){6, LAYERS_LANES, tile_avx2};
#endif
  return (tiles){3, LAYERS_LANES, tile_small};
}

/* The columns of b outermost, so that they stay in the first cache for all lines and rows. */
void layers_strided_gemm(const strided_gemm *o) {
  const tiles most = tiles_of_machine();
  const size_t count = (o->rows + most.rows - 1) / most.rows;
  for (size_t j = 0; j < o->columns;) {
    const size_t columns = o->columns - j >= most.columns ? most.columns : LAYERS_LANES;
    for (size_t l = 0; l < o->lines; l++)
      for (size_t t = 0; t < count; t++) { /* tiles of equal height, as nearly as possible */
        const size_t r = t * o->rows / count, end = (t + 1) * o->rows / count;
        most.tile(o, end - r, columns, o->a + l * o->a_line + r * o->a_row, o->b + j,
                  o->start ? o->start + j : NULL, o->c + l * o->c_line + r * o->c_row + j);
      }
    j += columns;
  }
}
