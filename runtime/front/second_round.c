#include "front/second_round.h"

#include "base/files.h"
#include "base/key_map.h"
#include "front/batch.h"
#include "grid/failed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which jobs ------------------------------------------------------------------------------ */

/* Did the slice end without having tried all of its jobs, against its will? */
static bool is_lost(const slice_task *task) {
  return task->state == SLICE_RUNNING || task->state == SLICE_REQUEUED;
}

typedef struct choice {
  arena *a;
  const session *s;
  key_map ids;       /* of the jobs that are worth it */
  const char *nodes; /* where they were, separated by commas */
} choice;

static void add_node(choice *c, const char *node) {
  const char *at = strstr(c->nodes, node);
  const bool known =
      at && (at == c->nodes || at[-1] == ',') && (at[strlen(node)] == 0 || at[strlen(node)] == ',');
  if (*node && !known)
    c->nodes = arena_format(c->a, "%s%s%s", c->nodes, *c->nodes ? "," : "", node);
}

static bool is_worth_it(const choice *c, const ended_slice *from, const grid_job *it) {
  if (job_is_done(it->result_path, it->id)) return false;
  const value *failed = failed_read(c->a, it);
  return failed ? !failed_for_good(failed, c->s->plugins) : is_lost(&from->task);
}

/* A job that waits for another one of its slice is worth it where the other one is. */
static void choose(choice *c, const ended_slice *from) {
  const slice *of = &from->of;
  for (size_t i = 0; i < of->count; i++) {
    const grid_job *it = &of->jobs[i];
    bool worth = !of->elsewhere[i] && is_worth_it(c, from, it);
    for (size_t k = 0; k < it->need_count && !of->elsewhere[i]; k++)
      worth |= key_map_get_text(&c->ids, of->jobs[it->needs[k]].id) != KEY_MAP_ABSENT;
    if (!worth) continue;
    key_map_put_text(&c->ids, it->id, i);
    add_node(c, from->task.node);
  }
}

/* The jobs of the session; all others count as failed, and so they are left out of the cut. */
static status_code cut(const choice *c, session *s, size_t most, slices *out, failure *err) {
  graph *g = &s->jobs;
  size_t done;
  double *seconds = arena_get(c->a, (g->job_count + 1) * sizeof *seconds);
  const status_code status = jobs_reset(g->jobs, g->job_count, &done, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < g->job_count; i++) {
    grid_job *it = &g->jobs[i];
    seconds[i] = NAN;
    if (it->state != JOB_DONE && key_map_get_text(&c->ids, it->id) == KEY_MAP_ABSENT)
      it->state = JOB_FAILED;
  }
  if (s->given->strict_bits) jobs_ask_for_same_machine(c->a, g->jobs, g->job_count);
  *out = slices_cut(c->a, g->jobs, g->job_count, seconds, most);
  return STATUS_OK;
}

/* ---- once more ------------------------------------------------------------------------------- */

/* A site with one node has no other: then without the exclusion. */
static status_code submit_runs(const choice *c, const submission *of, const char **id,
                               failure *err) {
  batch_order order = {.kind = BATCH_AGAIN, .exclude = *c->nodes ? c->nodes : NULL};
  status_code status = slurm_submit(c->a, batch_options(c->a, of, &order), id, err);
  if (status != STATUS_BAD_CONFIG || !order.exclude) return status;
  order.exclude = NULL;
  return slurm_submit(c->a, batch_options(c->a, of, &order), id, err);
}

static status_code submit(const choice *c, submission *of, failure *err) {
  const char *id = NULL;
  status_code status = submit_runs(c, of, &id, err);
  if (status != STATUS_OK) return status;
  const batch_order merge = {.kind = BATCH_MERGE, .after = id};
  return slurm_submit(c->a, batch_options(c->a, of, &merge), &id, err);
}

static status_code write(const choice *c, session *s, submission *of, const ended_slices *all,
                         const slices *parts, failure *err) {
  value *record = value_copy(c->a, of->record);
  const char *script;
  status_code status = STATUS_OK;
  value_put_number(c->a, record, "again", (double)parts->count);
  of->record = record;
  for (size_t k = 1; k <= parts->count && status == STATUS_OK; k++)
    status =
        slice_file_write(arena_format(c->a, "%s/again-%zu.json", of->folder, k),
                         &all->items[0].of.how, s->jobs.jobs, s->jobs.job_count, parts, k, err);
  if (status != STATUS_OK) return status;
  script = batch_script(c->a, of, BATCH_AGAIN);
  status = files_write(batch_path(c->a, of, BATCH_AGAIN), script, strlen(script), err);
  return status == STATUS_OK ? submission_write_record(of, err) : status;
}

static bool is_possible(const submission *of, const ended_slices *all) {
  arena a = {0};
  const bool cancelled = files_exists(submission_path(&a, of, SUBMISSION_CANCELLED));
  arena_close(&a);
  return !cancelled && all->count && *value_get_text(of->record, "name", "") &&
         !value_get(of->record, "again");
}

status_code second_round_submit(session *s, submission *of, const ended_slices *all,
                                bool *submitted, failure *err) {
  choice c = {.a = s->a, .s = s, .ids = key_map_new(s->a), .nodes = ""};
  slices parts;
  failure why;
  *submitted = false;
  if (!is_possible(of, all)) return STATUS_OK;
  for (size_t i = 0; i < all->count; i++) choose(&c, &all->items[i]);
  if (c.ids.count == 0) return STATUS_OK;
  status_code status = cut(&c, s, all->count, &parts, err);
  if (status == STATUS_OK && parts.count == 0) return STATUS_OK;
  if (status == STATUS_OK) status = write(&c, s, of, all, &parts, err);
  if (status != STATUS_OK) return status;
  *submitted = submit(&c, of, &why) == STATUS_OK;
  if (*submitted)
    fprintf(stderr, "%zu jobs are tried once more, in %zu tasks\n", parts.job_count, parts.count);
  else
    fprintf(stderr, "%zu jobs are not tried once more: %s\n", parts.job_count, why.message);
  return STATUS_OK;
}
