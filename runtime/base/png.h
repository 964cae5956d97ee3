/* Gray pictures as PNG files. */
#ifndef BASE_PNG_H
#define BASE_PNG_H

#include "base/failure.h"

#include <stddef.h>
#include <stdint.h>

enum { PNG_PIXELS_MAX = 1 << 28 };

/* pixels [height, width], 0 is black, 255 white. Written atomically; equal pixels give equal bytes
 * (with the same zlib). STATUS_BAD_INPUT for no pixel, or for more than PNG_PIXELS_MAX. */
status_code png_write(const char *path, const uint8_t *pixels, size_t width, size_t height,
                      failure *err);

#endif
