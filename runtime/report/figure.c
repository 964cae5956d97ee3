#include "report/figure.h"

#include "base/files.h"
#include "base/text.h"
#include "report/entries.h"
#include "report/figure_parts.h"
#include "report/groups.h"
#include "report/plot.h"
#include "report/record_histograms.h"

#include <stdlib.h>
#include <string.h>

/* A curve of more points than this is shown as dots and a smooth line. */
enum { PLAIN_POINTS = 60 };

/* ---- what is drawn --------------------------------------------------------------------------- */

/* A mean of fewer seeds than the others' says so. */
static void mark_fewer(figure *f) {
  size_t most = 0;
  for (size_t i = 0; i < f->picture.count; i++)
    if (f->picture.curves[i].runs > most) most = f->picture.curves[i].runs;
  for (curve *c = f->picture.curves; c < f->picture.curves + f->picture.count; c++)
    if (c->runs < most)
      c->label = arena_format(&f->memory, "%s (%zu of %zu)", c->label, c->runs, most);
}

/* *made stays false where gnuplot is not there. */
static status_code draw(figure *f, const char *terminal, const char *path, bool *made,
                        failure *err) {
  text_buffer script = {0};
  f->picture.drawn = strncmp(terminal, "png", 3) == 0;
  char *picture = NULL;
  size_t length = 0;
  figure_script(&script, &f->picture, terminal);
  status_code status = plot_run(script.text, script.length, &picture, &length, err);
  if (status == STATUS_OK && picture) {
    status = files_write(path, picture, length, err);
    *made = status == STATUS_OK;
  }
  free(picture);
  free(script.text);
  return status;
}

static status_code draw_both(figure *f, const char *path, bool *made, failure *err) {
  status_code status = draw(f, "svg", arena_format(&f->memory, "%s.svg", path), made, err);
  if (status != STATUS_OK || !*made) return status;
  /* Its points are larger than SVG's, and the legend's room is counted in those. */
  return draw(f, "pngcairo fontscale 0.75", arena_format(&f->memory, "%s.png", path), made, err);
}

static void make_curves(figure *f) {
  figure_picture *picture = &f->picture;
  if (!f->wanted.facet) f->wanted.facet = curves_choose_facet(&f->memory, &f->wanted);
  picture->panel_count = f->wanted.panel_count;
  picture->count = curves_make(&f->memory, &f->wanted, &picture->curves);
  picture->facet_count = curves_facets(&f->memory, &f->wanted, &picture->facets);
  picture->own_ranges = f->wanted.facet && groups_is_data(f->wanted.facet);
  for (size_t i = 0; i < picture->count; i++)
    picture->smooth |=
        !f->of_runs && !picture->histogram && picture->curves[i].count > PLAIN_POINTS;
  mark_fewer(f);
}

static bool has_points(const figure *f, size_t panel) {
  return curves_find_range(f->picture.curves, f->picture.count, panel, CURVES_ALL_FACETS,
                           f->picture.log_y[panel])
             .points > 0;
}

static status_code make(figure *f, bool *made, failure *err) {
  const figure_request *request = f->request;
  bool any = false;
  if (f->nothing) {
    failure_set(err, STATUS_OK, "%s", f->nothing);
    return STATUS_OK;
  }
  make_curves(f);
  for (size_t at = 0; at < f->wanted.panel_count; at++) any |= has_points(f, at);
  if (any)
    return draw_both(f, arena_format(&f->memory, "%s/%s", request->folder, request->name), made,
                     err);
  failure_set(err, STATUS_OK, "nothing is measured yet");
  return STATUS_OK;
}

static status_code remove_files(const figure_request *request, failure *err) {
  status_code status = entries_remove(request->folder, request->name, ".svg", err);
  return status == STATUS_OK ? entries_remove(request->folder, request->name, ".png", err) : status;
}

void figure_remove(const char *folder, const char *name) {
  const figure_request request = {.folder = folder, .name = name};
  remove_files(&request, NULL);
}

static figure begin(const figure_request *request) {
  figure f = {.request = request};
  f.known = columns_of(&f.memory, request->metrics);
  return f;
}

/* Only what is needed: history.csv may be large. */
static status_code read_files(figure *f, failure *err) {
  const value *declared = f->request->declaration;
  const bool is_histogram = figure_histogram(declared) != NULL;
  const bool course = !is_histogram && figure_is_course(value_get_text(declared, "x", "epoch"));
  const char *folder = f->request->folder, *file = is_histogram ? RECORD_HISTOGRAMS : "history";
  status_code status = STATUS_OK;
  if (course || is_histogram)
    status = csv_table_read(&f->history, arena_format(&f->memory, "%s/%s.csv", folder, file), err);
  if (status == STATUS_OK && course) figure_add_unfinished(f);
  if (status == STATUS_OK && (!course || value_get(declared, "only")))
    status = csv_table_read(&f->runs, arena_format(&f->memory, "%s/runs.csv", folder), err);
  return status;
}

status_code figure_write(const figure_request *request, bool *made, failure *err) {
  *made = false;
  status_code status = entries_check_name("a figure", request->name, err);
  if (status != STATUS_OK) return status;
  figure f = begin(request);
  status = read_files(&f, err);
  if (status == STATUS_OK) status = figure_read(&f, err);
  if (status == STATUS_OK) status = make(&f, made, err);
  csv_table_close(&f.history);
  csv_table_close(&f.runs);
  arena_close(&f.memory);
  if (status != STATUS_OK) remove_files(request, NULL);
  return status == STATUS_OK && !*made ? remove_files(request, err) : status;
}

status_code figure_check(const figure_request *request, const csv_table *history,
                         const csv_table *runs, failure *err) {
  figure f = begin(request);
  f.history = *history;
  f.runs = *runs;
  status_code status = entries_check_name("a figure", request->name, err);
  if (status == STATUS_OK) status = figure_read(&f, err);
  arena_close(&f.memory);
  return status;
}
