/* What the files of curves share. */
#ifndef REPORT_CURVE_PARTS_H
#define REPORT_CURVE_PARTS_H

#include "report/curves.h"
#include "report/groups.h"

/* A setting that differs between the curves. */
typedef struct trait {
  size_t column;
  const char *name, *word; /* its path and the last part of it */
  bool path;               /* it has more than one part */
  bool is_switch;          /* only "yes", "no" and "" */
} trait;

/* The first row of a group. */
const char **curve_row(const csv_table *table, const row_groups *groups, size_t group);

/* In the order of the plan's columns, at most as many. */
size_t curve_traits(const curves_request *r, const row_groups *groups, trait *out);

/* Labels, families, members and styles of the curves, one per group. */
void curve_label(arena *a, const curves_request *r, const row_groups *groups, curve *curves);

/* The facet of each curve. */
void curve_set_facets(const curves_request *r, const row_groups *groups, curve *curves);

#endif
