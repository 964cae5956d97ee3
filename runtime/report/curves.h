/* The curves of a figure: history.csv, one curve per row of the grid, averaged over seeds. */
#ifndef REPORT_CURVES_H
#define REPORT_CURVES_H

#include "base/csv_table.h"
#include "base/value.h"

enum { CURVES_PANELS = 4, CURVES_WINDOW = 15 };

typedef struct curve {
  const char *label;     /* "formation, hyperbolize, isotropize": what differs between the curves */
  size_t family, member; /* families (what shares its hue) and the curves within, from 0 */
  size_t runs;           /* seeds in the mean */
  size_t count;
  double *x;                /* [count], ascending */
  double *y[CURVES_PANELS]; /* [count]; NAN: a gap, because a run has no number there */
} curve;

/* x and panels: columns of the history. Returns how many curves there are; a family is what agrees
 * in all settings but the switches (yes or no), `hyperbolize` excepted: it decides whether the null
 * modes move at all and so separates the curves most. */
size_t curves_make(arena *a, const csv_table *history, const value *columns, int x,
                   const int *panels, size_t panel_count, curve **out);

/* The mean of the middle half of the CURVES_WINDOW values around one; fewer at gaps and ends; NAN
 * at a gap. Against single spikes it is as good as a median, and steps such as those of an NFE do
 * not stay steps. */
double curves_smoothed(const curve *c, size_t panel, size_t at);

typedef struct curves_range {
  double low, high;
  size_t points, above; /* there are; of those the ones above `high` */
} curves_range;

/* What a panel shows: from the smallest value to the largest, or to half a span above the 90th
 * percentile where that cuts off what is far away: in the first epochs an NLL can be a hundred
 * times what it becomes. */
curves_range curves_find_range(const curve *curves, size_t count, size_t panel);

#endif
