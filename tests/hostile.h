/* For tests of readers of untrusted files: one file in a private folder, broken byte by byte. */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include "base/files.h"

#include <stdlib.h>
#include <string.h>

static char folder[256], path[300];
static failure err;

static int setup(void **state) {
  (void)state;
  const char *base = getenv("TMPDIR");
  memset(&err, 0, sizeof err);
  snprintf(folder, sizeof folder, "%s/hifm-hostile-XXXXXX", base ? base : "/tmp");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/file", folder);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  return files_remove(folder, &err) == STATUS_OK ? 0 : -1;
}

/* A new file each time: ext4 writes a truncated one to the disk at once, which costs seconds. */
static inline void put(const void *bytes, size_t length) {
  remove(path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

static uint64_t draw(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return *seed >> 33;
}

/* Up to three times sets, flips, removes or doubles a byte, or cuts; returns the new length, at
 * most 3 more. Two in three changes go into the first `head` bytes. `letters` are those that mean
 * something in the format. */
static inline size_t mutate(char *file, size_t length, size_t head, const char *letters,
                            uint64_t *seed) {
  for (size_t count = 1 + draw(seed) % 3; count > 0 && length > 0; count--) {
    size_t at = draw(seed) % (draw(seed) % 3 && length > head ? head : length);
    switch (draw(seed) % 6) {
    case 0:
      file[at] = (char)draw(seed);
      break;
    case 1:
      file[at] = (char)(file[at] ^ (1 << draw(seed) % 8));
      break;
    case 2:
      file[at] = letters[draw(seed) % strlen(letters)];
      break;
    case 3:
      memmove(file + at, file + at + 1, --length - at);
      break;
    case 4:
      memmove(file + at + 1, file + at, length++ - at);
      break;
    default:
      if (draw(seed) % 8 == 0) length = at;
    }
  }
  return length;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
