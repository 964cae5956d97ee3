/* hifm ls, hifm log: the runs in a results folder. */
#include "base/files.h"
#include "base/text.h"
#include "front/options.h"
#include "front/run_diff.h"
#include "front/runs.h"
#include "job/metrics.h"
#include "report/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names end in a hyphen and twelve digits of a hash. */
static bool are_alike(const char *x, const char *y) {
  const size_t length = strlen(x);
  return length > 13 && length == strlen(y) && strncmp(x, y, length - 13) == 0;
}

/* Runs whose names differ only in the hash, with the settings in which they differ. */
static void print_group(const run_info *list, size_t count) {
  arena a = {0};
  const value **configs = arena_get(&a, count * sizeof *configs);
  const char **unlike = arena_get(&a, count * sizeof *unlike);
  for (size_t i = 0; i < count; i++) configs[i] = list[i].config;
  run_diff_find(&a, configs, count, unlike);
  for (size_t i = 0; i < count; i++) {
    char number[FORMAT_ROOM] = "";
    if (!isnan(list[i].best)) format_fixed(number, list[i].best, 3);
    printf("%-12s %10s  %s%s%s%s%s\n", list[i].state, number, list[i].name, *unlike[i] ? "  " : "",
           unlike[i], *list[i].reason ? "  " : "", list[i].reason);
  }
  arena_close(&a);
}

status_code command_ls(arena *a, const options *given, failure *err) {
  runs list;
  status_code status = runs_list(a, given->out, &list, err);
  if (status != STATUS_OK) return status;
  run_info *all = arena_get(a, (list.count + 1) * sizeof *all);
  runs_look_all(a, &list, all);
  for (size_t first = 0, end; first < list.count; first = end) {
    for (end = first + 1; end < list.count && are_alike(list.names[first], list.names[end]);) end++;
    print_group(all + first, end - first);
  }
  if (list.count == 0) fprintf(stderr, "no runs in %s\n", list.folder);
  return STATUS_OK;
}

static const char *number_at(arena *a, const value *row, const char *key, int digits) {
  const double x = value_get_number(row, key, NAN);
  return isnan(x) ? "" : format_fixed(arena_get(a, FORMAT_ROOM), x, digits);
}

/* The cells of one measured epoch, or the heading (row NULL); returns how many there are. */
static size_t history_cells(arena *a, const value *row, const char **cells) {
  const double epoch = value_get_number(row, "epoch", NAN);
  size_t count = 0;
  cells[count++] = row ? number_at(a, row, "epoch", epoch == floor(epoch) ? 0 : 2) : "epoch";
  cells[count++] = row ? number_at(a, row, "loss", 4) : "loss";
  for (const metric *each = METRICS; each->name; each++)
    if (each->label)
      cells[count++] = row ? number_at(a, row, each->name, each->count ? 0 : 3) : each->label;
  cells[count++] = row ? value_get_text(row, "solver", "") : "solver";
  return count;
}

/* A line per measured epoch. */
static void print_history(arena *a, const value *history) {
  enum { MOST = METRICS_MAX + 3 };
  bool right[MOST];
  const char *heading[MOST];
  const size_t columns = history_cells(a, NULL, heading), rows = history->count + 1;
  const char **cells = arena_get(a, rows * columns * sizeof *cells);
  memcpy(cells, heading, columns * sizeof *cells);
  for (size_t i = 0; i < history->count; i++)
    history_cells(a, history->items[i], cells + (i + 1) * columns);
  for (size_t i = 0; i < columns; i++) right[i] = i + 1 < columns; /* all but the solver's words */
  text_buffer text = {0};
  format_aligned(&text, &(format_grid){columns, rows, cells, right});
  fputs(text.text, stdout);
  free(text.text);
}

status_code command_log(arena *a, const options *given, failure *err) {
  const char *folder;
  char *text;
  size_t length;
  status_code status = runs_find(a, given->out, given->words[0], &folder, err);
  if (status == STATUS_OK)
    status =
        files_read(arena_format(a, "%s/log.txt", folder), (size_t)1 << 30, &text, &length, err);
  if (status != STATUS_OK) return status;
  fwrite(text, 1, length, stdout);
  free(text);
  const run_info run = runs_look(a, a, folder, given->words[0]);
  if (run.history && run.history->count) print_history(a, run.history);
  if (*run.reason) printf("%s: %s\n", run.state, run.reason);
  return STATUS_OK;
}
