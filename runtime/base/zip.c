/* The format: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12 (central directory)
 * and 4.3.16 (its end). Local headers are used for their length only: NumPy writes zip64 fields
 * there that it does not need. */
#include "base/zip.h"

#include <string.h>

enum { END = 22, CENTRAL = 46, LOCAL = 30, COMMENT_MAX = 65535 };
enum { STORED = 0, DEFLATED = 8, ENCRYPTED = 1 };

static uint32_t two(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t four(const uint8_t *bytes) {
  return two(bytes) | two(bytes + 2) << 16;
}

static bool has_mark(const uint8_t *bytes, char third, char fourth) {
  return memcmp(bytes, (const char[]){'P', 'K', third, fourth}, 4) == 0;
}

bool zip_is(const uint8_t *bytes, size_t count) {
  return count >= 4 && (has_mark(bytes, 3, 4) || has_mark(bytes, 5, 6));
}

static status_code bad(const zip *archive, size_t at, const char *words, failure *err) {
  return failure_set(err, STATUS_BAD_INPUT, "%s: byte %zu: %s", archive->path, at, words);
}

/* The end of the central directory, before a comment that ends with the file. */
static bool find_end(const uint8_t *bytes, size_t count, size_t *out) {
  for (size_t comment = 0; comment <= COMMENT_MAX && END + comment <= count; comment++) {
    const size_t at = count - END - comment;
    if (!has_mark(bytes + at, 5, 6) || two(bytes + at + 20) != comment) continue;
    *out = at;
    return true;
  }
  return false;
}

status_code zip_begin(zip *archive, const char *path, const uint8_t *bytes, size_t count,
                      failure *err) {
  size_t at = 0;
  *archive = (zip){.path = path, .bytes = bytes};
  if (!find_end(bytes, count, &at))
    return bad(archive, count, "the zip archive has no end; is the file cut off?", err);
  const uint8_t *end = bytes + at;
  const uint32_t members = two(end + 10), length = four(end + 12), start = four(end + 16);
  if (members == UINT16_MAX || length == UINT32_MAX || start == UINT32_MAX)
    return bad(archive, at, "zip64 archives (of 4 GB and more) are not read; use np.save", err);
  if (two(end + 4) != 0 || two(end + 6) != 0 || two(end + 8) != members)
    return bad(archive, at, "a zip archive of several files is not read", err);
  if ((size_t)start + length > at)
    return bad(archive, at, "the directory of the zip archive is not in it", err);
  archive->at = start;
  archive->end = (size_t)start + length;
  archive->left = members;
  return STATUS_OK;
}

/* The bytes of a member, behind its local header. */
static status_code find_bytes(const zip *archive, size_t at, zip_member *out, failure *err) {
  if (at + LOCAL > archive->end || !has_mark(archive->bytes + at, 3, 4))
    return bad(archive, at, "not the beginning of a member of the zip archive", err);
  const uint8_t *local = archive->bytes + at;
  const size_t start = at + LOCAL + two(local + 26) + two(local + 28);
  if (start + out->packed > archive->end)
    return bad(archive, at, "a member that ends outside of the zip archive", err);
  out->bytes = archive->bytes + start;
  return STATUS_OK;
}

static status_code read_entry(const zip *archive, const uint8_t *entry, zip_member *out,
                              failure *err) {
  const uint32_t method = two(entry + 10), packed = four(entry + 20), size = four(entry + 24);
  const uint32_t local = four(entry + 42);
  if (two(entry + 8) & ENCRYPTED)
    return bad(archive, archive->at, "a member that is encrypted", err);
  if (method != STORED && method != DEFLATED)
    return bad(archive, archive->at, "a compression that NumPy does not use; use np.savez", err);
  if (packed == UINT32_MAX || size == UINT32_MAX || local == UINT32_MAX)
    return bad(archive, archive->at, "a zip64 member (of 4 GB and more); use np.save", err);
  if (method == STORED && packed != size)
    return bad(archive, archive->at, "a member that is not compressed, with two sizes", err);
  *out = (zip_member){.name = (const char *)entry + CENTRAL,
                      .name_length = two(entry + 28),
                      .packed = packed,
                      .size = size,
                      .compressed = method == DEFLATED,
                      .crc = four(entry + 16)};
  return find_bytes(archive, local, out, err);
}

status_code zip_next(zip *archive, zip_member *out, bool *more, failure *err) {
  const uint8_t *entry = archive->bytes + archive->at;
  *more = archive->left > 0;
  if (!*more) return STATUS_OK;
  if (archive->end - archive->at < CENTRAL || !has_mark(entry, 1, 2))
    return bad(archive, archive->at, "not an entry of the zip archive's directory", err);
  const size_t length = (size_t)CENTRAL + two(entry + 28) + two(entry + 30) + two(entry + 32);
  if (archive->end - archive->at < length)
    return bad(archive, archive->at, "an entry that ends outside of the archive's directory", err);
  const status_code status = read_entry(archive, entry, out, err);
  archive->at += length;
  archive->left--;
  return status;
}
