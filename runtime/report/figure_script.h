/* The script from which gnuplot draws a figure. */
#ifndef REPORT_FIGURE_SCRIPT_H
#define REPORT_FIGURE_SCRIPT_H

#include "base/text.h"
#include "report/curves.h"

typedef struct figure_picture {
  const char *title, *x_title;
  const char *panels[CURVES_PANELS]; /* titles */
  size_t panel_count;
  curve *curves; /* [count] */
  size_t count;
  bool smooth; /* a running mean, with the points behind it as dots */
} figure_picture;

/* terminal: gnuplot's name of the format, with its options. */
void figure_script(text_buffer *out, const figure_picture *f, const char *terminal);

#endif
