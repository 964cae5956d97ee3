/* PNG as the W3C has it (Portable Network Graphics Specification, third edition): a signature, then
 * chunks of length, type, data and a CRC-32 of type and data; all numbers big-endian. */
#include "base/png.h"

#include "base/deflate.h"
#include "base/files.h"

#include <string.h>

enum { NUMBER = 4, HEADER = 13 };

static void put_number(uint8_t out[NUMBER], size_t number) {
  for (size_t i = 0; i < NUMBER; i++) out[i] = (uint8_t)(number >> (8 * (NUMBER - 1 - i)));
}

static status_code append_chunk(files_writer *file, const char type[NUMBER], const uint8_t *data,
                                size_t length, failure *err) {
  uint8_t head[2 * NUMBER], check[NUMBER];
  put_number(head, length);
  memcpy(head + NUMBER, type, NUMBER);
  put_number(check, deflate_crc32(deflate_crc32(0, head + NUMBER, NUMBER), data, length));
  status_code status = files_append(file, head, sizeof head, err);
  if (status == STATUS_OK) status = files_append(file, data, length, err);
  if (status == STATUS_OK) status = files_append(file, check, sizeof check, err);
  return status;
}

/* Each row begins with the number of its filter: 0, none. */
static uint8_t *pack_rows(arena *a, const uint8_t *pixels, size_t width, size_t height,
                          size_t *packed) {
  uint8_t *rows = arena_get(a, (width + 1) * height);
  for (size_t y = 0; y < height; y++) memcpy(rows + y * (width + 1) + 1, pixels + y * width, width);
  return deflate_pack(a, rows, (width + 1) * height, packed);
}

status_code png_write(const char *path, const uint8_t *pixels, size_t width, size_t height,
                      failure *err) {
  static const uint8_t SIGNATURE[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  uint8_t header[HEADER] = {[8] = 8 /* bits a pixel, gray, not interlaced */};
  if (width == 0 || height == 0 || width > PNG_PIXELS_MAX / height)
    return failure_set(err, STATUS_BAD_INPUT, "%s: %zu x %zu pixels; a picture has 1 to %d", path,
                       width, height, PNG_PIXELS_MAX);
  arena a = {0};
  files_writer file;
  size_t packed;
  put_number(header, width);
  put_number(header + NUMBER, height);
  const uint8_t *stream = pack_rows(&a, pixels, width, height, &packed);
  status_code status = files_begin(&file, path, err);
  if (status != STATUS_OK) goto done;
  status = files_append(&file, SIGNATURE, sizeof SIGNATURE, err);
  if (status == STATUS_OK) status = append_chunk(&file, "IHDR", header, sizeof header, err);
  if (status == STATUS_OK) status = append_chunk(&file, "IDAT", stream, packed, err);
  if (status == STATUS_OK) status = append_chunk(&file, "IEND", NULL, 0, err);
  if (status == STATUS_OK)
    status = files_commit(&file, err);
  else
    files_abandon(&file);
done:
  arena_close(&a);
  return status;
}
