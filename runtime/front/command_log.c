/* hifm log: what a run wrote and measured. */
#include "base/files.h"
#include "base/text.h"
#include "front/options.h"
#include "front/run_reference.h"
#include "job/history.h"
#include "job/metrics.h"
#include "report/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- measured epochs ------------------------------------------------------------------------- */

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

/* ---- as it is, or as it grows ---------------------------------------------------------------- */

/* A run that is being followed. */
typedef struct follower {
  arena memory;
  const char *folder;
  int log;              /* a descriptor */
  struct timespec seen; /* of the checkpoint that was read last */
  double step;          /* of the last row that was printed */
} follower;

static status_code copy_log(follower *f, failure *err) {
  char bytes[4096];
  ssize_t length;
  while ((length = read(f->log, bytes, sizeof bytes)) > 0) fwrite(bytes, 1, (size_t)length, stdout);
  if (length == 0) return STATUS_OK;
  return failure_set(err, STATUS_IO_FAILED, "cannot read %s/log.txt", f->folder);
}

/* The rows are measured one after the other, so their columns have fixed widths. */
static void print_row(const value *row) {
  arena a = {0};
  const char *cells[METRICS_MAX + 3];
  const size_t count = history_cells(&a, row, cells);
  for (size_t i = 0; i + 1 < count; i++) printf("%10s", cells[i]);
  printf("  %s\n", cells[count - 1]);
  arena_close(&a);
}

static void print_new_rows(follower *f, const value *history) {
  for (size_t i = 0; history && i < history->count; i++) {
    const double step = (double)history_step(history->items[i]);
    if (step <= f->step) continue;
    if (f->step == 0) print_row(NULL);
    print_row(history->items[i]);
    f->step = step;
  }
}

/* Its checkpoint is read only after it has changed. */
static bool has_news(follower *f) {
  struct stat info;
  if (stat(arena_format(&f->memory, "%s/checkpoint.safetensors", f->folder), &info) != 0)
    return false;
  const bool same =
      info.st_mtim.tv_sec == f->seen.tv_sec && info.st_mtim.tv_nsec == f->seen.tv_nsec;
  f->seen = info.st_mtim;
  return !same;
}

static void look_again(follower *f, run_info *run) {
  run_words words = run_words_new(&f->memory);
  run_files files;
  *run = runs_look(&words, &f->memory, f->folder, &files);
  print_new_rows(f, files.history);
}

/* Until no process uses the run any more. */
static status_code follow(follower *f, failure *err) {
  static const struct timespec PAUSE = {.tv_nsec = 200000000};
  status_code status = STATUS_OK;
  for (bool used = true; used && status == STATUS_OK;) {
    run_info run;
    used = files_is_used(arena_format(&f->memory, "%s/job.json", f->folder));
    status = copy_log(f, err);
    if (has_news(f) || !used) look_again(f, &run);
    if (fflush(stdout) != 0) return STATUS_OK; /* the reader has left */
    if (!used && status == STATUS_OK)
      printf("%s%s%s\n", run.state, *run.reason ? ": " : "", run.reason);
    arena_clear(&f->memory);
    if (used) nanosleep(&PAUSE, NULL);
  }
  return status;
}

static status_code print_whole(arena *a, follower *f, failure *err) {
  run_words words = run_words_new(a);
  run_files files;
  status_code status = copy_log(f, err);
  if (status != STATUS_OK) return status;
  const run_info run = runs_look(&words, a, f->folder, &files);
  if (files.history && files.history->count) print_history(a, files.history);
  if (*run.reason) printf("%s: %s\n", run.state, run.reason);
  return STATUS_OK;
}

status_code command_log(arena *a, const options *given, failure *err) {
  size_t size;
  follower f = {.log = -1};
  status_code status = run_reference_find(a, given->out, given->words[0], &f.folder, err);
  if (status != STATUS_OK) return status;
  const char *path = arena_format(a, "%s/log.txt", f.folder);
  status = files_open_to_read(path, &f.log, &size, err);
  if (status != STATUS_OK) return status;
  const bool running = files_is_used(arena_format(a, "%s/job.json", f.folder));
  status = given->follow && running ? follow(&f, err) : print_whole(a, &f, err);
  close(f.log);
  arena_close(&f.memory);
  return status;
}
