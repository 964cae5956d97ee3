/* Images as one picture: a grid of cells, one image each. */
#ifndef JOB_IMAGE_GRID_H
#define JOB_IMAGE_GRID_H

#include "base/failure.h"
#include "hifm/plugin.h"

/* Pixels of the picture per pixel of an image and axis; pixels between cells, and their gray. */
enum { IMAGE_GRID_SCALE = 4, IMAGE_GRID_GAP = 1, IMAGE_GRID_GAP_GRAY = 128 };

typedef struct image_grid {
  size_t count, rows, columns; /* images, and the grid of their cells */
  size_t width, height;        /* pixels of the picture */
  size_t cell_w, cell_h;       /* pixels of an image, scaled */
  size_t image_w;              /* not scaled */
  double low, high;            /* drawn black and white, as is what is beyond them */
} image_grid;

/* `count` images in so many columns (0: nearly square). range: the setting of the data set, "unit"
 * [0, 1] or "symmetric" [-1, 1]. STATUS_USAGE where points of the domain are not gray images,
 * STATUS_BAD_INPUT where the picture is too large for a PNG. */
status_code image_grid_plan(image_grid *s, const hifm_domain *domain, const char *range,
                            size_t count, size_t columns, failure *err);

/* The pixels [height, width] of images [count, d], row after row of cells; release with free(). */
uint8_t *image_grid_pixels(const image_grid *s, const double *images);

#endif
