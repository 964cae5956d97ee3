/* v = a x, v_z = b |x|^2, whose backward forgets that v_z depends on x and on b. */
#include "hifm/network.h"

static size_t tensors(const void *self, const hifm_domain *domain, hifm_tensor *out, size_t room) {
  static const hifm_tensor both[] = {{.name = "a", .rows = 1, .columns = 1},
                                     {.name = "b", .rows = 1, .columns = 1}};
  const size_t count = domain->speed ? 2 : 1;
  (void)self;
  for (size_t i = 0; i < count && i < room; i++) out[i] = both[i];
  return count;
}

static size_t chunk(const void *self, const hifm_domain *domain, size_t n) {
  (void)self, (void)domain;
  return n;
}

static size_t work(const void *self, const hifm_domain *domain, size_t n) {
  (void)self, (void)domain, (void)n;
  return 0;
}

static void forward(const void *self, const hifm_domain *domain, const float *w,
                    const hifm_batch *batch, float *v, void *memory) {
  const size_t d = domain->d;
  (void)self, (void)memory;
  for (size_t b = 0; b < batch->n; b++) {
    const float *x = batch->x + b * d;
    float square = 0;
    for (size_t i = 0; i < d; i++) square += x[i] * x[i];
    for (size_t i = 0; i < d; i++) *v++ = w[0] * x[i];
    if (domain->speed) *v++ = w[1] * square;
  }
}

static void backward(const void *self, const hifm_domain *domain, const float *w,
                     const hifm_batch *batch, const float *dv, float *dw, float *dx, void *memory) {
  const size_t d = domain->d;
  (void)self, (void)memory;
  for (size_t b = 0; b < batch->n; b++, dv += d + domain->speed)
    for (size_t i = 0; i < d; i++) {
      if (dw) dw[0] += dv[i] * batch->x[b * d + i];
      if (dx) dx[b * d + i] = w[0] * dv[i];
    }
}

static const hifm_network_ops ops = {.speed = true,
                                     .tensors = tensors,
                                     .chunk = chunk,
                                     .work = work,
                                     .forward = forward,
                                     .backward = backward};

HIFM_PLUGIN(network, HIFM_NETWORK, char, .revision = 1, .name = "wrong_speed",
            .summary = "a right gradient of v_y and none of v_z", .ops.network = &ops);
