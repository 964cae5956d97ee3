/* Folders of plugins, whole and broken, for tests of what opens them. */
#ifndef TESTS_PLUGIN_PLACE_H
#define TESTS_PLUGIN_PLACE_H

#include "base/blake2b.h"
#include "base/files.h"
#include "base/json.h"
#include "front/describe.h"
#include "hifm/energy.h"
#include "hifm/flow.h"
#include "host/catalogue.h"
#include "host/check.h"
#include "host/plugins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PLUGINS TEST_BINARY_DIR "/plugins"
#define FAKES   TEST_BINARY_DIR "/tests/fakes"

typedef struct place {
  arena memory;
  char *folder;
} place;

static inline int open_place(void **state) {
  static place here;
  const char *base = getenv("TMPDIR");
  here = (place){0};
  here.folder = arena_format(&here.memory, "%s/hifm-test-XXXXXX", base ? base : "/tmp");
  *state = &here;
  setenv("HIFM_PLUGIN_PATH", PLUGINS, 1);
  return mkdtemp(here.folder) ? 0 : -1;
}

static inline int close_place(void **state) {
  place *here = *state;
  files_remove(here->folder, NULL);
  arena_close(&here->memory);
  return 0;
}

static inline const char *fake(arena *a, const char *folder, const char *name) {
  return arena_format(a, FAKES "/%s/%s/%s.so", name, folder, name);
}

/* Copies the first `keep` bytes of a file (all when shorter). */
static inline void copy(place *here, const char *from, const char *to, size_t keep) {
  char *bytes = NULL;
  size_t length = 0;
  failure err;
  assert_int_equal(files_read(from, 1 << 26, &bytes, &length, &err), STATUS_OK);
  const char *path = arena_format(&here->memory, "%s/%s", here->folder, to);
  assert_int_equal(files_write(path, bytes, keep < length ? keep : length, &err), STATUS_OK);
  free(bytes);
}

static inline void make_folder(place *here, const char *name) {
  failure err;
  const char *path = arena_format(&here->memory, "%s/%s", here->folder, name);
  assert_int_equal(files_make_folder(path, &err), STATUS_OK);
}

static inline const value *parse(arena *a, const char *text) {
  const value *node = NULL;
  failure err;
  if (json_parse(a, text, strlen(text), "test", &node, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  return node;
}

#endif
