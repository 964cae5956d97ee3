#include "front/dataset_check.h"

#include "base/json.h"
#include "base/text.h"
#include "host/params.h"
#include "job/chain_places.h"
#include "job/dataset.h"
#include "job/diagnostics.h"
#include "job/images.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ESS_LEAST = 400, ERRORS_MOST = 3;
static const double OFF_CENTRE_MOST = 1e-9; /* far above rounding, far below any length */

typedef struct checking {
  arena memory;
  FILE *out;
  size_t failed;
  const value *numbers; /* of result.json */
  dataset data;
} checking;

__attribute__((format(printf, 4, 5))) static void report(checking *c, bool passed, const char *name,
                                                         const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(c->out, "%-6s %s: ", passed ? "ok" : "FAILED", name);
  vfprintf(c->out, format, arguments);
  fputc('\n', c->out);
  va_end(arguments);
  c->failed += !passed;
}

const char *dataset_number(arena *a, double x, double se) {
  if (isnan(x)) return "not known";
  if (!(se > 0)) return arena_format(a, "%.6g", x);
  const double digits = 1 - floor(log10(se));
  const int shown = digits > 0 ? (int)fmin(digits, 15) : 0;
  return arena_format(a, "%.*f +- %.*f", shown, x, shown, se);
}

static double number_of(const checking *c, const char *name) {
  return value_get_number(c->numbers, name, NAN);
}

/* ---- the arrays ------------------------------------------------------------------------------ */

static size_t first_not_finite(const npy_array *file) {
  const double *x = file->data;
  size_t i = 0;
  while (i < file->count && isfinite(x[i])) i++;
  return i;
}

static void check_finite(checking *c, const char *name, const npy_array *file) {
  const size_t at = first_not_finite(file), d = file->shape[1];
  if (at == file->count)
    report(c, true, name, "%zu, all finite", file->shape[0]);
  else
    report(c, false, name, "row %zu, coordinate %zu is not finite", at / d, at % d);
}

/* The largest coordinate of any point's centre of mass. */
static double off_centre(const hifm_domain *domain, const npy_array *file) {
  const double *x = file->data;
  double most = 0;
  for (size_t row = 0; row < file->shape[0]; row++, x += domain->d)
    for (size_t k = 0; k < domain->space; k++) {
      double sum = 0;
      for (size_t i = 0; i < domain->particles; i++) sum += x[i * domain->space + k];
      most = fmax(most, fabs(sum) / domain->particles);
    }
  return most;
}

static void check_centred(checking *c) {
  const dataset *data = &c->data;
  const double most = fmax(off_centre(&data->domain, &data->train_file),
                           off_centre(&data->domain, &data->test_file));
  report(c, most <= OFF_CENTRE_MOST, "centre of mass", "at most %.1g from 0", most);
}

static void check_disjoint(checking *c) {
  const dataset *data = &c->data;
  const size_t size = data->domain.d * (size_t)data->test_file.type;
  const size_t tests = data->test_file.shape[0];
  uint64_t *hashes = dataset_hashes(data->test_file.data, size, NULL, tests);
  size_t duplicates = 0;
  for (size_t i = 0; i < data->train_file.shape[0]; i++)
    duplicates +=
        dataset_among(hashes, tests, (const char *)data->train_file.data + i * size, size);
  free(hashes);
  report(c, duplicates == 0, "disjoint", "%zu training point%s among the test points", duplicates,
         text_plural(duplicates));
}

/* The pixels in the file against the moments that the job recorded. */
static void check_pixels(checking *c, const char *part, const npy_array *file) {
  const double recorded = number_of(c, arena_format(&c->memory, "%s_mean", part));
  const double recorded_deviation = number_of(c, arena_format(&c->memory, "%s_deviation", part));
  double mean, deviation;
  images_moments(file->data, c->data.domain.d, NULL, file->shape[0], &mean, &deviation);
  const bool same = !(mean < recorded || mean > recorded) &&
                    !(deviation < recorded_deviation || deviation > recorded_deviation);
  report(c, same && !isnan(recorded), arena_format(&c->memory, "%s images", part),
         "%zu of %u x %u, pixels %.6f, deviation %.6f%s", file->shape[0], c->data.domain.height,
         c->data.domain.width, mean, deviation, same ? "" : ": not as they were made");
}

