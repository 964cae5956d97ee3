/* Can answer but not learn. */
#include "hifm/network.h"

static size_t tensors(const void *self, const hifm_task *task, hifm_tensor *out, size_t room) {
  (void)self, (void)task;
  if (room) *out = (hifm_tensor){.name = "scale", .rows = 1, .columns = 1};
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

static const hifm_network_ops ops = {
    .tensors = tensors, .chunk = chunk, .work = work, .forward = forward};

HIFM_PLUGIN(network, HIFM_NETWORK, char, .revision = 1, .name = "missing_backward",
            .summary = "no backward pass", .ops = {.network = &ops});
