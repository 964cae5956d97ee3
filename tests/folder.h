/* A private folder for a test, and texts in it. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include "base/files.h"
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those and this before it */
#include <setjmp.h>

#include <cmocka.h>

typedef struct folder {
  arena memory;
  char path[64];
} folder;

static inline int folder_set_up(void **state) {
  folder *f = memory_get(sizeof *f);
  *state = f;
  snprintf(f->path, sizeof f->path, "/tmp/hifm-test-XXXXXX");
  return mkdtemp(f->path) ? 0 : -1;
}

static inline int folder_tear_down(void **state) {
  folder *f = *state;
  status_code status = files_remove(f->path, NULL);
  arena_close(&f->memory);
  free(f);
  return status == STATUS_OK ? 0 : -1;
}

static inline const char *folder_path(folder *f, const char *name) {
  return arena_format(&f->memory, "%s/%s", f->path, name);
}

static inline void folder_write(folder *f, const char *name, const char *text) {
  assert_int_equal(files_write(folder_path(f, name), text, strlen(text), NULL), STATUS_OK);
}

static inline const char *folder_read(folder *f, const char *name) {
  char *bytes = NULL;
  size_t length;
  failure err = {0};
  if (files_read(folder_path(f, name), 1 << 24, &bytes, &length, &err)) fail_msg("%s", err.message);
  const char *text = arena_text(&f->memory, bytes);
  free(bytes);
  return text;
}

/* A declaration as JSON, with ' for ". */
static inline const value *folder_value(folder *f, const char *json) {
  char *text = arena_text(&f->memory, json);
  const value *out = NULL;
  failure err = {0};
  for (char *c = text; *c; c++)
    if (*c == '\'') *c = '"';
  if (json_parse(&f->memory, text, strlen(text), "test", &out, &err)) fail_msg("%s", err.message);
  return out;
}

#endif
