#include "front/run_views.h"

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DIGITS = 12 }; /* of an id in runs.csv */

/* ---- reading --------------------------------------------------------------------------------- */

/* false: neither of its files can be read. */
static bool read_view(arena *a, const char *out, const char *name, run_view *view) {
  const value *maker = NULL;
  struct stat info;
  *view = (run_view){.name = arena_text(a, name), .train = -1};
  view->folder = arena_format(a, "%s/%s", out, name);
  const char *path = arena_format(a, "%s/runs.csv", view->folder);
  const bool made =
      json_read(a, arena_format(a, "%s/script.json", view->folder), &maker, NULL) == STATUS_OK;
  view->script = made ? value_get_text(maker, "script", "") : "";
  if (stat(path, &info) != 0 || csv_table_read(&view->rows, path, NULL) != STATUS_OK) return made;
  const int status = csv_table_column(&view->rows, "status");
  view->cells = status < 0 ? 0 : (size_t)status;
  view->train = csv_table_column(&view->rows, "train_id");
  view->when = (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
  return true;
}

static int is_folder(const struct dirent *entry) {
  return entry->d_name[0] != '.' && strcmp(entry->d_name, "runs") != 0 &&
         strcmp(entry->d_name, "cache") != 0;
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
  struct dirent **entries;
  run_views views = {.known = key_map_new(a)};
  const int found = scandir(out, &entries, is_folder, alphasort);
  if (found < 0) return views;
  views.items = arena_get(a, ((size_t)found + 1) * sizeof *views.items);
  for (int i = 0; i < found; i++) {
    views.count += read_view(a, out, entries[i]->d_name, &views.items[views.count]);
    free(entries[i]);
  }
  free(entries);
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
