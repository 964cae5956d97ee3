/* Images of two IDX files, for training and for tests: found, or fetched where they are missing,
 * verified, and written in a fixed order as bytes. */
#include "base/blake2b.h"
#include "base/files.h"
#include "base/idx.h"
#include "base/text.h"
#include "host/params.h"
#include "job/dataset.h"
#include "job/fetch_script.h"
#include "job/images.h"
#include "job/prepare_parts.h"
#include "job/progress.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

/* One of the two files, unpacked. */
typedef struct part {
  const char *name;    /* "train", "test" */
  const char *file;    /* name of the setting's file */
  const char *content; /* expected BLAKE2b; "": anything */
  uint8_t *bytes;
  size_t count;
  idx_images images;
  size_t *order; /* of its images */
} part;

static status_code load(arena *a, const char *places, part *p, failure *err) {
  char hex[33];
  const char *path = images_find(a, places, p->file);
  if (!path) return images_missing(places, p->file, err);
  progress_note("reading %s", path);
  status_code status = idx_read(path, &p->bytes, &p->count, &p->images, err);
  if (status != STATUS_OK) return status;
  blake2b_hex(p->bytes, p->count, hex);
  if (!*p->content || strcmp(hex, p->content) == 0) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_INPUT,
      "%s: the unpacked file has the BLAKE2b-128 %s, but dataset.%s_content is %s: it "
      "is another file",
      path, hex, p->name, p->content);
}

static status_code load_both(arena *a, const char *places, part parts[2], failure *err) {
  status_code status = load(a, places, &parts[0], err);
  return status == STATUS_OK ? load(a, places, &parts[1], err) : status;
}

/* A worker that was killed may have left the folder behind. */
static status_code fetch(arena *a, const images_settings *set, const char *folder, part parts[2],
                         failure *err) {
  status_code status = files_remove(folder, err);
  if (status == STATUS_OK) status = files_make_folder(folder, err);
  if (status != STATUS_OK) return status;
  progress_note("fetching %s and %s: sh %s", set->train_file, set->test_file, set->fetch);
  status = fetch_script_run(set->fetch, folder, err);
  if (status == STATUS_OK)
    status = load_both(a, arena_format(a, "%s:%s", set->folder, folder), parts, err);
  const status_code removed = files_remove(folder, status == STATUS_OK ? err : NULL);
  return status == STATUS_OK ? removed : status;
}

static status_code find_and_load(arena *a, const job *work, const images_settings *set,
                                 part parts[2], failure *err) {
  const bool here =
      images_find(a, set->folder, set->train_file) && images_find(a, set->folder, set->test_file);
  if (here || !*set->fetch) return load_both(a, set->folder, parts, err);
  return fetch(a, set, arena_format(a, "%s/fetched", work->folder), parts, err);
}

static status_code check_shapes(const part *train, const part *test, failure *err) {
  const idx_images *x = &train->images, *y = &test->images;
  if (x->height == y->height && x->width == y->width) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s has images of %zu x %zu pixels, but %s has images of %zu x %zu: they "
                     "do not belong together",
                     train->file, x->height, x->width, test->file, y->height, y->width);
}

static prepare_points points_of(const idx_images *images) {
  return (prepare_points){images->pixels, NPY_UINT8, 2, {images->height, images->width}};
}

/* Removes the rows from order[0..n) that are also test images, so that both are disjoint, and
 * reports it. Returns how many are left. */
static size_t drop_repeated(const uint64_t *test_hashes, size_t tests, const prepare_points *points,
                            size_t *order, size_t n) {
  const size_t size = prepare_row_size(points);
  size_t left = 0;
  for (size_t i = 0; i < n; i++)
    if (!dataset_among(test_hashes, tests, (const char *)points->rows + order[i] * size, size))
      order[left++] = order[i];
  if (left < n)
    progress_note("left out of training: %zu image%s equal to a test point", n - left,
                  text_plural(n - left));
  return left;
}

static void put_moments(arena *a, value *numbers, const part *p, size_t n) {
  double mean, deviation;
  images_moments(p->images.pixels, p->images.height * p->images.width, p->order, n, &mean,
                 &deviation);
  value_put_number(a, numbers, arena_format(a, "%s_mean", p->name), mean);
  value_put_number(a, numbers, arena_format(a, "%s_deviation", p->name), deviation);
}

static status_code write_both(arena *a, const job *work, uint32_t seed, part *train, part *test,
                              const value **numbers, failure *err) {
  const prepare_points points = points_of(&train->images), tests = points_of(&test->images);
  const size_t n = train->images.count, m = test->images.count;
  train->order = prepare_permute(n, seed);
  test->order = prepare_permute(m, seed);
  uint64_t *test_hashes = dataset_hashes(tests.rows, prepare_row_size(&tests), NULL, m);
  const size_t left = drop_repeated(test_hashes, m, &points, train->order, n);
  free(test_hashes);
  if (left == 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: no training image is left, since all are also test images (%s)",
                       train->file, test->file);
  value *counts = prepare_counts(a, left, m);
  value_put_number(a, counts, "repeated_points_left_out", (double)(n - left));
  put_moments(a, counts, train, left);
  put_moments(a, counts, test, m);
  *numbers = counts;
  status_code status = prepare_write(work, "test", &tests, test->order, m, err);
  return status == STATUS_OK ? prepare_write(work, "train", &points, train->order, left, err)
                             : status;
}

status_code prepare_images(arena *a, const job *work, const value **numbers, failure *err) {
  images_settings set = {0};
  params_store(a, images_params, work->config, &set);
  part parts[2] = {{.name = "train", .file = set.train_file, .content = set.train_content},
                   {.name = "test", .file = set.test_file, .content = set.test_content}};
  status_code status = find_and_load(a, work, &set, parts, err);
  if (status == STATUS_OK) status = check_shapes(&parts[0], &parts[1], err);
  if (status == STATUS_OK)
    status = write_both(a, work, (uint32_t)set.seed, &parts[0], &parts[1], numbers, err);
  for (size_t i = 0; i < 2; i++) {
    free(parts[i].bytes);
    free(parts[i].order);
  }
  return status;
}
