#include "front/weights_job.h"

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "base/threads.h"
#include "front/program.h"
#include "front/runs.h"
#include "front/weights_settings.h"
#include "host/params.h"
#include "job/contents.h"
#include "job/saved_weights.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

enum { LOG_LINES = 50 };

/* ---- options --------------------------------------------------------------------------------- */

status_code weights_job_check(arena *a, const options *given, failure *err) {
  static const char *const KEPT[] = {"best", "last"};
  const char *weights = given->weights ? given->weights : "best";
  if (strcmp(weights, "best") == 0 || strcmp(weights, "last") == 0) return STATUS_OK;
  return failure_set(err, STATUS_USAGE, "--weights: \"%s\" is not best or last%s", weights,
                     text_hint(a, weights, KEPT, 2));
}

status_code weights_job_check_writable(const char *path, failure *err) {
  files_writer probe;
  if (!path) return STATUS_OK;
  status_code status = files_begin(&probe, path, err);
  if (status == STATUS_OK) files_abandon(&probe);
  return status;
}

/* ---- the job file ---------------------------------------------------------------------------- */

/* *name: of the file with the weights that are asked for, without its ending. */
static status_code find_weights(arena *a, const options *given, const char *run,
                                const value *trained, const char **name, failure *err) {
  const bool best = !given->weights || strcmp(given->weights, "best") == 0;
  status_code status = STATUS_OK;
  *name = saved_weights_name(a, "last", saved_weights_are_averaged(value_get(trained, "config")));
  if (best) status = runs_best_weights(a, run, trained, name, err);
  if (status != STATUS_OK) return status;
  if (!*name || !files_exists(arena_format(a, "%s/%s.safetensors", run, *name)))
    return failure_set(
        err, STATUS_NO_INPUT,
        "%s has no %s: best weights exist after the first measurement with an NLL, last weights "
        "after the training",
        run, *name ? arena_format(a, "%s.safetensors", *name) : "best weights");
  const size_t ways = job_measurements(a, trained)->count;
  if (best && ways > 1 && !given->quiet)
    fprintf(stderr, "%zu measurements of this run: the best weights of the first are used\n", ways);
  const double chosen_on = settings_validation(value_get(trained, "config"));
  if (best && chosen_on > 0 && !given->quiet)
    fprintf(stderr, "the best weights were chosen on %.0f validation points\n", chosen_on);
  return STATUS_OK;
}

/* Data is looked for beside the run: the results folder, which has runs and cache (graph.h), may
 * have been moved since. */
static status_code find_data(arena *a, const char *run, const value *trained, const char **data,
                             failure *err) {
  const char *path = value_get_text(trained, "data", ""), *slash = strrchr(path, '/');
  *data = arena_format(a, "%s/../../cache/%s", run, slash ? slash + 1 : path);
  return contents_check_data(*data, err);
}

/* The config of the run as its first measurement has it. */
static const value *first_config(arena *a, const value *trained) {
  const value *list = job_measurements(a, trained);
  const value *sections = list->count ? value_get(list->items[0], "config") : NULL;
  value *config = value_copy(a, value_get(trained, "config"));
  for (size_t i = 0; sections && i < sections->count; i++)
    value_put(a, config, sections->keys[i], sections->items[i]);
  return config;
}

/* All points of a file take the place of the test points. */
static status_code put_data(arena *a, const char *path, const value **config, failure *err) {
  const own_points_keys *keys = &settings_own_points[OWN_TEST];
  const value *dataset = value_get(*config, "dataset");
  if (strcmp(value_get_text(dataset, PARAMS_NAME, ""), "images") == 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "--data %s: the points of this run are images, and are measured on the "
                       "images of its own data set; --set dataset.test=N chooses how many",
                       path);
  value *changed = value_copy(a, *config), *points = value_copy(a, dataset);
  value_put_text(a, points, keys->path, path);
  value_put_text(a, points, keys->content, "");
  value_put_number(a, points, keys->count, SETTINGS_ALL_ROWS);
  value_put(a, changed, "dataset", points);
  *config = changed;
  return STATUS_OK;
}

