/* The numbers along a logarithmic axis. */
#ifndef REPORT_FIGURE_TICS_H
#define REPORT_FIGURE_TICS_H

#include "base/text.h"

/* gnuplot names powers of ten alone, of which a short axis has none or one. Adds "set <axis>tics":
 * at 1, 2 and 5 times powers of ten; over many decades at powers; on a very short axis at equal
 * steps. */
void figure_tics_add(text_buffer *out, char axis, double low, double high);

/* At these numbers. */
void figure_tics_at(text_buffer *out, char axis, const double *numbers, size_t count);

#endif
