#include "front/run_export.h"

#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *date_of(arena *a, double when) {
  char text[32];
  struct tm parts;
  const time_t seconds = (time_t)when;
  if (when <= 0 || !gmtime_r(&seconds, &parts)) return "";
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return arena_text(a, text);
}

static const char *script_of(const run_list *list, const run_info *run) {
  const run_asked *asked = run_views_find(&list->views, run->id);
  return asked ? asked->view->script : "";
}

static void put_number(arena *a, value *map, const char *key, double x) {
  if (isfinite(x)) value_put_number(a, map, key, x);
}

void run_export_json(arena *a, const run_list *list) {
  value *all = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < list->count; i++) {
    const run_info *run = &list->items[i];
    value *map = value_new(a, VALUE_MAP), *settings = value_new(a, VALUE_MAP);
    value_put_text(a, map, "name", run->name);
    value_put_text(a, map, "id", run->id);
    value_put_text(a, map, "state", run->state);
    value_put_text(a, map, "when", date_of(a, run->when));
    value_put_text(a, map, "script", script_of(list, run));
    value_put_text(a, map, "reason", run->reason);
    value_put_text(a, map, "place", run->place);
    put_number(a, map, "best", run->best);
    put_number(a, map, "last", run->last);
    put_number(a, map, "epochs", run->epochs);
    put_number(a, map, "seconds", run->seconds);
    for (size_t k = 0; k < run->settings.count; k++)
      value_put_text(a, settings, run->settings.items[k].path, run->settings.items[k].text);
    value_put(a, map, "settings", settings);
    value_push(a, all, map);
  }
  puts(json_pretty(a, all));
}

static const char *exact(arena *a, double x) {
  return isnan(x) ? "" : text_shortest(arena_get(a, TEXT_NUMBER), x);
}

static const char *const FIXED[] = {"name",    "id",   "state",  "best",   "last", "epochs",
                                    "seconds", "when", "script", "reason", "place"};
enum { FIXED_COUNT = sizeof FIXED / sizeof *FIXED };

static void fill_row(arena *a, const run_list *list, const run_info *run, const char **cells) {
  const char *fixed[FIXED_COUNT] = {run->name,
                                    run->id,
                                    run->state,
                                    exact(a, run->best),
                                    exact(a, run->last),
                                    exact(a, run->epochs),
                                    exact(a, run->seconds),
                                    date_of(a, run->when),
                                    script_of(list, run),
                                    run->reason,
                                    run->place};
  memcpy(cells, fixed, sizeof fixed);
  for (size_t i = 0; list->varying[i]; i++)
    cells[FIXED_COUNT + i] = run_settings_get(&run->settings, list->varying[i]);
}

void run_export_csv(arena *a, const run_list *list) {
  size_t more = 0;
  while (list->varying[more]) more++;
  const char **cells = arena_get(a, (FIXED_COUNT + more) * sizeof *cells);
  csv_table table;
  memcpy(cells, FIXED, sizeof FIXED);
  if (more) memcpy(cells + FIXED_COUNT, list->varying, more * sizeof *cells);
  csv_table_begin(&table, cells, FIXED_COUNT + more);
  for (size_t i = 0; i < list->count; i++) {
    fill_row(a, list, &list->items[i], cells);
    csv_table_add(&table, cells);
  }
  csv_table_print(&table, stdout);
  csv_table_close(&table);
}
