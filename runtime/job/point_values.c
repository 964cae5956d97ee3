#include "job/point_values.h"

#include "base/blake2b.h"
#include "base/npy.h"
#include "job/contents.h"

#include <math.h>
#include <string.h>

enum { HEADER = 128, ROWS = 2 };

static const char *name_of(arena *a, const char *id) {
  return arena_format(a, "measure-%.12s.npy", id);
}

void point_values_clear(double *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = NAN;
}

bool point_values_are_whole(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (isnan(values[i])) return false;
  return count > 0;
}

/* Best and last values follow each other, as in the file. */
static void make_room(arena *a, size_t count, point_values *out) {
  out->count = count;
  out->best = arena_get(a, (ROWS * count + 1) * sizeof *out->best);
  out->last = out->best + count;
}

point_values point_values_new(arena *a, const double *points, size_t count, size_t d) {
  point_values out;
  char hash[33];
  make_room(a, count, &out);
  point_values_clear(out.best, ROWS * count);
  blake2b_hex(points, count * d * sizeof *points, hash);
  out.points = arena_text(a, hash);
  return out;
}

status_code point_values_write(arena *a, const char *folder, const char *id,
                               const point_values *values, result *measured, failure *err) {
  const char *name = name_of(a, id);
  value *files = value_new(a, VALUE_MAP);
  const size_t shape[] = {ROWS, values->count};
  status_code status =
      npy_write(arena_format(a, "%s/%s", folder, name), NPY_FLOAT64, 2, shape, values->best, err);
  if (status == STATUS_OK) status = contents_describe_file(a, folder, name, files, err);
  measured->files = files;
  measured->points = values->points;
  return status;
}

static status_code take_file(arena *a, const char *path, point_values *out, failure *err) {
  npy_array array;
  status_code status = npy_open(&array, path, err);
  if (status != STATUS_OK) return status;
  const bool fits = array.type == NPY_FLOAT64 && array.rank == 2 && array.shape[0] == ROWS;
  if (fits) {
    make_room(a, array.shape[1], out);
    memcpy(out->best, array.data, array.count * sizeof *out->best);
  }
  npy_close(&array);
  return fits ? STATUS_OK : failure_set(err, STATUS_BAD_INPUT, "%s: not float64 [2, n]", path);
}

status_code point_values_read(arena *a, const char *folder, const value *measured,
                              const point_values **out, failure *err) {
  const char *name = name_of(a, value_get_text(measured, "id", ""));
  const value *files = value_get(measured, "files");
  *out = NULL;
  if (!value_get(files, name)) return STATUS_OK;
  status_code status = contents_check_file(folder, name, files, err);
  if (status != STATUS_OK) return status;
  point_values *values = arena_get(a, sizeof *values);
  values->points = value_get_text(measured, "points", "");
  status = take_file(a, arena_format(a, "%s/%s", folder, name), values, err);
  if (status == STATUS_OK) *out = values;
  return status;
}

double point_values_bytes(double points) {
  return HEADER + ROWS * points * (double)sizeof(double);
}
