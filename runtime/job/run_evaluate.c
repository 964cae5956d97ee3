/* The measure job: saved weights measured without training, for a row or for one of its audits. */
#include "base/clock.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/memory.h"
#include "job/history.h"
#include "job/metrics.h"
#include "job/point_values.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/run.h"
#include "job/saved_weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- saved weights ---- */

static void report(const value *history, double done, double total) {
  const value *best = history_best(history);
  progress_report(&(progress){.phase = "measure",
                              .done = done,
                              .total = total,
                              .points = NAN,
                              .epoch = NAN,
                              .epochs = NAN,
                              .loss = NAN,
                              .best = history_score(best),
                              .measured = history_last(history)});
}

/* Measures the weights in <folder>/<name>.safetensors. from: the step of the row before; each: the
 * NLL of each point, NULL: not asked for. */
static status_code measure_saved(run *r, const run_measurement *how, arena *a, const char *name,
                                 const losses *sums, uint64_t from, double *each, value *history,
                                 failure *err) {
  const value *row;
  value *measured;
  const measured_points on = {how->points, how->count, each};
  float *w = memory_array(r->net.weights, sizeof *w);
  status_code status =
      saved_weights_read(a, &r->net, r->work->folder, r->work->train_id, name, w, &row, err);
  if (status == STATUS_OK) {
    const value *plain =
        history_row(a, sums, history_steps_per_epoch(r->work->config), from, history_step(row));
    status = run_measure_points(r, how, a, w, &on, plain, &measured, err);
  }
  if (status == STATUS_OK && each && isnan(history_score(measured)))
    point_values_clear(each, how->count);
  if (status == STATUS_OK) value_push(a, history, measured);
  free(w);
  return status;
}

/* ---- a measurement of the row ---- */

/* The history of a result, if it is complete, of the family, and has all the rows that are due;
 * else NULL. A result of before there were families is of the one of its id if it has the default
 * of `every`. */
static const value *usable_history(const run_measurement *how, arena *a, const value *trained,
                                   const value *found) {
  const value *entry = value_get(found, "measurement");
  const char *id = value_get_text(found, "id", "");
  if (strcmp(value_get_text(entry, "family", id), how->asked->family) != 0) return NULL;
  value *config = value_copy(a, how->asked->config);
  const value *measure = value_get(value_get(entry, "config"), "measure");
  value_put(a, config, "measure", measure ? measure : value_new(a, VALUE_MAP));
  const history_rule wanted = history_rule_of(how->asked->config, trained),
                     rule = history_rule_of(config, trained);
  const value *history = value_get(found, "history");
  return wanted.every % rule.every == 0 && history_is_complete(history, &rule) ? history : NULL;
}

/* From any result in the folder; NULL: there is none. Damaged ones are none, but one that cannot be
 * read now may be it. */
static status_code finer_history(const run *r, const run_measurement *how, arena *a,
                                 const value *trained, const value **history, failure *err) {
  const value *names;
  *history = NULL;
  status_code status = folders_list(a, r->work->folder, &names, err);
  for (size_t i = 0; status == STATUS_OK && !*history && i < names->count; i++) {
    const value *found = NULL;
    if (!job_is_measurement(names->items[i]->text)) continue;
    const char *path = arena_format(a, "%s/%s", r->work->folder, names->items[i]->text);
    status = result_read(a, path, NULL, &found, err);
    if (status == STATUS_BAD_INPUT) status = STATUS_OK;
    if (found) *history = usable_history(how, a, trained, found);
  }
  return status;
}

/* The steps that are due, in order; *count of them. */
static uint64_t *list_steps(arena *a, const history_rule *rule, size_t *count) {
  const uint64_t whole = rule->steps / rule->every;
  uint64_t *steps = arena_get(a, (size_t)(whole + 1) * sizeof *steps);
  *count = 0;
  for (uint64_t i = 1; i <= whole; i++) steps[(*count)++] = i * rule->every;
  if (rule->steps % rule->every != 0 && !rule->diverged) steps[(*count)++] = rule->steps;
  return steps;
}

/* All epochs where their weights were kept; else the last one alone, if a row is due there. */
static status_code measure_steps(run *r, const run_measurement *how, arena *a, const value *trained,
                                 const losses *sums, value *history, failure *err) {
  size_t count;
  const char *folder = r->work->folder;
  const history_rule rule = history_rule_of(how->asked->config, trained);
  const uint64_t *steps = list_steps(a, &rule, &count);
  const char **names = arena_get(a, (count + 1) * sizeof *names);
  size_t first = count;
  for (const char *name = ""; first > 0 && name; first -= name != NULL) {
    status_code status = saved_weights_find(a, folder, r->work->train_id, how->averaged,
                                            steps[first - 1], &name, err);
    if (status != STATUS_OK) return status;
    names[first - 1] = name;
  }
  if (first == count && count > 0 && steps[count - 1] == rule.steps)
    names[--first] =
        saved_weights_name(a, "last", how->averaged); /* it is lost: loading it reports that */
  if (first > 0 && first < count) first = count - 1;
  for (size_t i = first; i < count; i++) {
    status_code status =
        measure_saved(r, how, a, names[i], sums, i ? steps[i - 1] : 0, NULL, history, err);
    if (status != STATUS_OK) return status;
    report(history, (double)(i - first + 1), (double)(count - first));
  }
  return STATUS_OK;
}

/* Did the training make this measurement, so that its file must have been removed? */
static bool was_asked(const run *r, arena *a, const char *id) {
  const value *file = NULL;
  const char *path = arena_format(a, "%s/job.json", r->work->folder);
  if (r->work->kind == JOB_TRAIN || json_read_sealed(a, path, &file, NULL) != STATUS_OK)
    return false;
  const value *list = job_measurements(a, file);
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(value_get_text(list->items[i], "id", ""), id) == 0) return true;
  return false;
}

