/* IDX files of images: read plain and gzip'ed, refused with the place of what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/idx.h"
#include "gzip.h"
#include "hostile.h"

enum { KILO = 1 << 10, MEGA = 1 << 20 };

/* A file with this first word and these dimensions, then so many bytes 0, 1, 2, ... */
static size_t build(uint8_t *out, uint32_t magic, size_t rank, const uint32_t *shape, size_t data) {
  size_t length = 0;
  for (size_t i = 0; i <= rank; i++)
    for (int shift = 24; shift >= 0; shift -= 8)
      out[length++] = (uint8_t)((i == 0 ? magic : shape[i - 1]) >> shift);
  for (size_t i = 0; i < data; i++) out[length++] = (uint8_t)i;
  return length;
}

static size_t build_good(uint8_t *out) {
  return build(out, 0x0803, 3, (const uint32_t[]){2, 3, 4}, 24);
}

static void assert_good(const uint8_t *expected, size_t length) {
  uint8_t *bytes;
  size_t count;
  idx_images images;
  if (idx_read(path, &bytes, &count, &images, &err)) fail_msg("%s", err.message);
  assert_int_equal(count, length);
  assert_memory_equal(bytes, expected, length);
  assert_int_equal(images.count, 2);
  assert_int_equal(images.height, 3);
  assert_int_equal(images.width, 4);
  assert_ptr_equal(images.pixels, bytes + 16);
  free(bytes);
}

static void assert_refused(const char *rule) {
  uint8_t *bytes;
  size_t count;
  idx_images images;
  memset(&err, 0, sizeof err);
  status_code status = idx_read(path, &bytes, &count, &images, &err);
  if (status != STATUS_BAD_INPUT || !strstr(err.message, rule) || !strstr(err.message, path))
    fail_msg("status %d, \"%s\", but a word about \"%s\" is due", (int)status, err.message, rule);
  assert_null(bytes);
  assert_int_equal(count, 0);
  assert_null(images.pixels);
}

static void test_plain_and_packed(void **state) {
  (void)state;
  uint8_t file[1000], packed[1000];
  const size_t length = build_good(file);
  put(file, length);
  assert_good(file, length);
  put(packed, gzip_member(packed, sizeof packed, file, length));
  assert_good(file, length);
  size_t first = gzip_member(packed, sizeof packed, file, 7);
  first += gzip_member(packed + first, sizeof packed - first, file + 7, length - 7);
  put(packed, first);
  assert_good(file, length);
}

static void test_missing(void **state) {
  (void)state;
  uint8_t *bytes;
  size_t count;
  idx_images images;
  assert_int_equal(idx_read(path, &bytes, &count, &images, &err), STATUS_NO_INPUT);
  assert_int_equal(idx_read(folder, &bytes, &count, &images, &err), STATUS_BAD_INPUT);
}

