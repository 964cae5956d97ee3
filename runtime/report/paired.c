#include "report/paired.h"

#include "base/files.h"
#include "base/text.h"
#include "job/point_values.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

enum { COLUMN, ID_A, ID_B, POINTS, MEAN, SE, COLUMNS };
static const char *const HEADER[COLUMNS] = {"column", "measure_id_a", "measure_id_b",
                                            "points", "mean",         "se"};

/* Mean and variance by Welford's update. */
paired_difference paired_difference_of(const double *x, const double *y, size_t count) {
  double mean = 0, squares = 0;
  for (size_t i = 0; i < count; i++) {
    const double difference = x[i] - y[i], step = difference - mean;
    mean += step / (double)(i + 1);
    squares += step * (difference - mean);
  }
  const double n = (double)count;
  return (paired_difference){mean, count > 1 ? sqrt(squares / (n - 1) / n) : NAN};
}

bool paired_column(arena *a, const char *column, const char **audit, bool *best) {
  const char *dot = strchr(column, '.');
  if (!dot) return false;
  *audit = arena_format(a, "%.*s", (int)(dot - column), column);
  *best = strcmp(dot + 1, METRICS_BEST "_best") == 0;
  return *best || strcmp(dot + 1, METRICS_BEST "_last") == 0;
}

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct paired_writer {
  arena *a;
  const record_request *request;
  csv_table csv;
  const point_values **values; /* [rows] of one audit; NULL: none */
  paired_gaps gaps;
} paired_writer;

/* A file that is missing or damaged counts as none. */
static status_code read_row(paired_writer *w, size_t row, size_t audit, failure *err) {
  const run_row *it = &w->request->rows[row];
  const char *id = it->audit_ids[audit];
  const value *measured = NULL;
  failure why;
  w->values[row] = NULL;
  status_code status =
      result_read(w->a, job_measure_path(w->a, it->folder, id), id, &measured, &why);
  if (status == STATUS_OK && !measured) return STATUS_OK;
  if (status == STATUS_OK)
    status = point_values_read(w->a, it->folder, measured, &w->values[row], &why);
  if (status != STATUS_OK && !files_is_lost(status))
    return failure_set(err, status, "%s", why.message);
  const bool none = measured && !w->values[row], own = strcmp(id, it->measure_id) == 0;
  w->gaps.own += none && own;
  w->gaps.lost += none && !own;
  return STATUS_OK;
}

static const double *values_at(const paired_writer *w, size_t row, bool best) {
  const point_values *it = w->values[row];
  const double *values = !it ? NULL : best ? it->best : it->last;
  return values && point_values_are_whole(values, it->count) ? values : NULL;
}

static void add_pair(paired_writer *w, arena *a, const char *column, size_t one, size_t other,
                     const double *x, const double *y) {
  char points[FORMAT_ROOM], mean[FORMAT_ROOM], se[FORMAT_ROOM];
  const size_t count = w->values[one]->count;
  const paired_difference d = paired_difference_of(x, y, count);
  const char *cells[COLUMNS] = {[COLUMN] = column,
                                [ID_A] = arena_format(a, "%.12s", w->request->rows[one].measure_id),
                                [ID_B] =
                                    arena_format(a, "%.12s", w->request->rows[other].measure_id),
                                [POINTS] = format_number(points, (double)count),
                                [MEAN] = format_number(mean, d.mean),
                                [SE] = isnan(d.se) ? "" : format_number(se, d.se)};
  csv_table_add(&w->csv, cells);
}

static void add_column(paired_writer *w, const char *column, bool best) {
  for (size_t i = 0; i < w->request->row_count; i++) {
    arena brief = {0};
    const double *x = values_at(w, i, best);
    for (size_t k = i + 1; x && k < w->request->row_count; k++) {
      const double *y = values_at(w, k, best);
      if (!y || w->values[i]->count != w->values[k]->count ||
          strcmp(w->values[i]->points, w->values[k]->points) != 0)
        continue;
      add_pair(w, &brief, column, i, k, x, y);
    }
    arena_close(&brief);
  }
}

