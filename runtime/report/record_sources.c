#include "report/record_sources.h"

#include "job/history.h"

#include <string.h>

/* Of an incomplete history only the last step is a number of the run. Results that were written
 * before losses were kept have there the mean loss of other epochs. */
static const value *only_last(arena *a, const outcome *o, const history_rule *rule) {
  const value *row = history_last(value_get(o->measure, "history"));
  if (!row || !history_is_due(rule, history_step(row)) || history_step(row) != rule->steps)
    return NULL;
  if (value_get(o->measure, "measurement")) return row;
  value *plain = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < row->count; i++)
    if (strcmp(row->keys[i], "loss") != 0 && strcmp(row->keys[i], "gradient_norm") != 0)
      value_put(a, plain, row->keys[i], row->items[i]);
  return plain;
}

record_sources record_sources_own(arena *a, const run_row *row, const outcome *o) {
  const value *history = value_get(o->measure, "history");
  const history_rule rule = history_rule_of(row->config, o->train);
  record_sources s = {.train = o->train, .measure = o->measure};
  if (history_is_complete(history, &rule)) {
    s.history = history;
    s.best = history_best(history);
    s.last = history_last(history);
  } else if (history)
    s.last = only_last(a, o, &rule);
  return s;
}

/* The row of an audit is looked up by its step: results of hifm before audits knew their row may
 * have the best weights of another measurement. Where the audit is the row's own measurement, its
 * history is of all epochs. */
record_sources record_sources_audit(const run_row *row, size_t audit, const outcome *o,
                                    const record_sources *own) {
  const value *measure = o->audits[audit], *history = value_get(measure, "history");
  const history_rule rule = history_rule_of(row->config, own->train);
  record_sources s = {.measure = measure, .last = history_at(history, rule.steps)};
  if (strcmp(row->audit_ids[audit], row->measure_id) == 0) s.last = own->last;
  if (own->best) s.best = history_at(history, history_step(own->best));
  return s;
}
