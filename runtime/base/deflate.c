#include "base/deflate.h"

#include "base/files.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

enum { FIRST_ROOM = 64 << 10, GZIP_ONLY = 16 + MAX_WBITS, RAW = -MAX_WBITS };

/* zlib counts in unsigned int: longer texts are handed over piece by piece. */
static uInt piece(size_t left) {
  return left < UINT_MAX ? (uInt)left : UINT_MAX;
}

/* zlib's own memory comes from memory_array, which has no failure to hand on. */
static void *take(void *unused, uInt count, uInt size) {
  (void)unused;
  return memory_array(count, size);
}

static void release(void *unused, void *memory) {
  (void)unused;
  free(memory);
}

/* What comes out: at most `most` bytes, and one more to see that there are too many. */
typedef struct output {
  uint8_t *bytes;
  size_t used, room, most;
} output;

/* realloc moves pages instead of copying them, so that growing needs no second buffer. */
static status_code widen(output *out, failure *err) {
  size_t most = out->most < SIZE_MAX ? out->most + 1 : SIZE_MAX;
  size_t room = out->room < FIRST_ROOM / 2 ? FIRST_ROOM : 2 * out->room;
  if (room > most || room < out->room) room = most;
  uint8_t *wider = realloc(out->bytes, room);
  if (!wider) return failure_set(err, STATUS_NO_RESOURCE, "no memory for %zu unpacked bytes", room);
  out->bytes = wider;
  out->room = room;
  return STATUS_OK;
}

static bool is_gzip(const uint8_t *bytes, size_t count) {
  return count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; /* RFC 1952, section 2.3.1 */
}

static status_code fail_longer(const char *path, size_t most, failure *err) {
  return failure_set(err, STATUS_BAD_INPUT, "%s holds more than the %zu bytes such a file may have",
                     path, most);
}

/* From z->next_in to the end of one member. */
static status_code unpack_member(z_stream *z, const char *path, const files_map *map, output *out,
                                 failure *err) {
  for (;;) {
    status_code status = out->used == out->room ? widen(out, err) : STATUS_OK;
    if (status != STATUS_OK) return status;
    size_t at = (size_t)(z->next_in - map->bytes);
    z->avail_in = piece(map->length - at);
    z->next_out = out->bytes + out->used;
    z->avail_out = piece(out->room - out->used);
    int code = inflate(z, Z_NO_FLUSH);
    out->used = (size_t)(z->next_out - out->bytes);
    if (out->used > out->most) return fail_longer(path, out->most, err);
    if (code == Z_STREAM_END) return STATUS_OK;
    at = (size_t)(z->next_in - map->bytes);
    if (code != Z_OK && code != Z_BUF_ERROR)
      return failure_set(err, STATUS_BAD_INPUT,
                         "%s: the gzip stream is damaged before byte %zu: %s; get the file again",
                         path, at, z->msg ? z->msg : "zlib gives no reason");
    if (at == map->length && z->avail_out > 0)
      return failure_set(err, STATUS_BAD_INPUT,
                         "%s: the gzip stream is cut off at byte %zu; get the file again", path,
                         at);
  }
}

static status_code begin_unpacking(z_stream *z, failure *err) {
  if (inflateInit2(z, GZIP_ONLY) == Z_OK) return STATUS_OK;
  return failure_set(err, STATUS_BUG, "zlib %s does not fit hifm, built for zlib %s", zlibVersion(),
                     ZLIB_VERSION);
}

static status_code unpack(const char *path, const files_map *map, output *out, failure *err) {
  z_stream z = {.zalloc = take, .zfree = release, .next_in = map->bytes};
  status_code status = begin_unpacking(&z, err);
  if (status != STATUS_OK) return status;
  size_t left;
  do {
    status = unpack_member(&z, path, map, out, err);
    left = map->length - (size_t)(z.next_in - map->bytes);
  } while (status == STATUS_OK && is_gzip(z.next_in, left) && inflateReset(&z) == Z_OK);
  inflateEnd(&z);
  if (status == STATUS_OK && left > 0)
    status = failure_set(
        err, STATUS_BAD_INPUT,
        "%s: %zu bytes behind the gzip stream belong to nothing; get the file again", path, left);
  return status;
}

