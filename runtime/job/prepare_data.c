/* The data job, whatever its kind. */
#include "base/clock.h"
#include "hifm/rng.h"
#include "host/params.h"
#include "host/plugins.h"
#include "job/contents.h"
#include "job/dataset.h"
#include "job/prepare.h"
#include "job/prepare_parts.h"
#include "job/progress.h"

#include <stdlib.h>
#include <string.h>

void prepare_note_differences(const energy *e) {
  const char *missing = energy_differences(e);
  if (*missing)
    progress_note("energy %s: derivatives by differences (%s), since the plugin has none",
                  e->bound.plugin->name, missing);
}

size_t *prepare_permute(size_t n, uint32_t seed) {
  size_t *order = memory_array(n, sizeof *order);
  const hifm_stream stream = {seed, HIFM_RNG_PERMUTE};
  for (size_t i = 0; i < n; i++) {
    const size_t j = (size_t)hifm_below(stream, 0, (uint32_t)i, i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

size_t prepare_row_size(const prepare_points *points) {
  size_t size = (size_t)points->type;
  for (size_t i = 0; i < points->rank; i++) size *= points->shape[i];
  return size;
}

status_code prepare_write(const job *work, const char *name, const prepare_points *points,
                          const size_t *order, size_t n, failure *err) {
  arena a = {0};
  npy_writer writer;
  const size_t shape[3] = {n, points->shape[0], points->shape[1]};
  const size_t size = prepare_row_size(points);
  plugins_keep_surroundings("data");
  status_code status = npy_begin(&writer, arena_format(&a, "%s/%s.npy", work->folder, name),
                                 points->type, points->rank + 1, shape, err);
  arena_close(&a);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < n && status == STATUS_OK; i++)
    status = npy_append(&writer, (const char *)points->rows + order[i] * size, size, err);
  if (status == STATUS_OK) return npy_commit(&writer, err);
  npy_abandon(&writer);
  return status;
}

value *prepare_counts(arena *a, size_t train, size_t test) {
  value *numbers = value_new(a, VALUE_MAP);
  value_put_number(a, numbers, "test_points", (double)test);
  value_put_number(a, numbers, "train_points", (double)train);
  return numbers;
}

status_code prepare_data(arena *a, const job *work, failure *err) {
  static const struct {
    const char *kind;
    status_code (*make)(arena *a, const job *work, const value **numbers, failure *err);
  } KINDS[] = {{"mcmc", prepare_mcmc}, {"file", prepare_file}, {"images", prepare_images}};
  enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS };
  const char *kind = value_get_text(work->config, PARAMS_NAME, "mcmc");
  const double start = clock_seconds();
  const value *numbers = NULL;
  size_t k = 0;
  while (k < KIND_COUNT && strcmp(KINDS[k].kind, kind) != 0) k++;
  if (k == KIND_COUNT)
    return failure_set(err, STATUS_BAD_INPUT,
                       "unknown kind of data set \"%s\"; available: mcmc, file, images", kind);
  status_code status = KINDS[k].make(a, work, &numbers, err);
  if (status != STATUS_OK) return status;
  const result made = {.kind = work->kind,
                       .id = work->id,
                       .status = RUN_DONE,
                       .numbers = numbers,
                       .seconds = clock_seconds() - start,
                       .attempts = work->attempt};
  return contents_record(a, work, &made, err);
}
