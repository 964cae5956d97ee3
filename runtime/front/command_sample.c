/* hifm sample: draws samples from the model of a run. */
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "front/options.h"
#include "front/program.h"
#include "front/run_reference.h"
#include "front/runs.h"
#include "job/contents.h"
#include "job/saved_weights.h"
#include "job/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_LINES = 50 };

static status_code check_options(arena *a, const options *given, failure *err) {
  static const char *const KEPT[] = {"best", "last"};
  const char *weights = given->weights ? given->weights : "best";
  if (strcmp(weights, "best") != 0 && strcmp(weights, "last") != 0)
    return failure_set(err, STATUS_USAGE, "--weights: \"%s\" is not best or last%s", weights,
                       text_hint(a, weights, KEPT, 2));
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
  return STATUS_OK;
}

/* The job file. Data is looked for beside the run: the results folder, which has runs and cache
 * (graph.h), may have been moved since. */
static status_code make_file(arena *a, const options *given, const char *run, const char *scratch,
                             value **out, failure *err) {
  const value *trained;
  const char *weights, *job_file = arena_format(a, "%s/job.json", run);
  status_code status = json_read_sealed(a, job_file, &trained, err);
  if (status != STATUS_OK) return status;
  if (!value_get(trained, "config"))
    return failure_set(err, STATUS_BAD_INPUT, "%s: no table under \"config\"", job_file);
  const bool is_best = !given->weights || strcmp(given->weights, "best") == 0;
  weights = saved_weights_name(a, "last", saved_weights_are_averaged(value_get(trained, "config")));
  if (is_best) status = runs_best_weights(a, run, trained, &weights, err);
  if (status != STATUS_OK) return status;
  if (!weights || !files_exists(arena_format(a, "%s/%s.safetensors", run, weights)))
    return failure_set(
        err, STATUS_NO_INPUT,
        "%s has no %s: best weights exist after the first measurement with an NLL, last weights "
        "after the training",
        run, weights ? arena_format(a, "%s.safetensors", weights) : "best weights");
  const size_t ways = job_measurements(a, trained)->count;
  if (is_best && ways > 1 && !given->quiet)
    fprintf(stderr, "%zu measurements of this run: the best weights of the first are used\n", ways);
  const double chosen_on = settings_validation(value_get(trained, "config"));
  if (is_best && chosen_on > 0 && !given->quiet)
    fprintf(stderr, "the best weights were chosen on %.0f validation points\n", chosen_on);
  const char *data = value_get_text(trained, "data", ""), *slash = strrchr(data, '/');
  data = arena_format(a, "%s/../../cache/%s", run, slash ? slash + 1 : data);
  status = contents_check_data(data, err);
  if (status != STATUS_OK) return status;
  value *file = value_new(a, VALUE_MAP), *how = value_new(a, VALUE_MAP);
  value_put_text(a, how, "run", run);
  value_put_text(a, how, "weights", weights);
  value_put_number(a, how, "count", (double)given->count);
  value_put_number(a, how, "seed", (double)given->seed);
  value_put_text(a, how, "file", given->file);
  value_put(a, how, "strip", value_bool(a, given->strip));
  value_put_text(a, file, "job", job_kind_word(JOB_SAMPLE));
  value_put_text(a, file, "id", value_get_text(trained, "id", ""));
  value_put_text(a, file, "folder", scratch);
  value_put_text(a, file, "data", data);
  value_put(a, file, "sample", how);
  value_put(a, file, "config", value_get(trained, "config"));
  *out = file;
  return STATUS_OK;
}

static status_code report(arena *a, const options *given, const grid_job *work, failure *err) {
  const value *made;
  status_code status = json_read(a, work->result_path, &made, err);
  if (status != STATUS_OK || given->quiet) return status;
  const value *numbers = value_get(made, "numbers"), *provenance = value_get(made, "provenance");
  fprintf(stderr, "%s: %.0f samples, NFE %.0f, %.1f s\n", given->file,
          value_get_number(numbers, "samples", NAN), value_get_number(numbers, "nfe", NAN),
          value_get_number(provenance, "seconds", NAN));
  return STATUS_OK;
}

static bool exited_with_error(const exit_facts *facts) {
  return !facts->signal && !facts->timed_out && !facts->lost && facts->exit_code != 0;
}

/* The log has the message of the worker, which ends with an exit code of hifm. */
static status_code fail_as_worker(const grid_job *work, const char *scratch, failure *err) {
  arena a = {0};
  char *log = exit_verdict_log_tail(arena_format(&a, "%s/log.txt", scratch), 0, LOG_LINES);
  if (*log) fprintf(stderr, "%s\n", log);
  free(log);
  arena_close(&a);
  if (exited_with_error(&work->facts)) return (status_code)work->facts.exit_code;
  return failure_set(err, STATUS_SOME_FAILED, "no samples: the worker %s", work->ending);
}

static status_code run_worker(arena *a, const options *given, const char *run, const char *scratch,
                              failure *err) {
  value *file = NULL;
  schedule_summary summary;
  const schedule_options how = {.retries = 0};
  status_code status = make_file(a, given, run, scratch, &file, err);
  if (status != STATUS_OK) return status;
  grid_job work = {.label = "samples",
                   .kind = JOB_SAMPLE,
                   .id = value_get_text(file, "id", ""),
                   .folder = scratch,
                   .result_path = arena_format(a, "%s/result.json", scratch),
                   .file = file};
  status = program_run_jobs(a, &work, 1, 1, NULL, &how, &summary, err);
  if (status != STATUS_OK) return status;
  if (work.state == JOB_FAILED) return fail_as_worker(&work, scratch, err);
  if (work.state != JOB_DONE)
    return failure_set(err, program_exit_code(&summary), "stopped by a signal; %s is not written",
                       given->file);
  status = report(a, given, &work, err);
  return status == STATUS_OK ? program_exit_code(&summary) : status;
}

/* A mistake in the path is reported now, not after the samples are drawn. */
static status_code check_writable(const char *path, failure *err) {
  files_writer probe;
  status_code status = files_begin(&probe, path, err);
  if (status == STATUS_OK) files_abandon(&probe);
  return status;
}

/* The worker gets a temporary folder: a grid may be running in the results folder, and nothing
 * there is touched. */
status_code command_sample(arena *a, const options *given, failure *err) {
  const char *run, *scratch;
  status_code status = check_options(a, given, err);
  if (status == STATUS_OK)
    status = run_reference_find(a, OPTIONS_RESULTS, given->words[0], &run, err);
  if (status == STATUS_OK) status = check_writable(given->file, err);
  if (status != STATUS_OK) return status;
  status = files_make_temporary(a, "hifm-sample", &scratch, err);
  if (status != STATUS_OK) return status;
  status = run_worker(a, given, run, scratch, err);
  files_remove(scratch, NULL);
  return status;
}
