#include "front/run_views.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DIGITS = 12 }; /* of an id in runs.csv */

/* ---- reading --------------------------------------------------------------------------------- */

static void note_unread(run_views *views, status_code status, const failure *why) {
  if (status == STATUS_OK || files_is_lost(status) || views->unread.status != STATUS_OK) return;
  views->unread = *why;
}

/* Adds a view, unless neither of its files can be read. */
static void read_view(arena *a, const char *out, const char *name, run_views *views) {
  failure why;
  const value *maker = NULL;
  struct stat info = {0};
  run_view *view = &views->items[views->count];
  *view = (run_view){.name = name, .folder = arena_format(a, "%s/%s", out, name), .train = -1};
  const char *path = arena_format(a, "%s/runs.csv", view->folder);
  const status_code made =
      json_read(a, arena_format(a, "%s/script.json", view->folder), &maker, &why);
  note_unread(views, made, &why);
  view->script = value_get_text(maker, "script", "");
  const status_code read = csv_table_read(&view->rows, path, &why);
  note_unread(views, read, &why);
  views->count += made == STATUS_OK || read == STATUS_OK;
  if (read != STATUS_OK || stat(path, &info) != 0) return;
  const int status = csv_table_column(&view->rows, "status");
  view->cells = status < 0 ? 0 : (size_t)status;
  view->train = csv_table_column(&view->rows, "train_id");
  view->when = (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
}

static bool is_view(const char *name) {
  return name[0] != '.' && strcmp(name, "runs") != 0 && strcmp(name, "cache") != 0;
}

static int newest_first(const void *x, const void *y) {
  const run_view *one = x, *other = y;
  if (one->when != other->when) return one->when > other->when ? -1 : 1;
  return strcmp(one->name, other->name);
}

/* The oldest view first, so that the newest ends in front. */
static void index_rows(arena *a, run_views *views) {
  size_t rows = 0, known = 0;
  for (size_t i = 0; i < views->count; i++) rows += views->items[i].rows.count;
  views->asked = arena_get(a, (rows + 1) * sizeof *views->asked);
  for (size_t i = views->count; i-- > 0;) {
    const run_view *view = &views->items[i];
    for (size_t row = 0; view->train >= 0 && row < view->rows.count; row++) {
      const char *id = view->rows.cells[row][view->train];
      size_t at = key_map_get_text(&views->known, id);
      if (at == KEY_MAP_ABSENT) key_map_put_text(&views->known, id, at = known++);
      run_asked *asked = arena_get(a, sizeof *asked);
      *asked = (run_asked){view, row, views->asked[at]};
      views->asked[at] = asked;
    }
  }
}

run_views run_views_read(arena *a, const char *out) {
  failure why;
  const value *names;
  run_views views = {.known = key_map_new(a)};
  note_unread(&views, folders_list(a, out, &names, &why), &why);
  views.items = arena_get(a, (names->count + 1) * sizeof *views.items);
  for (size_t i = 0; i < names->count; i++)
    if (is_view(names->items[i]->text)) read_view(a, out, names->items[i]->text, &views);
  if (views.count) qsort(views.items, views.count, sizeof *views.items, newest_first);
  index_rows(a, &views);
  return views;
}

void run_views_close(run_views *views) {
  for (size_t i = 0; i < views->count; i++) csv_table_close(&views->items[i].rows);
  views->count = 0;
}

/* ---- asking ---------------------------------------------------------------------------------- */

const run_asked *run_views_find(const run_views *views, const char *id) {
  const size_t length = strlen(id);
  if (length < DIGITS) return NULL;
  const size_t at = key_map_get(&views->known, id, DIGITS);
  return at == KEY_MAP_ABSENT ? NULL : views->asked[at];
}

const char *run_views_cell(const run_asked *asked, const char *column) {
  const run_view *view = asked->view;
  for (size_t i = 0; i < view->cells; i++)
    if (strcmp(view->rows.header[i], column) == 0) return view->rows.cells[asked->row][i];
  return NULL;
}

/* "formation+project": a label does not say which of the stages that vary a flow has. NULL: the
 * cell is not a label, but the name itself. */
static const char *label_of(arena *a, const run_asked *asked, const run_setting *of) {
  const char *path = of->path, *label = run_views_cell(asked, path);
  if (!label || !*label || strcmp(label, of->text) == 0) return NULL;
  const run_view *view = asked->view;
  const size_t length = strlen(path);
  for (size_t i = 0; i < view->cells; i++) {
    const char *column = view->rows.header[i];
    if (strncmp(column, path, length) != 0 || column[length] != '.') continue;
    if (strcmp(view->rows.cells[asked->row][i], "yes") != 0) continue;
    label = arena_format(a, "%s+%s", label, column + length + 1);
  }
  return label;
}

void run_views_label(arena *a, const run_views *views, run_info *run) {
  static const char *const LABELLED[] = {"dataset", "flow", "network"};
  const run_asked *asked = run_views_find(views, run->id);
  for (size_t i = 0; asked && i < run->settings.count; i++)
    for (size_t k = 0; k < sizeof LABELLED / sizeof *LABELLED; k++) {
      if (strcmp(run->settings.items[i].path, LABELLED[k]) != 0) continue;
      const char *label = label_of(a, asked, &run->settings.items[i]);
      if (label) run->settings.items[i].text = label;
    }
}