static const struct {
  uint32_t magic;
  size_t rank;
  uint32_t shape[4];
  size_t data;
  const char *rule;
} BAD_FILES[] = {
    /* the magic number */
    {0x00000803, 0, {0}, 0, "byte 4: the file ends inside the header"},
    {0x01000803, 3, {2, 3, 4}, 24, "byte 0: not an IDX file (it begins with 0x0100"},
    {0x00010803, 3, {2, 3, 4}, 24, "0x0001, not with 0x0000"},
    {0x03080000, 3, {2, 3, 4}, 24, "0x0308"}, /* the other byte order */
    {0x89504e47, 3, {2, 3, 4}, 24, "0x8950"}, /* a PNG */
    {0x3c68746d, 3, {2, 3, 4}, 24, "0x3c68"}, /* a page that says: not found */
    {0x934e554d, 3, {2, 3, 4}, 24, "0x934e"}, /* .npy */
    {0x00000000, 3, {2, 3, 4}, 24, "byte 2: items of type 0x00, but only 0x08"},
    {0x00000103, 3, {2, 3, 4}, 24, "type 0x01,"},
    {0x00000703, 3, {2, 3, 4}, 24, "type 0x07,"},
    {0x00000903, 3, {2, 3, 4}, 24, "0x09 (signed bytes)"},
    {0x00000a03, 3, {2, 3, 4}, 48, "type 0x0a,"},
    {0x00000b03, 3, {2, 3, 4}, 48, "0x0b (16-bit integers)"},
    {0x00000c03, 3, {2, 3, 4}, 96, "0x0c (32-bit integers)"},
    {0x00000d03, 3, {2, 3, 4}, 96, "0x0d (floats)"},
    {0x00000e03, 3, {2, 3, 4}, 192, "0x0e (doubles)"},
    {0x0000ff03, 3, {2, 3, 4}, 24, "type 0xff,"},
    /* the rank */
    {0x00000800, 0, {0}, 1, "byte 3: rank 0, but images have rank 3"},
    {0x00000801, 1, {24}, 24, "rank 1, as labels have, but"},
    {0x00000802, 2, {6, 4}, 24, "rank 2, but"},
    {0x00000804, 4, {2, 3, 4, 1}, 24, "rank 4, but"},
    {0x000008ff, 3, {2, 3, 4}, 24, "rank 255, but"},
    /* dimensions */
    {0x00000803, 1, {2}, 0, "byte 8: the file ends inside the header"},
    {0x00000803, 2, {2, 3}, 0, "byte 12: the file ends inside the header"},
    {0x00000803, 2, {2, 3}, 3, "byte 15: the file ends inside the header"},
    {0x00000803, 3, {0, 3, 4}, 0, "byte 4: 0 images"},
    {0x00000803, 3, {0, 0, 0}, 0, "byte 4: 0 images"},
    {0x00000803, 3, {2, 0, 4}, 0, "byte 8: images of 0 x 4 pixels"},
    {0x00000803, 3, {2, 3, 0}, 0, "byte 12: images of 3 x 0 pixels"},
    {0x00000803, 3, {1, 1001, 1000}, 30, "1001 x 1000 pixels, but at most 1000000"},
    {0x00000803, 3, {2, UINT32_MAX, UINT32_MAX}, 24, "at most 1000000"},
    {0x00000803, 3, {UINT32_MAX, UINT32_MAX, UINT32_MAX}, 24, "at most 1000000"},
    {0x00000803, 3, {1, 0x80000000, 2}, 24, "at most 1000000"},
    {0x00000803, 3, {1, 0x10000, 0x10000}, 0, "at most 1000000"}, /* 0 in 32 bits */
    {0x00000803, 3, {UINT32_MAX, 1000, 1000}, 24, "4294967295000016 bytes, but at most"},
    {0x00000803, 3, {0x01000000, 8, 8}, 24, "1073741840 bytes, but at most 1073741824"},
    {0x00000803, 3, {0x02000000, 3, 4}, 24, "truncated: 33554432 images"}, /* 384 MiB */
    {0x00000803, 3, {0x02000000, 0x03000000, 0x04000000}, 24, "at most"},  /* little endian */
    /* the data */
    {0x00000803, 3, {2, 3, 4}, 0, "byte 16: truncated: 2 images of 3 x 4 pixels need 40 bytes"},
    {0x00000803, 3, {2, 3, 4}, 1, "byte 17: truncated"},
    {0x00000803, 3, {2, 3, 4}, 12, "byte 28: truncated"},
    {0x00000803, 3, {2, 3, 4}, 23, "byte 39: truncated"},
    {0x00000803, 3, {3, 3, 4}, 24, "truncated: 3 images"},
    {0x00000803, 3, {2, 3, 4}, 25, "more than the 40 bytes"},
    {0x00000803, 3, {2, 3, 4}, 48, "more than the 40 bytes"},
    {0x00000803, 3, {1, 3, 4}, 24, "more than the 28 bytes"},
};

/* Each both plain and gzip'ed. */
static void test_bad_files(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof BAD_FILES / sizeof *BAD_FILES; i++) {
    uint8_t file[1000], packed[1000];
    size_t length =
        build(file, BAD_FILES[i].magic, BAD_FILES[i].rank, BAD_FILES[i].shape, BAD_FILES[i].data);
    put(file, length);
    assert_refused(BAD_FILES[i].rule);
    put(packed, gzip_member(packed, sizeof packed, file, length));
    assert_refused(BAD_FILES[i].rule);
  }
}

