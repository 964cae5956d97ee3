/* A table in a private folder, from CSV made by hand. */
#ifndef TESTS_TABLE_FIXTURE_H
#define TESTS_TABLE_FIXTURE_H

#include "folder.h"

#include "report/table.h"

static inline status_code table_try(folder *f, const char *declaration, const char *columns,
                                    bool partial, FILE *screen, failure *err) {
  const table_request request = {.folder = f->path,
                                 .name = "table2",
                                 .metrics = METRICS,
                                 .declaration = folder_value(f, declaration),
                                 .script_folder = f->path,
                                 .columns = folder_value(f, columns),
                                 .partial = partial};
  return table_write(&request, screen, err);
}

/* Writes the table; what it prints. */
static inline const char *table_shown(folder *f, const char *declaration, const char *columns,
                                      bool partial) {
  char *text = NULL;
  size_t length = 0;
  FILE *screen = open_memstream(&text, &length);
  failure err = {0};
  if (table_try(f, declaration, columns, partial, screen, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  fclose(screen);
  const char *copy = arena_text(&f->memory, text);
  free(text);
  return copy;
}

static inline const char *table_printed(folder *f, const char *declaration, const char *columns) {
  return table_shown(f, declaration, columns, false);
}

static inline void table_refused(folder *f, const char *declaration, const char *columns,
                                 const char *message) {
  failure err = {0};
  assert_int_equal(table_try(f, declaration, columns, false, NULL, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message, message);
}

#endif
