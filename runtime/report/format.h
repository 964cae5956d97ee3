/* Numbers and aligned text for files and people, the same in every locale. */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include "base/text.h"

#include <stdint.h>

#define FORMAT_ROOM 48

/* Each writes into `out` and returns it. */
char *format_number(char out[FORMAT_ROOM], double x); /* the shortest that reads back as x */
/* "24.860", never "-0.000"; "1.08e+14" from 1e9 on. */
char *format_fixed(char out[FORMAT_ROOM], double x, int digits);
char *format_duration(char out[FORMAT_ROOM], double seconds); /* "3 min 20 s" */

/* Bytes of the letter at text; a byte that is not UTF-8 counts as one letter. */
size_t format_letter(const char *text, uint32_t *letter);

/* Columns the text takes on a terminal (UTF-8: combining marks 0, wide letters 2). */
size_t format_width(const char *text);

/* The text in exactly `width` columns, padded with spaces or cut with "..". */
void format_fit(text_buffer *out, const char *text, size_t width);

/* Cells of text, the first row being the heading. */
typedef struct format_grid {
  size_t columns, rows;
  const char **cells; /* [rows, columns] */
  const bool *right;  /* [columns]: aligned to the right */
} format_grid;

void format_markdown(text_buffer *out, const format_grid *grid);
void format_aligned(text_buffer *out, const format_grid *grid);
void format_latex(text_buffer *out, const format_grid *grid); /* a tabular; the cells are LaTeX */

#endif
