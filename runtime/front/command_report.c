/* hifm report: the grid as one HTML page. */
#include "base/files.h"
#include "front/report.h"

#include <string.h>

enum { DIGITS = 12 }; /* of an id in runs.csv */

static bool has_id(const csv_table *runs, size_t row, const char *column, const char *id) {
  const int at = csv_table_column(runs, column);
  return at >= 0 && strncmp(runs->cells[row][at], id, DIGITS) == 0;
}

/* Is runs.csv of the runs of this plan? */
static bool is_of_plan(const session *s, const csv_table *runs) {
  bool all = runs->count == s->jobs.row_count;
  for (size_t i = 0; i < runs->count && all; i++)
    all = has_id(runs, i, "train_id", s->jobs.rows[i].train_id) &&
          has_id(runs, i, "measure_id", s->jobs.rows[i].measure_id);
  return all;
}

/* Committed results have the CSV files of a grid without the folders of its runs. Made again, the
 * CSV files would have no numbers. */
static bool has_csv_alone(const session *s) {
  csv_table runs;
  for (size_t i = 0; i < s->jobs.row_count; i++)
    if (files_exists(s->jobs.rows[i].folder)) return false;
  const char *path = arena_format(s->a, "%s/runs.csv", s->folder);
  const bool found = csv_table_read(&runs, path, NULL) == STATUS_OK && is_of_plan(s, &runs);
  csv_table_close(&runs);
  return found;
}

static status_code refresh(session *s, failure *err) {
  if (!has_csv_alone(s)) {
    status_code status = session_record(s, err);
    if (status == STATUS_OK) session_explain_gaps(s);
    return status;
  }
  if (!s->given->quiet)
    fprintf(stderr,
            "%s/runs has no folder of these runs: %s/runs.csv, history.csv and timings.csv are "
            "used as they are\n",
            s->given->out, s->folder);
  return STATUS_OK;
}

status_code command_report(arena *a, const options *given, failure *err) {
  session s;
  const char *path;
  status_code status = session_open(&s, a, given, err);
  if (status == STATUS_OK) status = refresh(&s, err);
  if (status == STATUS_OK) status = session_write_tables(&s, NULL, err);
  if (status == STATUS_OK) status = session_write_figures(&s, given->quiet ? NULL : stderr, err);
  if (status == STATUS_OK) status = report_write(&s, &path, err);
  if (status == STATUS_OK) printf("%s\n", path);
  return status;
}
