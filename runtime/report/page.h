/* The parts of an HTML page of results: one file, without a link to any other one.
 *
 * A page is page_begin, then sections, then page_end. Every text of a script, a plugin or a file
 * goes through page_escape; the functions below do it themselves, but for cells of TABLE_PAGE and
 * the SVG of a figure, which are HTML already. The same content gives the same bytes. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/table_parts.h"

/* Any text as HTML that shows it, in an element or within quotes as an attribute: no sign of it is
 * markup, control characters are spaces, and bytes that are not UTF-8 are question marks. */
const char *page_escape(arena *a, const char *text);

/* ---- the frame ------------------------------------------------------------------------------- */

typedef struct page_section {
  const char *id, *heading; /* id: letters alone */
} page_section;

typedef struct page {
  const char *title, *question, *summary; /* "": none */
  const page_section *sections;           /* those that will follow, the last with the id NULL */
} page;

void page_begin(text_buffer *out, const page *of);
void page_begin_section(text_buffer *out, const page_section *of);
void page_end_section(text_buffer *out);
void page_end(text_buffer *out);

/* A paragraph, and lines that keep their breaks, such as commands. */
void page_add_note(text_buffer *out, const char *text);
void page_add_lines(text_buffer *out, const char *text);

/* ---- tables ---------------------------------------------------------------------------------- */

/* A table of a script, with links to the rows of its runs in the list of runs. */
extern const table_style TABLE_PAGE;

/* Where page_add_list has the row of the run in this place, from 0, of runs.csv. */
#define PAGE_RUN "run-%zu"

typedef struct page_list {
  format_grid grid;   /* texts */
  const char **keys;  /* [rows, columns], row 0 unused: what a cell is sorted by, NULL: its text */
  const char **notes; /* [rows], row 0 unused: a line below the row, "": none */
  int state;          /* the column of words that have a colour */
} page_list;

/* The list of runs, which the page's script sorts; the rows have the ids PAGE_RUN. */
void page_add_list(text_buffer *out, const page_list *list);

/* A table of texts, the first row being the heading. */
void page_add_grid(text_buffer *out, const format_grid *grid);

/* ---- figures --------------------------------------------------------------------------------- */

/* An SVG of gnuplot as an element of the page. prefix begins its ids, which would be those of every
 * other figure. STATUS_BAD_INPUT for an element that gnuplot does not write (a script, a link). */
status_code page_add_figure(text_buffer *out, const char *svg, const char *prefix, failure *err);

#endif
