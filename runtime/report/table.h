/* Tables from runs.csv: text for the screen, Markdown and CSV for files. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/value.h"
#include "hifm/status.h"

#include <stdio.h>

/* A table's declaration in a script:
 *
 *   table2 = { title = "...", columns = { { "Method", "flow" }, { "NLL", "nll_min", digits = 3 },
 *              { "NLL (paper)", "paper.nll" } }, sort = "nll_min", paper = "lj13_table2.csv",
 *              notes = { "..." } }
 *
 * Each column has a heading and a column of runs.csv, or "paper.<column>" of the paper's CSV, which
 * lies beside the script and is joined on the columns of the plan that both files have (cells
 * equal; no number is shown where several rows fit). Settings that do not vary in this grid are
 * left out. `digits` after the point: 3, for counts such as NFE 0, for the paper's as printed
 * there. `sort`: ascending, missing last; without it rows are in grid order.
 *
 * Rows that agree in all varying columns but `seed` are averaged, unless a column shows the seed:
 * mean +- standard deviation and a count, "(2 of 3)" where a number is missing. Missing runs are
 * counted in a last line.
 *
 * Writes <name>.csv (plain numbers, yes and no; `<heading> sd` and `<heading> n` where seeds are
 * averaged; last the columns runs, missing, diverged) and <name>.md into `view`. HIFM_BAD_CONFIG
 * names an unknown column with "did you mean". */
hifm_status table_write(const char *view, const char *name, const value *declaration,
                        const char *script_folder, const value *columns, hifm_error *err);

/* Prints view/<name>.csv as aligned text. */
hifm_status table_print(const char *view, const char *name, const value *declaration, FILE *out,
                        hifm_error *err);

#endif
