#include "job/dataset_preview.h"

#include "base/idx.h"
#include "base/memory.h"
#include "host/params.h"
#include "job/dataset.h"
#include "job/file_rows.h"
#include "job/images.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

status_code dataset_preview_sampled(const value *config, hifm_domain *domain, failure *err) {
  *domain = dataset_domain(config);
  if (domain->d > 0) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "dataset: a point has no coordinates. Give particles (and space), or dimensions");
}

static status_code preview_mcmc(const value *config, dataset_preview *out, failure *err) {
  out->train = (size_t)value_get_number(config, "train_pool", 0);
  out->test = (size_t)value_get_number(config, "test_pool", 0);
  return dataset_preview_sampled(config, &out->domain, err);
}

/* As prepare_file.c splits. */
static size_t count_tests(const number_array *file, const value *config,
                          const hifm_domain *domain) {
  const size_t n = file->header.shape[0];
  if (settings_has_own(config, OWN_TEST)) return 0;
  if (!value_get_bool(config, SETTINGS_REPEATS, false)) return n / 10 ? n / 10 : 1;
  size_t distinct, tests = 0;
  size_t *groups = file_rows_groups(file, domain, &distinct);
  bool *drawn = file_rows_draw_tests(distinct, (uint32_t)value_get_number(config, "seed", 0));
  for (size_t i = 0; i < n; i++) tests += drawn[groups[i]];
  free(drawn);
  free(groups);
  return tests;
}

static status_code preview_file(const value *config, dataset_preview *out, failure *err) {
  number_array file;
  status_code status = file_rows_open(&file, config, &out->domain, err);
  if (status != STATUS_OK) return status;
  out->test = count_tests(&file, config, &out->domain);
  out->train = file.header.shape[0] - out->test;
  number_array_close(&file);
  return STATUS_OK;
}

/* SIZE_MAX where the file is not there: it will be fetched. */
static status_code preview_images_file(arena *a, const value *config, const char *key,
                                       size_t *count, hifm_domain *domain, failure *err) {
  idx_images images;
  const char *path =
      images_find(a, value_get_text(config, "folder", ""), value_get_text(config, key, ""));
  *count = SIZE_MAX;
  if (!path) return STATUS_OK;
  status_code status = idx_look(path, &images, err);
  if (status != STATUS_OK) return status;
  *count = images.count;
  domain->height = (uint32_t)images.height;
  domain->width = (uint32_t)images.width;
  domain->channels = 1;
  domain->d = domain->height * domain->width;
  return STATUS_OK;
}

static status_code preview_images(const value *config, dataset_preview *out, failure *err) {
  arena a = {0};
  status_code status =
      preview_images_file(&a, config, "train_file", &out->train, &out->domain, err);
  if (status == STATUS_OK)
    status = preview_images_file(&a, config, "test_file", &out->test, &out->domain, err);
  arena_close(&a);
  return status;
}

status_code dataset_preview_make(const value *config, const char *folder, dataset_preview *out,
                                 failure *err) {
  const char *kind = value_get_text(config, PARAMS_NAME, "");
  *out = (dataset_preview){.train = 0};
  /* A damaged cache is made again. */
  if (folder &&
      dataset_look(folder, config, &out->domain, &out->train, &out->test, NULL) == STATUS_OK)
    return STATUS_OK;
  *out = (dataset_preview){.train = 0};
  if (strcmp(kind, "file") == 0) return preview_file(config, out, err);
  if (strcmp(kind, "images") == 0) return preview_images(config, out, err);
  return preview_mcmc(config, out, err);
}
