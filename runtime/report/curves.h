/* The curves of a figure: rows of history.csv or runs.csv that agree in all settings, averaged over
 * seeds. */
#ifndef REPORT_CURVES_H
#define REPORT_CURVES_H

#include "base/csv_table.h"
#include "base/value.h"

#include <stdint.h>

enum { CURVES_PANELS = 4, CURVES_WINDOW = 15, CURVES_MEMBERS = 4 };
enum { CURVES_MOST = 8, CURVES_FACETS = 9 }; /* curves of a panel, facets of a figure */
#define CURVES_ALL_FACETS SIZE_MAX

typedef struct curve {
  const char *label;     /* "formation, hyperbolize, isotropize": what differs between the curves */
  size_t family, member; /* of curves_make */
  size_t style;          /* curves of one label, in several facets, have the same */
  size_t facet;          /* CURVES_ALL_FACETS: it has no cell there, and belongs to all */
  size_t runs;           /* seeds in the mean */
  size_t count;
  bool level;                /* its runs have no x: one point, which holds for all x */
  double *x;                 /* [count], ascending */
  double *y[CURVES_PANELS];  /* [count]; NAN: a gap, because a run has no number there */
  double *sd[CURVES_PANELS]; /* [count] over the seeds; NAN: of one seed */
  bool *failed;              /* [count]: a run has a reason for having no number there */
} curve;

typedef struct curves_request {
  const csv_table *table;
  const value *columns; /* of the plan, those in which curves differ */
  int x;                /* a column of the table */
  bool level;           /* a run without x is a level, else it is left out */
  int panels[CURVES_PANELS];
  size_t panel_count;
  const char *facet;  /* a column of the plan; NULL: one facet */
  const char *reason; /* the column that is neither empty nor "ok" where a run failed; or NULL */
} curves_request;

/* Returns how many curves there are. Curves that agree in all settings but the switches (yes or no)
 * are a family, which shares its hue; families and the members of each count from 0. A family of
 * more than CURVES_MEMBERS curves, which could not be distinguished, is divided by its first
 * switch, then by its second, and so on, in the order of the plan's columns. */
size_t curves_make(arena *a, const curves_request *request, curve **out);

/* The facets of a request: a title each, in the order of `facet` in the curves. */
size_t curves_facets(arena *a, const curves_request *request, const char ***titles);

/* The setting that best divides more than CURVES_MOST curves into facets; NULL: not needed, or none
 * does. */
const char *curves_choose_facet(arena *a, const curves_request *request);

/* The mean of the middle half of the CURVES_WINDOW values around one; fewer at gaps and ends; NAN
 * at a gap. It ignores single spikes as a median does, and smooths steps such as those of an NFE.
 */
double curves_smoothed(const double *y, size_t count, size_t at);

typedef struct curves_range {
  double low, high;
  size_t points, above; /* all points; those of them above `high` */
  size_t below;         /* points that a logarithmic axis cannot show */
} curves_range;

/* What a panel shows of one facet (CURVES_ALL_FACETS: of all): from the smallest value to the
 * largest, or to half a span above the 90th percentile where that cuts off values that are far
 * away: in the first epochs an NLL can be a hundred times its later values. `log`: an axis of
 * powers, which cuts nothing off but what is not positive. */
curves_range curves_find_range(const curve *curves, size_t count, size_t panel, size_t facet,
                               bool log);

#endif
