/* The tile of strided_gemm.c, for one kind of registers. Included once for each kind, with
 *
 *   KIND(name)  the name with the ending of the kind    TARGET  an attribute, or nothing
 *   FLOATS      of a register                           ROWS    the most of a tile: 14, 6 or 3
 *
 * so that ROWS x 32 columns (AVX-512) or ROWS x 16 columns of sums, and one row of b, fill the
 * registers. Rows and columns are constants where `body` is inlined, so that the loops
 * over them unroll and the sums stay in registers. */
typedef float KIND(lanes) __attribute__((vector_size(4 * FLOATS), aligned(4), may_alias));

static inline __attribute__((always_inline)) void KIND(body)(const strided_gemm *o,
                                                             const size_t rows, const size_t wide,
                                                             const float *a, const float *b,
                                                             const float *start, float *c) {
  const float *from = start ? start : c;
  const size_t from_row = start ? 0 : o->c_row;
  KIND(lanes) sum[ROWS][2 * LAYERS_LANES / FLOATS];
  for (size_t r = 0; r < rows; r++)
    for (size_t v = 0; v < wide; v++)
      sum[r][v] = *(const KIND(lanes) *)(from + r * from_row + v * FLOATS);
  for (size_t g = 0; g < o->groups; g++) {
    const float *at = a + g * o->a_group, *bt = b + g * o->b_group;
    for (size_t k = 0; k < o->depth; k++, at += o->a_depth, bt += o->b_depth)
      for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < wide; v++)
          sum[r][v] += at[r * o->a_row] * *(const KIND(lanes) *)(bt + v * FLOATS);
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t v = 0; v < wide; v++) *(KIND(lanes) *)(c + r * o->c_row + v * FLOATS) = sum[r][v];
}

#define TILE(rows)                                                                                 \
  case rows:                                                                                       \
    KIND(body)(o, rows, LAYERS_LANES / FLOATS, a, b, start, c);                                    \
    break;
#define DOUBLE_TILE(rows)                                                                          \
  case rows:                                                                                       \
    KIND(body)(o, rows, 2 * LAYERS_LANES / FLOATS, a, b, start, c);                                \
    break;
#define UP_TO_3(X)  X(1) X(2) X(3)
#define UP_TO_6(X)  UP_TO_3(X) X(4) X(5) X(6)
#define UP_TO_14(X) UP_TO_6(X) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)

TARGET static void KIND(tile)(const strided_gemm *o, size_t rows, size_t columns, const float *a,
                              const float *b, const float *start, float *c) {
  (void)columns;
#if ROWS == 14
  if (columns == 2 * LAYERS_LANES) {
    switch (rows) { UP_TO_14(DOUBLE_TILE) }
    return;
  }
  switch (rows) { UP_TO_14(TILE) }
#elif ROWS == 6
  switch (rows) { UP_TO_6(TILE) }
#else
  switch (rows) { UP_TO_3(TILE) }
#endif
}

#undef TILE
#undef DOUBLE_TILE
#undef UP_TO_3
#undef UP_TO_6
#undef UP_TO_14
#undef KIND
#undef TARGET
#undef FLOATS
#undef ROWS
