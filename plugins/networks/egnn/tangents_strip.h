/* Loops of tangents.c over all rows of a strip of columns. Included once for strips of 16 and once
 * for single columns, which are what is left, with KIND(name) and `strip`, the type of a strip. */
#define AT(at)       (*(strip *)(at))
#define AT_CONST(at) (*(const strip *)(at))

LAYERS_BODY KIND(combine)(size_t rows, const size_t space, size_t width, const float *r,
                          const float *in, size_t step, size_t line, float *out) {
  for (size_t i = 0; i < rows; i++, in += step, r += space) {
    strip sum = r[0] * AT_CONST(in);
    for (size_t c = 1; c < space; c++) sum += r[c] * AT_CONST(in + c * line);
    AT(out + i * width) = sum;
  }
}

LAYERS_BODY KIND(enter_distance)(size_t count, size_t width, const float *own, const float *f,
                                 const float *kernel, const float *slope, float *rows) {
  const strip k = AT_CONST(kernel), s = AT_CONST(slope);
  for (size_t r = 0; r < count; r++)
    AT(rows + r * width) = s * (AT_CONST(rows + r * width) + AT_CONST(own + r * width) + f[r] * k);
}

LAYERS_BODY KIND(enter)(size_t count, size_t width, const float *own, const float *slope,
                        float *rows) {
  const strip s = AT_CONST(slope);
  for (size_t r = 0; r < count; r++)
    AT(rows + r * width) = s * (AT_CONST(rows + r * width) + AT_CONST(own + r * width));
}

LAYERS_BODY KIND(scale)(size_t groups, size_t count, size_t width, const float *slope,
                        float *rows) {
  for (size_t g = 0; g < groups; g++) {
    const strip s = AT_CONST(slope + g * width);
    for (size_t r = g * count; r < (g + 1) * count; r++) AT(rows + r * width) *= s;
  }
}

LAYERS_BODY KIND(sum)(size_t groups, size_t count, size_t width, const float *rows, float *out) {
  for (size_t r = 0; r < count; r++) {
    strip sum = {0};
    for (size_t g = 0; g < groups; g++) sum += AT_CONST(rows + (g * count + r) * width);
    AT(out + r * width) = sum;
  }
}

LAYERS_BODY KIND(sum_gated)(size_t groups, size_t count, size_t width, const float *rows,
                            const float *gate, const float *along, const float *e, float *out) {
  for (size_t r = 0; r < count; r++) {
    strip sum = {0};
    for (size_t g = 0; g < groups; g++)
      sum += gate[g] * AT_CONST(rows + (g * count + r) * width) +
             along[g * count + r] * AT_CONST(e + g * width);
    AT(out + r * width) = sum;
  }
}

LAYERS_BODY KIND(expand)(size_t particles, size_t space, size_t width, size_t i, const float *f,
                         size_t lanes, const float *w, float *out) {
  float *own = out + i * space * width;
  for (size_t c = 0; c < space; c++) AT(own + c * width) = (strip){0};
  for (size_t j = 0; j < particles; j++) {
    if (i == j) continue;
    const strip by_distance = AT_CONST(w);
    for (size_t c = 0; c < space; c++) {
      AT(out + (j * space + c) * width) = f[j * space + c] * by_distance;
      AT(own + c * width) += f[i * space + c] * by_distance;
    }
    f += lanes;
    w += width;
  }
}

/* partial [STRIP] += a b */
LAYERS_BODY KIND(dot)(const float *a, const float *b, float *partial) {
  AT(partial) += AT_CONST(a) * AT_CONST(b);
}

#undef AT
#undef AT_CONST
#undef KIND
#undef strip
