#include "blocks.h"

#include "layers/clones.h"
#include "layers/tiled.h"

#include <string.h>

blocks_shape blocks_of(const egnn_call *call, size_t l) {
  const egnn_tape *t = &call->work.layer[l];
  blocks_shape shape = {.width = (size_t)call->net->width,
                        .space = call->domain->space,
                        .initial = t->ordered && call->net->initial_distance,
                        .inner = t->ordered,
                        .message = t->moves};
  shape.in = (shape.inner ? shape.width : 0) + (shape.initial ? 2 : 1) * shape.space;
  shape.out = (shape.message ? shape.width : 0) + shape.space;
  return shape;
}

size_t blocks_scratch(const egnn *net) {
  const size_t width = net->width;
  return 2 * width * width + 3 * width;
}

/* One pair, and what of its tape is needed. */
typedef struct pair {
  const egnn_call *call;
  const egnn_layer_weights *weights;
  const egnn_tape *t;
  blocks_shape shape;
  size_t at;          /* of all pairs */
  const float *slope; /* [W]: ds by the first edge layer before its activation */
  float *product, *scaled, *by_distance, *by_initial, *kernel; /* scratch */
} pair;

static pair pair_of(const egnn_call *call, size_t l, const float *slopes, size_t at,
                    float *scratch) {
  const size_t width = call->net->width;
  return (pair){.call = call,
                .weights = &call->at.layer[l],
                .t = &call->work.layer[l],
                .shape = blocks_of(call, l),
                .at = at,
                .slope = slopes + at * width,
                .product = scratch,
                .scaled = scratch + width * width,
                .by_distance = scratch + 2 * width * width,
                .by_initial = scratch + 2 * width * width + width,
                .kernel = scratch + 2 * width * width + 2 * width};
}

/* to [W, stride] = rows of m [W, W] times `rows` (NULL: 1), columns times `columns` */
LAYERS_BODY scale_both_body(size_t width, const float *rows, const float *m, const float *columns,
                            size_t stride, float *restrict to) {
  for (size_t w = 0; w < width; w++) {
    const float factor = rows ? rows[w] : 1;
    for (size_t k = 0; k < width; k++)
      to[w * stride + k] = factor * m[w * width + k] * columns[k];
  }
}

/* out [W] = kernel [W] m, rows of m `stride` apart */
LAYERS_BODY combine_body(size_t width, const float *kernel, const float *m, size_t stride,
                         float *restrict out) {
  for (size_t k = 0; k < width; k++) out[k] = 0;
  for (size_t w = 0; w < width; w++)
    for (size_t k = 0; k < width; k++) out[k] += kernel[w] * m[w * stride + k];
}

LAYERS_BODY add_to_own_body(size_t same, size_t opposite, const float *restrict block,
                            float *restrict own) {
  for (size_t k = 0; k < same; k++) own[k] += block[k];
  for (size_t k = same; k < same + opposite; k++) own[k] -= block[k];
}

LAYERS_CLONES(scale_both,
              (size_t width, const float *rows, const float *m, const float *columns, size_t stride,
               float *to),
              (width, rows, m, columns, stride, to))
LAYERS_CLONES(combine,
              (size_t width, const float *kernel, const float *m, size_t stride, float *out),
              (width, kernel, m, stride, out))
LAYERS_CLONES(add_to_own, (size_t same, size_t opposite, const float *block, float *own),
              (same, opposite, block, own))

/* The gate of rows of derivatives of e: m = e g(e), so dm = g de + e g (1 - g) gate . de. */
static void through_gate(const pair *p, size_t rows, size_t stride, float *de) {
  const size_t width = p->shape.width;
  const float *gate = p->call->w + p->weights->gate, *e = p->t->e + p->at * width;
  const float g = p->t->gate[p->at];
  for (size_t w = 0; w < rows; w++, de += stride) {
    float along = 0;
    for (size_t k = 0; k < width; k++) along += de[k] * gate[k];
    along *= g * (1 - g);
    for (size_t k = 0; k < width; k++) de[k] = g * de[k] + along * e[k];
  }
}

/* dm/da [W, W], rows `stride` apart. */
static void message_by_inner(const pair *p, size_t stride, float *to) {
  const size_t width = p->shape.width, row = p->at * width;
  const stack_shape stack = egnn_tiled_stack(p->call->net, 1);
  const float *w = p->call->w + p->weights->edge, *m = w, *rows = p->t->first_slope + row;
  const size_t all = p->call->n * p->t->pairs;
  for (size_t k = 0; k + 1 < stack.depth; k++) {
    scale_both(width, rows, m, stack_slopes(stack, all, p->t->edge, k) + row, width, p->scaled);
    w += width * width + width;
    layers_tiled(width, width, width, p->scaled, w, NULL, p->product);
    m = p->product;
    rows = NULL;
  }
  scale_both(width, rows, m, stack_slopes(stack, all, p->t->edge, stack.depth - 1) + row, stride,
             to);
  if (p->call->net->attention) through_gate(p, width, stride, to);
}

