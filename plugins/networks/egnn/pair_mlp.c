#include "pair_mlp.h"

#include "formula.h"
#include "gate.h"

#include "layers/activations.h"
#include "layers/dense.h"

#include <cblas.h>
#include <string.h>

size_t pair_mlp_tape(const egnn *net) {
  const size_t gate = net->attention ? PAIR_MLP_TILE * ((size_t)net->width + 1) : 0;
  return PAIR_MLP_TILE * (2 * (size_t)net->width + 1) +
         2 * stack_tape(egnn_stack(net, 1), PAIR_MLP_TILE) + gate;
}

size_t pair_mlp_scratch(const egnn *net) {
  return (5 + 3 * PAIR_MLP_TILE) * (size_t)net->width + PAIR_MLP_TILE;
}

/* The parts of a tile's tape, for `count` rows. */
typedef struct tile {
  float *act, *slope;     /* [count, W]: first layer */
  float *edge, *coord;    /* stack tapes */
  float *s;               /* [count]: what the tile gives */
  float *gate, *gated;    /* with attention: the sigmoid [count], m [count, W] */
  const float *e, *m, *c; /* [count, W]: of the edge MLP, of the gate, of the coord MLP */
} tile;

static tile split(const egnn *net, size_t count, float *tape) {
  const size_t size = PAIR_MLP_TILE * (size_t)net->width;
  tile t = {.act = tape, .slope = tape + size, .edge = tape + 2 * size};
  t.coord = t.edge + stack_tape(egnn_stack(net, 1), PAIR_MLP_TILE);
  t.s = t.coord + stack_tape(egnn_stack(net, 1), PAIR_MLP_TILE);
  t.gate = t.s + PAIR_MLP_TILE;
  t.gated = t.gate + PAIR_MLP_TILE;
  t.e = stack_output(egnn_stack(net, 1), count, t.act, t.edge);
  t.m = net->attention ? t.gated : t.e;
  t.c = stack_output(egnn_stack(net, 1), count, t.m, t.coord);
  return t;
}

/* out += x (A + B) for one row x [W] */
static void add_through_kernels(const pair_mlp *s, const float *x, float *out) {
  const int width = (int)s->net->width;
  const size_t kernels[] = {s->at.kernel_i, s->at.kernel_j};
  for (int part = 0; part < 2; part++)
    cblas_sgemv(CblasRowMajor, CblasTrans, width, width, 1, s->w + kernels[part], width, x, 1, 1,
                out, 1);
}

void pair_mlp_open(pair_mlp *s, const egnn *net, const float *w, float *memory) {
  const size_t width = net->width;
  egnn_weights all;
  egnn_layout(net, false, &all, NULL, 0);
  *s = (pair_mlp){.net = net,
                  .w = w,
                  .embed = all.embed,
                  .embed_bias = all.embed_bias,
                  .at = all.layer[0],
                  .p = memory};
  s->r = s->p + width;
  s->dp = s->r + width;
  s->dr = s->dp + width;
  s->kernel = s->dr + width;
  s->a = s->kernel + width;
  s->b = s->a + PAIR_MLP_TILE * width;
  s->c = s->b + PAIR_MLP_TILE * width;
  s->ds = s->c + PAIR_MLP_TILE * width;
  memcpy(s->kernel, w + s->at.kernel_d, width * sizeof *s->kernel);
  if (net->initial_distance) /* it is the same distance */
    for (size_t k = 0; k < width; k++) s->kernel[k] += w[s->at.kernel_0 + k];
  memset(s->p, 0, width * sizeof *s->p);
  memcpy(s->r, w + s->at.first_bias, width * sizeof *s->r);
  memset(s->dp, 0, 2 * width * sizeof *s->dp);
  add_through_kernels(s, w + s->embed, s->p);
  add_through_kernels(s, w + s->embed_bias, s->r);
}

void pair_mlp_tile(const pair_mlp *s, const pair_mlp_rows *rows, float *tape, float *out) {
  const size_t width = s->net->width, count = rows->count;
  const tile t = split(s->net, count, tape);
  const float *restrict p = s->p, *restrict r = s->r;
  const float *restrict k = s->kernel;
  for (size_t i = 0; i < count; i++) {
    const float z = rows->z[rows->nz == 1 ? 0 : i], d = egnn_feature(s->net, rows->d2[i]);
    float *restrict y = t.act + i * width;
    for (size_t j = 0; j < width; j++) y[j] = z * p[j] + r[j] + d * k[j];
  }
  layers_activate((layers_activation)s->net->activation, count * width, t.act, t.act, t.slope);
  stack_forward(egnn_stack(s->net, 1), count, s->w + s->at.edge, t.act, t.edge); /* t.e */
  if (s->net->attention)
    gate_forward(count, width, s->w + s->at.gate, s->w[s->at.gate_bias], t.e, t.gate, t.gated);
  stack_forward(egnn_stack(s->net, 1), count, s->w + s->at.coord, t.m, t.coord); /* t.c */
  cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)width, 1, t.c, (int)width,
              s->w + s->at.coord_last, 1, 0, out, 1);
  if (s->net->tanh_range > 0)
    for (size_t i = 0; i < count; i++) t.s[i] = out[i] = egnn_bounded(s->net, out[i]);
}

