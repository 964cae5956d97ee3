/* IDX files of images, the format that MNIST came in: a header of 16 bytes (0 0, the type, the
 * rank, then three big-endian dimensions), then a byte a pixel. Untrusted input. */
#ifndef BASE_IDX_H
#define BASE_IDX_H

#include "base/failure.h"

#include <stddef.h>
#include <stdint.h>

typedef struct idx_images {
  size_t count, height, width; /* none of them 0 */
  const uint8_t *pixels;       /* [count, height, width], inside the bytes that were read */
} idx_images;

/* Unsigned bytes of rank 3 only. STATUS_BAD_INPUT says what is wrong and at which byte (magic,
 * type, rank, a dimension of 0, dimensions too large, truncated or trailing data); `path` is only
 * for messages. */
status_code idx_parse(const char *path, const uint8_t *bytes, size_t count, idx_images *out,
                      failure *err);

/* The same of a file's header alone, plain or gzip'ed: pixels is NULL. */
status_code idx_look(const char *path, idx_images *out, failure *err);

/* A whole file, plain or gzip'ed; *bytes are its `count` unpacked ones, released with free(). Its
 * header says how many there must be, so nothing larger is ever unpacked, and never more than
 * 1 GiB. STATUS_NO_INPUT when it is missing. */
status_code idx_read(const char *path, uint8_t **bytes, size_t *count, idx_images *out,
                     failure *err);

#endif
