#include "front/job_reasons.h"

#include "base/files.h"
#include "base/text.h"
#include "front/why.h"
#include "grid/code_changes.h"
#include "grid/failed.h"
#include "host/params.h"
#include "job/history.h"
#include "job/result.h"

#include <math.h>
#include <string.h>

/* What the reasons of all jobs share. */
typedef struct search {
  const session *s;
  const past_runs *past;
  run_words words;
} search;

/* ---- trainings ------------------------------------------------------------------------------- */

/* The plugins whose code differs from that of a finished run: "energy/morse"; "": none. */
static const char *changed_plugins(const search *q, const run_info *run) {
  arena *a = q->s->a;
  const value *made = NULL;
  const char *out = "";
  code_changes changes;
  code_changes_begin(&changes, a, q->s->catalogue);
  if (result_read(a, arena_format(a, "%s/result.json", run->folder), NULL, &made, NULL) ==
      STATUS_OK)
    code_changes_look(&changes, made);
  for (size_t i = 0; i < changes.found->count; i++)
    out = arena_format(a, "%s%s%s", out, *out ? ", " : "", changes.found->keys[i]);
  return out;
}

/* A finished run has the same settings, so something else in its identity differs. */
static job_reason of_equal_settings(const search *q, const char *label, const run_info *near) {
  arena *a = q->s->a;
  const char *plugins = changed_plugins(q, near);
  const bool known = *plugins;
  return (job_reason){
      .brief = known ? arena_format(a, "%s changed", plugins) : "another identity",
      .reason = known ? arena_format(a,
                                     "new: a finished run has the same settings, but %s and its "
                                     "revision changed since",
                                     plugins)
                      : "new: a finished run has the same settings and another identity (hifm why "
                        "RUN says more)",
      .example = arena_format(a, "%s: RUN is %s", label, near->name)};
}

/* A file of points that has other bytes under the same name. */
static bool is_data(const char *paths) {
  return strcmp(paths, "dataset." PARAMS_CONTENT) == 0;
}

/* Trainings that differ in the same settings are one group. */
static job_reason of_new(const search *q, size_t at) {
  arena *a = q->s->a;
  const char *label = q->s->jobs.jobs[at].label;
  const run_info *near = past_runs_nearest(q->past, at);
  if (!near)
    return (job_reason){.brief = "first run",
                        .reason = "new: there is no finished run to compare with",
                        .example = label};
  const run_settings *asked = &q->past->asked[at];
  const char *paths = why_changes(a, &near->settings, asked, false);
  if (!*paths) return of_equal_settings(q, label, near);
  return (job_reason){
      .brief = is_data(paths) ? "the data file changed" : arena_format(a, "another %s", paths),
      .reason = arena_format(a, "new: the nearest finished run has another %s", paths),
      .example = arena_format(a, "%s: %s, from %s", label,
                              why_changes(a, &near->settings, asked, true), near->name)};
}

static job_reason of_checkpoint(const search *q, const grid_job *it, const run_info *run) {
  arena *a = q->s->a;
  const value *config = value_get(it->file, "config");
  const double step = round(run->epochs * (double)history_steps_per_epoch(config));
  const char *where = arena_format(a, "step %.0f of %.0f", step, (double)history_steps(config));
  return (job_reason){.brief = arena_format(a, "interrupted at %s", where),
                      .reason = "interrupted: continues from its checkpoint",
                      .example = arena_format(a, "%s: at %s", it->label, where)};
}

static bool is_successor(const search *q, const grid_job *it) {
  return q->s->mode != GRAPH_PLAIN && text_ends_with(it->folder, ".new");
}

static job_reason of_training(search *q, size_t at) {
  const grid_job *it = &q->s->jobs.jobs[at];
  if (files_exists(it->folder)) {
    run_files files;
    const run_info run = runs_look(&q->words, q->s->a, it->folder, &files);
    if (!isnan(run.epochs) && !runs_is_finished(&run)) return of_checkpoint(q, it, &run);
  }
  if (!is_successor(q, it)) return of_new(q, at);
  return (job_reason){
      .brief = "--retrain", .reason = "--retrain: trained again", .example = it->label};
}

/* ---- all jobs -------------------------------------------------------------------------------- */

static job_reason of_failed(arena *a, const grid_job *it, const value *failed) {
  const char *then = it->skip ? "skipped (--rerun-failed tries again)" : "tried again";
  return (job_reason){.brief = it->skip ? "failed before, skipped" : "failed before, tried again",
                      .reason =
                          arena_format(a, "failed before, %s: %s", then, failed_reason(a, failed)),
                      .example = it->label,
                      .skipped = it->skip};
}

/* A job that it needs has failed and is not tried again; NULL: none. */
static const grid_job *find_obstacle(const graph *g, const grid_job *it) {
  for (size_t k = 0; k < it->need_count; k++)
    if (g->jobs[it->needs[k]].skip) return &g->jobs[it->needs[k]];
  return NULL;
}

static job_reason of_obstacle(arena *a, const grid_job *it, const grid_job *obstacle) {
  return (job_reason){.brief = "not started: what it needs failed",
                      .reason =
                          arena_format(a, "not started: \"%s\" failed before", obstacle->label),
                      .example = it->label,
                      .skipped = true};
}

static job_reason of_job(search *q, size_t at, bool damaged) {
  arena *a = q->s->a;
  const grid_job *it = &q->s->jobs.jobs[at], *obstacle = find_obstacle(&q->s->jobs, it);
  const value *failed = failed_read(a, it);
  if (obstacle) return of_obstacle(a, it, obstacle);
  if (failed) return of_failed(a, it, failed);
  if (it->kind == JOB_TRAIN && !damaged) return of_training(q, at);
  job_reason why = {
      .brief = "not in the cache", .reason = "not in the cache", .example = it->label};
  if (it->kind == JOB_MEASURE) {
    why.brief = "not measured like this";
    why.reason = "new: the weights are trained, or will be, but not measured like this";
  }
  if (damaged) {
    why.brief = "its result is damaged";
    why.reason = "its result is damaged, it counts as missing";
  }
  return why;
}

status_code job_reasons_find(const session *s, const past_runs *past, job_reason *reasons,
                             failure *err) {
  search q = {.s = s, .past = past, .words = run_words_new(s->a)};
  for (size_t i = 0; i < s->jobs.job_count; i++) {
    const grid_job *it = &s->jobs.jobs[i];
    bool done;
    const status_code status = result_look(it->result_path, it->id, &done, err);
    if (status != STATUS_OK && status != STATUS_BAD_INPUT) return status;
    reasons[i] = (job_reason){.brief = NULL};
    if (it->again)
      reasons[i] = (job_reason){.brief = "--per-point",
                                .reason = "--per-point: measured again, for the NLL of each point",
                                .example = it->label};
    else if (!done || status != STATUS_OK)
      reasons[i] = of_job(&q, i, status == STATUS_BAD_INPUT);
  }
  return STATUS_OK;
}
