#include "front/ending.h"

#include "base/csv_table.h"
#include "base/text.h"

#include <string.h>

enum { DONE, DIVERGED, FAILED, SKIPPED, MISSING, KINDS };
static const char *const WORDS[KINDS] = {"done", "diverged", "failed", "skipped", "missing"};

/* Runs that ended alike. */
typedef struct group {
  size_t count, explained;
  const char *label, *reason; /* of the first one that has a reason */
} group;

static int kind_of(const run_row *row, const char *status) {
  if (row->skipped) return SKIPPED;
  for (int kind = 0; kind < KINDS; kind++)
    if (strcmp(status, WORDS[kind]) == 0) return kind;
  return MISSING;
}

static void add(group *g, arena *a, const run_row *row, const char *reason) {
  g->count++;
  if (!*reason || g->explained++) return;
  g->label = graph_label(a, row->cells);
  g->reason = reason;
}

static void print_reason(const group *g, const char *what, FILE *out) {
  if (!g->explained) return;
  fprintf(out, "%s: %s: %s", what, g->label, g->reason);
  if (g->explained > 1) fprintf(out, " (and %zu more)", g->explained - 1);
  fputc('\n', out);
}

/* Audits are no rows: a run may be done and its audit not. */
static void print_audits(const session *s, FILE *out) {
  size_t failed = 0, blocked = 0;
  const graph *g = &s->jobs;
  for (size_t i = 0; i < g->job_count; i++) {
    if (g->jobs[i].kind != JOB_MEASURE) continue;
    failed += g->jobs[i].state == JOB_FAILED;
    blocked += g->jobs[i].state == JOB_BLOCKED;
  }
  if (failed)
    fprintf(out, "%zu measurement%s of trained weights failed\n", failed, text_plural(failed));
  if (blocked)
    fprintf(out, "%zu measurement%s (audits) %s not made, because what %s failed\n", blocked,
            text_plural(blocked), blocked == 1 ? "was" : "were",
            blocked == 1 ? "it needs" : "they need");
}

status_code ending_print(const session *s, FILE *out, failure *err) {
  arena a = {0};
  csv_table runs;
  group groups[KINDS] = {{0}}, audits = {0};
  status_code status = csv_table_read(&runs, arena_format(&a, "%s/runs.csv", s->folder), err);
  if (status != STATUS_OK) {
    arena_close(&a);
    return status;
  }
  const int word = csv_table_column(&runs, "status"), reason = csv_table_column(&runs, "reason");
  for (size_t i = 0; i < runs.count && i < s->jobs.row_count; i++) {
    const run_row *row = &s->jobs.rows[i];
    const int kind = kind_of(row, runs.cells[i][word]);
    const bool of_audits = kind == DONE && *row->audit_reason;
    add(&groups[kind], &a, row, of_audits ? "" : runs.cells[i][reason]);
    if (of_audits) add(&audits, &a, row, row->audit_reason);
  }
  for (int kind = 0; kind < KINDS; kind++)
    if (kind != MISSING || groups[kind].count)
      fprintf(out, "%s%zu %s", kind ? ", " : "", groups[kind].count, WORDS[kind]);
  fputc('\n', out);
  print_reason(&groups[DONE], "without numbers", out);
  for (int kind = DIVERGED; kind < MISSING; kind++) print_reason(&groups[kind], WORDS[kind], out);
  print_audits(s, out);
  print_reason(&audits, "without audits", out);
  csv_table_close(&runs);
  arena_close(&a);
  return STATUS_OK;
}

static bool is_empty(const csv_table *runs, size_t row, const char *column) {
  const int at = csv_table_column(runs, column);
  return at < 0 || !*runs->cells[row][at];
}

status_code ending_strict(const session *s, failure *err) {
  arena a = {0};
  csv_table runs;
  size_t diverged = 0, without = 0;
  status_code status = csv_table_read(&runs, arena_format(&a, "%s/runs.csv", s->folder), err);
  arena_close(&a);
  if (status != STATUS_OK) return status;
  const int word = csv_table_column(&runs, "status");
  for (size_t i = 0; i < runs.count; i++) {
    const char *is = runs.cells[i][word];
    diverged += strcmp(is, WORDS[DIVERGED]) == 0;
    without += strcmp(is, WORDS[DONE]) == 0 && is_empty(&runs, i, METRICS_BEST "_min") &&
               is_empty(&runs, i, METRICS_BEST "_last");
  }
  csv_table_close(&runs);
  if (diverged + without == 0) return STATUS_OK;
  return failure_set(err, STATUS_SOME_FAILED, "--strict: %zu run%s diverged, %zu without NLL",
                     diverged, text_plural(diverged), without);
}
