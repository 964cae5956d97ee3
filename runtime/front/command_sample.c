/* hifm sample: draws samples from the model of a run. */
#include "base/text.h"
#include "front/run_reference.h"
#include "front/weights_job.h"

#include <math.h>
#include <string.h>

static const char *const SETTINGS[] = {"measure.solver", "measure.divergence", "measure.probes",
                                       "measure.max_attempts", NULL};
static const weights_job SAMPLE = {.kind = JOB_SAMPLE, .makes = "samples", .allowed = SETTINGS};

static status_code check_options(arena *a, const options *given, failure *err) {
  status_code status = weights_job_check(a, given, err);
  if (status != STATUS_OK) return status;
  if (!given->file) return failure_set(err, STATUS_USAGE, "sample needs --out FILE");
  const char *name = strrchr(given->file, '/') ? strrchr(given->file, '/') + 1 : given->file;
  const bool image = text_ends_with(name, ".png"), points = text_ends_with(name, ".npy");
  if ((!image && !points) || strlen(name) <= strlen(".npy"))
    return failure_set(err, STATUS_USAGE,
                       "--out %s: the name must end in .npy (points) or .png (images)",
                       given->file);
  if (given->strip && !image)
    return failure_set(err, STATUS_USAGE,
                       "--strip makes an image: the name of --out must end in .png");
  if (given->density && !points)
    return failure_set(err, STATUS_USAGE,
                       "--density writes an array beside points: the name of --out must end in "
                       ".npy");
  return STATUS_OK;
}

/* Of "x.npy" the file "x.log_density.npy"; NULL: not asked for. */
static const char *density_path(arena *a, const options *given) {
  const int length = (int)(strlen(given->file) - strlen(".npy"));
  return given->density ? arena_format(a, "%.*s.log_density.npy", length, given->file) : NULL;
}

static value *make_request(arena *a, const options *given, const char *density) {
  value *request = value_new(a, VALUE_MAP);
  value_put_number(a, request, "count", (double)given->count);
  value_put_number(a, request, "seed", (double)given->seed);
  value_put_text(a, request, "file", given->file);
  if (density) value_put_text(a, request, "density", density);
  value_put(a, request, "strip", value_bool(a, given->strip));
  return request;
}

static void report(const options *given, const char *density, const value *made) {
  const value *numbers = value_get(made, "numbers"), *provenance = value_get(made, "provenance");
  fprintf(stderr, "%s: %.0f samples, NFE %.0f, %.1f s\n", given->file,
          value_get_number(numbers, "samples", NAN), value_get_number(numbers, "nfe", NAN),
          value_get_number(provenance, "seconds", NAN));
  if (density) fprintf(stderr, "%s: log q of each sample\n", density);
}

status_code command_sample(arena *a, const options *given, failure *err) {
  const char *run;
  const value *made;
  status_code status = check_options(a, given, err);
  if (status != STATUS_OK) return status;
  const char *density = density_path(a, given);
  status = run_reference_find(a, OPTIONS_RESULTS, given->words[0], &run, err);
  if (status == STATUS_OK) status = weights_job_check_writable(given->file, err);
  if (status == STATUS_OK) status = weights_job_check_writable(density, err);
  if (status == STATUS_OK)
    status = weights_job_run(a, &SAMPLE, given, run, make_request(a, given, density), &made, err);
  if (status == STATUS_OK && !given->quiet) report(given, density, made);
  return status;
}
