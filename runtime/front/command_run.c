/* hifm run, hifm table: from a script to results, tables and figures. */
#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "front/dry_run.h"
#include "front/ending.h"
#include "front/keep_state.h"
#include "front/program.h"
#include "front/report.h"
#include "front/retrain.h"
#include "front/session.h"
#include "grid/cache_check.h"
#include "grid/code_changes.h"
#include "grid/plugin_snapshot.h"

static FILE *messages(const options *given) {
  return given->quiet ? NULL : stderr;
}

/* All that is derived from results: CSV files, tables, figures. */
static status_code report(session *s, failure *err) {
  status_code status = session_record(s, err);
  if (status == STATUS_OK) session_explain_gaps(s);
  if (status == STATUS_OK) status = session_write_tables(s, stdout, err);
  if (status == STATUS_OK) status = session_write_figures(s, messages(s->given), err);
  if (status == STATUS_OK) status = report_renew(s, err);
  return status;
}

/* ---- before the first job -------------------------------------------------------------------- */

/* The files of an earlier call must not be mistaken for this one's, while it runs or if it is
 * interrupted. */
static status_code reset_report(session *s, failure *err) {
  failure ignored; /* a broken gnuplot stops no run; report returns the failure at the end */
  status_code status = session_record(s, err);
  if (status == STATUS_OK) status = session_write_tables(s, NULL, err);
  if (status == STATUS_OK) session_write_figures(s, NULL, &ignored);
  if (status == STATUS_OK) status = report_renew(s, err);
  return status;
}

/* What a killed hifm has left: temporary files of the view, checkpoints of finished runs. */
static status_code remove_leftovers(const session *s, failure *err) {
  status_code status = folders_check(s->folder, 1, err);
  if (status == STATUS_OK) folders_clean(s->folder, "");
  for (size_t i = 0; i < s->jobs.row_count && status == STATUS_OK; i++) {
    arena a = {0};
    const run_row *row = &s->jobs.rows[i];
    const char *path = arena_format(&a, "%s/checkpoint.safetensors", row->folder);
    const bool is_left = row->status == RUN_DONE && files_exists(path);
    if (is_left) status = folders_check(row->folder, 2, err);
    if (is_left && status == STATUS_OK) status = files_remove(path, err);
    arena_close(&a);
  }
  return status;
}

static status_code prepare(session *s, failure *err) {
  const options *given = s->given;
  status_code status = files_make_folder(given->out, err);
  /* From here on this is the only hifm that writes into the results folder. */
  if (status == STATUS_OK) status = files_lock(given->out, err);
  if (status == STATUS_OK) status = remove_leftovers(s, err);
  if (status == STATUS_OK) status = retrain_begin(s, err);
  if (status == STATUS_OK) status = jobs_begin_again(s->jobs.jobs, s->jobs.job_count, err);
  if (status == STATUS_OK && s->jobs.rows_done < s->jobs.row_count) status = reset_report(s, err);
  return status;
}

/* ---- the jobs -------------------------------------------------------------------------------- */

static void announce(const session *s, const value *notes) {
  const graph *g = &s->jobs;
  if (s->given->quiet) return;
  retrain_announce(s);
  const bool plain = s->mode == GRAPH_PLAIN || s->mode == GRAPH_PER_POINT;
  if (g->rows_done == g->row_count && plain) {
    fprintf(stderr, "%zu of %zu run%s done already: nothing to do\n", g->rows_done, g->row_count,
            text_plural(g->row_count));
    return;
  }
  fprintf(stderr, "%zu run%s, %zu of them done already\n", g->row_count, text_plural(g->row_count),
          g->rows_done);
  session_say(s, notes);
  keep_state_warn(g, stderr);
  if (s->skipped)
    fprintf(stderr, "%zu failed before with %s; --rerun-failed tries again\n", s->skipped,
            s->skip_reason);
}

static void warn_of_changes(const session *s) {
  code_changes changes;
  if (s->given->quiet) return;
  code_changes_begin(&changes, s->a, s->catalogue);
  code_changes_look_at_graph(&changes, &s->jobs);
  code_changes_print(&changes, stderr);
}

static status_code run_jobs(session *s, const value *notes, schedule_summary *summary,
                            failure *err) {
  const value *settings = value_get(s->plan, "schedule");
  const schedule_options how = {.timeout = value_get_number(settings, "timeout", 0),
                                .retries = (unsigned)value_get_number(settings, "retries", 2),
                                .fail_fast = s->given->fail_fast,
                                .plugins = s->plugins,
                                .screen = messages(s->given)};
  const char *plugins;
  *summary = (schedule_summary){0};
  announce(s, notes);
  warn_of_changes(s);
  if (s->jobs.rows_done == s->jobs.row_count) return STATUS_OK;
  /* Workers use copies: rebuilding a plugin does not change a grid that is running. */
  status_code status =
      plugin_snapshot_take(s->a, s->given->out, s->catalogue, how.screen, &plugins, err);
  if (status == STATUS_OK) status = cache_check(s->jobs.jobs, s->jobs.job_count, how.screen, err);
  if (status != STATUS_OK) return status;
  return program_run_jobs(s->a, s->jobs.jobs, s->jobs.job_count, session_parallel(s), plugins, &how,
                          summary, err);
}

/* Each step is tried; the first failure is returned. */
static status_code end(session *s, failure *err) {
  failure later;
  FILE *log = messages(s->given);
  status_code status = retrain_end(s, log, err);
  const status_code reported = report(s, status == STATUS_OK ? err : &later);
  if (status == STATUS_OK) status = reported;
  if (log && status == STATUS_OK) status = ending_print(s, log, err);
  return status;
}

/* ---- the commands ---------------------------------------------------------------------------- */

status_code command_run(arena *a, const options *given, failure *err) {
  session s;
  schedule_summary summary;
  trial_facts facts;
  failure later;
  status_code status = session_open(&s, a, given, err);
  if (status == STATUS_OK) status = session_try(&s, &facts, err);
  if (status == STATUS_OK && given->dry_run) return dry_run(&s, &facts, err);
  if (status == STATUS_OK) status = prepare(&s, err);
  if (status != STATUS_OK) return status;
  status = run_jobs(&s, facts.notes, &summary, err);
  /* Also after a failure: what is done is reported. The first failure is the one to return. */
  const status_code ended = end(&s, status == STATUS_OK ? err : &later);
  if (status == STATUS_OK) status = ended;
  if (status != STATUS_OK) return status;
  *err = (failure){0}; /* a file that was looked for and is not there is not why runs failed */
  const status_code code = program_exit_code(&summary);
  return code == STATUS_OK && given->strict ? ending_strict(&s, err) : code;
}

status_code command_table(arena *a, const options *given, failure *err) {
  session s;
  status_code status = session_open(&s, a, given, err);
  return status == STATUS_OK ? report(&s, err) : status;
}
