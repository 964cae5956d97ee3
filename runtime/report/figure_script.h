/* The script from which gnuplot draws a figure. */
#ifndef REPORT_FIGURE_SCRIPT_H
#define REPORT_FIGURE_SCRIPT_H

#include "base/text.h"
#include "report/curves.h"

/* How a figure shows the standard deviation over seeds. */
typedef enum figure_spread { FIGURE_NONE, FIGURE_BARS, FIGURE_BAND } figure_spread;

typedef struct figure_picture {
  const char *title, *x_title;
  const char *panels[CURVES_PANELS]; /* titles */
  bool of_settings;                  /* x is a setting, not the course of training */
  bool log_x, log_y[CURVES_PANELS];
  size_t panel_count;
  curve *curves; /* [count] */
  size_t count;
  const char **facets; /* [facet_count] titles; "" of a single one */
  size_t facet_count;
  bool own_ranges; /* facets are of different data */
  bool smooth;     /* a running mean, with the points behind it as dots */
  figure_spread spread;
  bool histogram;  /* the curves are steps: data, samples, samples by their weights */
  double *outside; /* [facet_count], of histograms: the share of samples outside the bins */
  bool drawn;      /* gnuplot draws the letters itself, and not who shows the file */
} figure_picture;

/* terminal: gnuplot's name of the format, with its options. */
void figure_script(text_buffer *out, const figure_picture *f, const char *terminal);

#endif
