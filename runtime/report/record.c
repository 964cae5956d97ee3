#include "report/record.h"

#include "base/csv_table.h"
#include "base/files.h"
#include "base/json.h"
#include "job/job.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

#define RECORD_INDEX(name, column, meaning) name,
enum { RECORD_NUMBERS(RECORD_INDEX) NUMBER_COUNT };
enum { RECORD_AUDIT_NUMBERS(RECORD_INDEX) AUDIT_COUNT };
#define RECORD_NAME(name, column, meaning) #column,
static const char *const NUMBERS[NUMBER_COUNT] = {RECORD_NUMBERS(RECORD_NAME)};
static const char *const AUDIT_NUMBERS[AUDIT_COUNT] = {RECORD_AUDIT_NUMBERS(RECORD_NAME)};

#define RECORD_HISTORY_NAME(column, meaning) #column,
static const char *const HISTORY[] = {RECORD_HISTORY(RECORD_HISTORY_NAME)};
enum { HISTORY_COUNT = sizeof HISTORY / sizeof *HISTORY, MOST = 24 };

static bool is_among(const char *column, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(column, names[i]) == 0) return true;
  return false;
}

bool record_is_number(const char *column) {
  const char *dot = strchr(column, '.');
  return dot ? is_among(dot + 1, AUDIT_NUMBERS, AUDIT_COUNT)
             : is_among(column, NUMBERS, NUMBER_COUNT);
}

/* The three tables while they are made. */
typedef struct book {
  const value *columns; /* of the plan */
  const char *const *audits;
  size_t audit_count;
  csv_table runs, history, timings;
} book;

/* One run's results; NULL where there are none. */
typedef struct outcome {
  const value *train, *measure, *history;
  run_status status;
} outcome;

static const value *read_result(arena *a, const char *path, const char *id) {
  const value *result = NULL;
  if (!job_is_done(path, id) || json_read(a, path, &result, NULL) != STATUS_OK) return NULL;
  return result;
}

static outcome read_outcome(arena *a, const run_row *row) {
  outcome o = {.status = row->status};
  if (row->status != RUN_DONE && row->status != RUN_DIVERGED) return o;
  o.train = read_result(a, arena_format(a, "%s/result.json", row->folder), row->train_id);
  o.measure = read_result(a, job_measure_path(a, row->folder, row->measure_id), row->measure_id);
  o.history = value_get(o.measure, "history");
  if (o.train) o.status = run_status_in(o.train);
  /* A diverged run may have ended before its first measurement; a finished one has measured. */
  if (!o.train || (!o.measure && o.status == RUN_DONE)) o = (outcome){.status = RUN_MISSING};
  return o;
}

static bool is_solved(const value *entry) {
  return strcmp(value_get_text(entry, "solver", "ok"), "ok") == 0;
}

/* The NLL of one measurement, or NAN. */
static double nll_of(const value *entry) {
  return is_solved(entry) ? value_get_number(entry, "nll", NAN) : NAN;
}

static void take_smaller(double *smallest, double x) {
  if (!(x >= *smallest)) *smallest = x;
}

static void summarise(const outcome *o, double numbers[NUMBER_COUNT]) {
  const value *history = o->history;
  for (size_t i = 0; i < NUMBER_COUNT; i++) numbers[i] = NAN;
  if (!history || history->count == 0) return;
  numbers[DIMENSIONS] = value_get_number(value_get(o->train, "numbers"), "dimensions", NAN);
  numbers[EPOCHS_MEASURED] = 0;
  for (size_t i = 0; i < history->count; i++) {
    const value *entry = history->items[i];
    double nll = nll_of(entry), nfe = value_get_number(entry, "nfe", NAN);
    if (isnan(nll)) continue;
    numbers[EPOCHS_MEASURED]++;
    take_smaller(&numbers[NFE_MIN], nfe);
    if (nll >= numbers[NLL_MIN]) continue;
    numbers[NLL_MIN] = nll;
    numbers[NLL_MIN_SE] = value_get_number(entry, "nll_se", NAN);
    numbers[EPOCH_MIN] = value_get_number(entry, "epoch", NAN);
    numbers[NFE_AT_MIN] = nfe;
  }
  const value *last = history->items[history->count - 1];
  numbers[NLL_LAST] = nll_of(last);
  if (!isnan(numbers[NLL_LAST])) {
    numbers[NLL_LAST_SE] = value_get_number(last, "nll_se", NAN);
    numbers[NFE_LAST] = value_get_number(last, "nfe", NAN);
  }
  numbers[LOSS_LAST] = value_get_number(last, "loss", NAN);
  numbers[STEPS] = value_get_number(last, "step", NAN);
  numbers[GRADIENT_NORM_LAST] = value_get_number(last, "gradient_norm", NAN);
}

