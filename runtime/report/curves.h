/* The curves of a figure: history.csv, one curve per row of the grid, averaged over seeds. */
#ifndef REPORT_CURVES_H
#define REPORT_CURVES_H

#include "base/rows.h"
#include "base/value.h"

enum { CURVES_PANELS = 4 };

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
size_t curves_make(arena *a, const rows *history, const value *columns, int x, const int *panels,
                   size_t panel_count, curve **out);

#endif
