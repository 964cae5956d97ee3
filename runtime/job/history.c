#include "job/history.h"

#include "base/json.h"
#include "host/params.h"
#include "job/metrics.h"
#include "job/run_status.h"
#include "job/settings.h"

#include <math.h>
#include <string.h>

/* ---- the rule ---- */

uint64_t history_steps_per_epoch(const value *config) {
  const double points = value_get_number(value_get(config, "dataset"), "train", 0);
  const double batch = value_get_number(value_get(config, "train"), "batch", 1);
  return points >= batch && batch >= 1 ? (uint64_t)(points / batch) : 1;
}

uint64_t history_steps(const value *config) {
  const value *train = value_get(config, "train");
  const double steps = value_get_number(train, "steps", 0);
  const uint64_t epochs = (uint64_t)value_get_number(train, "epochs", 0);
  return steps > 0 ? (uint64_t)steps : epochs * history_steps_per_epoch(config);
}

/* What a file of own points, or the energy that a file is given, has to do with a measurement. */
static void put_own(arena *a, const value *dataset, size_t kind, value *alike) {
  const char *content = value_get_text(dataset, settings_own_points[kind].content, "");
  const value *declared = value_get(dataset, "energy");
  const bool file = strcmp(value_get_text(dataset, PARAMS_NAME, ""), "file") == 0;
  if (settings_has_own(dataset, kind)) value_put_text(a, alike, "content", content);
  if (file && declared && value_get_number(alike, "samples", 0) > 0)
    value_put(a, alike, "energy", declared);
}

const char *history_likeness(arena *a, const value *config) {
  const value *measure = value_get(config, "measure");
  value *alike = value_new(a, VALUE_MAP);
  for (size_t i = 0; measure && i < measure->count; i++)
    if (strcmp(measure->keys[i], "every") != 0)
      value_put(a, alike, measure->keys[i], measure->items[i]);
  const double validation = settings_validation(config);
  const double test = value_get_number(value_get(config, "dataset"), "test", 0);
  value_put_number(a, alike, validation > 0 ? "validation" : "points",
                   validation > 0 ? validation : test);
  put_own(a, value_get(config, "dataset"), validation > 0 ? OWN_VALIDATION : OWN_TEST, alike);
  return json_text(a, alike);
}

uint64_t history_every(const value *measure, uint64_t steps_per_epoch) {
  const uint64_t epochs = (uint64_t)value_get_number(measure, "every", 1);
  return epochs > UINT64_MAX / steps_per_epoch ? UINT64_MAX : epochs * steps_per_epoch;
}

double history_rows(const value *file, uint64_t steps) {
  const uint64_t per_epoch = history_steps_per_epoch(value_get(file, "config"));
  const value *list = value_get(file, "measurements");
  double rows = 0;
  for (size_t i = 0; list && i < list->count; i++) {
    const value *measure = value_get(value_get(list->items[i], "config"), "measure");
    const uint64_t every = history_every(measure, per_epoch);
    rows += (double)(steps / every + (steps % every != 0));
  }
  return rows;
}

history_rule history_rule_of(const value *config, const value *trained) {
  const uint64_t steps_per_epoch = history_steps_per_epoch(config);
  return (history_rule){.every = history_every(value_get(config, "measure"), steps_per_epoch),
                        .steps =
                            (uint64_t)value_get_number(value_get(trained, "numbers"), "steps", 0),
                        .diverged = run_status_in(trained) == RUN_DIVERGED};
}

bool history_is_due(const history_rule *rule, uint64_t step) {
  if (step == 0) return false;
  return step % rule->every == 0 || (step == rule->steps && !rule->diverged);
}

bool history_is_complete(const value *history, const history_rule *rule) {
  const uint64_t whole = rule->steps / rule->every;
  const bool rest = rule->steps % rule->every != 0 && !rule->diverged;
  if (!history || history->count != whole + rest) return false;
  for (size_t i = 0; i < history->count; i++) {
    const uint64_t step = i < whole ? (i + 1) * rule->every : rule->steps;
    if (history_step(history->items[i]) != step) return false;
  }
  return true;
}

/* ---- rows ---- */

uint64_t history_step(const value *row) {
  return (uint64_t)value_get_number(row, "step", 0);
}

double history_score(const value *row) {
  const bool is_solved = strcmp(value_get_text(row, "solver", "ok"), "ok") == 0;
  return is_solved ? value_get_number(row, METRICS_BEST, NAN) : NAN;
}

const value *history_best(const value *history) {
  const value *best = NULL;
  for (size_t i = 0; history && i < history->count; i++) {
    const double score = history_score(history->items[i]);
    if (!isnan(score) && (!best || score < history_score(best))) best = history->items[i];
  }
  return best;
}

size_t history_since_best(const value *history) {
  const value *best = history_best(history);
  size_t since = 0;
  while (history && since < history->count && history->items[history->count - 1 - since] != best)
    since++;
  return since;
}

const value *history_last(const value *history) {
  return history && history->count ? history->items[history->count - 1] : NULL;
}

const value *history_at(const value *history, uint64_t step) {
  for (size_t i = 0; history && i < history->count; i++)
    if (history_step(history->items[i]) == step) return history->items[i];
  return NULL;
}

/* Sums over whole epochs are added, so that a row has the same means whatever other rows there
 * are. */
static losses_epoch sum_over(const losses *sums, uint64_t first, uint64_t end, double *skipped) {
  losses_epoch sum = {0};
  *skipped = 0;
  for (uint64_t i = first; i < end && i < sums->count; i++) {
    sum.loss += sums->epochs[i].loss;
    sum.gradient_norm += sums->epochs[i].gradient_norm;
    *skipped += sums->skipped[i];
  }
  return sum;
}

static void put_mean(arena *a, value *row, const char *key, double mean) {
  if (isfinite(mean)) value_put_number(a, row, key, mean);
}

value *history_row(arena *a, const losses *sums, uint64_t steps_per_epoch, uint64_t from,
                   uint64_t step) {
  value *row = value_new(a, VALUE_MAP);
  value_put_number(a, row, "epoch", (double)step / (double)steps_per_epoch);
  value_put_number(a, row, "step", (double)step);
  if (!sums) return row;
  const uint64_t epochs = step / steps_per_epoch + (step % steps_per_epoch != 0);
  double skipped;
  const losses_epoch sum = sum_over(sums, from / steps_per_epoch, epochs, &skipped);
  const double count = step > from ? (double)(step - from) - skipped : 1;
  put_mean(a, row, "loss", sum.loss / count);
  put_mean(a, row, "gradient_norm", sum.gradient_norm / count);
  return row;
}

value *history_thin(arena *a, const value *history, const history_rule *rule, const losses *sums,
                    uint64_t steps_per_epoch) {
  value *out = value_new(a, VALUE_LIST);
  uint64_t from = 0;
  for (size_t i = 0; i < history->count; i++) {
    const uint64_t step = history_step(history->items[i]);
    if (!history_is_due(rule, step)) continue;
    const value *means = history_row(a, sums, steps_per_epoch, from, step);
    value *row = value_copy(a, history->items[i]);
    for (size_t k = 0; k < means->count; k++) value_put(a, row, means->keys[k], means->items[k]);
    value_push(a, out, row);
    from = step;
  }
  return out;
}
