/* Gray pictures as PNG files. */
#ifndef BASE_PNG_H
#define BASE_PNG_H

#include "hifm/status.h"

#include <stddef.h>
#include <stdint.h>

enum { PNG_PIXELS_MAX = 1 << 28 };

/* pixels [height, width], 0 is black, 255 white. Written atomically; equal pixels give equal bytes
 * (with the same zlib). HIFM_BAD_INPUT for no pixel, or for more than PNG_PIXELS_MAX. */
hifm_status png_write(const char *path, const uint8_t *pixels, size_t width, size_t height,
                      hifm_error *err);

#endif
