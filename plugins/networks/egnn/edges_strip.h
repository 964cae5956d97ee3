/* Loops of edges.c over all rows of a strip of columns. Included once for strips of 16 and once for
 * single columns, which are what is left, with KIND(name) and `lanes`, the type of a strip. */
#define STRIP(at)       (*(lanes *)(at))
#define STRIP_CONST(at) (*(const lanes *)(at))

/* A run of pairs with the same i adds to row i once. */
LAYERS_BODY KIND(join_backward)(const edges *all, const float *slope, const float *f, float *y,
                                float *by_i, float *by_j, float *dkernel) {
  lanes kernel_sum = {0};
  for (size_t p = 0; p < all->pairs;) {
    const unsigned char i = all->i[p];
    lanes run = {0};
    for (; p < all->pairs && all->i[p] == i; p++) {
      const lanes g = STRIP_CONST(y + p * all->width) * STRIP_CONST(slope + p * all->width);
      STRIP(y + p * all->width) = g;
      STRIP(by_j + all->j[p] * all->step) += g;
      kernel_sum += f[p] * g;
      run += g;
    }
    STRIP(by_i + i * all->step) += run;
  }
  if (dkernel) STRIP(dkernel) += kernel_sum;
}

LAYERS_BODY KIND(sum)(const edges *all, const float *m, float *sums) {
  for (size_t p = 0; p < all->pairs;) {
    const unsigned char i = all->i[p];
    lanes run = {0};
    for (; p < all->pairs && all->i[p] == i; p++) {
      run += STRIP_CONST(m + p * all->width);
      if (!all->ordered) STRIP(sums + all->j[p] * all->step) += STRIP_CONST(m + p * all->width);
    }
    STRIP(sums + i * all->step) += run;
  }
}

LAYERS_BODY KIND(add_dot)(size_t rows, size_t width, const float *x, const float *f,
                          float *dkernel) {
  lanes sum = {0};
  for (size_t i = 0; i < rows; i++) sum += f[i] * STRIP_CONST(x + i * width);
  STRIP(dkernel) += sum;
}

#undef STRIP
#undef STRIP_CONST
#undef KIND
#undef lanes
