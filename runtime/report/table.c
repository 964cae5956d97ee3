#include "report/table.h"

#include "base/files.h"
#include "report/table_cells.h"
#include "report/table_epochs.h"
#include "report/table_notes.h"
#include "report/table_ranks.h"
#include "report/table_seeds.h"
#include "report/table_sources.h"
#include "report/table_text.h"

#include <stdlib.h>

static hifm_status check_keys(table_parts *p, hifm_error *err) {
  static const view_key known[] = {{"title", VALUE_TEXT}, {"columns", VALUE_NULL},
                                   {"sort", VALUE_TEXT},  {"ranks", VALUE_NULL},
                                   {"paper", VALUE_TEXT}, {"notes", VALUE_NULL}};
  const char *where = arena_format(&p->memory, "table %s", p->request->name);
  return view_check_keys(where, p->request->declaration, known, sizeof known / sizeof *known, err);
}

static hifm_status make(table_parts *p, rows *csv, hifm_error *err) {
  hifm_status status = check_keys(p, err);
  if (status == HIFM_OK) status = table_find_notes(p, err);
  if (status == HIFM_OK) status = table_find_sources(p, err);
  if (status == HIFM_OK) status = table_find_ranks(p, err);
  if (status == HIFM_OK) status = table_fill(p, csv, err);
  if (status != HIFM_OK) return status;
  table_note_epochs(p);
  table_note_seeds(p, csv);
  return status;
}

static const char *path_of(table_parts *p, const char *ending) {
  return arena_format(&p->memory, "%s/%s%s", p->request->view, p->request->name, ending);
}

static hifm_status write_text(table_parts *p, const rows *csv, const char *ending,
                              table_style style, hifm_error *err) {
  text_buffer text = {0};
  table_text(&text, p, csv, style);
  hifm_status status = files_write(path_of(p, ending), text.text, text.length, err);
  free(text.text);
  return status;
}

static void print_text(const table_parts *p, const rows *csv, FILE *screen) {
  text_buffer text = {0};
  table_text(&text, p, csv, TABLE_SCREEN);
  fputs(text.text, screen);
  free(text.text);
}

hifm_status table_check(const table_request *request, const rows *runs, hifm_error *err) {
  table_parts p;
  rows csv = {0};
  hifm_status status = view_check_name("a table", request->name, err);
  if (status != HIFM_OK) return status;
  status = table_open(&p, request, runs, err);
  if (status == HIFM_OK) status = make(&p, &csv, err);
  rows_close(&csv);
  table_close(&p);
  return status;
}

static hifm_status read_runs(const table_request *request, rows *runs, hifm_error *err) {
  arena memory = {0};
  hifm_status status = rows_read(runs, arena_format(&memory, "%s/runs.csv", request->view), err);
  arena_close(&memory);
  return status;
}

hifm_status table_write(const table_request *request, FILE *screen, hifm_error *err) {
  static const char *const endings[] = {".csv", ".md", ".tex"};
  table_parts p;
  rows runs, csv = {0};
  hifm_status status = view_check_name("a table", request->name, err);
  if (status == HIFM_OK) status = read_runs(request, &runs, err);
  if (status != HIFM_OK) return status;
  status = table_open(&p, request, &runs, err);
  if (status == HIFM_OK) status = make(&p, &csv, err);
  if (status == HIFM_OK) status = rows_write(&csv, path_of(&p, ".csv"), err);
  if (status == HIFM_OK) status = write_text(&p, &csv, ".md", TABLE_MARKDOWN, err);
  if (status == HIFM_OK) status = write_text(&p, &csv, ".tex", TABLE_LATEX, err);
  if (status == HIFM_OK && screen) print_text(&p, &csv, screen);
  rows_close(&csv);
  table_close(&p);
  rows_close(&runs);
  if (status != HIFM_OK) view_remove(request->view, request->name, endings, 3, NULL);
  return status;
}