static status_code make_file(arena *a, const weights_job *it, const options *given, const char *run,
                             const char *scratch, value *request, value **out, failure *err) {
  const value *trained, *config;
  const char *weights, *data, *job_file = arena_format(a, "%s/job.json", run);
  status_code status = json_read_sealed(a, job_file, &trained, err);
  if (status != STATUS_OK) return status;
  if (!value_get(trained, "config"))
    return failure_set(err, STATUS_BAD_INPUT, "%s: no table under \"config\"", job_file);
  config = first_config(a, trained);
  status = weights_settings_apply(a, it, &given->sets, &config, err);
  if (status == STATUS_OK && given->data) status = put_data(a, given->data, &config, err);
  if (status == STATUS_OK) status = find_weights(a, given, run, trained, &weights, err);
  if (status == STATUS_OK) status = find_data(a, run, trained, &data, err);
  if (status != STATUS_OK) return status;
  value *file = value_new(a, VALUE_MAP);
  value_put_text(a, request, "run", run);
  value_put_text(a, request, "weights", weights);
  value_put_text(a, file, "job", job_kind_word(it->kind));
  value_put_text(a, file, "id", value_get_text(trained, "id", ""));
  value_put_text(a, file, "folder", scratch);
  value_put_text(a, file, "data", data);
  value_put_number(a, file, "threads", (double)threads_parts(THREADS_MOST, 1)); /* all processors */
  value_put(a, file, job_kind_word(it->kind), request);
  value_put(a, file, "config", config);
  *out = file;
  return STATUS_OK;
}

/* ---- the worker ------------------------------------------------------------------------------ */

static bool exited_with_error(const exit_facts *facts) {
  return !facts->signal && !facts->timed_out && !facts->lost && facts->exit_code != 0;
}

/* The log has the message of the worker, which ends with an exit code of hifm. */
static status_code fail_as_worker(const weights_job *it, const grid_job *work, const char *scratch,
                                  failure *err) {
  arena a = {0};
  char *log = exit_verdict_log_tail(arena_format(&a, "%s/log.txt", scratch), 0, LOG_LINES);
  if (*log) fprintf(stderr, "%s\n", log);
  free(log);
  arena_close(&a);
  if (exited_with_error(&work->facts)) return (status_code)work->facts.exit_code;
  return failure_set(err, STATUS_SOME_FAILED, "no %s: the worker %s", it->makes, work->ending);
}

static status_code run_worker(arena *a, const weights_job *it, const value *file,
                              const char *scratch, const value **made, failure *err) {
  schedule_summary summary;
  const schedule_options how = {.retries = 0};
  grid_job work = {.label = it->makes,
                   .kind = it->kind,
                   .id = value_get_text(file, "id", ""),
                   .folder = scratch,
                   .result_path = arena_format(a, "%s/result.json", scratch),
                   .file = file};
  status_code status = program_run_jobs(a, &work, 1, 1, NULL, &how, &summary, err);
  if (status != STATUS_OK) return status;
  if (work.state == JOB_FAILED) return fail_as_worker(it, &work, scratch, err);
  if (work.state != JOB_DONE)
    return failure_set(err, program_exit_code(&summary), "stopped by a signal; no %s", it->makes);
  status = json_read(a, work.result_path, made, err);
  return status == STATUS_OK ? program_exit_code(&summary) : status;
}

status_code weights_job_run(arena *a, const weights_job *it, const options *given, const char *run,
                            value *request, const value **made, failure *err) {
  const char *scratch;
  value *file = NULL;
  const char *name = arena_format(a, "hifm-%s", job_kind_word(it->kind));
  status_code status = files_make_temporary(a, name, &scratch, err);
  if (status != STATUS_OK) return status;
  status = make_file(a, it, given, run, scratch, request, &file, err);
  if (status == STATUS_OK) status = run_worker(a, it, file, scratch, made, err);
  files_remove(scratch, NULL);
  return status;
}
