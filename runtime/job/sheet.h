/* Images as one picture: a grid of cells, one image each. */
#ifndef JOB_SHEET_H
#define JOB_SHEET_H

#include "hifm/plugin.h"

enum { SHEET_SCALE = 4, SHEET_GAP = 1, SHEET_GAP_GRAY = 128 }; /* gaps are not scaled */

typedef struct sheet {
  size_t count, rows, columns; /* images, and the cells they lie in */
  size_t width, height;        /* pixels of the picture */
  size_t cell_w, cell_h;       /* pixels of an image, scaled */
  size_t image_w;              /* not scaled */
  double low, high;            /* what is drawn black, what white; beyond them likewise */
} sheet;

/* `count` images in so many columns, 0: nearly square. range: the setting of the data set, "unit"
 * [0, 1] or "symmetric" [-1, 1]. HIFM_USAGE where points of the domain are no gray images,
 * HIFM_BAD_INPUT where the picture would be too large for a PNG. */
hifm_status sheet_plan(sheet *s, const hifm_domain *domain, const char *range, size_t count,
                       size_t columns, hifm_error *err);

/* The pixels [height, width] of images [count, d], row after row of cells; release with free(). */
uint8_t *sheet_pixels(const sheet *s, const double *images);

#endif
