/* Times in tables: columns of timings.csv beside those of runs.csv. */
#include "base/files.h"
#include "base/text.h"
#include "report/table_parts.h"

#include <math.h>
#include <string.h>

#define PREFIX "timings."

static const column_facts FACTS[] = {
    {.name = PREFIX "train_seconds", .meaning = "seconds of the training", .unit = "s"},
    {.name = PREFIX "step_seconds", .meaning = "... for each step", .unit = "s", .digits = 4},
};
enum { TIMES = sizeof FACTS / sizeof *FACTS };

const column_facts *table_timing_facts(const char *column) {
  for (size_t i = 0; i < TIMES; i++)
    if (strcmp(FACTS[i].name, column) == 0) return &FACTS[i];
  return NULL;
}

/* Does a declaration name a time? */
static bool names_time(const value *node) {
  if (node->type == VALUE_TEXT) return strncmp(node->text, PREFIX, strlen(PREFIX)) == 0;
  for (size_t i = 0; i < node->count; i++)
    if (names_time(node->items[i])) return true;
  return false;
}

static double number_in(const csv_table *table, size_t row, const char *column) {
  const int at = csv_table_column(table, column);
  double x;
  return at >= 0 && row < table->count && text_number(table->cells[row][at], &x) ? x : NAN;
}

static const char *text_of(arena *a, double x) {
  return isfinite(x) ? format_number(arena_get(a, FORMAT_ROOM), x) : "";
}

/* Before the first run there are no times. Both files have the rows of the grid, in its order. */
static status_code read_times(table_parts *p, csv_table *times, failure *err) {
  const char *path = arena_format(&p->memory, "%s/timings.csv", p->request->folder);
  *times = (csv_table){0};
  return p->request->folder && files_exists(path) ? csv_table_read(times, path, err) : STATUS_OK;
}

status_code table_add_timings(table_parts *p, csv_table *runs, failure *err) {
  const size_t columns = runs->columns;
  const value *declared = p->request->declaration;
  csv_table times;
  if (!names_time(declared)) return STATUS_OK;
  status_code status = read_times(p, &times, err);
  const char **header = arena_get(&p->memory, (columns + TIMES) * sizeof *header);
  const char ***cells = arena_get(&p->memory, (runs->count + 1) * sizeof *cells);
  memcpy(header, runs->header, columns * sizeof *header);
  for (size_t i = 0; i < TIMES; i++) header[columns + i] = FACTS[i].name;
  for (size_t r = 0; r < runs->count; r++) {
    const double seconds = number_in(&times, r, "train_seconds");
    cells[r] = arena_get(&p->memory, (columns + TIMES) * sizeof **cells);
    memcpy(cells[r], runs->cells[r], columns * sizeof **cells);
    cells[r][columns] = text_of(&p->memory, seconds);
    cells[r][columns + 1] = text_of(&p->memory, seconds / number_in(runs, r, "steps"));
  }
  csv_table_close(&times);
  runs->header = header;
  runs->cells = cells;
  runs->columns = columns + TIMES;
  table_add_note(p, "Times are of the machine and its load; no other number depends on them.");
  return status;
}
