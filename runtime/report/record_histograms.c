#include "report/record_histograms.h"

#include "job/histogram.h"
#include "report/entries.h"
#include "report/format.h"

static const char *const COLUMNS[] = {"measurement", "weights", "quantity", "low",
                                      "high",        "data",    "samples",  "reweighted"};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static bool needs_samples(const metric *metrics) {
  while (metrics->name && !metrics->needs_samples) metrics++;
  return metrics->name != NULL;
}

void record_histograms_begin(csv_table *table, const record_request *request) {
  arena memory = {0};
  const value *columns = request->columns;
  const char **header = arena_get(&memory, (columns->count + COLUMN_COUNT) * sizeof *header);
  *table = (csv_table){.count = 0};
  for (size_t c = 0; c < columns->count; c++) header[c] = columns->items[c]->text;
  for (size_t c = 0; c < COLUMN_COUNT; c++) header[columns->count + c] = COLUMNS[c];
  if (needs_samples(request->metrics) || needs_samples(request->audit_metrics))
    csv_table_begin(table, header, columns->count + COLUMN_COUNT);
  arena_close(&memory);
}

/* The end of bin `at`; "" where it has none. */
static const char *end_of(char room[FORMAT_ROOM], const histogram *h, size_t at) {
  if (at > HISTOGRAM_BINS) return "";
  return format_number(room, h->low + (h->high - h->low) * (double)at / HISTOGRAM_BINS);
}

/* cells: a row of the table; rest: those of COLUMNS behind `quantity`. */
static void add_bins(csv_table *table, const char **cells, const char **rest, const histogram *h) {
  for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
    char room[5][FORMAT_ROOM];
    rest[0] = i > 0 ? end_of(room[0], h, i - 1) : "";
    rest[1] = end_of(room[1], h, i);
    rest[2] = format_number(room[2], h->data[i]);
    rest[3] = format_number(room[3], h->samples[i]);
    rest[4] = format_number(room[4], h->reweighted[i]);
    csv_table_add(table, cells);
  }
}

void record_histograms_add(arena *a, csv_table *table, const record_request *request,
                           const run_row *row, const char *audit, const record_sources *s) {
  static const char *const WEIGHTS[] = {"best", "last"};
  static const char *const QUANTITIES[] = {"energy", "distance"};
  const value *columns = request->columns, *rows[] = {s->best, s->last};
  if (table->columns == 0) return;
  const char **cells = arena_get(a, table->columns * sizeof *cells);
  const char **own = cells + columns->count;
  for (size_t c = 0; c < columns->count; c++)
    cells[c] = value_get_text(row->cells, columns->items[c]->text, "");
  own[0] = audit;
  for (size_t i = 0; i < 2 * 2; i++) {
    histogram h;
    own[1] = WEIGHTS[i / 2];
    own[2] = QUANTITIES[i % 2];
    if (histogram_get(rows[i / 2], own[2], &h)) add_bins(table, cells, own + 3, &h);
  }
}

status_code record_histograms_write(const csv_table *table, const char *folder, failure *err) {
  arena memory = {0};
  status_code status;
  if (table->columns > 0)
    status =
        csv_table_write(table, arena_format(&memory, "%s/" RECORD_HISTOGRAMS ".csv", folder), err);
  else
    status = entries_remove(folder, RECORD_HISTOGRAMS, ".csv", err);
  arena_close(&memory);
  return status;
}
