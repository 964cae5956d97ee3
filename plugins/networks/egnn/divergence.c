/* The exact divergence of several layers, forward mode: the derivatives of x and h of all particles
 * by all coordinates of the input, layer by layer.
 *
 * Arrays of derivatives are [particle, feature, lane], a lane for each coordinate of the input.
 * The first layer is sparse: a pair sees two particles. Of the last one only the trace is
 * needed. Between them a layer is a product with the blocks of blocks.h, summed over particles. */
#include "blocks.h"
#include "divergence.h"

#include "layers/clones.h"
#include "layers/strided_gemm.h"

#include <string.h>

static size_t lanes_of(const hifm_domain *domain) {
  return (domain->d + LAYERS_LANES - 1) / LAYERS_LANES * LAYERS_LANES;
}

void divergence_place(workspace *space, const egnn *net, const hifm_domain *domain,
                      divergence_work *out) {
  const size_t particles = domain->particles, width = net->width, lanes = lanes_of(domain);
  const size_t in = width + (net->initial_distance ? 2 : 1) * domain->space;
  const size_t most = width + domain->space;
  out->lanes = lanes;
  out->h = workspace_floats(space, particles * width * lanes);
  out->x = workspace_floats(space, particles * domain->space * lanes);
  out->in_i = workspace_floats(space, particles * in * lanes);
  out->in_j = workspace_floats(space, particles * in * lanes);
  out->out = workspace_floats(space, particles * most * lanes);
  out->a = workspace_floats(space, width * lanes);
  out->b = workspace_floats(space, width * lanes);
  out->block = workspace_floats(space, particles * in * most);
  out->own = workspace_floats(space, in * most);
  out->scratch = workspace_floats(space, blocks_scratch(net));
}

/* One point. */
typedef struct point {
  egnn_call *call;
  divergence_work *work;
  size_t b;
} point;

/* y [out, lanes] += kernel' x, for kernel [in, out] and x [in, lanes] */
static void product(const point *p, size_t in, size_t out, const float *kernel, const float *x,
                    float *y) {
  const size_t lanes = p->work->lanes;
  layers_strided_gemm(&(strided_gemm){.lines = 1,
                                      .rows = out,
                                      .columns = lanes,
                                      .groups = 1,
                                      .depth = in,
                                      .a = kernel,
                                      .a_row = 1,
                                      .a_depth = out,
                                      .b = x,
                                      .b_depth = lanes,
                                      .c = y,
                                      .c_row = lanes});
}

/* The same for the blocks from particles [first, first + count), summed. */
static void product_of_blocks(const point *p, const blocks_shape *shape, size_t first, size_t count,
                              float *y) {
  const size_t lanes = p->work->lanes;
  if (count > 0)
    layers_strided_gemm(&(strided_gemm){.lines = 1,
                                        .rows = shape->out,
                                        .columns = lanes,
                                        .groups = count,
                                        .depth = shape->in,
                                        .a = p->work->block + first * shape->in * shape->out,
                                        .a_row = 1,
                                        .a_group = shape->in * shape->out,
                                        .a_depth = shape->out,
                                        .b = p->work->in_j + first * shape->in * lanes,
                                        .b_group = shape->in * lanes,
                                        .b_depth = lanes,
                                        .c = y,
                                        .c_row = lanes});
}

LAYERS_BODY scale_lanes_body(size_t rows, size_t lanes, const float *slope, float *x) {
  for (size_t w = 0; w < rows; w++)
    for (size_t k = 0; k < lanes; k++) x[w * lanes + k] *= slope[w];
}

LAYERS_BODY add_lanes_body(size_t count, const float *restrict x, float *restrict y) {
  for (size_t k = 0; k < count; k++) y[k] += x[k];
}

LAYERS_CLONES(scale_lanes, (size_t rows, size_t lanes, const float *slope, float *x),
              (rows, lanes, slope, x))
LAYERS_CLONES(add_lanes, (size_t count, const float *x, float *y), (count, x, y))

/* ---- the parts of a layer ---- */

