/* Columns of tables that are not in runs.csv, but in or from the files beside it. */
#include "base/files.h"
#include "base/text.h"
#include "report/table_parts.h"

#include <math.h>

#include <string.h>

static const table_extra *const EXTRAS[] = {&table_timings, &table_histories};
enum { EXTRA_COUNT = sizeof EXTRAS / sizeof *EXTRAS };

const column_facts *table_extra_facts(const char *column) {
  for (size_t i = 0; i < EXTRA_COUNT; i++)
    for (size_t k = 0; k < EXTRAS[i]->count; k++)
      if (strcmp(EXTRAS[i]->facts[k].name, column) == 0) return &EXTRAS[i]->facts[k];
  return NULL;
}

/* Does a declaration name one of these columns? */
static bool is_named(const value *node, const char *prefix) {
  if (node->type == VALUE_TEXT) return strncmp(node->text, prefix, strlen(prefix)) == 0;
  for (size_t i = 0; i < node->count; i++)
    if (is_named(node->items[i], prefix)) return true;
  return false;
}

static status_code add_extra(table_parts *p, const table_extra *extra, csv_table *runs,
                             failure *err) {
  const size_t columns = runs->columns, count = extra->count;
  const char **header = arena_get(&p->memory, (columns + count) * sizeof *header);
  const char ***cells = arena_get(&p->memory, (runs->count + 1) * sizeof *cells);
  const char ***added = arena_get(&p->memory, (runs->count + 1) * sizeof *added);
  memcpy(header, runs->header, columns * sizeof *header);
  for (size_t i = 0; i < count; i++) header[columns + i] = extra->facts[i].name;
  for (size_t r = 0; r < runs->count; r++) {
    cells[r] = arena_get(&p->memory, (columns + count) * sizeof **cells);
    memcpy(cells[r], runs->cells[r], columns * sizeof **cells);
    added[r] = cells[r] + columns;
  }
  status_code status = extra->fill(p, runs, added, err);
  runs->header = header;
  runs->cells = cells;
  runs->columns = columns + count;
  return status;
}

status_code table_add_extras(table_parts *p, csv_table *runs, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < EXTRA_COUNT && status == STATUS_OK; i++)
    if (is_named(p->request->declaration, EXTRAS[i]->prefix))
      status = add_extra(p, EXTRAS[i], runs, err);
  return status;
}

double table_cell_number(const csv_table *table, size_t row, const char *column) {
  const int at = csv_table_column(table, column);
  double x;
  return at >= 0 && row < table->count && text_number(table->cells[row][at], &x) ? x : NAN;
}

const char *table_number_text(arena *a, double x) {
  return isfinite(x) ? format_number(arena_get(a, FORMAT_ROOM), x) : "";
}

status_code table_read_beside(const table_parts *p, arena *a, const char *name, csv_table *out,
                              failure *err) {
  const char *folder = p->request->folder;
  *out = (csv_table){0};
  if (!folder) return STATUS_OK;
  const char *path = arena_format(a, "%s/%s", folder, name);
  return files_exists(path) ? csv_table_read(out, path, err) : STATUS_OK;
}
