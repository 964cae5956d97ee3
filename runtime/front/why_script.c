#include "base/files.h"
#include "front/nearest.h"
#include "front/screen.h"
#include "front/session.h"
#include "front/why.h"
#include "grid/failed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Jobs of one kind that run for the same reason. */
typedef struct group {
  job_kind kind;
  const char *reason, *example;
  size_t count;
} group;

typedef struct groups {
  arena *a;
  group *items;
  size_t count;
} groups;

static void add(groups *all, job_kind kind, const char *reason, const char *example) {
  size_t at = 0;
  while (at < all->count &&
         (all->items[at].kind != kind || strcmp(all->items[at].reason, reason) != 0))
    at++;
  if (at == all->count) all->items[all->count++] = (group){kind, reason, example, 0};
  all->items[at].count++;
}

static void print_groups(const groups *all) {
  const size_t width = screen_width(stdout);
  for (size_t i = 0; i < all->count; i++) {
    const group *it = &all->items[i];
    const char *heading = arena_format(all->a, "%-8s %4zu  ", job_kind_word(it->kind), it->count);
    screen_fact(stdout, heading, it->reason, strlen(heading), width);
    screen_fact(stdout, "",
                arena_format(all->a, "%s%s", it->count > 1 ? "first: " : "", it->example),
                strlen(heading), width);
  }
}

/* ---- trainings ------------------------------------------------------------------------------- */

/* The finished runs, and for each job to train the nearest of them. */
typedef struct neighbours {
  finished_runs finished;
  run_settings *asked; /* [jobs] */
  size_t *nearest;     /* [jobs] */
} neighbours;

static status_code find_neighbours(const session *s, neighbours *n, failure *err) {
  const graph *g = &s->jobs;
  run_words words = run_words_new(s->a);
  const run_settings **wanted = arena_get(s->a, (g->job_count + 1) * sizeof *wanted);
  n->asked = arena_get(s->a, (g->job_count + 1) * sizeof *n->asked);
  n->nearest = arena_get(s->a, (g->job_count + 1) * sizeof *n->nearest);
  status_code status = runs_read_finished(s->a, s->given->out, NULL, &n->finished, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < g->job_count; i++) {
    const bool train = g->jobs[i].kind == JOB_TRAIN;
    n->asked[i] = run_settings_filled(&words, train ? value_get(g->jobs[i].file, "config") : NULL);
    wanted[i] = &n->asked[i];
  }
  nearest_find(wanted, g->job_count, n->finished.settings, n->finished.count, n->nearest);
  return STATUS_OK;
}

/* Trainings that differ in the same settings are one group. */
static void explain_new(arena *a, const neighbours *n, size_t at, const char *label, groups *all) {
  if (n->nearest[at] == NEAREST_NONE) {
    add(all, JOB_TRAIN, "new: there is no finished run to compare with", label);
    return;
  }
  const run_info *near = &n->finished.runs[n->nearest[at]];
  const char *paths = why_changes(a, &near->settings, &n->asked[at], false);
  if (!*paths) {
    add(all, JOB_TRAIN,
        "new: a finished run has the same settings and another identity (hifm why RUN says more)",
        arena_format(a, "%s: RUN is %s", label, near->name));
    return;
  }
  add(all, JOB_TRAIN, arena_format(a, "new: the nearest finished run has another %s", paths),
      arena_format(a, "%s: %s, from %s", label,
                   why_changes(a, &near->settings, &n->asked[at], true), near->name));
}

static void explain_training(const session *s, const neighbours *n, size_t at, groups *all) {
  arena *a = s->a;
  const grid_job *it = &s->jobs.jobs[at];
  run_words words = run_words_new(a);
  run_files files;
  const run_info run = runs_look(&words, a, it->folder, &files);
  if (!isnan(run.epochs) && !runs_is_finished(&run))
    add(all, JOB_TRAIN, arena_format(a, "continues at epoch %.4g", run.epochs), it->label);
  else
    explain_new(a, n, at, it->label, all);
}

/* ---- the command ----------------------------------------------------------------------------- */

static void explain(const session *s, const neighbours *n, size_t at, groups *all) {
  const grid_job *it = &s->jobs.jobs[at];
  const value *failed = failed_read(s->a, it);
  if (failed)
    add(all, it->kind,
        arena_format(s->a, "failed before, %s: %s",
                     it->skip ? "skipped (--rerun-failed tries again)" : "tried again",
                     failed_reason(s->a, failed)),
        it->label);
  else if (it->kind == JOB_TRAIN)
    explain_training(s, n, at, all);
  else if (it->kind == JOB_MEASURE)
    add(all, it->kind, "new: the weights are trained, or will be, but not measured like this",
        it->label);
  else
    add(all, it->kind, "not in the cache", it->label);
}

status_code why_script(arena *a, const options *given, failure *err) {
  session s;
  neighbours n;
  status_code status = session_open(&s, a, given, err);
  if (status == STATUS_OK) status = find_neighbours(&s, &n, err);
  if (status != STATUS_OK) return status;
  const graph *g = &s.jobs;
  groups all = {.a = a, .items = arena_get(a, (g->job_count + 1) * sizeof *all.items)};
  for (size_t i = 0; i < g->job_count; i++)
    if (!job_is_done(g->jobs[i].result_path, g->jobs[i].id)) explain(&s, &n, i, &all);
  printf("%zu runs, %zu done, %zu to do\n", g->row_count, g->rows_done,
         g->row_count - g->rows_done);
  print_groups(&all);
  return STATUS_OK;
}
