/* Times in tables: columns of timings.csv. */
#include "report/table_parts.h"

static const column_facts FACTS[] = {
    {.name = "timings.train_seconds", .meaning = "seconds of the training", .unit = "s"},
    {.name = "timings.step_seconds", .meaning = "... for each step", .unit = "s", .digits = 4},
};

/* Before the first run there are no times. Both files have the rows of the grid, in its order. */
static status_code fill(table_parts *p, const csv_table *runs, const char ***cells, failure *err) {
  arena *a = &p->memory;
  csv_table times;
  status_code status = table_read_beside(p, a, "timings.csv", &times, err);
  for (size_t r = 0; r < runs->count; r++) {
    const double seconds = table_cell_number(&times, r, "train_seconds");
    cells[r][0] = table_number_text(a, seconds);
    cells[r][1] = table_number_text(a, seconds / table_cell_number(runs, r, "steps"));
  }
  csv_table_close(&times);
  table_add_note(p, "Times are of the machine and its load; no other number depends on them.");
  return status;
}

const table_extra table_timings = {
    .prefix = "timings.", .facts = FACTS, .count = sizeof FACTS / sizeof *FACTS, .fill = fill};
