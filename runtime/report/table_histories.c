/* How a run moves from epoch to epoch, in tables: quantiles of history.csv. */
#include "job/metrics.h"
#include "report/table_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const column_facts FACTS[] = {
    {.name = "history." METRICS_BEST "_median",
     .meaning = "median of " METRICS_BEST " over the second half of the epochs measured",
     .unit = "nats",
     .digits = 3},
    {.name = "history." METRICS_BEST "_spread",
     .meaning = "from the 10 % to the 90 % quantile of the same",
     .unit = "nats",
     .digits = 3},
};

/* Fewer epochs have no quantiles to speak of. */
enum { FEWEST = 5 };

/* Has a row of the history the cells of this run? Its first columns are the plan's. */
static bool is_of_run(const csv_table *history, size_t row, const csv_table *runs, size_t run) {
  for (size_t i = 0; i < history->columns && strcmp(history->header[i], "epoch") != 0; i++) {
    const int at = csv_table_column(runs, history->header[i]);
    if (at < 0 || strcmp(history->cells[row][i], runs->cells[run][at]) != 0) return false;
  }
  return true;
}

static int ascending(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

/* Of sorted numbers, by linear interpolation, as numpy.quantile. */
static double quantile(const double *sorted, size_t count, double share) {
  const double at = share * (double)(count - 1);
  const size_t low = (size_t)at, high = low + 1 < count ? low + 1 : low;
  return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

/* The second half of the rows [first, end), without those that have no NLL. */
static void describe(arena *a, const csv_table *history, size_t first, size_t end,
                     const char **cells) {
  double *nll = arena_get(a, (end - first + 1) * sizeof *nll);
  size_t count = 0;
  for (size_t r = first + (end - first) / 2; r < end; r++) {
    const double x = table_cell_number(history, r, METRICS_BEST);
    if (isfinite(x)) nll[count++] = x;
  }
  qsort(nll, count, sizeof *nll, ascending);
  const bool enough = count >= FEWEST;
  cells[0] = table_number_text(a, enough ? quantile(nll, count, 0.5) : NAN);
  cells[1] =
      table_number_text(a, enough ? quantile(nll, count, 0.9) - quantile(nll, count, 0.1) : NAN);
}

/* The rows of a run are together, and the runs in the order of the grid. */
static status_code fill(table_parts *p, const csv_table *runs, const char ***cells, failure *err) {
  csv_table history;
  status_code status = table_read_beside(p, &p->memory, "history.csv", &history, err);
  size_t first = 0;
  for (size_t run = 0; run < runs->count; run++) {
    size_t end = first;
    while (end < history.count && is_of_run(&history, end, runs, run)) end++;
    describe(&p->memory, &history, first, end, cells[run]);
    first = end;
  }
  csv_table_close(&history);
  return status;
}

const table_extra table_histories = {
    .prefix = "history.", .facts = FACTS, .count = sizeof FACTS / sizeof *FACTS, .fill = fill};
