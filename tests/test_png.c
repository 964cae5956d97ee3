/* PNG files, taken apart again: signature, chunks, checksums, and the pixels through zlib. */
#include "base/png.h"
#include "folder.h"

#include <zlib.h>

static failure err;

static size_t number(const uint8_t *bytes) {
  return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

/* The data of the chunk at *at, which is of this type; moves *at behind it. */
static const uint8_t *chunk(const uint8_t *file, size_t length, size_t *at, const char *type,
                            size_t *size) {
  assert_true(*at + 12 <= length);
  *size = number(file + *at);
  const uint8_t *data = file + *at + 8;
  assert_true(*size <= length - *at - 12);
  assert_memory_equal(file + *at + 4, type, 4);
  assert_int_equal(number(data + *size), crc32(0, file + *at + 4, (uInt)*size + 4));
  *at += *size + 12;
  return data;
}

static void assert_pixels(const char *path, const uint8_t *pixels, size_t width, size_t height) {
  char *bytes;
  size_t length, size, at = 8;
  assert_int_equal(files_read(path, 1 << 24, &bytes, &length, &err), STATUS_OK);
  const uint8_t *file = (const uint8_t *)bytes;
  assert_memory_equal(file, "\x89PNG\r\n\x1a\n", 8);
  const uint8_t *header = chunk(file, length, &at, "IHDR", &size);
  assert_int_equal(size, 13);
  assert_int_equal(number(header), width);
  assert_int_equal(number(header + 4), height);
  assert_memory_equal(header + 8, "\x08\0\0\0\0", 5); /* 8 bits, gray, the only methods there are */
  const uint8_t *stream = chunk(file, length, &at, "IDAT", &size);
  uLongf room = (width + 1) * height + 1;
  uint8_t *rows = memory_get(room);
  assert_int_equal(uncompress(rows, &room, stream, size), Z_OK);
  assert_int_equal(room, (width + 1) * height);
  for (size_t y = 0; y < height; y++) {
    assert_int_equal(rows[y * (width + 1)], 0);
    assert_memory_equal(rows + y * (width + 1) + 1, pixels + y * width, width);
  }
  chunk(file, length, &at, "IEND", &size);
  assert_int_equal(size, 0);
  assert_int_equal(at, length);
  free(rows);
  free(bytes);
}

static void test_round_trips(void **state) {
  static const size_t sizes[][2] = {{1, 1}, {1, 300}, {300, 1}, {3, 2}, {257, 129}};
  const char *path = folder_path(*state, "a.png");
  uint32_t seed = 1;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const size_t width = sizes[i][0], height = sizes[i][1];
    uint8_t *pixels = memory_get(width * height);
    for (size_t k = 0; k < width * height; k++) {
      seed = seed * 1664525 + 1013904223;
      pixels[k] = (uint8_t)(seed >> 24);
    }
    assert_int_equal(png_write(path, pixels, width, height, &err), STATUS_OK);
    assert_pixels(path, pixels, width, height);
    free(pixels);
  }
}

static void test_same_bytes_again(void **state) {
  const uint8_t pixels[] = {0, 50, 100, 150, 200, 255};
  const char *path = folder_path(*state, "a.png"), *other = folder_path(*state, "b.png");
  char *first, *second;
  size_t one, two;
  assert_int_equal(png_write(path, pixels, 3, 2, &err), STATUS_OK);
  assert_int_equal(png_write(other, pixels, 3, 2, &err), STATUS_OK);
  assert_int_equal(files_read(path, 1000, &first, &one, &err), STATUS_OK);
  assert_int_equal(files_read(other, 1000, &second, &two, &err), STATUS_OK);
  assert_int_equal(one, two);
  assert_memory_equal(first, second, one);
  free(first);
  free(second);
}

static void test_refused(void **state) {
  const char *path = folder_path(*state, "refused.png");
  const uint8_t pixel = 0;
  static const size_t sizes[][2] = {
      {0, 1}, {1, 0}, {PNG_PIXELS_MAX, 2}, {SIZE_MAX, SIZE_MAX}, {2, SIZE_MAX / 2 + 1}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    assert_int_equal(png_write(path, &pixel, sizes[i][0], sizes[i][1], &err), STATUS_BAD_INPUT);
    assert_non_null(strstr(err.message, "a picture has 1 to"));
    assert_false(files_exists(path));
  }
  path = folder_path(*state, "none/a.png");
  assert_int_equal(png_write(path, &pixel, 1, 1, &err), STATUS_CANNOT_CREATE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trips),
      cmocka_unit_test(test_same_bytes_again),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, folder_set_up, folder_tear_down);
}
