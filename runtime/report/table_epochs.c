#include "report/table_parts.h"

#include <math.h>

static bool shows_minimum(const table_parts *p) {
  const int minimum = csv_table_column(&p->runs, METRICS_BEST "_min");
  for (size_t i = 0; i < p->count; i++)
    if (p->sources[i].facts && p->sources[i].run == minimum) return true;
  return false;
}

void table_note_epochs(table_parts *p) {
  const table_source measured = {.run = csv_table_column(&p->runs, "epochs_measured")};
  double least = INFINITY, most = -INFINITY;
  if (measured.run < 0 || !shows_minimum(p)) return;
  for (size_t r = 0; r < p->runs.count; r++) {
    const double epochs = table_number(p, &measured, r);
    if (!(epochs > 0)) continue; /* it has no minimum */
    least = fmin(least, epochs);
    most = fmax(most, epochs);
  }
  if (!(most > 2 * least)) return;
  const char *note = arena_format(&p->memory,
                                  "The minimum is over %.0f to %.0f measured epochs: of more it is "
                                  "smaller by chance.",
                                  least, most);
  table_add_note(p, note);
}