/* ---- the numbers ----------------------------------------------------------------------------- */

static double error_of(checking *c, const char *name) {
  return number_of(c, arena_format(&c->memory, "%s_se", name));
}

static void check_rhat(checking *c, const char *of) {
  const char *name = arena_format(&c->memory, "rhat_%s", of);
  const double x = number_of(c, name);
  report(c, x < DIAGNOSTICS_RHAT_MAX, name, "%s, below %.6g wanted",
         dataset_number(&c->memory, x, NAN), DIAGNOSTICS_RHAT_MAX);
}

static void check_ess(checking *c, const char *of) {
  const char *name = arena_format(&c->memory, "ess_%s", of);
  const double x = number_of(c, name);
  report(c, x >= ESS_LEAST, name, "%s, %.6g or more wanted", dataset_number(&c->memory, x, NAN),
         ESS_LEAST);
}

/* Earlier versions made data sets without these numbers. */
static void check_places(checking *c, const char *folder) {
  const char *of = chain_places_word(&c->data.domain);
  if (value_get(c->numbers, "ess_energy") &&
      !value_get(c->numbers, arena_format(&c->memory, "ess_%s", of))) {
    report(c, false, arena_format(&c->memory, "rhat_%s", of),
           "not known: an earlier version of hifm made this data set. Remove %s and make it again",
           folder);
    return;
  }
  check_rhat(c, of);
  check_ess(c, of);
}

static void check_chains(checking *c, const char *folder) {
  check_rhat(c, "energy");
  check_rhat(c, "radius");
  check_ess(c, "energy");
  check_ess(c, "radius");
  check_places(c, folder);
}

/* An unknown number (NAN) agrees with nothing. */
static bool agree(double x, double x_se, double y, double y_se) {
  return fabs(x - y) <= ERRORS_MOST * hypot(x_se, y_se);
}

/* <|grad V|^2> = <laplacian V> under exp(-V): integration by parts. */
static void check_virial(checking *c) {
  const double x = number_of(c, "mean_gradient2"), x_se = error_of(c, "mean_gradient2");
  const double y = number_of(c, "mean_laplacian"), y_se = error_of(c, "mean_laplacian");
  report(c, agree(x, x_se, y, y_se), "mean_gradient2 = mean_laplacian", "%s and %s",
         dataset_number(&c->memory, x, x_se), dataset_number(&c->memory, y, y_se));
}

static void check_expected(checking *c, const value *expected) {
  const bool exact = c->data.train_file.type == NPY_UINT8; /* all images, not a sample */
  for (size_t i = 0; expected && i < expected->count; i++) {
    const char *name = expected->keys[i];
    const double want = expected->items[i]->items[0]->number;
    const double want_se = expected->items[i]->items[1]->number;
    const double x = number_of(c, name), x_se = exact ? 0 : error_of(c, name);
    report(c, agree(x, x_se, want, want_se), name, "%s, expected %s",
           dataset_number(&c->memory, x, x_se), dataset_number(&c->memory, want, want_se));
  }
}

static void check_arrays(checking *c) {
  if (c->data.train_file.type == NPY_UINT8) {
    check_pixels(c, "train", &c->data.train_file);
    check_pixels(c, "test", &c->data.test_file);
    return;
  }
  check_finite(c, "training points", &c->data.train_file);
  check_finite(c, "test points", &c->data.test_file);
  if (c->data.domain.centred) check_centred(c);
}

status_code dataset_check(const char *folder, const value *config, const value *expected, FILE *out,
                          size_t *failed, failure *err) {
  checking c = {.out = out};
  const value *result = NULL;
  status_code status =
      json_read(&c.memory, arena_format(&c.memory, "%s/result.json", folder), &result, err);
  if (status == STATUS_OK) status = dataset_open(&c.data, folder, config, err);
  if (status != STATUS_OK) goto done;
  c.numbers = value_get(result, "numbers");
  check_arrays(&c);
  check_disjoint(&c);
  if (strcmp(value_get_text(config, PARAMS_NAME, ""), "mcmc") == 0) {
    check_chains(&c, folder);
    check_virial(&c);
  }
  check_expected(&c, expected);
  *failed = c.failed;
  dataset_close(&c.data);
done:
  arena_close(&c.memory);
  return status;
}