/* out of the first layer: each pair's block at the lanes of its two particles. */
static void first_layer(const point *p, const float *slopes) {
  const blocks_shape shape = blocks_of(p->call, 0);
  const egnn_tape *t = &p->call->work.layer[0];
  const size_t lanes = p->work->lanes, size = shape.out * lanes, space = shape.space;
  const size_t messages = shape.out - space;
  memset(p->work->out, 0, p->call->domain->particles * size * sizeof(float));
  for (size_t q = 0; q < t->pairs; q++) {
    const size_t i = t->i[q], j = t->j[q];
    float *to_i = p->work->out + i * size, *to_j = p->work->out + j * size;
    blocks_first(p->call, slopes, p->b, q, p->work->block, p->work->scratch);
    for (size_t c = 0; c < space; c++)
      for (size_t k = 0; k < shape.out; k++) {
        const float by_j = p->work->block[c * shape.out + k];
        const float by_i = k < messages ? -by_j : by_j; /* of j, by x_i */
        to_i[k * lanes + j * space + c] += by_j;
        to_i[k * lanes + i * space + c] -= by_j;
        to_j[k * lanes + i * space + c] += by_i;
        to_j[k * lanes + j * space + c] -= by_i;
      }
  }
}

/* in_i and in_j of a later layer: a by both kernels; the input's coordinates; x. */
static void enter_layer(const point *p, size_t l) {
  const blocks_shape shape = blocks_of(p->call, l);
  const egnn_layer_weights *at = &p->call->at.layer[l];
  const size_t lanes = p->work->lanes, space = shape.space, width = shape.width;
  float *const into[] = {p->work->in_i, p->work->in_j};
  const size_t kernel[] = {at->kernel_i, at->kernel_j};
  for (size_t side = 0; side < 2; side++)
    for (size_t i = 0; i < p->call->domain->particles; i++) {
      float *rows = into[side] + i * shape.in * lanes;
      memset(rows, 0, (shape.in - space) * lanes * sizeof *rows);
      product(p, width, width, p->call->w + kernel[side], p->work->h + i * width * lanes, rows);
      rows += width * lanes;
      for (size_t c = 0; shape.initial && c < space; c++, rows += lanes) rows[i * space + c] = 1;
      memcpy(rows, p->work->x + i * space * lanes, space * lanes * sizeof *rows);
    }
}

static void middle_layer(const point *p, size_t l, const float *slopes) {
  const blocks_shape shape = blocks_of(p->call, l);
  const size_t lanes = p->work->lanes, particles = p->call->domain->particles;
  enter_layer(p, l);
  memset(p->work->out, 0, particles * shape.out * lanes * sizeof(float));
  for (size_t i = 0; i < particles; i++) {
    float *y = p->work->out + i * shape.out * lanes;
    blocks_fill(p->call, l, slopes, p->b, i, p->work->block, p->work->own, p->work->scratch);
    product_of_blocks(p, &shape, 0, i, y);
    product_of_blocks(p, &shape, i + 1, particles - i - 1, y);
    product(p, shape.in, shape.out, p->work->own, p->work->in_i + i * shape.in * lanes, y);
  }
}

/* Of one block of particle i the part of the trace. */
static double block_trace(const point *p, const blocks_shape *shape, size_t i, const float *block,
                          const float *in) {
  const size_t lanes = p->work->lanes, space = shape->space;
  float sum = 0;
  for (size_t k = 0; k < shape->in; k++)
    for (size_t c = 0; c < space; c++)
      sum += block[k * space + c] * in[k * lanes + i * space + c];
  return (double)sum;
}

static double last_layer(const point *p, size_t l, const float *slopes) {
  const blocks_shape shape = blocks_of(p->call, l);
  const size_t particles = p->call->domain->particles, size = shape.in * shape.out;
  const size_t step = shape.in * p->work->lanes;
  double trace = 0;
  enter_layer(p, l);
  for (size_t i = 0; i < particles; i++) {
    blocks_fill(p->call, l, slopes, p->b, i, p->work->block, p->work->own, p->work->scratch);
    trace += block_trace(p, &shape, i, p->work->own, p->work->in_i + i * step);
    for (size_t j = 0; j < particles; j++)
      if (j != i)
        trace +=
            block_trace(p, &shape, i, p->work->block + j * size, p->work->in_j + j * step);
  }
  return trace;
}

