/* v = a x, v_z = b |x|^2, whose backward forgets that v_z depends on x and on b. */
#include "linear.h"

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  static const hifm_tensor both[] = {{.name = "a", .rows = 1, .columns = 1},
                                     {.name = "b", .rows = 1, .columns = 1}};
  const size_t count = task->vz ? 2 : 1;
  (void)self;
  for (size_t i = 0; i < count && i < room; i++) out[i] = both[i];
  return count;
}

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  const size_t d = task->domain->d;
  (void)self, (void)memory;
  for (size_t b = 0; b < batch->n; b++) {
    const float *x = batch->x + b * d;
    float square = 0;
    for (size_t i = 0; i < d; i++) square += x[i] * x[i];
    for (size_t i = 0; i < d; i++) *v++ = w[0] * x[i];
    if (task->vz) *v++ = w[1] * square;
  }
}

static void backward(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  const size_t d = task->domain->d;
  (void)self, (void)memory;
  for (size_t b = 0; b < batch->n; b++, dv += d + task->vz)
    for (size_t i = 0; i < d; i++) {
      if (dw) dw[0] += dv[i] * batch->x[b * d + i];
      if (dx) dx[b * d + i] = w[0] * dv[i];
    }
}

static const hifm_network_ops ops = {.has_vz = true,
                                     .tensors = tensors,
                                     .chunk = linear_chunk,
                                     .work = linear_work,
                                     .forward = forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, char, .revision = 1, .name = "wrong_vz",
            .summary = "a right gradient of v_y and none of v_z", .ops = {.network = &ops});
