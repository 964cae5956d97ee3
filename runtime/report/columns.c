#include "report/columns.h"

#include <string.h>

enum { DIGITS = 3 };                 /* of what is not a count */
enum { FIXED = 12, PER_METRIC = 5 }; /* the most columns of one list */

static const column_facts HISTORY_FIXED[] = {
    {.name = "epoch", .meaning = "passes over the data", .title = "epoch"},
    {.name = "step", .meaning = "optimizer steps", .title = "training steps"},
    {.name = "loss",
     .meaning = "mean training loss since the last measurement",
     .title = "loss",
     .digits = DIGITS},
    {.name = "gradient_norm",
     .meaning = "mean norm of the gradient since the last measurement",
     .title = "gradient norm",
     .digits = DIGITS},
};

static const column_facts RUNS_FIXED[] = {
    {.name = "loss_last",
     .meaning = "mean training loss between the last two measurements",
     .digits = DIGITS,
     .source = COLUMN_LAST,
     .key = "loss"},
    {.name = "steps", .meaning = "optimizer steps", .source = COLUMN_LAST, .key = "step"},
    {.name = "epochs_measured",
     .meaning = "measured epochs that have a value of " METRICS_BEST,
     .source = COLUMN_COUNT},
    {.name = "gradient_norm_last",
     .meaning = "mean norm of the gradient between the last two measurements",
     .digits = DIGITS,
     .source = COLUMN_LAST,
     .key = "gradient_norm"},
    {.name = "dimensions",
     .meaning = "degrees of freedom: 36 for 13 particles, centred",
     .source = COLUMN_TRAIN,
     .key = "dimensions"},
    {.name = "weights",
     .meaning = "weights of the network",
     .source = COLUMN_TRAIN,
     .key = "weights"},
    {.name = "skipped",
     .meaning = "steps whose loss or gradient was not finite; only with train.skip_nonfinite",
     .source = COLUMN_TRAIN,
     .key = "skipped",
     .train_setting = "skip_nonfinite"},
};

/* What the audit's points give without a network (job/likelihood.h). */
static const column_facts AUDIT_FIXED[] = {
    {.name = "nll_identity",
     .meaning = "NLL (nats) of the prior at the same points",
     .unit = "nats",
     .digits = DIGITS,
     .source = COLUMN_MEASURE,
     .key = "nll_identity"},
    {.name = "nll_gaussian",
     .meaning = "NLL (nats) of the best isotropic Gaussian about 0 at the same points",
     .unit = "nats",
     .digits = DIGITS,
     .source = COLUMN_MEASURE,
     .key = "nll_gaussian"},
};

static void add(column_list *list, column_facts facts) {
  if (!facts.unit) facts.unit = "";
  if (!facts.key) facts.key = facts.name;
  list->items[list->count++] = facts;
}

static void add_all(column_list *list, const column_facts *facts, size_t count) {
  for (size_t i = 0; i < count; i++) add(list, facts[i]);
}

/* "NLL (nats)" */
static const char *title_of(arena *a, const metric *m) {
  return *m->unit ? arena_format(a, "%s (%s)", m->title, m->unit) : m->title;
}

/* <metric><ending>; its meaning is the metric's title and `which`: " at the last epoch". */
static void add_value(arena *a, column_list *list, const metric *m, const char *ending,
                      const char *which, column_source source) {
  add(list, (column_facts){.name = arena_format(a, "%s%s", m->name, ending),
                           .meaning = arena_format(a, "%s%s", title_of(a, m), which),
                           .unit = m->unit,
                           .digits = m->count ? 0 : DIGITS,
                           .source = source,
                           .key = m->name,
                           .needs_solution = m->needs_solution});
}

/* ... and <metric><ending>_se where the metric has a standard error. */
static void add_values(arena *a, column_list *list, const metric *m, const char *ending,
                       const char *which, column_source source) {
  add_value(a, list, m, ending, which, source);
  if (!m->has_se) return;
  const char *name = list->items[list->count - 1].name;
  add(list, (column_facts){.name = arena_format(a, "%s_se", name),
                           .meaning = arena_format(a, "standard error of %s over the points", name),
                           .unit = m->unit,
                           .digits = DIGITS,
                           .source = source,
                           .key = arena_format(a, "%s_se", m->name),
                           .needs_solution = m->needs_solution});
}

