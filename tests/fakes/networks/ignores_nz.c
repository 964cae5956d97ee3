/* v = a x + b z, that reads a z for each point where there is one for all. */
#include "linear.h"

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  const size_t d = task->domain->d;
  (void)self, (void)memory;
  for (size_t i = 0; i < batch->n * d; i++) v[i] = w[0] * batch->x[i] + w[1] * batch->z[i / d];
}

static void backward(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  const size_t d = task->domain->d;
  (void)self, (void)memory;
  for (size_t i = 0; i < batch->n * d; i++) {
    if (dw) dw[0] += dv[i] * batch->x[i];
    if (dw) dw[1] += dv[i] * batch->z[i / d];
    if (dx) dx[i] = w[0] * dv[i];
  }
}

static const hifm_network_ops ops = {.tensors = linear_two_tensors,
                                     .chunk = linear_chunk,
                                     .work = linear_work,
                                     .forward = forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, char, .revision = 1, .name = "ignores_nz",
            .summary = "takes a shared z for one of many", .ops = {.network = &ops});
