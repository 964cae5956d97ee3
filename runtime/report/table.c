#include "report/table.h"

#include "base/files.h"
#include "report/page.h"

#include <stdlib.h>

static const char CSV[] = ".csv";

/* The keys come first: a misspelt one is not to be found by what it leads to. */
static status_code open(table_parts *p, const table_request *request, const csv_table *runs,
                        failure *err) {
  *p = (table_parts){.spread = -1};
  status_code status = entries_check_name("a table", request->name, err);
  const char *where = arena_format(&p->memory, "table %.100s", request->name);
  if (status == STATUS_OK) status = keys_check(where, request->declaration, KEYS_TABLE, err);
  arena_close(&p->memory);
  return status == STATUS_OK ? table_open(p, request, runs, err) : status;
}

static status_code make(table_parts *p, csv_table *csv, failure *err) {
  status_code status = table_find_notes(p, err);
  if (status == STATUS_OK) status = table_find_spread(p, err);
  if (status == STATUS_OK) status = table_find_sources(p, err);
  if (status == STATUS_OK) status = table_find_groups(p, err);
  if (status == STATUS_OK) status = table_find_ranks(p, err);
  if (status == STATUS_OK) status = table_sort(p, err);
  if (status == STATUS_OK) status = table_fill(p, csv, err);
  if (status != STATUS_OK) return status;
  if (p->request->validation)
    table_add_note(
        p, arena_format(&p->memory, "Best weights are chosen on %s.", p->request->validation));
  table_note_epochs(p);
  table_note_seeds(p, csv);
  table_note_points(p, csv);
  table_note_alike(p, csv);
  return status;
}

static const char *path_of(table_parts *p, const char *ending) {
  return arena_format(&p->memory, "%s/%s%s", p->request->folder, p->request->name, ending);
}

static status_code write_text(table_parts *p, const csv_table *csv, const table_style *style,
                              failure *err) {
  text_buffer text = {0};
  table_text(&text, p, csv, style);
  status_code status = files_write(path_of(p, style->ending), text.text, text.length, err);
  free(text.text);
  return status;
}

static status_code write_files(table_parts *p, const csv_table *csv, failure *err) {
  status_code status = csv_table_write(csv, path_of(p, CSV), err);
  for (const table_style *style = TABLE_STYLES; style->ending && status == STATUS_OK; style++)
    status = write_text(p, csv, style, err);
  return status;
}

void table_remove(const char *folder, const char *name) {
  entries_remove(folder, name, CSV, NULL);
  for (const table_style *style = TABLE_STYLES; style->ending; style++)
    entries_remove(folder, name, style->ending, NULL);
}

static void print_text(const table_parts *p, const csv_table *csv, FILE *screen) {
  text_buffer text = {0};
  table_text(&text, p, csv, &TABLE_SCREEN);
  fputs(text.text, screen);
  free(text.text);
}

const char *table_endings(arena *a) {
  const char *all = CSV;
  for (const table_style *style = TABLE_STYLES; style->ending; style++)
    all = arena_format(a, "%s, %s", all, style->ending);
  return all;
}

status_code table_check(const table_request *request, const csv_table *runs, failure *err) {
  table_parts p;
  csv_table csv = {0};
  status_code status = open(&p, request, runs, err);
  if (status == STATUS_OK) status = make(&p, &csv, err);
  csv_table_close(&csv);
  table_close(&p);
  return status;
}

/* A table that is made of a folder's runs.csv; close it also after a failure. */
typedef struct made_table {
  table_parts parts;
  csv_table runs, csv;
} made_table;

static void close_made(made_table *t) {
  csv_table_close(&t->csv);
  table_close(&t->parts);
  csv_table_close(&t->runs);
}

/* *read: runs.csv is there, so that t is to be closed. */
static status_code make_of_folder(made_table *t, const table_request *request, bool *read,
                                  failure *err) {
  arena memory = {0};
  t->csv = (csv_table){0};
  status_code status =
      csv_table_read(&t->runs, arena_format(&memory, "%s/runs.csv", request->folder), err);
  arena_close(&memory);
  *read = status == STATUS_OK;
  if (status == STATUS_OK) status = open(&t->parts, request, &t->runs, err);
  return status == STATUS_OK ? make(&t->parts, &t->csv, err) : status;
}

status_code table_page(const table_request *request, text_buffer *out, failure *err) {
  made_table t;
  bool read;
  status_code status = make_of_folder(&t, request, &read, err);
  if (!read) return status;
  if (status == STATUS_OK) table_text(out, &t.parts, &t.csv, &TABLE_PAGE);
  close_made(&t);
  return status;
}

status_code table_write(const table_request *request, FILE *screen, failure *err) {
  made_table t;
  bool read;
  status_code status = make_of_folder(&t, request, &read, err);
  if (!read) return status;
  if (status == STATUS_OK) status = write_files(&t.parts, &t.csv, err);
  if (status == STATUS_OK && screen) print_text(&t.parts, &t.csv, screen);
  close_made(&t);
  if (status != STATUS_OK) table_remove(request->folder, request->name);
  return status;
}
