#include "messages.h"

#include "layers/clones.h"
#include "layers/tiled.h"

/* to = rows of m [W, W] times `rows` (NULL: 1), columns times `columns` */
LAYERS_BODY scale_both_body(size_t width, const float *rows, const float *m, const float *columns,
                            float *to) {
  size_t k = 0;
  for (; k + 16 <= width; k += 16) {
    const layers_vector column = *(const layers_vector *)(columns + k);
    for (size_t at = k, w = 0; w < width; w++, at += width)
      *(layers_vector *)(to + at) =
          *(const layers_vector *)(m + at) * column * (rows ? rows[w] : 1);
  }
  for (; k < width; k++)
    for (size_t w = 0; w < width; w++)
      to[w * width + k] = m[w * width + k] * columns[k] * (rows ? rows[w] : 1);
}

LAYERS_BODY combine_body(size_t width, const float *kernel, const float *dm, float *out) {
  size_t k = 0;
  for (; k + 16 <= width; k += 16) {
    layers_vector sum = {0};
    for (size_t w = 0; w < width; w++)
      sum += kernel[w] * *(const layers_vector *)(dm + w * width + k);
    *(layers_vector *)(out + k) = sum;
  }
  for (; k < width; k++) {
    out[k] = 0;
    for (size_t w = 0; w < width; w++) out[k] += kernel[w] * dm[w * width + k];
  }
}

LAYERS_BODY add_body(size_t count, const float *restrict x, float *restrict y) {
  for (size_t k = 0; k < count; k++) y[k] += x[k];
}

LAYERS_CLONES(scale_both,
              (size_t width, const float *rows, const float *m, const float *columns, float *to),
              (width, rows, m, columns, to))
LAYERS_CLONES(combine, (size_t width, const float *kernel, const float *dm, float *out),
              (width, kernel, dm, out))
LAYERS_CLONES(add, (size_t count, const float *x, float *y), (count, x, y))

void messages_combine(size_t width, const float *kernel, const float *dm, float *out) {
  combine(width, kernel, dm, out);
}

void messages_add(size_t width, const float *dm, float *sum) {
  add(width * width, dm, sum);
}

/* The gate: m = e g(e), so dm = g de + e g (1 - g) gate . de in each row. */
static void through_gate(const egnn_call *call, size_t l, size_t at, float *de) {
  const egnn_tape *t = &call->work.layer[l];
  const size_t width = call->net->width;
  const float *gate = call->w + call->at.layer[l].gate, *e = t->e + at * width;
  const float g = t->gate[at];
  for (size_t w = 0; w < width; w++, de += width) {
    float along;
    edges_dot(1, width, de, gate, &along);
    along *= g * (1 - g);
    for (size_t k = 0; k < width; k++) de[k] = g * de[k] + along * e[k];
  }
}

void messages_by_inner(const egnn_call *call, size_t l, size_t at, float *to, float *scratch) {
  const egnn_tape *t = &call->work.layer[l];
  const size_t width = call->net->width, row = at * width, all = call->n * t->pairs;
  const stack_shape stack = egnn_tiled_stack(call->net, 1);
  const float *w = call->w + call->at.layer[l].edge, *m = w, *rows = t->first_slope + row;
  float *product = scratch, *scaled = scratch + width * width;
  for (size_t k = 0; k + 1 < stack.depth; k++) {
    scale_both(width, rows, m, stack_slopes(stack, all, t->edge, k) + row, scaled);
    w += width * width + width;
    layers_tiled(width, width, width, scaled, w, NULL, product);
    m = product;
    rows = NULL;
  }
  scale_both(width, rows, m, stack_slopes(stack, all, t->edge, stack.depth - 1) + row, to);
  if (call->net->attention) through_gate(call, l, at, to);
}
