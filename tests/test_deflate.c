/* Files that may be gzip'ed, written here with zlib itself; torn, broken and bomb-like ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/deflate.h"
#include "gzip.h"
#include "hostile.h"

enum { MOST = 1 << 20, KILO = 1 << 10, MEGA = 1 << 20 };

static const char text[] = "one sentence, one more sentence, and one more sentence again\n";

static void assert_read(const void *expected, size_t length) {
  uint8_t *bytes;
  size_t count;
  if (deflate_read(path, MOST, &bytes, &count, &err)) fail_msg("%s", err.message);
  assert_int_equal(count, length);
  assert_non_null(bytes);
  assert_memory_equal(bytes, expected, length);
  free(bytes);
}

static void assert_refused(size_t most, const char *rule) {
  uint8_t *bytes;
  size_t count;
  memset(&err, 0, sizeof err);
  status_code status = deflate_read(path, most, &bytes, &count, &err);
  if (status != STATUS_BAD_INPUT || !strstr(err.message, rule) || !strstr(err.message, path))
    fail_msg("status %d, \"%s\", but a word about \"%s\" is due", (int)status, err.message, rule);
  assert_null(bytes);
  assert_int_equal(count, 0);
}

static void test_plain(void **state) {
  (void)state;
  put(text, sizeof text);
  assert_read(text, sizeof text);
  put("", 0);
  assert_read("", 0);
  put("\x1f", 1);
  assert_read("\x1f", 1);
  put("\x1f\x8c\x08", 3);
  assert_read("\x1f\x8c\x08", 3);
}

/* The bytes of `printf hello | gzip -n`, with a name in the second. */
static void test_gzip_of_others(void **state) {
  (void)state;
  static const char bare[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
                             "\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00";
  static const char named[] = "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"
                              "name\x00"
                              "\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00";
  put(bare, sizeof bare - 1);
  assert_read("hello", 5);
  put(named, sizeof named - 1);
  assert_read("hello", 5);
}

static void test_members(void **state) {
  (void)state;
  char file[1000], expected[3 * sizeof text];
  size_t length = 0;
  for (size_t i = 0; i < 3; i++) {
    length += gzip_member(file + length, sizeof file - length, text, sizeof text);
    memcpy(expected + i * sizeof text, text, sizeof text);
  }
  put(file, length);
  assert_read(expected, sizeof expected);
  length = gzip_member(file, sizeof file, "", 0);
  put(file, length);
  assert_read("", 0);
}

/* More bytes than the first buffer holds, and exactly as many as are allowed. */
static void test_large(void **state) {
  (void)state;
  uint8_t *large = memory_get(MOST), *bytes;
  char *file = memory_get(MOST + KILO);
  uint64_t seed = 1;
  for (size_t i = 0; i < MOST; i++) large[i] = (uint8_t)(draw(&seed) % 16);
  put(file, gzip_member(file, MOST + KILO, large, MOST));
  assert_read(large, MOST);
  assert_refused(MOST - 1, "more than the 1048575 bytes");
  size_t count;
  assert_int_equal(deflate_read(path, SIZE_MAX, &bytes, &count, &err), STATUS_OK);
  assert_int_equal(count, MOST);
  free(bytes);
  put(large, MOST);
  assert_read(large, MOST);
  assert_refused(MOST - 1, "more than the 1048575 bytes");
  assert_refused(0, "more than the 0 bytes");
  free(large);
  free(file);
}

static void assert_head(size_t room, const void *expected, size_t length) {
  uint8_t head[100];
  size_t count;
  memset(head, 0x55, sizeof head);
  if (deflate_head(path, head, room, &count, &err)) fail_msg("%s", err.message);
  assert_int_equal(count, length);
  assert_memory_equal(head, expected, length);
  for (size_t i = length; i < sizeof head; i++) assert_int_equal(head[i], 0x55);
}

/* Plain, in one member, over two; cut and damaged where nobody asks any more. */
static void test_head(void **state) {
  (void)state;
  char file[1000];
  put(text, sizeof text);
  assert_head(10, text, 10);
  assert_head(100, text, sizeof text);
  put("", 0);
  assert_head(10, "", 0);
  size_t first = gzip_member(file, sizeof file, text, 4);
  size_t length = first + gzip_member(file + first, sizeof file - first, text + 4, sizeof text - 4);
  put(file, length);
  assert_head(0, "", 0);
  assert_head(3, text, 3);
  assert_head(10, text, 10);
  assert_head(100, text, sizeof text);
  put(file, length - 1);
  assert_head(10, text, 10);
  put(file, first + 5);
  assert_head(10, text, 4);
  file[first - 8] ^= 1;
  put(file, length);
  assert_head(10, text, 4);
  uint8_t head[1];
  size_t count;
  assert_int_equal(deflate_head(folder, head, 1, &count, &err), STATUS_BAD_INPUT);
  assert_int_equal(files_remove(path, &err), STATUS_OK);
  assert_int_equal(deflate_head(path, head, 1, &count, &err), STATUS_NO_INPUT);
}

static void test_missing(void **state) {
  (void)state;
  uint8_t *bytes;
  size_t count;
  assert_int_equal(deflate_read(path, MOST, &bytes, &count, &err), STATUS_NO_INPUT);
  assert_int_equal(deflate_read(folder, MOST, &bytes, &count, &err), STATUS_BAD_INPUT);
}

static void test_every_truncation(void **state) {
  (void)state;
  char file[1000];
  size_t first = gzip_member(file, sizeof file, text, sizeof text);
  size_t length = first + gzip_member(file + first, sizeof file - first, text, sizeof text);
  for (size_t cut = 2; cut < length; cut++) {
    put(file, cut);
    if (cut == first)
      assert_read(text, sizeof text);
    else
      assert_refused(MOST, cut == first + 1 ? "1 bytes behind the gzip stream" : "cut off");
  }
}

static void test_damage(void **state) {
  (void)state;
  char file[1000];
  size_t length = gzip_member(file, sizeof file, text, sizeof text);
  static const struct {
    size_t from_end;
    const char *rule;
  } ends[] = {{8, "incorrect data check"}, {5, "incorrect data check"}, {1, "incorrect length"}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    file[length - ends[i].from_end] ^= 1;
    put(file, length);
    assert_refused(MOST, ends[i].rule);
    file[length - ends[i].from_end] ^= 1;
  }
  memset(file + length, 0, 3);
  put(file, length + 3);
  assert_refused(MOST, "3 bytes behind the gzip stream");
  file[2] = 7;
  put(file, length);
  assert_refused(MOST, "unknown compression method");
  file[2] = 8;
  file[3] = (char)0x80;
  put(file, length);
  assert_refused(MOST, "unknown header flags");
}

/* What is not refused is a plain file or differs in nothing that a checksum covers. */
static void test_mutations(void **state) {
  (void)state;
  uint64_t seed = 1;
  int refused = 0;
  for (int i = 0; i < 2000; i++) {
    char file[1000];
    size_t length = gzip_member(file, sizeof file, text, sizeof text);
    length = mutate(file, length, 20, "\x1f\x8b\x08\x01\x02\x04\x10\x20", &seed);
    put(file, length);
    uint8_t *bytes;
    size_t count;
    status_code status = deflate_read(path, MOST, &bytes, &count, &err);
    if (status == STATUS_BAD_INPUT) {
      refused++;
      continue;
    }
    assert_int_equal(status, STATUS_OK);
    bool packed = length >= 2 && file[0] == '\x1f' && file[1] == '\x8b';
    assert_int_equal(count, packed ? sizeof text : length);
    assert_memory_equal(bytes, packed ? text : file, count);
    free(bytes);
  }
  assert_true(refused > 1000 && refused < 2000);
}

static void assert_bomb_refused(void) {
  long before = peak();
  assert_refused(16 * MEGA, "more than the 16777216 bytes");
  assert_true(peak() - before < 50 * MEGA);
}

/* 10 GB of zeros in 1000 members of 10 MB, and in one member that never ends: after a full flush
 * the packed zeros are the same bytes each time. */
static void test_bombs(void **state) {
  (void)state;
  static char zeros[MEGA], packed[64 * KILO];
  for (int endless = 0; endless <= 1; endless++) {
    z_stream z;
    gzip_begin(&z, packed, sizeof packed);
    size_t head = 0, length = 0;
    for (int i = 0; i < 10; i++) {
      gzip_add(&z, zeros, sizeof zeros, endless ? Z_FULL_FLUSH : i < 9 ? Z_NO_FLUSH : Z_FINISH);
      if (endless && i == 0) head = z.total_out;
    }
    length = z.total_out;
    deflateEnd(&z);
    remove(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(packed, 1, head, file), head);
    for (int i = 0; i < 1000; i++)
      assert_int_equal(fwrite(packed + head, 1, length - head, file), length - head);
    assert_int_equal(fclose(file), 0);
    assert_bomb_refused();
  }
}

static void test_pack(void **state) {
  (void)state;
  arena a = {0};
  for (size_t count = 0; count <= sizeof text; count += sizeof text) {
    size_t packed;
    const uint8_t *stream = deflate_pack(&a, (const uint8_t *)text, count, &packed);
    uint8_t back[sizeof text + 1];
    uLongf length = sizeof back;
    assert_int_equal(uncompress(back, &length, stream, packed), Z_OK);
    assert_int_equal(length, count);
    assert_memory_equal(back, text, count);
  }
  arena_close(&a);
}

/* The check value of CRC-32 of "123456789", at once and in two parts. */
static void test_crc32(void **state) {
  (void)state;
  const uint8_t *digits = (const uint8_t *)"123456789";
  assert_int_equal(deflate_crc32(0, digits, 9), 0xcbf43926);
  assert_int_equal(deflate_crc32(deflate_crc32(0, digits, 4), digits + 4, 5), 0xcbf43926);
  assert_int_equal(deflate_crc32(7, NULL, 0), 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_plain),
      TEST(test_gzip_of_others),
      TEST(test_members),
      TEST(test_large),
      TEST(test_head),
      TEST(test_missing),
      TEST(test_every_truncation),
      TEST(test_damage),
      TEST(test_mutations),
      TEST(test_bombs),
      TEST(test_pack),
      TEST(test_crc32),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
