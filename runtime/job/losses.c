#include "job/losses.h"

#include "base/npy.h"
#include "job/contents.h"
#include "job/job.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 2, WITH_SKIPPED = 3 };
_Static_assert(sizeof(losses_epoch) == COLUMNS * sizeof(double), "the file has a row per epoch");

static const char *path_in(arena *a, const char *folder) {
  return arena_format(a, "%s/%s", folder, LOSSES_FILE);
}

void losses_begin_epoch(arena *a, losses *l) {
  if (l->count == l->room) {
    l->room = l->room ? 2 * l->room : 64;
    losses_epoch *epochs = arena_get(a, l->room * sizeof *epochs);
    double *skipped = arena_get(a, l->room * sizeof *skipped);
    if (l->count) memcpy(epochs, l->epochs, l->count * sizeof *epochs);
    if (l->count) memcpy(skipped, l->skipped, l->count * sizeof *skipped);
    l->epochs = epochs;
    l->skipped = skipped;
  }
  l->skipped[l->count] = 0;
  l->epochs[l->count++] = (losses_epoch){0};
}

double losses_skipped(const losses *l) {
  double sum = 0;
  for (size_t i = 0; i < l->count; i++) sum += l->skipped[i];
  return sum;
}

static status_code append_rows(npy_writer *writer, const losses *l, size_t columns, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < l->count && status == STATUS_OK; i++) {
    status = npy_append(writer, &l->epochs[i], sizeof *l->epochs, err);
    if (status == STATUS_OK && columns == WITH_SKIPPED)
      status = npy_append(writer, &l->skipped[i], sizeof *l->skipped, err);
  }
  return status;
}

status_code losses_write(const losses *l, const char *folder, failure *err) {
  arena a = {0};
  npy_writer writer;
  const size_t columns = losses_skipped(l) > 0 ? WITH_SKIPPED : COLUMNS;
  const size_t shape[] = {l->count, columns};
  status_code status = npy_begin(&writer, path_in(&a, folder), NPY_FLOAT64, 2, shape, err);
  if (status == STATUS_OK) {
    status = append_rows(&writer, l, columns, err);
    if (status == STATUS_OK)
      status = npy_commit(&writer, err);
    else
      npy_abandon(&writer);
  }
  arena_close(&a);
  return status;
}

/* Of a result that has them in itself: a LIST of { loss, gradient_norm }. */
static const losses *take_list(arena *a, const value *list) {
  losses *l = arena_get(a, sizeof *l);
  for (size_t i = 0; i < list->count; i++) {
    losses_begin_epoch(a, l);
    l->epochs[i] = (losses_epoch){value_get_number(list->items[i], "loss", NAN),
                                  value_get_number(list->items[i], "gradient_norm", NAN)};
  }
  return l;
}

static status_code read_file(arena *a, const char *folder, const losses **out, failure *err) {
  npy_array array;
  const char *path = path_in(a, folder);
  status_code status = npy_open(&array, path, err);
  if (status != STATUS_OK) return status;
  const size_t columns = array.rank == 2 ? array.shape[1] : 0;
  if (array.type != NPY_FLOAT64 || (columns != COLUMNS && columns != WITH_SKIPPED))
    status = failure_set(err, STATUS_BAD_INPUT, "%s: not float64 of 2 or 3 columns", path);
  losses *l = arena_get(a, sizeof *l);
  for (size_t i = 0; status == STATUS_OK && i < array.shape[0]; i++) {
    losses_begin_epoch(a, l);
    const double *row = (const double *)array.data + i * columns;
    memcpy(&l->epochs[i], row, sizeof *l->epochs);
    if (columns == WITH_SKIPPED) l->skipped[i] = row[COLUMNS];
  }
  npy_close(&array);
  *out = l;
  return status;
}

status_code losses_read(arena *a, const char *folder, const value *trained, const losses **out,
                        failure *err) {
  failure why;
  const value *list = value_get(trained, "losses");
  *out = list ? take_list(a, list) : NULL;
  if (list || !value_get(trained, "files")) return STATUS_OK;
  status_code status = contents_check(JOB_TRAIN, folder, trained, &why);
  const char *where = status == STATUS_OK ? "" : arena_format(a, "%s: ", folder);
  if (status == STATUS_OK) status = read_file(a, folder, out, &why);
  if (status == STATUS_OK) return status;
  return failure_set(err, status, "%s%s%s", where, why.message, job_train_again(a, folder, status));
}
