/* The members of a zip archive (a .npz file is one), found by its central directory. Untrusted
 * input. A library for zip (libzip) would need four more for compressions that NumPy does not use;
 * zlib does the part that is long. */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include "base/failure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zip {
  const char *path; /* for messages */
  const uint8_t *bytes;
  size_t at, end, left; /* in the central directory: where it goes on, its end, members left */
} zip;

typedef struct zip_member {
  const char *name; /* [name_length], of any bytes */
  size_t name_length;
  const uint8_t *bytes; /* [packed], inside the archive */
  size_t packed, size;  /* bytes in the archive, and unpacked */
  bool compressed;      /* by deflate; else packed is size */
  uint32_t crc;         /* CRC-32 of the unpacked bytes, not compared yet */
} zip_member;

/* Does it begin as an archive? */
bool zip_is(const uint8_t *bytes, size_t count);

/* An archive of `count` bytes, in memory. STATUS_BAD_INPUT: no end of the central directory, more
 * than one disk, zip64. */
status_code zip_begin(zip *archive, const char *path, const uint8_t *bytes, size_t count,
                      failure *err);

/* The next member; *more is false after the last. STATUS_BAD_INPUT with the byte: not a member,
 * outside of the archive, encrypted, another compression than deflate. */
status_code zip_next(zip *archive, zip_member *out, bool *more, failure *err);

#endif
