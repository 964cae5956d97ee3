/* hifm diff: in what do two runs differ? */
#include "base/text.h"
#include "front/diff_points.h"
#include "front/options.h"
#include "front/run_reference.h"
#include "front/screen.h"
#include "job/metrics.h"
#include "report/format.h"

#include <math.h>
#include <stdlib.h>

/* A table of three columns, and a fourth with differences of numbers. */
enum { COLUMNS = 4, MOST = 512 };
typedef struct sheet {
  arena *a;
  const char *cells[MOST * COLUMNS];
  size_t rows;
} sheet;

static void add(sheet *s, const char *name, const char *x, const char *y, const char *more) {
  if (s->rows == MOST) return;
  const char **row = s->cells + s->rows++ * COLUMNS;
  row[0] = name;
  row[1] = x ? x : "-";
  row[2] = y ? y : "-";
  row[3] = more;
}

static void add_numbers(sheet *s, const char *name, double x, double y, int digits) {
  const double more = y - x;
  if (isnan(x) && isnan(y)) return;
  const char *sign = more > 0 ? "+" : "";
  add(s, name, isnan(x) ? NULL : screen_number(s->a, x, digits),
      isnan(y) ? NULL : screen_number(s->a, y, digits),
      isnan(more) ? "" : arena_format(s->a, "%s%s", sign, screen_number(s->a, more, digits)));
}

/* Long texts are cut, so that a line fits. */
static void print_sheet(sheet *s) {
  static const bool LEFT[COLUMNS] = {false, false, false, false};
  static const size_t SHARES[COLUMNS] = {40, 25, 25, 10}; /* of 100 */
  const size_t width = screen_width(stdout);
  text_buffer text = {0};
  for (size_t i = 0; width && i < s->rows * COLUMNS; i++)
    s->cells[i] = screen_cut(s->a, s->cells[i], (width - 6) * SHARES[i % COLUMNS] / 100);
  format_aligned(&text, &(format_grid){COLUMNS, s->rows, s->cells, LEFT});
  fputs(text.text, stdout);
  free(text.text);
}

/* ---- histories ------------------------------------------------------------------------------- */

static bool same_number(double x, double y) {
  return (isnan(x) && isnan(y)) || !(x < y || x > y || isnan(x) || isnan(y));
}

/* What is not the same in two rows; NULL: nothing. */
static const char *unlike_in(const value *x, const value *y) {
  static const char *const FIXED[] = {"epoch", "loss", "gradient_norm"};
  for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++)
    if (!same_number(value_get_number(x, FIXED[i], NAN), value_get_number(y, FIXED[i], NAN)))
      return FIXED[i];
  for (const metric *each = METRICS; each->name; each++)
    if (!same_number(metrics_get(each, x), metrics_get(each, y))) return each->name;
  return NULL;
}

static void print_parting(const value *x, const value *y) {
  if (!x || !y || x->count == 0 || y->count == 0) return;
  const size_t both = x->count < y->count ? x->count : y->count;
  for (size_t i = 0; i < both; i++) {
    const char *unlike = unlike_in(x->items[i], y->items[i]);
    if (!unlike) continue;
    printf("\nthe histories part at epoch %.6g: %s %.6g and %.6g\n",
           value_get_number(x->items[i], "epoch", NAN), unlike,
           value_get_number(x->items[i], unlike, NAN), value_get_number(y->items[i], unlike, NAN));
    return;
  }
  printf("\nthe histories are equal in %zu measured epoch%s%s\n", both, text_plural(both),
         x->count == y->count ? "" : " that both have");
}

/* ---- the command ----------------------------------------------------------------------------- */

static void fill(sheet *s, const run_info *x, const run_info *y) {
  const run_changes changes = run_settings_changes(s->a, &x->settings, &y->settings);
  add(s, "", "A", "B", "B - A");
  for (size_t i = 0; i < changes.count; i++)
    add(s, changes.items[i].path, changes.items[i].x, changes.items[i].y, "");
  if (changes.count == 0) add(s, "no setting differs", "", "", "");
  add(s, "state", x->state, y->state, "");
  add_numbers(s, "best " METRICS_BEST, x->best, y->best, 3);
  add_numbers(s, "last " METRICS_BEST, x->last, y->last, 3);
  add_numbers(s, "epochs", x->epochs, y->epochs, 0);
  add_numbers(s, "seconds", x->seconds, y->seconds, 1);
}

status_code command_diff(arena *a, const options *given, failure *err) {
  run_words words = run_words_new(a);
  run_info run[2];
  run_files files[2];
  for (size_t i = 0; i < 2; i++) {
    const char *folder;
    status_code status = run_reference_find(a, given->out, given->words[i], &folder, err);
    if (status != STATUS_OK) return status;
    run[i] = runs_look(&words, a, folder, &files[i]);
  }
  sheet *s = arena_get(a, sizeof *s);
  s->a = a;
  fill(s, &run[0], &run[1]);
  printf("A  %s\nB  %s\n\n", run[0].name, run[1].name);
  print_sheet(s);
  print_parting(files[0].history, files[1].history);
  return diff_points_print(a, &run[0], &run[1], files, err);
}