static float dot(size_t n, const float *x, const float *y) {
  float sum = 0;
  for (size_t k = 0; k < n; k++) sum += x[k] * y[k];
  return sum;
}

/* Rows of x: the derivative by x_j through f(d2), with the slope f' and, for s, ds = slope . kernel.
 * `factor`: by how much the pair pushes i per unit of s; `push`, `bend`: what the difference itself
 * and q(d2) add. */
static void rows_of_x(const pair *p, const float *diff, float feature_slope, const float *by,
                      float ds, float push, float bend, float *rows) {
  const blocks_shape *shape = &p->shape;
  const size_t at = p->at * shape->space;
  const float *r = p->t->diff + at;
  const size_t first = shape->message ? shape->width : 0;
  for (size_t c = 0; c < shape->space; c++, rows += shape->out) {
    const float step = -2 * diff[at + c];
    for (size_t k = 0; k < first; k++) rows[k] = step * feature_slope * by[k];
    for (size_t k = 0; k < shape->space; k++)
      rows[first + k] = step * (feature_slope * ds + bend) * r[k] - (k == c ? push : 0);
  }
}

/* c q: a pair moves i by c q s (x_i - x_j). */
static float factor_of(const pair *p) {
  return egnn_share(p->call->net, p->call->domain) *
         egnn_normaliser(p->call->net, p->t->d2[p->at]);
}

/* From x_j by the distance of the layer: `by` and `kernel` belong to it. */
static void fill_distance(const pair *p, const float *kernel, const float *by, float *rows) {
  const egnn *net = p->call->net;
  const float d2 = p->t->d2[p->at], s = p->t->s[p->at];
  const float bend = egnn_share(net, p->call->domain) * egnn_normaliser_slope(net, d2) * s;
  rows_of_x(p, p->t->diff, egnn_feature_slope(net, d2), by,
            factor_of(p) * dot(p->shape.width, p->slope, kernel), factor_of(p) * s, bend, rows);
}

static void fill_initial(const pair *p, float *rows) {
  const egnn_work *work = &p->call->work;
  const float *kernel = p->call->w + p->weights->kernel_0;
  rows_of_x(p, work->diff0, egnn_feature_slope(p->call->net, work->d20[p->at]), p->by_initial,
            factor_of(p) * dot(p->shape.width, p->slope, kernel), 0, 0, rows);
}

static void fill_pair(const pair *p, float *block) {
  const blocks_shape *shape = &p->shape;
  const size_t width = shape->width, first = shape->message ? width : 0;
  const float *w = p->call->w, *r = p->t->diff + p->at * shape->space;
  float *rows = block + width * shape->out;
  if (shape->message) {
    message_by_inner(p, shape->out, block);
    combine(width, w + p->weights->kernel_d, block, shape->out, p->by_distance);
    if (shape->initial) combine(width, w + p->weights->kernel_0, block, shape->out, p->by_initial);
  }
  for (size_t k = 0; k < width; k++)
    for (size_t c = 0; c < shape->space; c++)
      block[k * shape->out + first + c] = factor_of(p) * p->slope[k] * r[c];
  if (shape->initial) {
    fill_initial(p, rows);
    rows += shape->space * shape->out;
  }
  fill_distance(p, w + p->weights->kernel_d, p->by_distance, rows);
}

void blocks_fill(const egnn_call *call, size_t l, const float *slopes, size_t b, size_t i,
                 float *block, float *own, float *scratch) {
  const egnn_tape *t = &call->work.layer[l];
  const blocks_shape shape = blocks_of(call, l);
  const size_t others = call->domain->particles - 1, size = shape.in * shape.out;
  memset(own, 0, size * sizeof *own);
  for (size_t p = i * others; p < (i + 1) * others; p++) {
    const pair at = pair_of(call, l, slopes, b * t->pairs + p, scratch);
    fill_pair(&at, block + t->j[p] * size);
    /* a_i enters as a_j does; x_i as x_j, with the other sign */
    add_to_own(shape.width * shape.out, size - shape.width * shape.out, block + t->j[p] * size,
               own);
  }
}

void blocks_first(const egnn_call *call, const float *slopes, size_t b, size_t p, float *block,
                  float *scratch) {
  const egnn_tape *t = &call->work.layer[0];
  const pair at = pair_of(call, 0, slopes, b * t->pairs + p, scratch);
  const size_t width = at.shape.width;
  const float *kernel = call->w + at.weights->kernel_d;
  if (call->net->initial_distance) { /* it is the same distance */
    for (size_t k = 0; k < width; k++)
      at.kernel[k] = kernel[k] + call->w[at.weights->kernel_0 + k];
    kernel = at.kernel;
  }
  if (at.shape.message) {
    message_by_inner(&at, width, at.scaled);
    combine(width, kernel, at.scaled, width, at.by_distance);
  }
  fill_distance(&at, kernel, at.by_distance, block);
}
