/* Any text as LaTeX that shows it. */
#ifndef REPORT_TABLE_LATEX_H
#define REPORT_TABLE_LATEX_H

#include "base/memory.h"

/* Nothing in the text is a command; the marks of tables and Greek letters become commands of LaTeX
 * and amssymb, other letters stay as they are. One line. */
const char *table_latex(arena *a, const char *text);

#endif