static void add_history(arena *a, column_list *list, const metric *m) {
  const char *title = title_of(a, m),
             *empty = m->needs_solution ? "; empty where the solver failed" : "";
  const char *unit = *m->unit ? arena_format(a, ", %s", m->unit) : "";
  column_facts facts = {.name = m->name,
                        .meaning = arena_format(a, "%s%s%s", m->meaning, unit, empty),
                        .title = title,
                        .unit = m->unit,
                        .digits = m->count ? 0 : DIGITS,
                        .needs_solution = m->needs_solution};
  add(list, facts);
  if (!m->has_se) return;
  facts.name = arena_format(a, "%s_se", m->name);
  facts.meaning = arena_format(a, "standard error of %s over the points", m->name);
  facts.title = arena_format(a, "standard error of the %s", title);
  facts.digits = DIGITS;
  facts.key = facts.name;
  add(list, facts);
}

static bool is_best(const metric *m) {
  return strcmp(m->name, METRICS_BEST) == 0;
}

/* What the epoch with the smallest METRICS_BEST has, that metric first. */
static void add_minima(arena *a, column_list *list, const metric *metrics) {
  static const char SMALLEST[] = ", smallest of the measured epochs";
  for (const metric *m = metrics; m->name; m++)
    if (is_best(m)) add_values(a, list, m, "_min", SMALLEST, COLUMN_BEST);
  add(list, (column_facts){.name = "epoch_min",
                           .meaning = "epoch of " METRICS_BEST "_min",
                           .source = COLUMN_BEST,
                           .key = "epoch"});
  for (const metric *m = metrics; m->name; m++) {
    if (is_best(m) || m->history_only) continue;
    add_values(a, list, m, "_at_min", " at epoch_min", COLUMN_BEST);
    add_value(a, list, m, "_min", SMALLEST, COLUMN_LEAST);
  }
}

column_set columns_of(arena *a, const metric *metrics) {
  column_set set = {.runs = {0}};
  size_t count = 0;
  while (metrics[count].name) count++;
  set.runs.items = arena_get(a, (FIXED + PER_METRIC * count) * sizeof *set.runs.items);
  set.audit.items = arena_get(a, (FIXED + PER_METRIC * count) * sizeof *set.audit.items);
  set.history.items = arena_get(a, (FIXED + PER_METRIC * count) * sizeof *set.history.items);
  add_minima(a, &set.runs, metrics);
  add_all(&set.history, HISTORY_FIXED, sizeof HISTORY_FIXED / sizeof *HISTORY_FIXED);
  for (const metric *m = metrics; m->name; m++) {
    add_history(a, &set.history, m);
    if (m->history_only) continue;
    add_values(a, &set.runs, m, "_last", " at the last epoch", COLUMN_LAST);
    add_values(a, &set.audit, m, "_best", " of the weights of epoch_min", COLUMN_BEST);
  }
  for (const metric *m = metrics; m->name; m++)
    if (!m->history_only)
      add_values(a, &set.audit, m, "_last", " of the last weights", COLUMN_LAST);
  add_all(&set.runs, RUNS_FIXED, sizeof RUNS_FIXED / sizeof *RUNS_FIXED);
  add_all(&set.audit, AUDIT_FIXED, sizeof AUDIT_FIXED / sizeof *AUDIT_FIXED);
  return set;
}

static const column_facts *find(const column_list *list, const char *name) {
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->items[i].name, name) == 0) return &list->items[i];
  return NULL;
}

const column_facts *columns_in_runs(const column_set *set, const char *name) {
  const char *dot = strchr(name, '.');
  return dot ? find(&set->audit, dot + 1) : find(&set->runs, name);
}

const column_facts *columns_in_history(const column_set *set, const char *name) {
  return find(&set->history, name);
}
