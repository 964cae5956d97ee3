/* What a panel shows of its curves: the range of its axis, smooth lines. */
#include "base/memory.h"
#include "base/numbers.h"
#include "report/curves.h"

#include <math.h>
#include <stdlib.h>

double curves_smoothed(const double *y, size_t count, size_t at) {
  const size_t reach = CURVES_WINDOW / 2, first = at > reach ? at - reach : 0;
  double near[CURVES_WINDOW], sum = 0;
  size_t found = 0;
  if (isnan(y[at])) return NAN;
  for (size_t i = first; i <= at + reach && i < count; i++)
    if (!isnan(y[i])) near[found++] = y[i];
  qsort(near, found, sizeof *near, numbers_ascend);
  const size_t cut = (found + 1) / 4; /* of 15: 4 at each end, of 3: all but the median */
  for (size_t i = cut; i < found - cut; i++) sum += near[i];
  return sum / (double)(found - 2 * cut);
}

/* The numbers of a panel, ascending; of a logarithmic one their powers of ten. */
static double *values_of(const curve *curves, size_t count, size_t panel, size_t facet, bool log,
                         curves_range *out) {
  size_t room = 0;
  for (size_t i = 0; i < count; i++) room += curves[i].count;
  double *values = memory_array(room + 1, sizeof *values);
  for (const curve *c = curves; c < curves + count; c++) {
    const bool shown =
        facet == CURVES_ALL_FACETS || c->facet == CURVES_ALL_FACETS || c->facet == facet;
    for (size_t k = 0; k < c->count && shown; k++) {
      const double y = c->y[panel][k];
      out->below += log && y <= 0;
      if (!isnan(y) && !(log && y <= 0)) values[out->points++] = log ? log10(y) : y;
    }
  }
  qsort(values, out->points, sizeof *values, numbers_ascend);
  return values;
}

curves_range curves_find_range(const curve *curves, size_t count, size_t panel, size_t facet,
                               bool log) {
  curves_range out = {.high = 1};
  double *values = values_of(curves, count, panel, facet, log, &out);
  if (out.points > 0) {
    double most = values[(out.points - 1) * 9 / 10], span = most - values[0];
    out.low = values[0];
    out.high = values[out.points - 1];
    if (!log && span > 0 && out.high > most + 2 * span) out.high = most + 0.5 * span;
    double margin = out.high > out.low ? 0.04 * (out.high - out.low) : 0.05 * fabs(out.low) + 0.5;
    out.low -= margin;
    out.high += margin;
    while (out.above < out.points && values[out.points - 1 - out.above] > out.high) out.above++;
  }
  free(values);
  if (log) {
    out.low = pow(10, out.low);
    out.high = pow(10, out.high);
  }
  return out;
}
