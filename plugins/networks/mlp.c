/* A multilayer perceptron on [x, z]: dense, softplus, ..., dense to d outputs. On particles it is
 * wrapped as Pi f(Pi x), Pi the projection to zero centre of mass, so that likelihoods make sense.
 * Where v_z is asked for, it is softplus of one more output: positive, as fields are divided by it.
 *
 * Shapes: in [n, d + 1], activations [n, W], out [n, O] with O = d, or d + 1 with v_z. */
#include "hifm/network.h"
#include "layers/activations.h"
#include "layers/dense.h"
#include "layers/stack.h"
#include "layers/workspace.h"

#include <stdio.h>
#include <string.h>

typedef struct mlp {
  uint64_t depth, width;
} mlp;

typedef struct mlp_tape {
  float *in, *first, *slope, *stack; /* [n, d + 1], [n, W], [n, W], stack of depth - 2 */
  float *a, *b, *c, *dout, *din;     /* spare: three [n, W], [n, O], [n, d + 1] */
  float *speed, *speed_slope;        /* [n], [n]: v_z and the slope of its softplus */
} mlp_tape;

typedef struct mlp_weights {
  size_t first, first_bias, stack, last, last_bias;
} mlp_weights;

static stack_shape inner(const mlp *net) {
  return (stack_shape){(size_t)net->depth - 2, (size_t)net->width};
}

static size_t outputs_of(const hifm_domain *domain) {
  return domain->d + (size_t)domain->speed;
}

static mlp_weights layout(const mlp *net, const hifm_domain *domain) {
  const size_t d = domain->d;
  mlp_weights at = {.first = 0, .first_bias = (d + 1) * net->width};
  at.stack = at.first_bias + net->width;
  at.last = at.stack + stack_weights(inner(net));
  at.last_bias = at.last + net->width * outputs_of(domain);
  return at;
}

static size_t carve(const mlp *net, const hifm_domain *domain, size_t n, void *base, mlp_tape *t) {
  const size_t wide = n * net->width, in = n * (domain->d + 1), speeds = domain->speed ? n : 0;
  workspace c = {base, 0};
  t->in = workspace_floats(&c, in);
  t->first = workspace_floats(&c, wide);
  t->slope = workspace_floats(&c, wide);
  t->stack = workspace_floats(&c, stack_tape(inner(net), n));
  t->a = workspace_floats(&c, wide);
  t->b = workspace_floats(&c, wide);
  t->c = workspace_floats(&c, wide);
  t->dout = workspace_floats(&c, n * outputs_of(domain));
  t->din = workspace_floats(&c, in);
  t->speed = workspace_floats(&c, speeds);
  t->speed_slope = workspace_floats(&c, speeds);
  return c.used;
}

static void remove_mean(const hifm_domain *domain, size_t n, size_t stride, float *x) {
  const size_t particles = domain->particles, space = domain->space;
  if (!domain->centred) return;
  for (size_t b = 0; b < n; b++)
    for (size_t k = 0; k < space; k++) {
      float *at = x + b * stride + k, mean = 0;
      for (size_t i = 0; i < particles; i++) mean += at[i * space];
      mean /= (float)particles;
      for (size_t i = 0; i < particles; i++) at[i * space] -= mean;
    }
}

static void add(hifm_tensor *out, size_t room, size_t *count, const char *name, size_t k,
                size_t rows, size_t columns, hifm_initialiser init) {
  if (*count < room) {
    out[*count] = (hifm_tensor){.rows = rows, .columns = columns, .init = init, .gain = 1};
    snprintf(out[*count].name, sizeof out[*count].name, "dense%u.%.8s", (unsigned)k, name);
  }
  ++*count;
}

static size_t tensors(const void *self, const hifm_domain *domain, hifm_tensor *out, size_t room) {
  const mlp *net = self;
  size_t count = 0;
  for (size_t k = 0; k < net->depth; k++) {
    const size_t rows = k == 0 ? (size_t)domain->d + 1 : net->width;
    const size_t columns = k + 1 == net->depth ? outputs_of(domain) : net->width;
    add(out, room, &count, "kernel", k, rows, columns, HIFM_INIT_LECUN);
    add(out, room, &count, "bias", k, 1, columns, HIFM_INIT_ZERO);
  }
  return count;
}