/* What only bytes in memory can be: longer than their header has it. */
static void test_trailing(void **state) {
  (void)state;
  uint8_t file[1000];
  idx_images images;
  const size_t length = build_good(file);
  assert_int_equal(idx_parse("m", file, length, &images, &err), STATUS_OK);
  assert_int_equal(idx_parse("m", file, length + 2, &images, &err), STATUS_BAD_INPUT);
  assert_string_equal(err.message,
                      "m: byte 40: 2 bytes behind the last of 2 images belong to nothing");
  assert_null(images.pixels);
}

static void test_every_truncation(void **state) {
  (void)state;
  uint8_t file[1000], packed[1000];
  const size_t length = build_good(file),
               short_length = gzip_member(packed, sizeof packed, file, length);
  for (size_t cut = 0; cut < length; cut++) {
    put(file, cut);
    assert_refused("byte ");
  }
  for (size_t cut = 2; cut < short_length; cut++) {
    put(packed, cut);
    assert_refused("cut off");
  }
  packed[short_length - 8] ^= 1; /* of the checksum */
  put(packed, short_length);
  assert_refused("incorrect data check");
}

/* What is not refused has as many pixels as its header says, all inside the bytes that were read.
 */
static void try_mutant(int *refused) {
  uint8_t *bytes;
  size_t count;
  idx_images images;
  status_code status = idx_read(path, &bytes, &count, &images, &err);
  if (status == STATUS_BAD_INPUT) {
    ++*refused;
    return;
  }
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(16 + images.count * images.height * images.width, count);
  assert_ptr_equal(images.pixels, bytes + 16);
  unsigned sum = 0;
  for (size_t i = 0; i < count; i++) sum += bytes[i];
  assert_true(sum <= 255 * count);
  free(bytes);
}

static void test_mutations(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (int gzip = 0; gzip <= 1; gzip++) {
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      uint8_t file[1000], packed[1000];
      size_t length = build_good(file);
      length = mutate((char *)file, length, 16, "\x01\x02\x03\x04\x08\x0d\xff", &seed);
      put(gzip ? packed : file, gzip ? gzip_member(packed, sizeof packed, file, length) : length);
      try_mutant(&refused);
    }
    assert_true(refused > 1000 && refused < 2000);
  }
}

/* Broken after it was packed. */
static void test_mutated_streams(void **state) {
  (void)state;
  uint64_t seed = 2;
  int refused = 0;
  for (int i = 0; i < 2000; i++) {
    uint8_t file[1000], packed[1000];
    size_t length = build_good(file);
    length = gzip_member(packed, sizeof packed, file, length);
    length = mutate((char *)packed, length, 20, "\x1f\x8b\x08\x01\x02\x04\x10\x20", &seed);
    put(packed, length);
    try_mutant(&refused);
  }
  assert_true(refused > 1000 && refused < 2000);
}

/* 10 GB of zeros behind this header, as one gzip member that never ends: after a full flush the
 * packed zeros are the same bytes each time. */
static void put_bomb(const uint8_t *head, size_t count) {
  static uint8_t zeros[MEGA], packed[64 * KILO];
  z_stream z;
  gzip_begin(&z, packed, sizeof packed);
  gzip_add(&z, head, count, Z_FULL_FLUSH);
  const size_t start = z.total_out;
  gzip_add(&z, zeros, sizeof zeros, Z_FULL_FLUSH);
  const size_t length = z.total_out - start;
  deflateEnd(&z);
  remove(path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(packed, 1, start, file), start);
  for (int i = 0; i < 10000; i++) assert_int_equal(fwrite(packed + start, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

/* A header stands before any memory is asked for: one of zeros, one of MNIST's test images, one
 * that tells the truth. */
static void test_bombs(void **state) {
  (void)state;
  uint8_t head[16];
  const long before = peak();
  memset(head, 0, sizeof head);
  put_bomb(head, sizeof head);
  assert_refused("byte 2: items of type 0x00");
  put_bomb(head, build(head, 0x0803, 3, (const uint32_t[]){10000, 28, 28}, 0));
  assert_refused("more than the 7840016 bytes");
  put_bomb(head, build(head, 0x0803, 3, (const uint32_t[]){10240000, 32, 32}, 0));
  assert_refused("10485760016 bytes, but at most");
  assert_true(peak() - before < 50 * MEGA);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_plain_and_packed), TEST(test_missing),
      TEST(test_bad_files),        TEST(test_trailing),
      TEST(test_every_truncation), TEST(test_mutations),
      TEST(test_mutated_streams),  TEST(test_bombs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
