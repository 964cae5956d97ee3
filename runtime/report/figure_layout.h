/* Where the panels of a figure are. */
#ifndef REPORT_FIGURE_LAYOUT_H
#define REPORT_FIGURE_LAYOUT_H

#include "report/figure_script.h"

typedef struct figure_layout {
  size_t columns, rows; /* of the page: up to three facets beside each other, each with its panels
                           below it */
  size_t width, height; /* pixels */
} figure_layout;

figure_layout figure_layout_of(const figure_picture *f);

/* What is at a place of the page; false: nothing. */
bool figure_layout_at(const figure_picture *f, const figure_layout *l, size_t row, size_t column,
                      size_t *panel, size_t *facet);

/* The page, and the beginning of its panels. */
void figure_layout_add(text_buffer *out, const figure_picture *f, const figure_layout *l,
                       const char *terminal);

#endif
