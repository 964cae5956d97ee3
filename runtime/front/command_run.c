/* hifm run, hifm table: from a script to results, tables and figures. */
#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "front/dry_run.h"
#include "front/ending.h"
#include "front/keep_state.h"
#include "front/program.h"
#include "front/retrain.h"
#include "front/session.h"
#include "front/submit.h"
#include "front/submit_options.h"
#include "front/tables_and_figures.h"
#include "grid/cache_check.h"
#include "grid/code_changes.h"
#include "grid/plugin_snapshot.h"
#include "grid/submission.h"

static FILE *messages(const options *given) {
  return given->quiet ? NULL : stderr;
}

/* ---- before the first job -------------------------------------------------------------------- */

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
  /* What was given to a cluster takes no lock: its tasks write only into folders of their own. */
  if (status == STATUS_OK)
    status = submissions_refuse(s->a, given->out, s->jobs.jobs, s->jobs.job_count, err);
  if (status == STATUS_OK) status = remove_leftovers(s, err);
  if (status == STATUS_OK) status = retrain_begin(s, err);
  if (status == STATUS_OK) status = jobs_begin_again(s->jobs.jobs, s->jobs.job_count, err);
  if (status == STATUS_OK && s->jobs.rows_done < s->jobs.row_count)
    status = tables_and_figures_reset(s, err);
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

/* In worker processes of this hifm. */
static status_code run_here(session *s, schedule_summary *summary, failure *err) {
  const value *settings = value_get(s->plan, "schedule");
  const schedule_options how = {.timeout = value_get_number(settings, "timeout", 0),
                                .retries = (unsigned)value_get_number(settings, "retries", 2),
                                .fail_fast = s->given->fail_fast,
                                .plugins = s->plugins,
                                .screen = messages(s->given)};
  const char *plugins;
  graph *g = &s->jobs;
  if (s->given->strict_bits) jobs_ask_for_same_machine(s->a, g->jobs, g->job_count);
  /* Workers use copies: rebuilding a plugin does not change a grid that is running. */
  status_code status =
      plugin_snapshot_take(s->a, s->given->out, s->catalogue, how.screen, &plugins, err);
  if (status == STATUS_OK) status = cache_check(g->jobs, g->job_count, how.screen, err);
  if (status != STATUS_OK) return status;
  return program_run_jobs(s->a, g->jobs, g->job_count, session_parallel(s), plugins, &how, summary,
                          err);
}

/* *ended: false where they run elsewhere, and this hifm does not wait for them. */
static status_code run_jobs(session *s, const trial_facts *facts, schedule_summary *summary,
                            bool *ended, failure *err) {
  *summary = (schedule_summary){0};
  *ended = true;
  announce(s, facts->notes);
  warn_of_changes(s);
  if (s->jobs.rows_done == s->jobs.row_count) {
    *ended = !s->given->print_commands; /* its output is commands alone */
    return STATUS_OK;
  }
  if (!submit_options_elsewhere(s->given)) return run_here(s, summary, err);
  const status_code status = submit_grid(s, facts, summary, err);
  *ended = s->given->wait && status == STATUS_OK;
  return status;
}

/* Each step is tried; the first failure is returned. */
static status_code end(session *s, failure *err) {
  failure later;
  FILE *log = messages(s->given);
  status_code status = retrain_end(s, log, err);
  const status_code reported = tables_and_figures_write(s, status == STATUS_OK ? err : &later);
  if (status == STATUS_OK) status = reported;
  if (log && status == STATUS_OK) status = ending_print(s, log, err);
  return status;
}

/* ---- the commands ---------------------------------------------------------------------------- */

/* What command_run does after its checks. */
static status_code run_grid(session *s, const trial_facts *facts, failure *err) {
  schedule_summary summary;
  failure later;
  bool ended;
  status_code status = prepare(s, err);
  if (status != STATUS_OK) return status;
  status = run_jobs(s, facts, &summary, &ended, err);
  if (!ended) return status;
  /* Also after a failure: what is done is reported. The first failure is the one to return. */
  const status_code reported = end(s, status == STATUS_OK ? err : &later);
  if (status == STATUS_OK) status = reported;
  if (status != STATUS_OK) return status;
  *err = (failure){0}; /* a file that was looked for and is not there is not why runs failed */
  const status_code code = program_exit_code(&summary);
  return code == STATUS_OK && s->given->strict ? ending_strict(s, err) : code;
}

status_code command_run(arena *a, const options *given, failure *err) {
  session s;
  trial_facts facts;
  status_code status = submit_options_check(given, err);
  if (status == STATUS_OK) status = session_open(&s, a, given, err);
  if (status == STATUS_OK) status = session_try(&s, &facts, err);
  if (status != STATUS_OK) return status;
  if (!given->dry_run) return run_grid(&s, &facts, err);
  status = dry_run(&s, &facts, err);
  return status == STATUS_OK && submit_options_elsewhere(given) ? submit_show(&s, &facts, err)
                                                                : status;
}

status_code command_table(arena *a, const options *given, failure *err) {
  session s;
  status_code status = session_open(&s, a, given, err);
  return status == STATUS_OK ? tables_and_figures_write(&s, err) : status;
}
