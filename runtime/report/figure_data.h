/* The numbers of a panel as gnuplot reads them. */
#ifndef REPORT_FIGURE_DATA_H
#define REPORT_FIGURE_DATA_H

#include "report/figure_script.h"

/* The columns of a block: x, each point, the line, the ends of a bar or band. */
enum { FIGURE_X = 1, FIGURE_POINT, FIGURE_LINE, FIGURE_LOW, FIGURE_HIGH };

typedef struct figure_panel {
  size_t panel, facet;
  curves_range range;
  double left, right; /* the ends of the x axis */
} figure_panel;

/* Does the panel show this curve, and has it a number there? */
bool figure_data_has(const figure_picture *f, const figure_panel *p, size_t index);

/* Has a run of the curve failed there, for want of which the line has a gap? */
bool figure_data_failed(const figure_picture *f, const figure_panel *p, size_t index);

/* The blocks $cNpM of the curves and $fNpM of the marks where they failed. */
void figure_data_add(text_buffer *out, const figure_picture *f, const figure_panel *p);

/* Bars are within the panel: widens its range where they are not. */
void figure_data_widen(const figure_picture *f, figure_panel *p);

/* The families of the curves of a histogram. */
enum { FIGURE_DATA, FIGURE_SAMPLES, FIGURE_REWEIGHTED };

/* The range of densities in all panels of a histogram, and how many bins of this facet are above
 * it: a few large weights would make all else flat. */
curves_range figure_data_densities(const figure_picture *f, size_t facet);

/* The different x of all points: writes up to FIGURE_FEW, returns that many or 0 where there are
 * more. */
enum { FIGURE_FEW = 8 };
size_t figure_data_few(const figure_picture *f, double x[FIGURE_FEW]);

/* The ends of the x axis. */
void figure_data_ends(const figure_picture *f, double *left, double *right);

#endif
