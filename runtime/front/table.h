/* Tables from runs.csv: text for the screen, Markdown and CSV for files. */
#ifndef FRONT_TABLE_H
#define FRONT_TABLE_H

#include "base/value.h"
#include "hifm/status.h"

#include <stdio.h>

/* A table's declaration in a script:
 *   table2 = { title = "...", columns = { { "Method", "flow" }, { "NLL", "nll_min", digits = 3 }
 * ... }, sort = "nll_min", paper = "lj13_table2.csv" } Each column has a heading and a column of
 * runs.csv, or "paper.<column>" of the paper's CSV, which lies beside the script and is joined on
 * the columns that both files have. Rows that agree in all other varying columns but `seed` are
 * averaged over seeds: mean +- sd, with a count; missing runs show as gaps. HIFM_BAD_CONFIG names
 * an unknown column with "did you mean". */
hifm_status table_write(const char *view, const char *name, const value *declaration,
                        const char *script_folder, const value *columns, hifm_error *err);

/* Prints view/<name>.csv as aligned text. */
hifm_status table_print(const char *view, const char *name, const value *declaration, FILE *out,
                        hifm_error *err);

#endif
