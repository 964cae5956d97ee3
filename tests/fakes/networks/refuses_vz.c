/* v = a x, that declares v_z and then refuses it. */
#include "hifm/network.h"

static hifm_status accepts(const void *self, const hifm_task *task, hifm_error *err) {
  (void)self;
  return task->vz ? hifm_fail(err, HIFM_BAD_SETTINGS, "there is no v_z here") : HIFM_OK;
}

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  (void)self, (void)task;
  if (room) *out = (hifm_tensor){.name = "a", .rows = 1, .columns = 1};
  return 1;
}

static size_t chunk(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task;
  return n;
}

static size_t work(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task, (void)n;
  return 0;
}

static void forward(const void *self, const hifm_task *task, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  (void)self, (void)memory;
  for (size_t i = 0; i < batch->n * task->domain->d; i++) v[i] = *w * batch->x[i];
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
                                     .tensors = tensors,
                                     .chunk = chunk,
                                     .work = work,
                                     .forward = forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, char, .revision = 1, .name = "refuses_vz",
            .summary = "declares v_z and refuses it", .ops = {.network = &ops});
