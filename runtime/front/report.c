#include "base/text.h"
#include "front/report_parts.h"

#include "base/files.h"
#include "report/figure.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_FIGURE = 64 << 20 };
enum { TABLES, FIGURES, RUNS, ORIGIN, CALLS, SECTION_COUNT };
static const page_section ALL_SECTIONS[SECTION_COUNT] = {[TABLES] = {"tables", "Tables"},
                                                         [FIGURES] = {"figures", "Figures"},
                                                         [RUNS] = {"runs", "Runs"},
                                                         [ORIGIN] = {"origin", "How it was made"},
                                                         [CALLS] = {"commands", "Commands"}};

static const char *path_of(report *r, const char *name, const char *ending) {
  return arena_format(&r->memory, "%s/%s%s", r->s->folder, name, ending);
}

/* ---- its sections ---------------------------------------------------------------------------- */

static status_code add_tables(report *r, failure *err) {
  const value *tables = value_get(r->s->plan, "tables");
  status_code status = STATUS_OK;
  for (size_t i = 0; i < tables->count && status == STATUS_OK; i++) {
    const table_request request = session_table(r->s, i);
    status = table_page(&request, &r->text, err);
  }
  return status;
}

static status_code add_figure(report *r, const char *name, failure *err) {
  char *svg;
  size_t length;
  const char *path = path_of(r, name, ".svg");
  if (!files_exists(path)) {
    const char *why = "no figure: nothing is measured yet, or gnuplot is not installed";
    page_add_note(&r->text, arena_format(&r->memory, "%s: %s.", name, why));
    return STATUS_OK;
  }
  status_code status = files_read(path, LARGEST_FIGURE, &svg, &length, err);
  if (status != STATUS_OK) return status;
  failure inner = {.message = ""};
  status = page_add_figure(&r->text, svg, arena_format(&r->memory, "%s-", name), &inner);
  if (status != STATUS_OK) failure_set(err, status, "%s: %s", path, inner.message);
  free(svg);
  return status;
}

static status_code add_figures(report *r, failure *err) {
  const value *figures = value_get(r->s->plan, "figures");
  status_code status = STATUS_OK;
  for (size_t i = 0; i < figures->count && status == STATUS_OK; i++)
    status = add_figure(r, figures->keys[i], err);
  return status;
}

static status_code add_section(report *r, size_t which, failure *err) {
  status_code status = STATUS_OK;
  page_begin_section(&r->text, &ALL_SECTIONS[which]);
  if (which == TABLES) status = add_tables(r, err);
  if (which == FIGURES) status = add_figures(r, err);
  if (which == RUNS) report_add_runs(r);
  if (which == ORIGIN) report_add_origin(r);
  if (which == CALLS) report_add_commands(r);
  page_end_section(&r->text);
  return status;
}

/* ---- the page -------------------------------------------------------------------------------- */

/* "30 runs: 29 done, 1 failed" */
static const char *count_states(report *r) {
  const char *text =
      arena_format(&r->memory, "%zu run%s:", r->runs.count, text_plural(r->runs.count));
  const int column = csv_table_column(&r->runs, "status");
  const char *between = " ";
  for (run_status state = 0; column >= 0 && state < RUN_STATUS_COUNT; state++) {
    size_t count = 0;
    for (size_t i = 0; i < r->runs.count; i++)
      count += run_status_of(r->runs.cells[i][column]) == state;
    if (count == 0) continue;
    text = arena_format(&r->memory, "%s%s%zu %s", text, between, count, run_status_word(state));
    between = ", ";
  }
  return text;
}

static bool has_section(const report *r, size_t which) {
  if (which == TABLES) return value_get(r->s->plan, "tables")->count > 0;
  return which != FIGURES || value_get(r->s->plan, "figures")->count > 0;
}

static status_code add_page(report *r, failure *err) {
  const value *plan = r->s->plan;
  page_section sections[SECTION_COUNT + 1] = {{NULL, NULL}};
  size_t count = 0;
  for (size_t i = 0; i < SECTION_COUNT; i++)
    if (has_section(r, i)) sections[count++] = ALL_SECTIONS[i];
  const char *title = value_get_text(plan, "title", "");
  const page of = {.title = *title ? title : value_get_text(plan, "name", ""),
                   .question = value_get_text(plan, "question", ""),
                   .summary =
                       arena_format(&r->memory, "%s · %s",
                                    report_arguments(&r->memory, r->s->given), count_states(r)),
                   .sections = sections};
  page_begin(&r->text, &of);
  status_code status = STATUS_OK;
  for (size_t i = 0; i < SECTION_COUNT && status == STATUS_OK; i++)
    if (has_section(r, i)) status = add_section(r, i, err);
  page_end(&r->text);
  return status;
}

/* The CSV files, and the folders of the runs. A file of times may be missing: it is not a result.
 */
static status_code read_all(report *r, failure *err) {
  status_code status = csv_table_read(&r->runs, path_of(r, "runs", ".csv"), err);
  if (status != STATUS_OK) return status;
  if (csv_table_read(&r->timings, path_of(r, "timings", ".csv"), NULL) != STATUS_OK)
    r->timings = (csv_table){.count = 0};
  report_look(r);
  return STATUS_OK;
}

status_code report_write(const session *s, const char **path, failure *err) {
  report r = {.s = s};
  status_code status = read_all(&r, err);
  *path = arena_format(s->a, "%s/" REPORT_FILE, s->folder);
  if (status == STATUS_OK) status = add_page(&r, err);
  if (status == STATUS_OK) status = files_write(*path, r.text.text, r.text.length, err);
  csv_table_close(&r.runs);
  csv_table_close(&r.timings);
  free(r.text.text);
  arena_close(&r.memory);
  return status;
}

status_code report_renew(const session *s, failure *err) {
  const char *path = arena_format(s->a, "%s/" REPORT_FILE, s->folder);
  return files_exists(path) ? report_write(s, &path, err) : STATUS_OK;
}
