#include "job/dataset.h"

#include "base/blake2b.h"
#include "base/memory.h"
#include "hifm/rng.h"
#include "host/params.h"
#include "job/own_points.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

hifm_domain dataset_domain(const value *config) {
  const uint32_t particles = (uint32_t)value_get_number(config, "particles", 0);
  const uint32_t space = (uint32_t)value_get_number(config, "space", 0);
  const uint32_t plain = (uint32_t)value_get_number(config, "dimensions", 0);
  if (particles == 0) return (hifm_domain){.d = plain};
  return (hifm_domain){
      .d = particles * space, .particles = particles, .space = space, .centred = true};
}

static bool is_images(const value *config) {
  return strcmp(value_get_text(config, PARAMS_NAME, ""), "images") == 0;
}

static status_code check_points(const npy_array *file, const char *path, hifm_domain *domain,
                                failure *err) {
  if (domain->d == 0 && file->rank == 2) domain->d = (uint32_t)file->shape[1];
  if (file->rank == 2 && file->type == NPY_FLOAT64 && file->shape[1] == domain->d) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: the array is not float64 [points, %u]", path,
                     domain->d);
}

/* Both files are made by one job (prepare_images.c), with sizes that idx_read has checked. */
static status_code check_images(const npy_array *file, const char *path, hifm_domain *domain,
                                failure *err) {
  const bool fits = file->rank == 3 && file->type == NPY_UINT8 && file->count > 0;
  if (fits && domain->d == 0) {
    domain->height = (uint32_t)file->shape[1];
    domain->width = (uint32_t)file->shape[2];
    domain->channels = 1;
    domain->d = domain->height * domain->width;
  }
  if (fits && file->shape[1] == domain->height && file->shape[2] == domain->width) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: the array is not uint8 [images, %u, %u]", path,
                     domain->height, domain->width);
}

static status_code open_part(npy_array *file, arena *a, const char *folder, const char *name,
                             const value *config, hifm_domain *domain, failure *err) {
  const char *path = arena_format(a, "%s/%s.npy", folder, name);
  status_code status = npy_open(file, path, err);
  if (status != STATUS_OK) return status;
  return (is_images(config) ? check_images : check_points)(file, path, domain, err);
}

/* How many points of this kind config asks for, of the data set itself. */
static double asked_for(const value *config, const char *name) {
  for (size_t kind = 0; kind < OWN_KINDS; kind++)
    if (strcmp(settings_own_points[kind].count, name) == 0 && settings_has_own(config, kind))
      return 0;
  return value_get_number(config, name, 0);
}

status_code dataset_has(const value *config, const char *name, size_t points, failure *err) {
  const double wanted = asked_for(config, name);
  if (wanted <= (double)points) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "dataset.%s: %.0f points are asked for, but the data set has %zu", name,
                     wanted, points);
}

/* More than that are asked for: what to do. */
static const char *hint_about_split(const char *kind) {
  if (strcmp(kind, "mcmc") == 0) return "Both are of the test points made (dataset.test_pool)";
  return strcmp(kind, "file") == 0 ? "Both are of the 10 % of the rows that are not for training"
                                   : "Both are images of dataset.train_file";
}

status_code dataset_check_split(const value *config, size_t train, size_t test, failure *err) {
  const char *other = is_images(config) ? "train" : "test";
  const size_t points = is_images(config) ? train : test;
  const double validation = asked_for(config, "validation"), others = asked_for(config, other);
  if (validation == 0) return own_points_check_split(config, err);
  if (others == 0) return dataset_has(config, "validation", points, err);
  if (validation + others <= (double)points) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "dataset.validation: %.0f points, and %.0f by dataset.%s, are asked for, but "
                     "there are %zu. %s; ask for fewer",
                     validation, others, other, points,
                     hint_about_split(value_get_text(config, PARAMS_NAME, "")));
}

/* A pixel in [0, 1] in the range of the data set. */
static double level(const dataset *data, double pixel) {
  return data->symmetric ? 2 * pixel - 1 : pixel;
}

/* One image as a point: byte / 255, or (byte + u) / 256 with u ~ U(0, 1) of the draw (step, index),
 * a density whose integral over a byte's cell is that byte's probability (Theis et al. 2016,
 * section 3.1). */
static void expand(const dataset *data, const uint8_t *image, hifm_stream stream, uint64_t step,
                   uint32_t index, double *out) {
  const size_t d = data->domain.d;
  if (!data->dequantised) {
    for (size_t i = 0; i < d; i++) out[i] = level(data, image[i] / 255.0);
    return;
  }
  for (size_t i = 0; i < d; i += 4) {
    uint32_t word[4];
    hifm_words(stream, step, index, (uint32_t)(i / 4), word);
    for (size_t k = 0; k < 4 && i + k < d; k++)
      out[i + k] = level(data, (image[i + k] + (word[k] + 0.5) * 0x1p-32) / 256);
  }
}

/* No training has so many steps: measured images share no noise with training images. */
static const uint64_t TEST_STEP = UINT64_MAX, VALIDATION_STEP = UINT64_MAX - 1;

/* Images first .. first + count of a file as points, each with its own noise. */
static double *make_points(const dataset *data, const npy_array *file, size_t first, size_t count,
                           uint32_t seed, uint64_t step) {
  const size_t d = data->domain.d;
  const hifm_stream stream = {seed, HIFM_RNG_DEQUANTISE};
  double *points = memory_array(count * d, sizeof *points);
  for (size_t i = 0; i < count; i++)
    expand(data, (const uint8_t *)file->data + (first + i) * d, stream, step, (uint32_t)(first + i),
           points + i * d);
  return points;
}

