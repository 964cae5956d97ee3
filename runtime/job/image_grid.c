#include "job/image_grid.h"

#include "base/memory.h"
#include "base/png.h"

#include <string.h>

static status_code check_domain(const hifm_domain *domain, failure *err) {
  if (domain->height == 0 || domain->width == 0)
    return failure_set(
        err, STATUS_USAGE,
        "points of this data set are not images, so they cannot be drawn as .png. Use a "
        "name that ends in .npy");
  if (domain->channels > 1)
    return failure_set(
        err, STATUS_USAGE,
        "images of %u channels cannot be drawn as .png, only gray images. Use a name that "
        "ends in .npy",
        domain->channels);
  return STATUS_OK;
}

status_code image_grid_plan(image_grid *s, const hifm_domain *domain, const char *range,
                            size_t count, size_t columns, failure *err) {
  status_code status = check_domain(domain, err);
  if (status != STATUS_OK) return status;
  if (columns == 0) columns = (size_t)ceil(sqrt((double)count));
  *s = (image_grid){.count = count,
                    .rows = (count + columns - 1) / columns,
                    .columns = columns,
                    .cell_w = (size_t)domain->width * IMAGE_GRID_SCALE,
                    .cell_h = (size_t)domain->height * IMAGE_GRID_SCALE,
                    .image_w = domain->width,
                    .low = strcmp(range, "symmetric") == 0 ? -1 : 0,
                    .high = 1};
  s->width = s->columns * (s->cell_w + IMAGE_GRID_GAP) - IMAGE_GRID_GAP;
  s->height = s->rows * (s->cell_h + IMAGE_GRID_GAP) - IMAGE_GRID_GAP;
  if (s->width > PNG_PIXELS_MAX / s->height)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%zu images make a picture of more than %d pixels. Ask for fewer with -n",
                       count, PNG_PIXELS_MAX);
  return STATUS_OK;
}

static uint8_t gray_of(const image_grid *s, double number) {
  const double share = (number - s->low) / (s->high - s->low);
  return (uint8_t)(255 * fmin(1, fmax(0, share)) + 0.5);
}

static void draw(const image_grid *s, const double *image, uint8_t *corner) {
  for (size_t y = 0; y < s->cell_h; y++)
    for (size_t x = 0; x < s->cell_w; x++)
      corner[y * s->width + x] =
          gray_of(s, image[y / IMAGE_GRID_SCALE * s->image_w + x / IMAGE_GRID_SCALE]);
}

uint8_t *image_grid_pixels(const image_grid *s, const double *images) {
  const size_t d = s->image_w * (s->cell_h / IMAGE_GRID_SCALE);
  uint8_t *pixels = memory_array(s->height, s->width);
  memset(pixels, IMAGE_GRID_GAP_GRAY, s->height * s->width);
  for (size_t i = 0; i < s->count; i++) {
    const size_t top = i / s->columns * (s->cell_h + IMAGE_GRID_GAP);
    const size_t left = i % s->columns * (s->cell_w + IMAGE_GRID_GAP);
    draw(s, images + i * d, pixels + top * s->width + left);
  }
  return pixels;
}
