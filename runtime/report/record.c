#include "report/record.h"

#include "base/files.h"
#include "job/checkpoint.h"
#include "job/history.h"
#include "job/run.h"
#include "report/columns.h"
#include "report/format.h"
#include "report/outcomes.h"
#include "report/record_histograms.h"
#include "report/record_sources.h"

#include <math.h>
#include <string.h>

static const char *const TIMINGS[] = {"status", "train_seconds", "train_attempts",
                                      "measure_seconds", "measure_attempts"};
enum { TIMING_COUNT = sizeof TIMINGS / sizeof *TIMINGS };

/* The files while they are made. */
typedef struct csv_set {
  arena memory;
  const record_request *request;
  column_set known;
  size_t most; /* columns of the widest file */
  csv_table runs, history, timings;
  csv_table histograms; /* without columns where no row draws samples */
  record_gaps gaps;
} csv_set;

/* ---- the numbers of columns ------------------------------------------------------------------ */

static bool is_solved(const value *row) {
  return strcmp(value_get_text(row, "solver", "ok"), "ok") == 0;
}

static double in_row(const value *row, const column_facts *c) {
  if (!row || (c->needs_solution && isnan(history_score(row)))) return NAN;
  return value_get_number(row, c->key, NAN);
}

static double least(const value *history, const column_facts *c) {
  double smallest = NAN;
  for (size_t i = 0; history && i < history->count; i++)
    smallest = fmin(smallest, in_row(history->items[i], c)); /* fmin passes over NAN */
  return smallest;
}

static double count_scores(const value *history) {
  double count = 0;
  for (size_t i = 0; history && i < history->count; i++)
    if (!isnan(history_score(history->items[i]))) count++;
  return history ? count : NAN;
}

static double number_of(const record_sources *s, const column_facts *c) {
  switch (c->source) {
  case COLUMN_BEST:
    return in_row(s->best, c);
  case COLUMN_LAST:
    return in_row(s->last, c);
  case COLUMN_LEAST:
    return least(s->history, c);
  case COLUMN_COUNT:
    return count_scores(s->history);
  case COLUMN_TRAIN:
    return value_get_number(value_get(s->train, "numbers"), c->key, NAN);
  case COLUMN_MEASURE:
    return value_get_number(value_get(s->measure, "numbers"), c->key, NAN);
  case COLUMN_ROW:
    break;
  }
  return NAN; /* a column of history.csv: see add_history */
}

static const char *number_text(arena *a, double x) {
  return isfinite(x) ? format_number(arena_get(a, FORMAT_ROOM), x) : "";
}

/* A measurement without a row has no numbers. */
static const char **add_numbers(arena *a, const column_list *list, const record_sources *s,
                                const char **next) {
  for (size_t i = 0; i < list->count; i++)
    *next++ = s->last || s->best ? number_text(a, number_of(s, &list->items[i])) : "";
  return next;
}

