/* The format: "The IDX file format" at the end of http://yann.lecun.com/exdb/mnist/ */
#include "base/idx.h"

#include "base/deflate.h"

#include <stdarg.h>
#include <stdlib.h>

enum { HEADER = 16, UNSIGNED_BYTE = 0x08, RANK = 3, MOST_PIXELS = 1000000 };
static const size_t most_bytes = (size_t)1 << 30;

__attribute__((format(printf, 4, 5))) static status_code
bad(const char *path, size_t at, failure *err, const char *format, ...) {
  char text[300];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return failure_set(err, STATUS_BAD_INPUT, "%s: byte %zu: %s", path, at, text);
}

static const char *type_text(uint8_t type) {
  switch (type) {
  case 0x09:
    return " (signed bytes)";
  case 0x0b:
    return " (16-bit integers)";
  case 0x0c:
    return " (32-bit integers)";
  case 0x0d:
    return " (floats)";
  case 0x0e:
    return " (doubles)";
  default:
    return "";
  }
}

static status_code check_magic(const char *path, const uint8_t *bytes, size_t count, failure *err) {
  if (count < 4) return bad(path, 0, err, "%zu bytes are too few for an IDX file", count);
  if (bytes[0] != 0 || bytes[1] != 0)
    return bad(path, 0, err, "not an IDX file (it begins with 0x%02x%02x, not with 0x0000)",
               bytes[0], bytes[1]);
  if (bytes[2] != UNSIGNED_BYTE)
    return bad(path, 2, err, "items of type 0x%02x%s, but only 0x08, unsigned bytes, is read",
               bytes[2], type_text(bytes[2]));
  if (bytes[3] != RANK)
    return bad(path, 3, err, "rank %u%s, but images have rank 3 (number, height, width)", bytes[3],
               bytes[3] == 1 ? ", as labels have" : "");
  if (count < HEADER) return bad(path, count, err, "the file ends inside the header of 16 bytes");
  return STATUS_OK;
}

static size_t load(const uint8_t *bytes) {
  return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

_Static_assert(SIZE_MAX == UINT64_MAX, "products of dimensions of 32 bits, all but one below 10^6");

/* *length: of the whole file, as its header has it. */
static status_code read_header(const char *path, const uint8_t *bytes, size_t count,
                               idx_images *out, size_t *length, failure *err) {
  status_code status = check_magic(path, bytes, count, err);
  if (status != STATUS_OK) return status;
  const size_t n = load(bytes + 4), height = load(bytes + 8), width = load(bytes + 12);
  if (n == 0) return bad(path, 4, err, "0 images");
  if (height == 0 || width == 0)
    return bad(path, height ? 12 : 8, err, "images of %zu x %zu pixels", height, width);
  const size_t pixels = height * width;
  if (pixels > MOST_PIXELS)
    return bad(path, 8, err, "images of %zu x %zu pixels, but at most %d pixels are read", height,
               width, MOST_PIXELS);
  *length = HEADER + n * pixels;
  *out = (idx_images){n, height, width, NULL};
  return STATUS_OK;
}

status_code idx_parse(const char *path, const uint8_t *bytes, size_t count, idx_images *out,
                      failure *err) {
  idx_images images = {0};
  size_t length = 0;
  *out = images;
  status_code status = read_header(path, bytes, count, &images, &length, err);
  if (status != STATUS_OK) return status;
  if (count < length)
    return bad(path, count, err, "truncated: %zu images of %zu x %zu pixels need %zu bytes",
               images.count, images.height, images.width, length);
  if (count > length)
    return bad(path, length, err, "%zu bytes behind the last of %zu images belong to nothing",
               count - length, images.count);
  images.pixels = bytes + HEADER;
  *out = images;
  return STATUS_OK;
}

/* *length: of the whole file; HEADER where the header is cut. */
static status_code look(const char *path, idx_images *images, size_t *length, failure *err) {
  uint8_t head[HEADER];
  size_t count;
  *length = HEADER;
  *images = (idx_images){0};
  status_code status = deflate_head(path, head, HEADER, &count, err);
  if (status != STATUS_OK || count < HEADER) return status;
  status = read_header(path, head, count, images, length, err);
  if (status != STATUS_OK || *length <= most_bytes) return status;
  return bad(path, 4, err, "%zu images of %zu x %zu pixels are %zu bytes, but at most %zu are read",
             images->count, images->height, images->width, *length, most_bytes);
}

status_code idx_look(const char *path, idx_images *out, failure *err) {
  size_t length;
  status_code status = look(path, out, &length, err);
  if (status != STATUS_OK || out->count > 0) return status;
  return failure_set(err, STATUS_BAD_INPUT, "%s: no header of an IDX file (16 bytes)", path);
}

status_code idx_read(const char *path, uint8_t **bytes, size_t *count, idx_images *out,
                     failure *err) {
  size_t length;
  *bytes = NULL;
  *count = 0;
  /* A head that is too short belongs to a short file or to a damaged one: reading it all says
   * which. */
  status_code status = look(path, out, &length, err);
  if (status == STATUS_OK) status = deflate_read(path, length, bytes, count, err);
  if (status == STATUS_OK) status = idx_parse(path, *bytes, *count, out, err);
  if (status == STATUS_OK) return STATUS_OK;
  free(*bytes);
  *bytes = NULL;
  *count = 0;
  return status;
}
