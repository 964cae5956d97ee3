/* Points of a .npy or .npz file, split into training and test points; with dataset.test_path all
 * are training points. */
#include "base/blake2b.h"
#include "host/params.h"
#include "job/file_rows.h"
#include "job/prepare_parts.h"
#include "job/progress.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

static double *load_rows(const number_array *file, const hifm_domain *domain) {
  double *points = memory_array(file->header.count, sizeof *points);
  for (size_t i = 0; i < file->header.shape[0]; i++)
    file_rows_get(file, domain, i, points + i * domain->d);
  return points;
}

/* The identity is that of the content: a file that has changed since is another data set. */
static status_code check_content(const file_settings *set, const number_array *file, failure *err) {
  char hex[33];
  blake2b_hex(file->map.bytes, file->map.length, hex);
  if (!*set->content || strcmp(hex, set->content) == 0) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_INPUT,
      "%s: the file has changed since the script was read (BLAKE2b-128 %s, not %s). Run again",
      set->path, hex, set->content);
}

/* The rows of order[0..n) whose group is chosen come first; both parts keep their order. Returns
 * how many those are. */
static size_t part(size_t *order, size_t n, const size_t *groups, const bool *chosen) {
  size_t *rest = memory_array(n, sizeof *rest), first = 0, others = 0;
  for (size_t i = 0; i < n; i++)
    if (chosen[groups[order[i]]])
      order[first++] = order[i];
    else
      rest[others++] = order[i];
  for (size_t i = 0; i < others; i++) order[first + i] = rest[i];
  free(rest);
  return first;
}

/* Test points are in a file of their own. */
static status_code keep_all(arena *a, const job *work, const prepare_points *points, size_t n,
                            size_t distinct, uint32_t seed, const value **numbers, failure *err) {
  size_t *order = prepare_permute(n, seed);
  value *counts = prepare_counts(a, n, 0);
  value_put_number(a, counts, "distinct_points", (double)distinct);
  *numbers = counts;
  status_code status = prepare_write(work, "test", points, order, 0, err);
  if (status == STATUS_OK) status = prepare_write(work, "train", points, order, n, err);
  free(order);
  return status;
}

/* Samplers repeat points. Tests are drawn among the distinct rows and have all copies of theirs:
 * drawn among all rows, a test would take the rows with many copies away from training. */
static status_code split(arena *a, const job *work, const prepare_points *points,
                         const size_t *groups, size_t n, size_t distinct, uint32_t seed,
                         const value **numbers, failure *err) {
  size_t *order = prepare_permute(n, seed);
  bool *chosen = file_rows_draw_tests(distinct, seed);
  const size_t tests = part(order, n, groups, chosen);
  value *counts = prepare_counts(a, n - tests, tests);
  value_put_number(a, counts, "distinct_points", (double)distinct);
  *numbers = counts;
  if (distinct < n)
    progress_note("%zu of %zu rows repeat others; the copies of a row are all for training or all "
                  "for tests",
                  n - distinct, n);
  status_code status = prepare_write(work, "test", points, order, tests, err);
  if (status == STATUS_OK)
    status = prepare_write(work, "train", points, order + tests, n - tests, err);
  free(order);
  free(chosen);
  return status;
}

static status_code write_points(arena *a, const job *work, const file_settings *set,
                                const number_array *file, const hifm_domain *domain,
                                const value **numbers, failure *err) {
  size_t distinct, *groups = file_rows_groups(file, domain, &distinct);
  const bool whole = *set->own.test_path != 0;
  if (distinct < 2 && !whole) {
    free(groups);
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: one distinct row in %zu, but training and tests need one each",
                       set->path, file->header.shape[0]);
  }
  double *rows = load_rows(file, domain);
  const prepare_points points = {rows, NPY_FLOAT64, 1, {domain->d}};
  const size_t n = file->header.shape[0];
  const uint32_t seed = (uint32_t)set->seed;
  const status_code status = whole
                                 ? keep_all(a, work, &points, n, distinct, seed, numbers, err)
                                 : split(a, work, &points, groups, n, distinct, seed, numbers, err);
  free(rows);
  free(groups);
  return status;
}

status_code prepare_file(arena *a, const job *work, const value **numbers, failure *err) {
  file_settings set = {0};
  number_array file;
  hifm_domain domain;
  params_store(a, file_params, work->config, &set);
  status_code status = file_rows_open(&file, work->config, &domain, err);
  if (status != STATUS_OK) return status;
  status = check_content(&set, &file, err);
  if (status == STATUS_OK) status = write_points(a, work, &set, &file, &domain, numbers, err);
  number_array_close(&file);
  return status;
}
