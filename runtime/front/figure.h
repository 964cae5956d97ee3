/* Figures from history.csv through gnuplot: SVG, one line per row of the grid. */
#ifndef FRONT_FIGURE_H
#define FRONT_FIGURE_H

#include "base/value.h"
#include "hifm/status.h"

/* A figure's declaration in a script:
 *   figure4 = { title = "...", panels = { { "nll", title = "NLL" }, { "nfe", title = "NFE" } }, x =
 * "epoch" } Writes view/<name>.svg. Returns HIFM_OK with *made false (and a reason in err->message)
 * where gnuplot is not installed. */
hifm_status figure_write(const char *view, const char *name, const value *declaration,
                         const value *columns, bool *made, hifm_error *err);

#endif
