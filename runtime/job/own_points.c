#include "job/own_points.h"

#include "base/blake2b.h"
#include "base/memory.h"
#include "job/file_rows.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

status_code own_points_count(const char *path, size_t *rows, failure *err) {
  number_array file;
  status_code status = number_array_open(&file, path, "", err);
  if (status != STATUS_OK) return status;
  *rows = file.header.rank > 0 ? file.header.shape[0] : 0;
  number_array_close(&file);
  return STATUS_OK;
}

/* Points of this domain, declared as a "file" data set. */
static value *declare_file(arena *a, const char *path, const hifm_domain *domain) {
  value *file = value_new(a, VALUE_MAP);
  value_put_text(a, file, "path", path);
  value_put_number(a, file, "particles", domain->particles);
  value_put_number(a, file, "space", domain->space);
  value_put_number(a, file, "dimensions", domain->particles ? 0 : domain->d);
  return file;
}

/* The content is a part of the identity of a measurement. */
static status_code check_content(const char *path, const number_array *file, const char *recorded,
                                 failure *err) {
  char hex[33];
  if (!*recorded) return STATUS_OK;
  blake2b_hex(file->map.bytes, file->map.length, hex);
  if (strcmp(hex, recorded) == 0) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: the file has changed since the script was read (BLAKE2b-128 %s, not "
                     "%s). Run again",
                     path, hex, recorded);
}

/* How many of the rows are asked for. */
static status_code count_asked(const value *dataset, const own_points_keys *keys, size_t rows,
                               size_t *count, failure *err) {
  const double asked = value_get_number(dataset, keys->count, SETTINGS_ALL_ROWS);
  *count = asked < SETTINGS_ALL_ROWS ? (size_t)asked : rows;
  if (*count <= rows) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: %zu points are asked for by dataset.%s, but the file has %zu",
                     value_get_text(dataset, keys->path, ""), *count, keys->count, rows);
}

/* Opens the file and checks all but its numbers of points. */
static status_code open_file(arena *a, const value *dataset, const own_points_keys *keys,
                             const hifm_domain *domain, number_array *file, failure *err) {
  const char *path = value_get_text(dataset, keys->path, "");
  hifm_domain found;
  status_code status = file_rows_open(file, declare_file(a, path, domain), &found, err);
  if (status != STATUS_OK) return status;
  status = check_content(path, file, value_get_text(dataset, keys->content, ""), err);
  if (status != STATUS_OK) number_array_close(file);
  return status;
}

status_code own_points_read(const value *dataset, size_t kind, const hifm_domain *domain,
                            double **points, size_t *count, failure *err) {
  arena a = {0};
  number_array file;
  const own_points_keys *keys = &settings_own_points[kind];
  status_code status = open_file(&a, dataset, keys, domain, &file, err);
  arena_close(&a);
  if (status != STATUS_OK) return status;
  const size_t rows = file.header.shape[0];
  status = count_asked(dataset, keys, rows, count, err);
  if (status == STATUS_OK) {
    const size_t first = kind == OWN_VALIDATION ? rows - *count : 0;
    *points = memory_array(*count * domain->d, sizeof **points);
    for (size_t i = 0; i < *count; i++)
      file_rows_get(&file, domain, first + i, *points + i * domain->d);
  }
  number_array_close(&file);
  return status;
}

status_code own_points_check(const value *dataset, const hifm_domain *domain, failure *err) {
  status_code status = STATUS_OK;
  for (size_t kind = 0; kind < OWN_KINDS && status == STATUS_OK; kind++) {
    double *points = NULL;
    size_t count;
    failure why;
    if (!settings_has_own(dataset, kind)) continue;
    status = own_points_read(dataset, kind, domain, &points, &count, &why);
    free(points);
    if (status != STATUS_OK)
      failure_set(err, status, "dataset.%s: %s", settings_own_points[kind].path, why.message);
  }
  return status;
}

status_code own_points_check_split(const value *dataset, failure *err) {
  const own_points_keys *test = &settings_own_points[OWN_TEST],
                        *validation = &settings_own_points[OWN_VALIDATION];
  const double tests = value_get_number(dataset, test->count, 0),
               others = value_get_number(dataset, validation->count, 0),
               rows = value_get_number(dataset, test->rows, SETTINGS_ALL_ROWS);
  const char *content = value_get_text(dataset, test->content, "");
  const bool one =
      *content && strcmp(content, value_get_text(dataset, validation->content, "")) == 0;
  if (!one || tests + others <= rows) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_INPUT,
      "dataset.validation: %.0f points, and %.0f by dataset.test, are asked for, but "
      "test_path and validation_path are one file, which has %.0f. Ask for fewer, or "
      "give two files",
      others, tests, rows);
}