void pair_mlp_tile_slope(const pair_mlp *s, const pair_mlp_rows *rows, const float *tape,
                         float *slope) {
  const size_t width = s->net->width, count = rows->count;
  const tile t = split(s->net, count, (float *)tape);
  /* The tangent of pre by f(d2) is k in every row; it goes through all layers. */
  for (size_t i = 0; i < count; i++) memcpy(s->a + i * width, s->kernel, width * sizeof(float));
  layers_scale(count * width, t.slope, s->a);
  const stack_shape stack = egnn_stack(s->net, 1);
  float *t1 = stack_tangent(stack, count, s->w + s->at.edge, t.edge, s->a, s->b);
  if (s->net->attention) gate_tangent(count, width, s->w + s->at.gate, t.e, t.gate, t1, s->ds);
  float *t2 =
      stack_tangent(stack, count, s->w + s->at.coord, t.coord, t1, t1 == s->a ? s->b : s->a);
  cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)width, 1, t2, (int)width,
              s->w + s->at.coord_last, 1, 0, slope, 1);
  for (size_t i = 0; i < count; i++) slope[i] *= egnn_feature_slope(s->net, rows->d2[i]);
  if (s->net->tanh_range > 0)
    for (size_t i = 0; i < count; i++) slope[i] *= egnn_bounded_slope(s->net, t.s[i]);
}

void pair_mlp_tile_backward(pair_mlp *s, const pair_mlp_rows *rows, const float *tape,
                            const float *dout, float *dw) {
  const size_t width = s->net->width, count = rows->count;
  const tile t = split(s->net, count, (float *)tape);
  const stack_shape stack = egnn_stack(s->net, 1);
  for (size_t i = 0; i < count; i++)
    s->ds[i] = s->net->tanh_range > 0 ? dout[i] * egnn_bounded_slope(s->net, t.s[i]) : dout[i];
  /* dc in a, dm in b, dpre in a again; all [count, W] */
  layers_dense_backward(count, width, 1, t.c, s->w + s->at.coord_last, s->ds, dw + s->at.coord_last,
                        NULL, s->a);
  stack_backward(stack, count, s->w + s->at.coord, t.m, t.coord, s->a, dw + s->at.coord, s->b,
                 s->c);
  if (s->net->attention)
    gate_backward(count, width, s->w + s->at.gate, t.e, t.gate, s->b, dw + s->at.gate,
                  dw + s->at.gate_bias, s->ds);
  stack_backward(stack, count, s->w + s->at.edge, t.act, t.edge, s->b, dw + s->at.edge, s->a, s->c);
  layers_scale(count * width, t.slope, s->a);
  float *restrict dk = dw + s->at.kernel_d;
  float *restrict dp = s->dp, *restrict dr = s->dr;
  float *dk0 = s->net->initial_distance ? dw + s->at.kernel_0 : NULL;
  for (size_t i = 0; i < count; i++) {
    const float z = rows->z[rows->nz == 1 ? 0 : i], d = egnn_feature(s->net, rows->d2[i]);
    const float *restrict y = s->a + i * width;
    for (size_t j = 0; j < width; j++) {
      dk[j] += d * y[j];
      dp[j] += z * y[j];
      dr[j] += y[j];
    }
    for (size_t j = 0; dk0 && j < width; j++) dk0[j] += d * y[j];
  }
}

static size_t tile_size(size_t count, size_t first) {
  return count - first < PAIR_MLP_TILE ? count - first : PAIR_MLP_TILE;
}

void pair_mlp_evaluate(const pair_mlp *s, const pair_mlp_rows *rows, float *tape, float *out,
                       float *slope) {
  for (size_t first = 0; first < rows->count; first += PAIR_MLP_TILE) {
    const pair_mlp_rows part = pair_mlp_part(rows, first, tile_size(rows->count, first));
    pair_mlp_tile(s, &part, tape, out + first);
    if (slope) pair_mlp_tile_slope(s, &part, tape, slope + first);
  }
}

void pair_mlp_backward(pair_mlp *s, const pair_mlp_rows *rows, float *tape, const float *dout,
                       bool taped, float *dw) {
  float out[PAIR_MLP_TILE];
  for (size_t first = 0; first < rows->count; first += PAIR_MLP_TILE) {
    const pair_mlp_rows part = pair_mlp_part(rows, first, tile_size(rows->count, first));
    if (!taped) pair_mlp_tile(s, &part, tape, out);
    pair_mlp_tile_backward(s, &part, tape, dout + first, dw);
  }
}

/* Back through y = x (A + B): both kernels get x' dy, dx gets dy (A + B)'. */
static void kernels_backward(const pair_mlp *s, const float *x, const float *dy, float *dw,
                             float *dx) {
  const int width = (int)s->net->width;
  const size_t kernels[] = {s->at.kernel_i, s->at.kernel_j};
  for (int part = 0; part < 2; part++) {
    const size_t at = kernels[part];
    cblas_sger(CblasRowMajor, width, width, 1, x, 1, dy, 1, dw + at, width);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, width, width, 1, s->w + at, width, dy, 1, 1, dx, 1);
  }
}

void pair_mlp_finish(pair_mlp *s, float *dw) {
  const size_t width = s->net->width;
  for (size_t j = 0; j < width; j++) dw[s->at.first_bias + j] += s->dr[j];
  kernels_backward(s, s->w + s->embed, s->dp, dw, dw + s->embed);
  kernels_backward(s, s->w + s->embed_bias, s->dr, dw, dw + s->embed_bias);
}
