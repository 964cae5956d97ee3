/* v = a x: the sound part of the broken networks here. It takes any number of points at once and
 * needs no memory for them. */
#ifndef FAKE_LINEAR_H
#define FAKE_LINEAR_H

#include "hifm/network.h"

__attribute__((unused)) static size_t linear_tensors(const void *self, const hifm_task *task,
                                                     hifm_tensor *out, size_t room) {
  (void)self, (void)task;
  if (room) *out = (hifm_tensor){.name = "a", .rows = 1, .columns = 1};
  return 1;
}

/* Of v = a x + b z. */
__attribute__((unused)) static size_t linear_two_tensors(const void *self, const hifm_task *task,
                                                         hifm_tensor *out, size_t room) {
  static const hifm_tensor BOTH[] = {{.name = "a", .rows = 1, .columns = 1},
                                     {.name = "b", .rows = 1, .columns = 1}};
  (void)self, (void)task;
  for (size_t i = 0; i < 2 && i < room; i++) out[i] = BOTH[i];
  return 2;
}

__attribute__((unused)) static size_t linear_chunk(const void *self, const hifm_task *task,
                                                   size_t n) {
  (void)self, (void)task;
  return n;
}

__attribute__((unused)) static size_t linear_work(const void *self, const hifm_task *task,
                                                  size_t n) {
  (void)self, (void)task, (void)n;
  return 0;
}

__attribute__((unused)) static void linear_forward(const void *self, const hifm_task *task,
                                                   const float *w, const hifm_batch *batch,
                                                   float *v, void *memory) {
  (void)self, (void)memory;
  for (size_t i = 0; i < batch->n * task->domain->d; i++) v[i] = *w * batch->x[i];
}

#endif
