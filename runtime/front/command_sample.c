/* hifm sample: points drawn from what a run has learned. */
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "front/command.h"
#include "grid/exit_verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_LINES = 50 };

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), end = strlen(ending);
  return length > end && strcmp(text + length - end, ending) == 0;
}

static status_code check_options(arena *a, const options *given, failure *err) {
  static const char *const kept[] = {"best", "last"};
  const char *weights = given->weights ? given->weights : "best";
  if (given->word_count != 1)
    return failure_set(err, STATUS_USAGE,
                       "hifm sample takes the name of a run, or its start or end, and --out FILE");
  if (strcmp(weights, "best") != 0 && strcmp(weights, "last") != 0)
    return failure_set(err, STATUS_USAGE, "--weights: \"%s\" is neither best nor last%s", weights,
                       text_hint(a, weights, kept, 2));
  if (!ends_with(given->out, ".png") && !ends_with(given->out, ".npy"))
    return failure_set(err, STATUS_USAGE,
                       "hifm sample writes --out FILE, a name that ends in .npy (points) or .png "
                       "(images)");
  if (given->strip && !ends_with(given->out, ".png"))
    return failure_set(err, STATUS_USAGE, "--strip is a picture: its --out FILE ends in .png");
  return STATUS_OK;
}

/* What the worker is told. Data is looked for where the run's results are now, which may have been
 * moved: runs and cache lie in one folder (graph.h). */
static status_code make_file(arena *a, const options *given, const char *run, const char *scratch,
                             value **out, failure *err) {
  const value *trained;
  const char *weights = given->weights ? given->weights : "best";
  status_code status = json_read(a, arena_format(a, "%s/job.json", run), &trained, err);
  if (status != STATUS_OK) return status;
  if (!value_get(trained, "config"))
    return failure_set(err, STATUS_BAD_INPUT, "%s/job.json: no table under \"config\"", run);
  if (!files_exists(arena_format(a, "%s/%s.safetensors", run, weights)))
    return failure_set(
        err, STATUS_NO_INPUT,
        "%s has no %s.safetensors: best is there after the first measurement with an "
        "NLL, last when the training has ended",
        run, weights);
  const char *data = value_get_text(trained, "data", ""), *slash = strrchr(data, '/');
  value *file = value_new(a, VALUE_MAP), *how = value_new(a, VALUE_MAP);
  value_put_text(a, how, "run", run);
  value_put_text(a, how, "weights", weights);
  value_put_number(a, how, "count", (double)given->count);
  value_put_number(a, how, "seed", given->seed);
  value_put_text(a, how, "file", given->out);
  value_put(a, how, "strip", value_bool(a, given->strip));
  value_put_text(a, file, "job", job_kind_word(JOB_SAMPLE));
  value_put_text(a, file, "id", value_get_text(trained, "id", ""));
  value_put_text(a, file, "folder", scratch);
  value_put_text(a, file, "data",
                 arena_format(a, "%s/../../cache/%s", run, slash ? slash + 1 : data));
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
  fprintf(stderr, "%s: %.0f samples, NFE %.0f, %.1f s\n", given->out,
          value_get_number(numbers, "samples", NAN), value_get_number(numbers, "nfe", NAN),
          value_get_number(provenance, "seconds", NAN));
  return STATUS_OK;
}

static bool exited_with_error(const exit_facts *facts) {
  return !facts->signal && !facts->timed_out && !facts->lost && facts->exit_code != 0;
}

/* The worker has said in its log what is wrong, in the words and with the exit code of hifm. */
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
  status = command_schedule(a, &work, 1, 1, NULL, &how, &summary, err);
  if (status != STATUS_OK) return status;
  if (work.state == JOB_FAILED) return fail_as_worker(&work, scratch, err);
  if (work.state != JOB_DONE)
    return failure_set(err, command_exit_code(&summary), "stopped by a signal; %s is not written",
                       given->out);
  status = report(a, given, &work, err);
  return status == STATUS_OK ? command_exit_code(&summary) : status;
}

/* Said now, not after the samples are there. */
static status_code check_writable(const char *path, failure *err) {
  files_writer probe;
  status_code status = files_begin(&probe, path, err);
  if (status == STATUS_OK) files_abandon(&probe);
  return status;
}

/* The worker's own folder is one for this call alone: a grid may be running in the results folder,
 * and what is there is not touched. */
status_code command_sample(arena *a, const options *given, failure *err) {
  const char *run, *scratch;
  status_code status = check_options(a, given, err);
  if (status == STATUS_OK)
    status = command_find_run(a, OPTIONS_RESULTS, given->words[0], &run, err);
  if (status == STATUS_OK) status = check_writable(given->out, err);
  if (status != STATUS_OK) return status;
  status = files_make_temporary(a, "hifm-sample", &scratch, err);
  if (status != STATUS_OK) return status;
  status = run_worker(a, given, run, scratch, err);
  files_remove(scratch, NULL);
  return status;
}