static const char *number_text(arena *a, double x) {
  return isfinite(x) ? format_number(arena_get(a, FORMAT_ROOM), x) : "";
}

/* A row begins with the plan's columns; returns where the rest goes. */
static const char **begin_row(arena *a, const book *b, const value *cells, const char ***row) {
  *row = arena_get(a, (b->columns->count + MOST + b->audit_count * AUDIT_COUNT) * sizeof **row);
  for (size_t c = 0; c < b->columns->count; c++)
    (*row)[c] = value_get_text(cells, b->columns->items[c]->text, "");
  return *row + b->columns->count;
}

static const value *smallest(const value *history) {
  const value *best = history->items[0];
  for (size_t i = 1; i < history->count; i++)
    if (nll_of(history->items[i]) < nll_of(best) || isnan(nll_of(best))) best = history->items[i];
  return best;
}

/* An audit's history is the best weights' measurement, where those are not the last, and the last
 * weights' (job/run_evaluate.c); `own`: it is the one made while training, of all epochs.
 * best_epoch is NAN where training found none. */
static void summarise_audit(const value *measure, bool own, double best_epoch,
                            double numbers[AUDIT_COUNT]) {
  const value *history = value_get(measure, "history"), *more = value_get(measure, "numbers");
  for (size_t i = 0; i < AUDIT_COUNT; i++) numbers[i] = NAN;
  if (!history || history->count == 0) return;
  const value *best = own ? smallest(history) : history->items[0],
              *last = history->items[history->count - 1];
  const bool has_best = !isnan(best_epoch) && !isnan(nll_of(best));
  if (has_best) numbers[AUDIT_NLL_BEST] = nll_of(best);
  numbers[AUDIT_NLL_LAST] = nll_of(last);
  if (has_best) {
    numbers[AUDIT_NLL_BEST_SE] = value_get_number(best, "nll_se", NAN);
    numbers[AUDIT_NFE_BEST] = value_get_number(best, "nfe", NAN);
  }
  if (!isnan(nll_of(last))) {
    numbers[AUDIT_NLL_LAST_SE] = value_get_number(last, "nll_se", NAN);
    numbers[AUDIT_NFE_LAST] = value_get_number(last, "nfe", NAN);
  }
  numbers[AUDIT_NLL_IDENTITY] = value_get_number(more, "nll_identity", NAN);
  numbers[AUDIT_NLL_GAUSSIAN] = value_get_number(more, "nll_gaussian", NAN);
}

static const char **add_audit(arena *a, const run_row *row, const char *id, double best_epoch,
                              const char **next) {
  double numbers[AUDIT_COUNT];
  summarise_audit(read_result(a, job_measure_path(a, row->folder, id), id),
                  strcmp(id, row->measure_id) == 0, best_epoch, numbers);
  for (size_t i = 0; i < AUDIT_COUNT; i++) *next++ = number_text(a, numbers[i]);
  return next;
}

static void add_run(arena *a, book *b, const run_row *row, const outcome *o) {
  double numbers[NUMBER_COUNT];
  const char **cells, **next = begin_row(a, b, row->cells, &cells);
  summarise(o, numbers);
  *next++ = run_status_word(o->status);
  for (size_t i = 0; i < NUMBER_COUNT; i++) *next++ = number_text(a, numbers[i]);
  *next++ = arena_format(a, "%.12s", row->train_id);
  *next++ = arena_format(a, "%.12s", row->measure_id);
  for (size_t k = 0; k < b->audit_count; k++)
    next = add_audit(a, row, row->audit_ids[k], numbers[EPOCH_MIN], next);
  csv_table_add(&b->runs, cells);
}

/* What a solve that failed does not tell: evaluations until then are no NFE. */
static bool needs_solution(const char *column) {
  return strncmp(column, "nll", 3) == 0 || strcmp(column, "nfe") == 0;
}

static void add_history(arena *a, book *b, const run_row *row, const outcome *o) {
  for (size_t i = 0; o->history && i < o->history->count; i++) {
    const value *entry = o->history->items[i];
    const char **cells, **next = begin_row(a, b, row->cells, &cells);
    for (size_t k = 0; k < HISTORY_COUNT; k++)
      *next++ = needs_solution(HISTORY[k]) && !is_solved(entry)
                    ? ""
                    : number_text(a, value_get_number(entry, HISTORY[k], NAN));
    *next++ = value_get_text(entry, "solver", "");
    csv_table_add(&b->history, cells);
  }
}

