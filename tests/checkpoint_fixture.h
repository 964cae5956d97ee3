/* A run with a network of one layer, in a folder, for tests of its files. */
#ifndef TESTS_CHECKPOINT_FIXTURE_H
#define TESTS_CHECKPOINT_FIXTURE_H

#include "folder.h"

#include "hifm/network.h"
#include "host/network.h"
#include "job/training.h"

enum { ROWS = 2, COLUMNS = 3, WEIGHTS = ROWS * COLUMNS, STEPS = 1000, EPOCH = 10 };

static inline size_t layer_tensors(const void *self, const hifm_task *task, hifm_tensor *out,
                                   size_t room) {
  (void)self, (void)task;
  if (room) out[0] = (hifm_tensor){"layer", ROWS, COLUMNS, HIFM_INIT_ZERO, 1};
  return 1;
}

static inline size_t layer_one(const void *self, const hifm_task *task, size_t n) {
  (void)self, (void)task, (void)n;
  return 1;
}

static inline void layer_forward(const void *self, const hifm_task *task, const float *w,
                                 const hifm_batch *batch, float *v, void *memory) {
  (void)self, (void)task, (void)w, (void)batch, (void)v, (void)memory;
}

static const hifm_network_ops LAYER_OPS = {
    .tensors = layer_tensors, .chunk = layer_one, .work = layer_one, .forward = layer_forward};
static const hifm_plugin LAYER = {
    .abi = HIFM_ABI, .kind = HIFM_NETWORK, .name = "layer", .ops = {.network = &LAYER_OPS}};
static const hifm_domain PLANE = {.d = 2};

/* One run in a folder. */
typedef struct story {
  folder *f;
  network net;
  job_measurement asked;
  job work;
  training t;
} story;

static inline void open_story(story *s, folder *f) {
  *s = (story){.f = f, .asked = {.id = "0123456789abcdef", .family = "all"}};
  s->work =
      (job){.id = "abc", .folder = f->path, .measurements = &s->asked, .measurement_count = 1};
  const hifm_bound bound = {&LAYER, NULL};
  assert_int_equal(network_open(&s->net, bound, &PLANE, false, 1, NULL), STATUS_OK);
  training_open(&s->t, &f->memory, WEIGHTS, &s->work, EPOCH);
}

static inline void close_story(story *s) {
  training_close(&s->t);
  network_close(&s->net);
}

static inline char *read_file(story *s, const char *name, size_t *length) {
  char *bytes;
  assert_int_equal(files_read(folder_path(s->f, name), 1 << 20, &bytes, length, NULL), STATUS_OK);
  return bytes;
}

static inline void write_file(story *s, const char *name, const char *bytes, size_t length) {
  assert_int_equal(files_write(folder_path(s->f, name), bytes, length, NULL), STATUS_OK);
}

#endif