/* Adds the moves in out to x; returns their trace. */
static double move_x(const point *p, const blocks_shape *shape) {
  const size_t lanes = p->work->lanes, space = shape->space, particles = p->call->domain->particles;
  double trace = 0;
  for (size_t i = 0; i < particles; i++) {
    const float *move = p->work->out + (i * shape->out + shape->out - space) * lanes;
    add_lanes(space * lanes, move, p->work->x + i * space * lanes);
    for (size_t c = 0; c < space; c++) trace += (double)move[c * lanes + i * space + c];
  }
  return trace;
}

/* h_i += phi_h(h_i, sum of messages), for the derivatives of row `row` of all particles. */
static void node_layer(const point *p, size_t l, size_t row, const float *messages, float *h) {
  const egnn_layer_weights *at = &p->call->at.layer[l];
  const egnn_tape *t = &p->call->work.layer[l];
  const stack_shape stack = egnn_tiled_stack(p->call->net, 2);
  const size_t width = p->call->net->width, lanes = p->work->lanes, size = width * lanes;
  const size_t nodes = p->call->n * p->call->domain->particles;
  const float *w = p->call->w + at->node;
  float *x = p->work->a, *y = p->work->b;
  memset(x, 0, size * sizeof *x);
  if (t->ordered) product(p, width, width, p->call->w + at->node_first, h, x);
  product(p, width, width, p->call->w + at->node_first + width * width, messages, x);
  scale_lanes(width, lanes, t->node_slope + row * width, x);
  for (size_t k = 0; k < stack.depth; k++, w += width * width + width) {
    memset(y, 0, size * sizeof *y);
    product(p, width, width, w, x, y);
    scale_lanes(width, lanes, stack_slopes(stack, nodes, t->node, k) + row * width, y);
    float *swap = x;
    x = y;
    y = swap;
  }
  product(p, width, width, p->call->w + at->node_last, x, h);
}

static void move_h(const point *p, size_t l, const blocks_shape *shape) {
  const size_t lanes = p->work->lanes, particles = p->call->domain->particles;
  for (size_t i = 0; i < particles; i++)
    node_layer(p, l, p->b * particles + i, p->work->out + i * shape->out * lanes,
               p->work->h + i * shape->width * lanes);
}

static double point_divergence(const point *p) {
  const hifm_domain *domain = p->call->domain;
  const size_t lanes = p->work->lanes, last = (size_t)p->call->net->layers - 1;
  double trace = 0;
  memset(p->work->h, 0, domain->particles * p->call->net->width * lanes * sizeof(float));
  memset(p->work->x, 0, domain->d * lanes * sizeof(float));
  for (size_t k = 0; k < domain->d; k++) p->work->x[k * lanes + k] = 1;
  for (size_t l = 0; l < last; l++) {
    const blocks_shape shape = blocks_of(p->call, l);
    const float *slopes = p->call->work.layer[l].coord;
    if (l == 0) {
      first_layer(p, slopes);
    } else {
      middle_layer(p, l, slopes);
    }
    trace += move_x(p, &shape);
    move_h(p, l, &shape);
  }
  return trace + last_layer(p, last, p->call->work.layer[last].coord);
}

/* The slopes of s take the place of the coord MLP's tape, which is not needed any more. */
void divergence_of_layers(egnn_call *call, float *divergence) {
  for (size_t l = 0; l < call->net->layers; l++) {
    const egnn_tape *t = &call->work.layer[l];
    const float *slopes = egnn_layer_slopes(call, l);
    memcpy(t->coord, slopes, call->n * t->pairs * call->net->width * sizeof *slopes);
  }
  for (size_t b = 0; b < call->n; b++)
    divergence[b] = (float)point_divergence(&(point){call, &call->work.divergence, b});
}