/* The columns of one audit; its files are read once. */
static status_code add_audit(paired_writer *w, size_t audit, const value *columns, failure *err) {
  arena memory = {0};
  const record_request *request = w->request;
  status_code status = STATUS_OK;
  bool read = false;
  w->a = &memory;
  w->values = arena_get(&memory, (request->row_count + 1) * sizeof *w->values);
  for (size_t i = 0; i < columns->count && status == STATUS_OK; i++) {
    const char *column = columns->items[i]->text, *name;
    bool best;
    if (!paired_column(&memory, column, &name, &best) || strcmp(name, request->audits[audit]) != 0)
      continue;
    for (size_t r = 0; r < request->row_count && !read && status == STATUS_OK; r++)
      status = read_row(w, r, audit, err);
    read = true;
    if (status == STATUS_OK) add_column(w, column, best);
  }
  arena_close(&memory);
  return status;
}

status_code paired_write(const char *folder, const record_request *request, const value *columns,
                         paired_gaps *gaps, failure *err) {
  arena a = {0};
  const char *path = arena_format(&a, "%s/" PAIRED_FILE, folder);
  paired_writer w = {.request = request};
  status_code status = STATUS_OK;
  if (columns->count == 0) {
    status = files_remove(path, err);
    arena_close(&a);
    return status;
  }
  csv_table_begin(&w.csv, HEADER, COLUMNS);
  for (size_t k = 0; k < request->audit_count && status == STATUS_OK; k++)
    status = add_audit(&w, k, columns, err);
  if (status == STATUS_OK) status = csv_table_write(&w.csv, path, err);
  *gaps = w.gaps;
  csv_table_close(&w.csv);
  arena_close(&a);
  return status;
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char *key_of(arena *a, const char *column, const char *one, const char *other) {
  const bool ordered = strcmp(one, other) < 0;
  return arena_format(a, "%s %s %s", column, ordered ? one : other, ordered ? other : one);
}

status_code paired_read(paired_file *f, const char *folder, failure *err) {
  *f = (paired_file){.csv = {.count = 0}};
  f->known = key_map_new(&f->memory);
  const char *path = arena_format(&f->memory, "%s/" PAIRED_FILE, folder);
  if (!files_exists(path)) return STATUS_OK;
  status_code status = csv_table_read(&f->csv, path, err);
  if (status != STATUS_OK) return status;
  bool fits = f->csv.columns == COLUMNS;
  for (size_t i = 0; i < COLUMNS && fits; i++) fits = strcmp(f->csv.header[i], HEADER[i]) == 0;
  if (!fits) {
    csv_table_close(&f->csv);
    return failure_set(err, STATUS_BAD_INPUT, "%s: its columns are not %s", path,
                       text_list(&f->memory, HEADER, COLUMNS));
  }
  for (size_t r = 0; r < f->csv.count; r++) {
    const char **row = f->csv.cells[r];
    key_map_put_text(&f->known, key_of(&f->memory, row[COLUMN], row[ID_A], row[ID_B]), r);
  }
  return STATUS_OK;
}

void paired_close(paired_file *f) {
  csv_table_close(&f->csv);
  arena_close(&f->memory);
}

/* The squared standard error of the difference of two rows. */
static double square_of(const paired_file *f, const char *column, const char *one,
                        const char *other, double *points) {
  arena a = {0};
  double se = NAN;
  const size_t row = key_map_get_text(&f->known, key_of(&a, column, one, other));
  arena_close(&a);
  if (row == KEY_MAP_ABSENT) return NAN;
  if (!text_number(f->csv.cells[row][SE], &se)) return NAN;
  text_number(f->csv.cells[row][POINTS], points);
  return se * se;
}

double paired_error(const paired_file *f, const char *column, const paired_term *terms,
                    size_t count, double *points) {
  double sum = 0;
  *points = NAN;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < i; k++) {
      if (strcmp(terms[i].measure_id, terms[k].measure_id) == 0) continue;
      sum -= terms[i].weight * terms[k].weight *
             square_of(f, column, terms[i].measure_id, terms[k].measure_id, points);
    }
  if (isnan(sum)) *points = NAN;
  if (count < 2 || isnan(sum)) return NAN;
  return sqrt(fmax(sum, 0)); /* rounding may give less than 0 */
}
