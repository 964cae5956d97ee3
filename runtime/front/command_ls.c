/* hifm ls: the runs in a results folder. */
#include "base/text.h"
#include "front/run_export.h"
#include "front/run_reference.h"
#include "front/screen.h"
#include "report/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STATE, BEST, LAST, EPOCHS, TIME, WHEN, RUN, SETTINGS, COLUMNS };
static const char *const HEADINGS[COLUMNS] = {"state", "best", "last", "epochs",
                                              "time",  "when", "run",  "settings"};

static void fill_row(arena *a, const run_list *list, const run_info *run, double now, bool is_short,
                     const char **cells) {
  const char *id = run_reference_id(run->name);
  const double epochs = run->epochs;
  cells[STATE] = run->state;
  cells[BEST] = screen_number(a, run->best, 3);
  cells[LAST] = screen_number(a, run->last, 3);
  cells[EPOCHS] = screen_number(a, epochs, fabs(epochs - round(epochs)) < 1e-9 ? 0 : 2);
  cells[TIME] = screen_time(a, run->seconds);
  cells[WHEN] = run->when > 0 ? screen_time(a, now - run->when) : "";
  cells[RUN] = is_short && *id ? arena_format(a, "%.*s", list->digits, id) : run->name;
  cells[SETTINGS] = run_settings_words(a, &run->settings, list->varying);
}

static size_t width_of(const char **cells, size_t rows, size_t columns) {
  size_t width = 2 * (columns - 1);
  for (size_t c = 0; c < columns; c++) {
    size_t most = 0;
    for (size_t r = 0; r < rows; r++) {
      const size_t one = format_width(cells[r * COLUMNS + c]);
      if (one > most) most = one;
    }
    width += most;
  }
  return width;
}

/* The heading, then a row for each run; on a narrow screen ids in place of names. */
static const char **fill(arena *a, const run_list *list, bool is_short) {
  const char **cells = arena_get(a, (list->count + 1) * COLUMNS * sizeof *cells);
  const double now = (double)time(NULL);
  memcpy(cells, HEADINGS, sizeof HEADINGS);
  for (size_t i = 0; i < list->count; i++)
    fill_row(a, list, &list->items[i], now, is_short, cells + (i + 1) * COLUMNS);
  return cells;
}

static const char *colour_of(const char *state) {
  static const char *const COLOURS[][2] = {
      {"failed", "31"},  {"damaged", "31"},     {"unreadable", "31"},
      {"running", "36"}, {"interrupted", "36"}, {"diverged", "33"},
  };
  for (size_t i = 0; i < sizeof COLOURS / sizeof *COLOURS; i++)
    if (strcmp(state, COLOURS[i][0]) == 0) return COLOURS[i][1];
  return NULL;
}

/* A line begins with its state. A reason follows: below where the screen has a width. */
static void print_line(arena *a, const char *line, size_t length, const run_info *run, size_t width,
                       bool colours) {
  const char *colour = colours && run ? colour_of(run->state) : NULL;
  const size_t word = colour ? strlen(run->state) : 0;
  if (colour) printf("\033[%sm%.*s\033[0m", colour, (int)word, line);
  printf("%.*s", (int)(length - word), line + word);
  const char *more = !run ? "" : *run->reason ? run->reason : run->place;
  if (*more) printf("%s  %s", width ? "\n" : "", screen_cut(a, more, width ? width - 2 : 0));
  putchar('\n');
}

static void print_table(arena *a, const run_list *list) {
  static const bool RIGHT[COLUMNS] = {false, true, true, true, true, true, false, false};
  const size_t width = screen_width(stdout), rows = list->count + 1;
  const bool colours = screen_has_colours(stdout);
  const char **cells = fill(a, list, false);
  const bool is_short = width && width_of(cells, rows, COLUMNS) > width;
  if (is_short) cells = fill(a, list, true);
  const size_t used = is_short ? width_of(cells, rows, SETTINGS) + 2 : 0;
  const size_t room = used + 10 < width ? width - used : 10;
  for (size_t r = 0; is_short && r < rows; r++)
    cells[r * COLUMNS + SETTINGS] = screen_cut(a, cells[r * COLUMNS + SETTINGS], room);
  text_buffer text = {0};
  format_aligned(&text, &(format_grid){COLUMNS, rows, cells, RIGHT});
  const char *line = text.text;
  for (size_t r = 0; *line; r++) { /* the second line is a rule */
    const run_info *run = r > 1 ? &list->items[r - 2] : NULL;
    const size_t length = strcspn(line, "\n");
    print_line(a, line, length, run, width, colours);
    line += length + 1;
  }
  free(text.text);
}

status_code command_ls(arena *a, const options *given, failure *err) {
  run_list list;
  if (given->csv && given->json)
    return failure_set(err, STATUS_USAGE, "--csv and --json: choose one of them");
  status_code status = run_list_read(a, given, &list, err);
  if (status == STATUS_OK && given->json)
    run_export_json(a, &list);
  else if (status == STATUS_OK && given->csv)
    run_export_csv(a, &list);
  else if (status == STATUS_OK && list.count)
    print_table(a, &list);
  else if (status == STATUS_OK)
    fprintf(stderr, "no runs in %s%s\n", list.folder, list.total ? " have failed" : "");
  if (status == STATUS_OK && *list.problem)
    fprintf(stderr, "queued and running runs are as the files say: %s\n", list.problem);
  run_list_close(&list);
  return status;
}