/* Counts a row whose history is not complete. */
static void count_gap(csv_set *set, const outcome *o, const record_sources *s) {
  if (!o->measure || s->history) return;
  const bool removed = strcmp(value_get_text(o->measure, "late", ""), RUN_REMOVED) == 0;
  ++*(removed ? &set->gaps.removed : &set->gaps.late);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A row begins with the plan's columns; returns where the rest goes. */
static const char **begin_row(arena *a, const csv_set *set, const value *cells, const char ***row) {
  const value *columns = set->request->columns;
  *row = arena_get(a, set->most * sizeof **row);
  for (size_t c = 0; c < columns->count; c++)
    (*row)[c] = value_get_text(cells, columns->items[c]->text, "");
  return *row + columns->count;
}

static const char **add_audit(arena *a, csv_set *set, const run_row *row, size_t audit,
                              const outcome *o, const record_sources *own, const char **next) {
  const record_sources s = record_sources_audit(row, audit, o, own);
  set->gaps.unkept += own->best && s.last && !s.best;
  record_histograms_add(a, &set->histograms, set->request, row, set->request->audits[audit], &s);
  return add_numbers(a, &set->known.audit, &s, next);
}

/* The file may be read on another machine: of paths the last part stays. A path is a word that
 * begins with a slash or has two of them. */
static const char *without_paths(arena *a, const char *text) {
  char *out = arena_text(a, text), *to = out;
  while (*text) {
    const size_t length = strcspn(text, " \",:;()'");
    const char *first = memchr(text, '/', length), *last = memrchr(text, '/', length);
    const bool is_path = first && (first == text || first != last) && last + 1 < text + length;
    const char *from = is_path ? last + 1 : text;
    while (from < text + length) *to++ = *from++;
    text += length;
    if (*text) *to++ = *text++;
  }
  *to = 0;
  return out;
}

/* Why a run has no numbers; "" where it has some, or is not done yet. */
static const char *own_reason(const run_row *row, const outcome *o, const record_sources *s,
                              arena *a) {
  if (o->status == RUN_FAILED) return row->reason ? without_paths(a, row->reason) : "";
  if (o->status == RUN_DIVERGED) return value_get_text(o->train, "message", "");
  for (size_t i = 0; s->history && i < s->history->count; i++)
    if (is_solved(s->history->items[i])) return "";
  if (!s->last || is_solved(s->last)) return "";
  return arena_format(a, "solver: %s", value_get_text(s->last, "solver", ""));
}

/* The same, and why its audits have none. */
static const char *reason_of(const run_row *row, const outcome *o, const record_sources *s,
                             arena *a) {
  const char *own = own_reason(row, o, s, a);
  if (!row->audit_reason || !*row->audit_reason) return own;
  const char *audits = without_paths(a, row->audit_reason);
  return *own ? arena_format(a, "%s; %s", own, audits) : audits;
}

static void add_run(arena *a, csv_set *set, const run_row *row, const outcome *o,
                    const record_sources *s) {
  const char **cells, **next = begin_row(a, set, row->cells, &cells);
  *next++ = run_status_word(o->status);
  *next++ = reason_of(row, o, s, a);
  next = add_numbers(a, &set->known.runs, s, next);
  *next++ = arena_format(a, "%.12s", row->train_id);
  *next++ = arena_format(a, "%.12s", row->measure_id);
  for (size_t k = 0; k < set->request->audit_count; k++)
    next = add_audit(a, set, row, k, o, s, next);
  csv_table_add(&set->runs, cells);
}

static void add_measured(arena *a, csv_set *set, const run_row *row, const value *entry) {
  const char **cells, **next = begin_row(a, set, row->cells, &cells);
  for (size_t k = 0; k < set->known.history.count; k++) {
    const column_facts *c = &set->known.history.items[k];
    const bool is_empty = c->needs_solution && !is_solved(entry);
    *next++ = is_empty ? "" : number_text(a, value_get_number(entry, c->key, NAN));
  }
  *next++ = value_get_text(entry, "solver", "");
  csv_table_add(&set->history, cells);
}

static void add_history(arena *a, csv_set *set, const run_row *row, const record_sources *s) {
  if (!s->history && s->last) add_measured(a, set, row, s->last);
  for (size_t i = 0; s->history && i < s->history->count; i++)
    add_measured(a, set, row, s->history->items[i]);
}

static void add_timing(arena *a, csv_set *set, const run_row *row, const outcome *o) {
  const char **cells, **next = begin_row(a, set, row->cells, &cells);
  const value *results[] = {o->train, o->measure};
  *next++ = run_status_word(o->status);
  for (size_t i = 0; i < 2; i++) {
    const value *provenance = value_get(results[i], "provenance");
    *next++ = number_text(a, value_get_number(provenance, "seconds", NAN));
    *next++ = number_text(a, value_get_number(provenance, "attempts", NAN));
  }
  csv_table_add(&set->timings, cells);
}

/* ---- files ----------------------------------------------------------------------------------- */

/* The plan's columns; returns where the rest goes. */
static const char **begin_header(csv_set *set, const char ***header) {
  const value *columns = set->request->columns;
  *header = arena_get(&set->memory, set->most * sizeof **header);
  for (size_t c = 0; c < columns->count; c++) (*header)[c] = columns->items[c]->text;
  return *header + columns->count;
}

static const char **add_names(const column_list *list, const char **next) {
  for (size_t i = 0; i < list->count; i++) *next++ = list->items[i].name;
  return next;
}

static void begin_runs(csv_set *set) {
  const column_set *known = &set->known;
  const char **header, **next = begin_header(set, &header);
  *next++ = "status";
  *next++ = "reason";
  next = add_names(&known->runs, next);
  *next++ = "train_id";
  *next++ = "measure_id";
  for (size_t k = 0; k < set->request->audit_count; k++)
    for (size_t i = 0; i < known->audit.count; i++)
      *next++ =
          arena_format(&set->memory, "%s.%s", set->request->audits[k], known->audit.items[i].name);
  csv_table_begin(&set->runs, header, (size_t)(next - header));
}

static void begin_history(csv_set *set) {
  const char **header, **next = add_names(&set->known.history, begin_header(set, &header));
  *next++ = "solver";
  csv_table_begin(&set->history, header, (size_t)(next - header));
}

static void begin_timings(csv_set *set) {
  const char **header, **next = begin_header(set, &header);
  for (size_t i = 0; i < TIMING_COUNT; i++) *next++ = TIMINGS[i];
  csv_table_begin(&set->timings, header, (size_t)(next - header));
}

static bool is_used(const record_request *request, const char *train_setting) {
  for (size_t i = 0; train_setting && i < request->row_count; i++)
    if (value_get_number(value_get(request->rows[i].config, "train"), train_setting, 0) > 0)
      return true;
  return !train_setting;
}

/* Columns of settings that no row uses. */
static void drop_unused(const record_request *request, column_list *list) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++)
    if (is_used(request, list->items[i].train_setting)) list->items[kept++] = list->items[i];
  list->count = kept;
}

