/* v = a x, that declares v_z and then refuses it. */
#include "linear.h"

static hifm_status accepts(const void *self, const hifm_task *task, hifm_error *err) {
  (void)self;
  return task->vz ? hifm_fail(err, HIFM_BAD_SETTINGS, "there is no v_z here") : HIFM_OK;
}

static void backward(const void *self, const hifm_task *task, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  (void)self, (void)memory;
  for (size_t i = 0; i < batch->n * task->domain->d; i++) {
    if (dw) *dw += dv[i] * batch->x[i];
    if (dx) dx[i] = *w * dv[i];
  }
}

static const hifm_network_ops ops = {.has_vz = true,
                                     .accepts = accepts,
                                     .tensors = linear_tensors,
                                     .chunk = linear_chunk,
                                     .work = linear_work,
                                     .forward = linear_forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, char, .revision = 1, .name = "refuses_vz",
            .summary = "declares v_z and refuses it", .ops = {.network = &ops});
