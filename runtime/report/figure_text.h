/* Texts in a script for gnuplot. */
#ifndef REPORT_FIGURE_TEXT_H
#define REPORT_FIGURE_TEXT_H

#include "base/text.h"

/* Adds an expression whose value is the text. drawn: gnuplot draws the letters itself. It draws a
 * letter that no font has as a box larger than the figure: of scripts that common fonts lack the
 * expression asks fc-list, and its value has small boxes where no font has all the letters. */
void figure_text_add(text_buffer *out, const char *text, bool drawn);

#endif
