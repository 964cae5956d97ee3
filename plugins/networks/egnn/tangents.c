#include "tangents.h"

#include "layers/clones.h"

enum { STRIP = 16 };

/* All columns, in strips and one by one. */
#define ALL_COLUMNS(width, name, arguments)                                                        \
  do {                                                                                             \
    size_t at = 0;                                                                                 \
    for (; at + STRIP <= (width); at += STRIP) strip_##name arguments;                             \
    for (; at < (width); at++) column_##name arguments;                                            \
  } while (0)

#define KIND(name) strip_##name
#define strip      layers_vector
#include "tangents_strip.h"
#define KIND(name) column_##name
#define strip      float
#include "tangents_strip.h"

/* Compiled once more for three dimensions: the loop over coordinates then unrolls. */
LAYERS_BODY combine_body(size_t rows, size_t space, size_t width, const float *r, const float *in,
                         size_t step, size_t line, float *out) {
  if (space == 3)
    ALL_COLUMNS(width, combine, (rows, 3, width, r, in + at, step, line, out + at));
  else
    ALL_COLUMNS(width, combine, (rows, space, width, r, in + at, step, line, out + at));
}

LAYERS_BODY enter_body(size_t count, size_t width, const float *own, const float *f,
                       const float *kernel, const float *slope, float *rows) {
  if (f)
    ALL_COLUMNS(width, enter_distance,
                (count, width, own + at, f, kernel + at, slope + at, rows + at));
  else
    ALL_COLUMNS(width, enter, (count, width, own + at, slope + at, rows + at));
}

LAYERS_BODY scale_body(size_t groups, size_t count, size_t width, const float *slope, float *rows) {
  ALL_COLUMNS(width, scale, (groups, count, width, slope + at, rows + at));
}

LAYERS_BODY sum_body(size_t groups, size_t count, size_t width, const float *rows,
                     const float *gate, const float *along, const float *e, float *out) {
  if (gate)
    ALL_COLUMNS(width, sum_gated, (groups, count, width, rows + at, gate, along, e + at, out + at));
  else
    ALL_COLUMNS(width, sum, (groups, count, width, rows + at, out + at));
}

LAYERS_BODY expand_body(size_t particles, size_t space, size_t width, size_t i, const float *f,
                        size_t lanes, const float *w, float *out) {
  ALL_COLUMNS(width, expand, (particles, space, width, i, f, lanes, w + at, out + at));
}

LAYERS_BODY dot_body(size_t rows, size_t width, const float *a, size_t a_step, const float *b,
                     size_t b_step, float *out) {
  for (size_t r = 0; r < rows; r++, a += a_step, b += b_step) {
    float partial[STRIP] = {0}, sum = 0;
    ALL_COLUMNS(width, dot, (a + at, b + at, partial));
    for (size_t half = STRIP / 2; half > 0; half /= 2)
      for (size_t k = 0; k < half; k++) partial[k] += partial[k + half];
    sum += partial[0];
    out[r] = sum;
  }
}

LAYERS_CLONES(combine,
              (size_t rows, size_t space, size_t width, const float *r, const float *in,
               size_t step, size_t line, float *out),
              (rows, space, width, r, in, step, line, out))
LAYERS_CLONES(enter,
              (size_t count, size_t width, const float *own, const float *f, const float *kernel,
               const float *slope, float *rows),
              (count, width, own, f, kernel, slope, rows))
LAYERS_CLONES(scale, (size_t groups, size_t count, size_t width, const float *slope, float *rows),
              (groups, count, width, slope, rows))
LAYERS_CLONES(sum,
              (size_t groups, size_t count, size_t width, const float *rows, const float *gate,
               const float *along, const float *e, float *out),
              (groups, count, width, rows, gate, along, e, out))
LAYERS_CLONES(expand,
              (size_t particles, size_t space, size_t width, size_t i, const float *f, size_t lanes,
               const float *w, float *out),
              (particles, space, width, i, f, lanes, w, out))
LAYERS_CLONES(dot,
              (size_t rows, size_t width, const float *a, size_t a_step, const float *b,
               size_t b_step, float *out),
              (rows, width, a, a_step, b, b_step, out))

void tangents_combine(size_t rows, size_t space, size_t width, const float *r, const float *in,
                      size_t step, size_t line, float *out) {
  combine(rows, space, width, r, in, step, line, out);
}

void tangents_enter(size_t count, size_t width, const float *own, const float *f,
                    const float *kernel, const float *slope, float *rows) {
  enter(count, width, own, f, kernel, slope, rows);
}

void tangents_scale(size_t groups, size_t count, size_t width, const float *slope, float *rows) {
  scale(groups, count, width, slope, rows);
}

void tangents_sum(size_t groups, size_t count, size_t width, const float *rows, const float *gate,
                  const float *along, const float *e, float *out) {
  sum(groups, count, width, rows, gate, along, e, out);
}

void tangents_expand(size_t particles, size_t space, size_t width, size_t i, const float *f,
                     size_t lanes, const float *w, float *out) {
  expand(particles, space, width, i, f, lanes, w, out);
}

void tangents_dot(size_t rows, size_t width, const float *a, size_t a_step, const float *b,
                  size_t b_step, float *out) {
  dot(rows, width, a, a_step, b, b_step, out);
}
