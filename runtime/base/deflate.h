/* zlib: files that may be gzip'ed, and the compressed streams and checksums of PNG. */
#ifndef BASE_DEFLATE_H
#define BASE_DEFLATE_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole file, unpacked where it begins as a gzip file (which may have several members). At most
 * `most` bytes come out of it: a longer one is STATUS_BAD_INPUT and costs no more memory than that;
 * so are a torn stream, a wrong checksum and anything after the last member. Release with free().
 */
status_code deflate_read(const char *path, size_t most, uint8_t **bytes, size_t *count,
                         failure *err);

/* The first bytes: `room` of them, or those before the end or the first damage (which deflate_read
 * reports). Enough for the header of a file of any size. */
status_code deflate_head(const char *path, uint8_t *bytes, size_t room, size_t *count,
                         failure *err);

/* Unpacks a raw stream (RFC 1951) until `room` bytes are there: *got, fewer where it ends or is
 * damaged before. True: it ended, whole, with no packed byte left. */
bool deflate_raw(const uint8_t *packed, size_t count, uint8_t *bytes, size_t room, size_t *got);

/* A zlib stream (RFC 1950) of these bytes; in the arena. */
uint8_t *deflate_pack(arena *a, const uint8_t *bytes, size_t count, size_t *packed);

/* CRC-32 of `bytes` after those that gave `crc` (0 at the start). */
uint32_t deflate_crc32(uint32_t crc, const uint8_t *bytes, size_t count);

#endif
