/* A multilayer perceptron on [x, z]: dense, softplus, ..., dense to d outputs. On particles it is
 * wrapped as Pi f(Pi x), Pi the projection to zero centre of mass, so that v keeps it. v_z is
 * softplus of one more output: positive, as velocities are divided by it.
 *
 * Shapes: in [n, d + 1], activations [n, W], out [n, O] with O = d, or d + 1 with v_z. */
#include "hifm/network.h"
#include "layers/activations.h"
#include "layers/centre.h"
#include "layers/dense.h"
#include "layers/stack.h"
#include "layers/tensors.h"
#include "layers/workspace.h"

#include <string.h>

typedef struct mlp {
  uint64_t depth, width;
} mlp;

/* Offsets in the array of all weights. */
typedef struct mlp_weights {
  size_t first, first_bias; /* [d + 1, W], [W] */
  size_t stack;             /* of depth - 2 */
  size_t last, last_bias;   /* [W, O], [O] */
} mlp_weights;

typedef struct mlp_tape {
  float *in, *first, *slope, *stack; /* [n, d + 1], [n, W], [n, W], stack of depth - 2 */
  float *a, *b, *c, *dout, *din;     /* scratch: three [n, W], [n, O], [n, d + 1] */
  float *vz, *vz_slope;              /* [n], [n]: v_z and the slope of its softplus */
} mlp_tape;

static stack_shape inner(const mlp *net) {
  return (stack_shape){.depth = (size_t)net->depth - 2, .width = (size_t)net->width};
}

static size_t outputs_of(const hifm_task *task) {
  return task->domain->d + (size_t)task->vz;
}

/* Declares the tensors and says where they are. */
static size_t layout(const mlp *net, const hifm_task *task, mlp_weights *at, hifm_tensor *tensors,
                     size_t room) {
  const size_t in = (size_t)task->domain->d + 1, width = net->width, out = outputs_of(task);
  const unsigned last = (unsigned)net->depth - 1;
  tensor_list list = {tensors, room, 0, 0};
  at->first = tensors_add(&list, in, width, HIFM_INIT_LECUN, 1, "dense0.kernel");
  at->first_bias = tensors_add(&list, 1, width, HIFM_INIT_ZERO, 1, "dense0.bias");
  at->stack = stack_tensors(&list, inner(net), "dense", 1);
  at->last = tensors_add(&list, width, out, HIFM_INIT_LECUN, 1, "dense%u.kernel", last);
  at->last_bias = tensors_add(&list, 1, out, HIFM_INIT_ZERO, 1, "dense%u.bias", last);
  return list.count;
}

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  mlp_weights at;
  return layout(self, task, &at, out, room);
}

/* The tape for n points in `base` (NULL: only its size); returns bytes. */
static size_t place_tape(const mlp *net, const hifm_task *task, size_t n, void *base, mlp_tape *t) {
  const size_t wide = n * net->width, in = n * (task->domain->d + 1), vz = task->vz ? n : 0;
  workspace space = {base, 0};
  t->in = workspace_floats(&space, in);
  t->first = workspace_floats(&space, wide);
  t->slope = workspace_floats(&space, wide);
  t->stack = workspace_floats(&space, stack_tape(inner(net), n));
  t->a = workspace_floats(&space, wide);
  t->b = workspace_floats(&space, wide);
  t->c = workspace_floats(&space, wide);
  t->dout = workspace_floats(&space, n * outputs_of(task));
  t->din = workspace_floats(&space, in);
  t->vz = workspace_floats(&space, vz);
  t->vz_slope = workspace_floats(&space, vz);
  return space.used;
}

static size_t chunk(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task;
  return n < 512 ? n : 512;
}

static size_t work_bytes(const void *self, const hifm_task *task, size_t n) {
  mlp_tape t;
  return place_tape(self, task, n, NULL, &t);
}

/* Pi: nothing where points are not centred. */
static void centre(const hifm_domain *domain, size_t n, size_t stride, float *x) {
  if (domain->centred) layers_centre(domain, n, stride, x);
}

/* The last output of each row through softplus, and back. */
static void vz_forward(size_t n, size_t outputs, mlp_tape *t, float *v) {
  for (size_t b = 0; b < n; b++) t->vz[b] = v[b * outputs + outputs - 1];
  layers_softplus(n, t->vz, t->vz, t->vz_slope);
  for (size_t b = 0; b < n; b++) v[b * outputs + outputs - 1] = t->vz[b];
}

static void vz_backward(size_t n, size_t outputs, mlp_tape *t) {
  for (size_t b = 0; b < n; b++) t->dout[b * outputs + outputs - 1] *= t->vz_slope[b];
}

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *work) {
  const mlp *net = self;
  const size_t n = batch->n, d = task->domain->d, out = outputs_of(task), width = net->width;
  mlp_weights at;
  mlp_tape t;
  layout(net, task, &at, NULL, 0);
  place_tape(net, task, n, work, &t);
  for (size_t b = 0; b < n; b++) { /* in = [x, z] */
    memcpy(t.in + b * (d + 1), batch->x + b * d, d * sizeof *v);
    t.in[b * (d + 1) + d] = batch->z[batch->nz == 1 ? 0 : b];
  }
  centre(task->domain, n, d + 1, t.in);
  layers_dense(n, d + 1, width, t.in, w + at.first, w + at.first_bias, t.first);
  layers_softplus(n * width, t.first, t.first, t.slope);
  const float *last = stack_forward(inner(net), n, w + at.stack, t.first, t.stack);
  layers_dense(n, width, out, last, w + at.last, w + at.last_bias, v);
  centre(task->domain, n, out, v);
  if (task->vz) vz_forward(n, out, &t, v);
}

static void backward(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *work) {
  const mlp *net = self;
  const size_t n = batch->n, d = task->domain->d, out = outputs_of(task), width = net->width;
  mlp_weights at;
  mlp_tape t;
  layout(net, task, &at, NULL, 0);
  place_tape(net, task, n, work, &t);
  const float *last = stack_output(inner(net), n, t.first, t.stack);
  memcpy(t.dout, dv, n * out * sizeof *dv);
  centre(task->domain, n, out, t.dout);
  if (task->vz) vz_backward(n, out, &t);
  layers_dense_backward(n, width, out, last, w + at.last, t.dout, dw ? dw + at.last : NULL,
                        dw ? dw + at.last_bias : NULL, t.a);
  stack_backward(inner(net), n, w + at.stack, t.first, t.stack, t.a, dw ? dw + at.stack : NULL, t.b,
                 t.c);
  layers_scale(n * width, t.slope, t.b);
  layers_dense_backward(n, d + 1, width, t.in, w + at.first, t.b, dw ? dw + at.first : NULL,
                        dw ? dw + at.first_bias : NULL, t.din);
  if (!dx) return;
  centre(task->domain, n, d + 1, t.din);
  for (size_t b = 0; b < n; b++) memcpy(dx + b * d, t.din + b * (d + 1), d * sizeof *dx);
}

static const hifm_param params[] = {
    HIFM_PARAM_COUNT(mlp, depth, 4, 2, 32, "dense layers"),
    HIFM_PARAM_COUNT(mlp, width, 128, 1, 8192, "features of each hidden layer"), HIFM_PARAM_END};

static const hifm_network_ops ops = {.has_vz = true,
                                     .tensors = tensors,
                                     .chunk = chunk,
                                     .work = work_bytes,
                                     .forward = forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, mlp, .revision = 1, .name = "mlp",
            .summary = "multilayer perceptron on [x, z], softplus, for data of few dimensions",
            .params = params, .ops = {.network = &ops});
