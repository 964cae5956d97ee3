#include "report/outcomes.h"

#include "base/threads.h"
#include "job/job.h"
#include "job/result.h"

/* Every n-th row is a thread's. */
typedef struct share {
  arena memory;
  const run_row *rows;
  size_t first, step, count, audit_count;
  outcome *out;
  status_code status; /* of the first of its rows that cannot be read */
  size_t failed;      /* that row */
  failure why;
} share;

static status_code read_result(arena *a, const char *path, const char *id, const value **out,
                               failure *err) {
  const status_code status = result_read(a, path, id, out, err);
  return status == STATUS_BAD_INPUT ? STATUS_OK : status;
}

static status_code read_run(arena *a, const run_row *row, outcome *o, failure *err) {
  if (row->status != RUN_DONE && row->status != RUN_DIVERGED) return STATUS_OK;
  const char *train = arena_format(a, "%s/result.json", row->folder);
  const char *measure = job_measure_path(a, row->folder, row->measure_id);
  status_code status = read_result(a, train, row->train_id, &o->train, err);
  if (status == STATUS_OK) status = read_result(a, measure, row->measure_id, &o->measure, err);
  if (o->train) o->status = run_status_in(o->train);
  if (o->train && (o->measure || o->status != RUN_DONE)) return status;
  /* A diverged run may have ended before its first measurement; a finished one has measured. */
  o->train = o->measure = NULL;
  o->status = RUN_MISSING;
  return status;
}

static status_code read_row(share *s, const run_row *row, outcome *o) {
  arena *a = &s->memory;
  *o = (outcome){.status = row->status,
                 .audits = arena_get(a, (s->audit_count + 1) * sizeof *o->audits)};
  status_code status = read_run(a, row, o, &s->why);
  for (size_t k = 0; k < s->audit_count && status == STATUS_OK; k++) {
    const char *id = row->audit_ids[k];
    status = read_result(a, job_measure_path(a, row->folder, id), id, &o->audits[k], &s->why);
  }
  return status;
}

static void read_share(void *context) {
  share *s = context;
  for (size_t i = s->first; i < s->count && s->status == STATUS_OK; i += s->step) {
    s->status = read_row(s, &s->rows[i], &s->out[i]);
    s->failed = i;
  }
}

/* The failure of the first row, whichever thread has it. */
static status_code first_failure(const share *shares, size_t count, failure *err) {
  const share *first = NULL;
  for (size_t i = 0; i < count; i++)
    if (shares[i].status != STATUS_OK && (!first || shares[i].failed < first->failed))
      first = &shares[i];
  return first ? failure_set(err, first->status, "%s", first->why.message) : STATUS_OK;
}

status_code outcomes_read(arena *a, const run_row *rows, size_t count, size_t audit_count,
                          outcome *out, failure *err) {
  enum { WORTH = 32 }; /* a thread's rows */
  share shares[THREADS_MOST];
  const size_t parts = threads_parts(count, WORTH);
  for (size_t i = 0; i < parts; i++)
    shares[i] = (share){.rows = rows,
                        .first = i,
                        .step = parts,
                        .count = count,
                        .audit_count = audit_count,
                        .out = out};
  threads_run(read_share, shares, sizeof *shares, parts);
  for (size_t i = 0; i < parts; i++) arena_take(a, &shares[i].memory);
  return first_failure(shares, parts, err);
}