static void read_images(dataset *data, arena *a, const value *config) {
  images_settings set = {0};
  params_store(a, images_params, config, &set);
  data->symmetric = set.range == RANGE_SYMMETRIC;
  data->dequantised = set.dequantise == DEQUANTISE_UNIFORM;
  const size_t validation = data->validation_count;
  data->made =
      make_points(data, &data->test_file, 0, data->test_count, (uint32_t)set.seed, TEST_STEP);
  if (validation > 0)
    data->made_validation =
        make_points(data, &data->train_file, data->train_file.shape[0] - validation, validation,
                    (uint32_t)set.seed, VALIDATION_STEP);
}

static void place_points(dataset *data) {
  const npy_array *tests = &data->test_file;
  data->test = data->made ? data->made : tests->data;
  data->validation = data->made_validation;
  if (!data->made && data->validation_count > 0)
    data->validation =
        (const double *)tests->data + (tests->shape[0] - data->validation_count) * data->domain.d;
}

status_code dataset_check_hessian(const value *config, const char *stage, failure *err) {
  const char *noise = value_get_text(config, "dequantise", "none");
  if (strcmp(noise, "none") == 0) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "dataset.dequantise: \"%s\" moves a point at every draw, but the Hessian of %s "
      "is taken once at each point; it needs \"none\"",
      noise, stage);
}

status_code dataset_open(dataset *data, const char *folder, const value *config, failure *err) {
  arena a = {0};
  memset(data, 0, sizeof *data);
  data->domain = dataset_domain(config);
  data->train_count = (size_t)value_get_number(config, "train", 0);
  data->test_count = (size_t)asked_for(config, "test");
  data->validation_count = (size_t)asked_for(config, "validation");
  status_code status =
      open_part(&data->train_file, &a, folder, "train", config, &data->domain, err);
  if (status == STATUS_OK)
    status = open_part(&data->test_file, &a, folder, "test", config, &data->domain, err);
  if (status == STATUS_OK) status = dataset_has(config, "train", data->train_file.shape[0], err);
  if (status == STATUS_OK) status = dataset_has(config, "test", data->test_file.shape[0], err);
  if (status == STATUS_OK)
    status = dataset_has(config, "validation",
                         (is_images(config) ? data->train_file : data->test_file).shape[0], err);
  if (status == STATUS_OK && is_images(config)) read_images(data, &a, config);
  if (status == STATUS_OK) place_points(data);
  if (status != STATUS_OK) dataset_close(data);
  arena_close(&a);
  return status;
}

status_code dataset_look(const char *folder, const value *config, hifm_domain *domain,
                         size_t *train, size_t *test, failure *err) {
  arena a = {0};
  npy_array trains = {.data = NULL}, tests = {.data = NULL};
  *domain = dataset_domain(config);
  status_code status = open_part(&trains, &a, folder, "train", config, domain, err);
  if (status == STATUS_OK) status = open_part(&tests, &a, folder, "test", config, domain, err);
  *train = trains.shape[0];
  *test = tests.shape[0];
  npy_close(&trains);
  npy_close(&tests);
  arena_close(&a);
  return status;
}

void dataset_close(dataset *data) {
  npy_close(&data->train_file);
  npy_close(&data->test_file);
  free(data->made);
  free(data->made_validation);
  memset(data, 0, sizeof *data);
}

const double *dataset_train_point(const dataset *data, size_t row, uint32_t seed, uint64_t step,
                                  uint32_t index, double *room) {
  const size_t d = data->domain.d;
  if (data->train_file.type == NPY_FLOAT64) return (const double *)data->train_file.data + row * d;
  const hifm_stream stream = {seed, HIFM_RNG_DEQUANTISE};
  expand(data, (const uint8_t *)data->train_file.data + row * d, stream, step, index, room);
  return room;
}

void dataset_centre(const hifm_domain *domain, double *point) {
  for (size_t k = 0; domain->centred && k < domain->space; k++) {
    double mean = 0;
    for (size_t i = 0; i < domain->particles; i++) mean += point[i * domain->space + k];
    mean /= domain->particles;
    for (size_t i = 0; i < domain->particles; i++) point[i * domain->space + k] -= mean;
  }
}

static uint64_t hash_row(const void *row, size_t size) {
  uint64_t out;
  blake2b hash;
  blake2b_begin(&hash, sizeof out);
  blake2b_add(&hash, row, size);
  blake2b_end(&hash, (unsigned char *)&out);
  return out;
}

static int compare_hashes(const void *x, const void *y) {
  const uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return a < b ? -1 : a > b;
}

uint64_t *dataset_hashes(const void *rows, size_t size, const size_t *order, size_t n) {
  uint64_t *hashes = memory_array(n, sizeof *hashes);
  for (size_t i = 0; i < n; i++)
    hashes[i] = hash_row((const char *)rows + (order ? order[i] : i) * size, size);
  qsort(hashes, n, sizeof *hashes, compare_hashes);
  return hashes;
}

bool dataset_among(const uint64_t *hashes, size_t n, const void *row, size_t size) {
  const uint64_t hash = hash_row(row, size);
  return bsearch(&hash, hashes, n, sizeof *hashes, compare_hashes) != NULL;
}

size_t dataset_shared(const dataset *data, size_t n, size_t tests) {
  const size_t d = data->domain.d, size = d * sizeof *data->test;
  uint64_t *hashes = dataset_hashes(data->test, size, NULL, tests);
  size_t shared = 0;
  for (size_t i = data->validation_count - n; i < data->validation_count; i++)
    shared += dataset_among(hashes, tests, data->validation + i * d, size);
  free(hashes);
  return shared;
}