static void begin(csv_set *set, const record_request *request) {
  enum { WORDS = 4 }; /* status, reason, ids; solver */
  *set = (csv_set){.request = request};
  set->known = columns_of(&set->memory, request->metrics);
  set->known.audit = columns_of(&set->memory, request->audit_metrics).audit;
  drop_unused(request, &set->known.runs);
  set->most = request->columns->count + WORDS + TIMING_COUNT + set->known.runs.count +
              set->known.history.count + request->audit_count * set->known.audit.count;
  begin_runs(set);
  begin_history(set);
  begin_timings(set);
  record_histograms_begin(&set->histograms, request);
}

static status_code write_files(csv_set *set, const char *folder, failure *err) {
  arena *a = &set->memory;
  status_code status = files_make_folder(folder, err);
  if (status == STATUS_OK)
    status = csv_table_write(&set->history, arena_format(a, "%s/history.csv", folder), err);
  if (status == STATUS_OK)
    status = csv_table_write(&set->timings, arena_format(a, "%s/timings.csv", folder), err);
  if (status == STATUS_OK) status = record_histograms_write(&set->histograms, folder, err);
  if (status == STATUS_OK)
    status = csv_table_write(&set->runs, arena_format(a, "%s/runs.csv", folder), err);
  return status;
}

void record_blank(const record_request *request, csv_table *runs, csv_table *history) {
  csv_set set;
  begin(&set, request);
  for (size_t i = 0; i < request->row_count; i++) {
    arena memory = {0};
    const char **cells, **next = begin_row(&memory, &set, request->rows[i].cells, &cells);
    *next = run_status_word(RUN_MISSING);
    csv_table_add(&set.runs, cells);
    arena_close(&memory);
  }
  csv_table_close(&set.timings);
  csv_table_close(&set.histograms);
  *runs = set.runs;
  *history = set.history;
  arena_close(&set.memory);
}

void record_unfinished(const record_request *request, csv_table *history) {
  csv_set set;
  begin(&set, request);
  for (const run_row *row = request->rows; row < request->rows + request->row_count; row++) {
    arena memory = {0};
    const value *rows = NULL;
    if (!job_is_done(arena_format(&memory, "%s/result.json", row->folder), row->train_id))
      checkpoint_look(&memory, row->folder, row->measure_id, &rows);
    for (size_t i = 0; rows && i < rows->count; i++)
      add_measured(&memory, &set, row, rows->items[i]);
    arena_close(&memory);
  }
  csv_table_close(&set.runs);
  csv_table_close(&set.timings);
  csv_table_close(&set.histograms);
  *history = set.history;
  arena_close(&set.memory);
}

static void add_row(arena *a, csv_set *set, const run_row *row, const outcome *o) {
  const record_sources s = record_sources_own(a, row, o);
  count_gap(set, o, &s);
  record_histograms_add(a, &set->histograms, set->request, row, "", &s);
  add_run(a, set, row, o, &s);
  add_history(a, set, row, &s);
  add_timing(a, set, row, o);
}

static status_code add_rows(csv_set *set, failure *err) {
  const record_request *request = set->request;
  status_code status = STATUS_OK;
  for (size_t first = 0; first < request->row_count && status == STATUS_OK;) {
    arena memory = {0};
    const size_t left = request->row_count - first;
    const size_t count = left < OUTCOMES_MOST ? left : OUTCOMES_MOST;
    const run_row *rows = &request->rows[first];
    outcome *made = arena_get(&memory, count * sizeof *made);
    status = outcomes_read(&memory, rows, count, request->audit_count, made, err);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
      add_row(&memory, set, &rows[i], &made[i]);
    first += count;
    arena_close(&memory);
  }
  return status;
}

status_code record_write(const char *folder, const record_request *request, failure *err) {
  csv_set set;
  begin(&set, request);
  status_code status = add_rows(&set, err);
  if (request->gaps) *request->gaps = set.gaps;
  if (status == STATUS_OK) status = write_files(&set, folder, err);
  csv_table_close(&set.runs);
  csv_table_close(&set.history);
  csv_table_close(&set.timings);
  csv_table_close(&set.histograms);
  arena_close(&set.memory);
  return status;
}