static size_t chunk(const void *self, const hifm_domain *domain, size_t n) {
  (void)self, (void)domain;
  return n < 512 ? n : 512;
}

static size_t work_bytes(const void *self, const hifm_domain *domain, size_t n) {
  mlp_tape t;
  return carve(self, domain, n, NULL, &t);
}

/* The last output of each row through softplus, and back. */
static void open_speed(size_t n, size_t outputs, mlp_tape *t, float *v) {
  for (size_t b = 0; b < n; b++) t->speed[b] = v[b * outputs + outputs - 1];
  layers_softplus(n, t->speed, t->speed, t->speed_slope);
  for (size_t b = 0; b < n; b++) v[b * outputs + outputs - 1] = t->speed[b];
}

static void open_speed_backward(size_t n, size_t outputs, mlp_tape *t) {
  for (size_t b = 0; b < n; b++) t->dout[b * outputs + outputs - 1] *= t->speed_slope[b];
}

static void forward(const void *self, const hifm_domain *domain, const float *w,
                    const hifm_batch *batch, float *v, void *work) {
  const mlp *net = self;
  const size_t n = batch->n, d = domain->d, out = outputs_of(domain), width = net->width;
  const mlp_weights at = layout(net, domain);
  mlp_tape t;
  carve(net, domain, n, work, &t);
  for (size_t b = 0; b < n; b++) {
    memcpy(t.in + b * (d + 1), batch->x + b * d, d * sizeof *v);
    t.in[b * (d + 1) + d] = batch->z[batch->nz == 1 ? 0 : b];
  }
  remove_mean(domain, n, d + 1, t.in);
  layers_dense(n, d + 1, width, t.in, w + at.first, w + at.first_bias, t.first);
  layers_softplus(n * width, t.first, t.first, t.slope);
  const float *last = stack_forward(inner(net), n, w + at.stack, t.first, t.stack);
  layers_dense(n, width, out, last, w + at.last, w + at.last_bias, v);
  remove_mean(domain, n, out, v);
  if (domain->speed) open_speed(n, out, &t, v);
}

static void backward(const void *self, const hifm_domain *domain, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *work) {
  const mlp *net = self;
  const size_t n = batch->n, d = domain->d, out = outputs_of(domain), width = net->width;
  const mlp_weights at = layout(net, domain);
  mlp_tape t;
  carve(net, domain, n, work, &t);
  const float *last = stack_output(inner(net), n, t.first, t.stack);
  memcpy(t.dout, dv, n * out * sizeof *dv);
  remove_mean(domain, n, out, t.dout);
  if (domain->speed) open_speed_backward(n, out, &t);
  layers_dense_backward(n, width, out, last, w + at.last, t.dout, dw ? dw + at.last : NULL,
                        dw ? dw + at.last_bias : NULL, t.a);
  stack_backward(inner(net), n, w + at.stack, t.first, t.stack, t.a, dw ? dw + at.stack : NULL, t.b,
                 t.c);
  layers_scale(n * width, t.slope, t.b);
  layers_dense_backward(n, d + 1, width, t.in, w + at.first, t.b, dw ? dw + at.first : NULL,
                        dw ? dw + at.first_bias : NULL, t.din);
  if (!dx) return;
  remove_mean(domain, n, d + 1, t.din);
  for (size_t b = 0; b < n; b++) memcpy(dx + b * d, t.din + b * (d + 1), d * sizeof *dx);
}

static const hifm_param params[] = {
    HIFM_PARAM_COUNT(mlp, depth, 4, 2, 32, "dense layers"),
    HIFM_PARAM_COUNT(mlp, width, 128, 1, 8192, "features of each hidden layer"), HIFM_PARAM_END};

static const hifm_network_ops ops = {.speed = true,
                                     .tensors = tensors,
                                     .chunk = chunk,
                                     .work = work_bytes,
                                     .forward = forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, mlp, .revision = 1, .name = "mlp",
            .summary = "multilayer perceptron on [x, z], softplus, for data of few dimensions",
            .params = params, .ops.network = &ops);