static void add_timing(arena *a, book *b, const run_row *row, const outcome *o) {
  const char **cells, **next = begin_row(a, b, row->cells, &cells);
  const value *results[] = {o->train, o->measure};
  *next++ = run_status_word(o->status);
  for (size_t i = 0; i < 2; i++) {
    const value *provenance = value_get(results[i], "provenance");
    *next++ = number_text(a, value_get_number(provenance, "seconds", NAN));
    *next++ = number_text(a, value_get_number(provenance, "attempts", NAN));
  }
  csv_table_add(&b->timings, cells);
}

static void begin_table(csv_table *table, const value *columns, const char *const *more,
                        size_t count) {
  arena memory = {0};
  const char **header = arena_get(&memory, (columns->count + count) * sizeof *header);
  for (size_t c = 0; c < columns->count; c++) header[c] = columns->items[c]->text;
  memcpy(header + columns->count, more, count * sizeof *more);
  csv_table_begin(table, header, columns->count + count);
  arena_close(&memory);
}

/* Header of runs.csv after the plan's columns. */
static void begin_runs(book *b) {
  arena memory = {0};
  size_t count = 0;
  const char **more = arena_get(&memory, (MOST + b->audit_count * AUDIT_COUNT) * sizeof *more);
  more[count++] = "status";
  for (size_t i = 0; i < NUMBER_COUNT; i++) more[count++] = NUMBERS[i];
  more[count++] = "train_id";
  more[count++] = "measure_id";
  for (size_t k = 0; k < b->audit_count; k++)
    for (size_t i = 0; i < AUDIT_COUNT; i++)
      more[count++] = arena_format(&memory, "%s.%s", b->audits[k], AUDIT_NUMBERS[i]);
  begin_table(&b->runs, b->columns, more, count);
  arena_close(&memory);
}

static void begin_book(book *b) {
  static const char *const timings[] = {"status", "train_seconds", "train_attempts",
                                        "measure_seconds", "measure_attempts"};
  const char *more[MOST];
  begin_runs(b);
  memcpy(more, HISTORY, sizeof HISTORY);
  more[HISTORY_COUNT] = "solver";
  begin_table(&b->history, b->columns, more, HISTORY_COUNT + 1);
  begin_table(&b->timings, b->columns, timings, sizeof timings / sizeof *timings);
}

static status_code write_book(const book *b, const char *view, failure *err) {
  arena memory = {0};
  status_code status = files_make_folder(view, err);
  if (status == STATUS_OK)
    status = csv_table_write(&b->history, arena_format(&memory, "%s/history.csv", view), err);
  if (status == STATUS_OK)
    status = csv_table_write(&b->timings, arena_format(&memory, "%s/timings.csv", view), err);
  if (status == STATUS_OK)
    status = csv_table_write(&b->runs, arena_format(&memory, "%s/runs.csv", view), err);
  arena_close(&memory);
  return status;
}

void record_blank(const value *columns, const char *const *audits, size_t audit_count,
                  const run_row *runs, size_t count, csv_table *csv, csv_table *history) {
  book b = {.columns = columns, .audits = audits, .audit_count = audit_count};
  begin_book(&b);
  for (size_t i = 0; i < count; i++) {
    arena memory = {0};
    const char **cells, **next = begin_row(&memory, &b, runs[i].cells, &cells);
    *next = run_status_word(RUN_MISSING);
    csv_table_add(&b.runs, cells);
    arena_close(&memory);
  }
  csv_table_close(&b.timings);
  *csv = b.runs;
  *history = b.history;
}

status_code record_write(const char *view, const value *columns, const char *const *audits,
                         size_t audit_count, const run_row *runs, size_t count, failure *err) {
  book b = {.columns = columns, .audits = audits, .audit_count = audit_count};
  begin_book(&b);
  for (size_t i = 0; i < count; i++) {
    arena memory = {0};
    outcome o = read_outcome(&memory, &runs[i]);
    add_run(&memory, &b, &runs[i], &o);
    add_history(&memory, &b, &runs[i], &o);
    add_timing(&memory, &b, &runs[i], &o);
    arena_close(&memory);
  }
  status_code status = write_book(&b, view, err);
  csv_table_close(&b.runs);
  csv_table_close(&b.history);
  csv_table_close(&b.timings);
  return status;
}