status_code deflate_read(const char *path, size_t most, uint8_t **bytes, size_t *count,
                         failure *err) {
  files_map map;
  output out = {.most = most};
  *bytes = NULL;
  *count = 0;
  status_code status = files_map_open(&map, path, err);
  if (status != STATUS_OK) return status;
  if (is_gzip(map.bytes, map.length)) {
    status = unpack(path, &map, &out, err);
  } else if (map.length > most) {
    status = fail_longer(path, most, err);
  } else {
    out.bytes = memory_get(map.length);
    out.used = map.length;
    if (map.length > 0) memcpy(out.bytes, map.bytes, map.length);
  }
  files_map_close(&map);
  if (status != STATUS_OK) {
    free(out.bytes);
    return status;
  }
  *bytes = out.bytes;
  *count = out.used;
  return STATUS_OK;
}

static status_code unpack_head(const files_map *map, uint8_t *bytes, size_t room, size_t *count,
                               failure *err) {
  z_stream z = {.zalloc = take,
                .zfree = release,
                .next_in = map->bytes,
                .avail_in = piece(map->length),
                .next_out = bytes,
                .avail_out = piece(room)};
  status_code status = begin_unpacking(&z, err);
  if (status != STATUS_OK) return status;
  int code;
  do code = inflate(&z, Z_SYNC_FLUSH);
  while (code == Z_STREAM_END && z.avail_out > 0 && inflateReset(&z) == Z_OK);
  *count = (size_t)(z.next_out - bytes);
  inflateEnd(&z);
  return STATUS_OK;
}

status_code deflate_head(const char *path, uint8_t *bytes, size_t room, size_t *count,
                         failure *err) {
  files_map map;
  *count = 0;
  status_code status = files_map_open(&map, path, err);
  if (status != STATUS_OK) return status;
  if (is_gzip(map.bytes, map.length)) {
    status = unpack_head(&map, bytes, room, count, err);
  } else {
    *count = map.length < room ? map.length : room;
    if (*count > 0) memcpy(bytes, map.bytes, *count);
  }
  files_map_close(&map);
  return status;
}

bool deflate_raw(const uint8_t *packed, size_t count, uint8_t *bytes, size_t room, size_t *got) {
  z_stream z = {.zalloc = take, .zfree = release, .next_in = packed, .next_out = bytes};
  *got = 0;
  if (inflateInit2(&z, RAW) != Z_OK) return false;
  int code;
  do {
    z.avail_in = piece(count - (size_t)(z.next_in - packed));
    z.avail_out = piece(room - (size_t)(z.next_out - bytes));
    code = inflate(&z, Z_NO_FLUSH);
  } while (code == Z_OK); /* Z_BUF_ERROR: no byte left to read, or no room */
  *got = (size_t)(z.next_out - bytes);
  inflateEnd(&z);
  return code == Z_STREAM_END && (size_t)(z.next_in - packed) == count;
}

uint8_t *deflate_pack(arena *a, const uint8_t *bytes, size_t count, size_t *packed) {
  z_stream z = {.zalloc = take, .zfree = release, .next_in = bytes};
  deflateInit(&z, Z_BEST_COMPRESSION);
  size_t room = deflateBound(&z, count);
  uint8_t *out = arena_get(a, room);
  z.next_out = out;
  int code;
  do {
    size_t left = count - z.total_in;
    z.avail_in = piece(left);
    z.avail_out = piece(room - z.total_out);
    code = deflate(&z, z.avail_in == left ? Z_FINISH : Z_NO_FLUSH);
  } while (code == Z_OK);
  *packed = z.total_out;
  deflateEnd(&z);
  return out;
}

uint32_t deflate_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  return count ? (uint32_t)crc32_z(crc, bytes, count) : crc;
}
