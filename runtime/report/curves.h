/* The curves of a figure: history.csv, one curve per row of the grid, averaged over seeds. */
#ifndef REPORT_CURVES_H
#define REPORT_CURVES_H

#include "base/csv_table.h"
#include "base/value.h"

enum { CURVES_PANELS = 4, CURVES_WINDOW = 15, CURVES_MEMBERS = 4 };

typedef struct curve {
  const char *label;     /* "formation, hyperbolize, isotropize": what differs between the curves */
  size_t family, member; /* of curves_make */
  size_t runs;           /* seeds in the mean */
  size_t count;
  double *x;                /* [count], ascending */
  double *y[CURVES_PANELS]; /* [count]; NAN: a gap, because a run has no number there */
} curve;

typedef struct curves_request {
  const csv_table *history;
  const value *columns; /* of the plan */
  int x;                /* a column of the history */
  int panels[CURVES_PANELS];
  size_t panel_count;
} curves_request;

/* Returns how many curves there are. Curves that agree in all settings but the switches (yes or no)
 * are a family, which shares its hue; families and the members of each count from 0. A family of
 * more than CURVES_MEMBERS curves, which could not be distinguished, is divided by its first
 * switch, then by its second, and so on, in the order of the plan's columns. */
size_t curves_make(arena *a, const curves_request *request, curve **out);

/* The mean of the middle half of the CURVES_WINDOW values around one; fewer at gaps and ends; NAN
 * at a gap. It ignores single spikes as a median does, and smooths steps such as those of an NFE.
 */
double curves_smoothed(const curve *c, size_t panel, size_t at);

typedef struct curves_range {
  double low, high;
  size_t points, above; /* all points; those of them above `high` */
} curves_range;

/* What a panel shows: from the smallest value to the largest, or to half a span above the 90th
 * percentile where that cuts off values that are far away: in the first epochs an NLL can be a
 * hundred times its later values. */
curves_range curves_find_range(const curve *curves, size_t count, size_t panel);

#endif
