/* Lines of runs that are not finished. */
#include "report/figure_parts.h"

#include <string.h>

bool figure_wants_unfinished(const value *declaration) {
  return value_get_bool(declaration, FIGURE_UNFINISHED, false);
}

static void add_rows(arena *a, csv_table *to, const csv_table *from, const char *word) {
  const char **cells = arena_get(a, to->columns * sizeof *cells);
  for (size_t r = 0; r < from->count; r++) {
    memcpy(cells, from->cells[r], from->columns * sizeof *cells);
    cells[from->columns] = word;
    csv_table_add(to, cells);
  }
}

/* As one more setting of the runs: a mean is not of finished and unfinished ones. */
void figure_add_unfinished(figure *f) {
  const csv_table *unfinished = f->request->unfinished;
  csv_table all;
  if (!figure_wants_unfinished(f->request->declaration) || !unfinished || !unfinished->count)
    return;
  const char **header = arena_get(&f->memory, (f->history.columns + 1) * sizeof *header);
  memcpy(header, f->history.header, f->history.columns * sizeof *header);
  header[f->history.columns] = FIGURE_UNFINISHED;
  csv_table_begin(&all, header, f->history.columns + 1);
  add_rows(&f->memory, &all, &f->history, "no");
  add_rows(&f->memory, &all, unfinished, "yes");
  csv_table_close(&f->history);
  f->history = all;
}
