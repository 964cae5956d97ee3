/* What became of the rows of a graph, and why: from the states of their jobs and from what failed
 * jobs left in their folders. */
#include "grid/failed.h"
#include "grid/graph.h"

#include <stdlib.h>
#include <string.h>

/* Why a job has no result. */
typedef struct cause {
  const char *own;    /* it has failed; NULL: it has not */
  const char *needed; /* a job that it needs has failed; NULL: none has */
  bool skipped;       /* that job is not tried again */
} cause;

static const char *why_needed(arena *a, const grid_job *needed, const cause *of) {
  if (!of->own) return of->needed;
  const char *label = needed->kind == JOB_TRAIN ? "training" : needed->label;
  return arena_format(a, "%s failed: %s", label, of->own);
}

/* Every job comes after those it needs, so their causes are known. */
static void find_causes(const graph *g, cause *causes) {
  for (size_t i = 0; i < g->job_count; i++) {
    const grid_job *it = &g->jobs[i];
    cause *made = &causes[i];
    if (it->state == JOB_DONE) continue;
    const value *failed = failed_read(g->a, it);
    if (failed) made->own = failed_reason(g->a, failed);
    /* A disk that is full takes no reason. */
    if (!failed && it->state == JOB_FAILED) made->own = it->ending;
    made->skipped = it->skip;
    for (size_t k = 0; k < it->need_count && !made->needed; k++) {
      const cause *of = &causes[it->needs[k]];
      made->needed = why_needed(g->a, &g->jobs[it->needs[k]], of);
      made->skipped |= made->needed && of->skipped;
    }
  }
}

/* A successor in another folder may have failed: the result that it would have replaced counts. */
static bool has_old_result(arena *a, const graph *g, size_t row) {
  const run_row *it = &g->rows[row];
  const bool beside = strcmp(g->jobs[g->row_jobs[row]].folder, it->folder) != 0;
  return beside && job_is_done(arena_format(a, "%s/result.json", it->folder), it->train_id);
}

/* "audit tight failed: ...", of all audits that have failed. */
static const char *audit_reason(const graph *g, const cause *causes, size_t row) {
  const char *text = "";
  for (size_t k = 0; k < g->audit_count; k++) {
    const size_t at = g->audit_jobs[row * g->audit_count + k];
    if (at == SIZE_MAX || g->jobs[at].state == JOB_DONE) continue;
    const cause *why = &causes[at];
    if (!why->own && !why->needed) continue;
    text = arena_format(g->a, "%s%saudit %s%s: %s", text, *text ? "; " : "", g->audits[k],
                        why->own ? " failed" : "", why->own ? why->own : why->needed);
  }
  return text;
}

/* A diverged run is done too: record.c reads that from its result. */
void graph_set_states(graph *g) {
  arena brief = {0};
  cause *causes = memory_array(g->job_count + 1, sizeof *causes);
  find_causes(g, causes);
  for (size_t i = 0; i < g->row_count; i++) {
    run_row *row = &g->rows[i];
    const size_t at = g->row_jobs[i];
    row->status = RUN_DONE;
    row->reason = "";
    row->skipped = false;
    const bool done = at == SIZE_MAX || g->jobs[at].state == JOB_DONE;
    row->audit_reason = done ? audit_reason(g, causes, i) : "";
    if (done || has_old_result(&brief, g, i)) continue;
    const cause *why = &causes[at];
    row->status = why->own || why->needed ? RUN_FAILED : RUN_MISSING;
    row->reason = why->own ? why->own : why->needed ? why->needed : "";
    row->skipped = why->skipped;
  }
  free(causes);
  arena_close(&brief);
}

size_t graph_skip_failed(graph *g, const char *plugins, const char **reason) {
  size_t count = 0;
  for (size_t i = 0; i < g->job_count; i++) {
    grid_job *it = &g->jobs[i];
    const value *failed = it->state == JOB_DONE ? NULL : failed_read(g->a, it);
    if (!failed || !failed_for_good(failed, plugins)) continue;
    it->skip = true;
    if (count++ == 0) *reason = failed_reason(g->a, failed);
  }
  return count;
}