status_code run_late_history(run *r, const run_measurement *how, arena *a, const value *trained,
                             const losses *sums, const value **history, const char **late,
                             failure *err) {
  const uint64_t steps_per_epoch = history_steps_per_epoch(r->work->config);
  const value *finer = NULL;
  const history_rule rule = history_rule_of(how->asked->config, trained);
  value *rows = value_new(a, VALUE_LIST);
  status_code status = sums ? finer_history(r, how, a, trained, &finer, err) : STATUS_OK;
  if (status != STATUS_OK) return status;
  if (finer)
    rows = history_thin(a, finer, &rule, sums, steps_per_epoch);
  else
    status = measure_steps(r, how, a, trained, sums, rows, err);
  *history = rows;
  *late = history_is_complete(rows, &rule)  ? NULL
          : was_asked(r, a, how->asked->id) ? RUN_REMOVED
                                            : RUN_LATE;
  return status;
}

/* ---- an audit ---- */

/* The step of the row's best weights; 0: not known. */
static status_code find_best(const run *r, arena *a, const value *trained, uint64_t *step,
                             failure *err) {
  const job *work = r->work;
  const value *own;
  const char *path = job_measure_path(a, work->folder, work->of);
  status_code status = result_read(a, path, work->of, &own, err);
  *step = 0;
  if (status != STATUS_OK || !own) return status;
  value *config = value_copy(a, work->config), *measure = value_new(a, VALUE_MAP);
  value_put_number(a, measure, "every", work->of_every);
  value_put(a, config, "measure", measure);
  const history_rule rule = history_rule_of(config, trained);
  const value *history = value_get(own, "history");
  if (history_is_complete(history, &rule)) *step = history_step(history_best(history));
  return STATUS_OK;
}

/* The best weights of the row, where they exist and are not the last, and the last ones. */
static status_code measure_audit(run *r, arena *a, const value *trained, point_values *each,
                                 value *history, failure *err) {
  const run_measurement *how = &r->measurements[0];
  uint64_t best;
  status_code status = find_best(r, a, trained, &best, err);
  if (status != STATUS_OK) return status;
  const uint64_t last = (uint64_t)value_get_number(value_get(trained, "numbers"), "steps", 0);
  const char *name = NULL;
  if (best != 0 && best != last)
    status = saved_weights_find_best(a, r->work->folder, r->work->train_id, r->work->of,
                                     how->averaged, best, &name, err);
  if (status == STATUS_OK && name) {
    status = measure_saved(r, how, a, name, NULL, 0, each->best, history, err);
    if (status == STATUS_OK) report(history, 1, 2);
  }
  name = saved_weights_name(a, "last", how->averaged);
  if (status == STATUS_OK)
    status = measure_saved(r, how, a, name, NULL, 0, each->last, history, err);
  if (status == STATUS_OK) report(history, 2, 2);
  if (best != 0 && best == last) memcpy(each->best, each->last, each->count * sizeof *each->best);
  return status;
}

/* ---- the job ---- */

static value *baselines(run *r, arena *a) {
  double identity, gaussian;
  value *out = value_new(a, VALUE_MAP);
  const run_measurement *how = &r->measurements[0];
  likelihood_baselines(&r->data.domain, how->points, how->count, &identity, &gaussian);
  value_put_number(a, out, "nll_identity", identity);
  value_put_number(a, out, "nll_gaussian", gaussian);
  run_put_likelihood_start(r, a, out);
  return out;
}

static status_code measure_run(run *r, arena *a, result *measured, failure *err) {
  const value *trained;
  const losses *sums;
  const run_measurement *how = &r->measurements[0];
  const char *path = arena_format(a, "%s/result.json", r->work->folder);
  status_code status = result_read(a, path, r->work->train_id, &trained, err);
  if (status != STATUS_OK) return status;
  if (!trained)
    return failure_set(err, STATUS_NO_INPUT, "%s is not the result of training %.12s", path,
                       r->work->train_id);
  if (!r->work->of) {
    status = losses_read(a, r->work->folder, trained, &sums, err);
    if (status != STATUS_OK) return status;
    measured->status = run_status_in(trained); /* of a diverged one the history may be empty */
    measured->message = value_get_text(trained, "message", NULL);
    return run_late_history(r, how, a, trained, sums, &measured->history, &measured->late, err);
  }
  value *history = value_new(a, VALUE_LIST);
  point_values each = point_values_new(a, how->points, how->count, r->data.domain.d);
  measured->history = history;
  status = measure_audit(r, a, trained, &each, history, err);
  if (status != STATUS_OK) return status;
  return point_values_write(a, r->work->folder, r->work->id, &each, measured, err);
}

status_code run_evaluate(arena *a, const job *work, failure *err) {
  const double begun = clock_seconds();
  run r;
  status_code status = run_open(&r, a, work, 0, err);
  if (status != STATUS_OK) return status;
  result measured = {.kind = work->kind,
                     .id = work->id,
                     .status = RUN_DONE,
                     .numbers = baselines(&r, a),
                     .measurement = work->measurements[0].entry,
                     .attempts = work->attempt,
                     .data = work->data,
                     .modes = work->modes};
  status = measure_run(&r, a, &measured, err);
  measured.seconds = clock_seconds() - begun;
  if (status == STATUS_OK)
    status = result_write(job_measure_path(a, work->folder, work->id), &measured, err);
  run_close(&r);
  return status;
}
