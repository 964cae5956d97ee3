/* hifm run, hifm table: from a script to results, tables and figures. */
#include "base/files.h"
#include "base/folders.h"
#include "front/ending.h"
#include "front/program.h"
#include "front/retrain.h"
#include "front/session.h"
#include "grid/cache_check.h"
#include "grid/code_changes.h"
#include "grid/plugin_snapshot.h"
#include "job/history.h"

static FILE *messages(const options *given) {
  return given->quiet ? NULL : stderr;
}

/* Why cells of a history are empty. */
static void explain_gaps(const session *s) {
  const record_gaps *gaps = &s->gaps;
  if (s->given->quiet) return;
  if (gaps->late)
    fprintf(stderr,
            "%zu rows have no history: their measurement was asked for after the training, which "
            "kept its last weights alone. nll_min and other columns of all epochs are empty "
            "(--retrain gives them)\n",
            gaps->late);
  if (gaps->removed)
    fprintf(stderr,
            "%zu rows have no history: the file of their measurement is missing; the last weights "
            "were measured again. nll_min and other columns of all epochs are empty (--retrain "
            "gives them)\n",
            gaps->removed);
  if (gaps->unkept)
    fprintf(stderr,
            "%zu audits have no best weights: the training kept those of another epoch. Their "
            "columns nll_best, ... are empty (--retrain gives them)\n",
            gaps->unkept);
}

/* All that is derived from results: CSV files, tables, figures. */
static status_code report(session *s, failure *err) {
  status_code status = session_record(s, err);
  if (status == STATUS_OK) explain_gaps(s);
  if (status == STATUS_OK) status = session_write_tables(s, stdout, err);
  if (status == STATUS_OK) status = session_write_figures(s, messages(s->given), err);
  return status;
}

/* The next step at which a training measures. */
static uint64_t next_measured(const value *asked, uint64_t per_epoch, uint64_t step,
                              uint64_t steps) {
  uint64_t next = steps;
  for (size_t k = 0; k < asked->count; k++) {
    const value *measure = value_get(value_get(asked->items[k], "config"), "measure");
    const uint64_t every = history_every(measure, per_epoch), due = (step / every + 1) * every;
    if (due < next) next = due;
  }
  return next;
}

/* How many files of weights a training leaves: with train.keep = "all" one for each measured step.
 */
static double count_kept(const value *file) {
  const value *config = value_get(file, "config");
  const uint64_t per_epoch = history_steps_per_epoch(config), steps = history_steps(config);
  double count = 0;
  if (!value_get_bool(file, "keep_all", false)) return 0;
  for (uint64_t step = 0; step < steps; count++)
    step = next_measured(value_get(file, "measurements"), per_epoch, step, steps);
  return count;
}

static void print_kept(const graph *g) {
  size_t trainings = 0;
  double files = 0;
  for (size_t i = 0; i < g->job_count; i++) {
    if (g->jobs[i].kind != JOB_TRAIN) continue;
    const double kept = count_kept(g->jobs[i].file);
    trainings += kept > 0;
    files += kept;
  }
  if (trainings)
    printf("train.keep = \"all\": %zu trainings will write %.0f files of weights\n", trainings,
           files);
}

/* Trainings to do that are asked to keep their state; with_stem: that a longer one can go on from.
 */
static size_t count_states(const graph *g, bool with_stem) {
  size_t count = 0;
  for (size_t i = 0; i < g->job_count; i++)
    count += value_get_bool(g->jobs[i].file, "keep_state", false) &&
             (value_get(g->jobs[i].file, "stem") != NULL) == with_stem;
  return count;
}

static void print_states(const graph *g) {
  const size_t count = count_states(g, true);
  if (count)
    printf("train.keep_state: %zu trainings will write state.safetensors, of 12 bytes a weight (20 "
           "with train.ema)\n",
           count);
}

/* Only of a constant learning rate (identity.h). */
static void warn_of_states(const graph *g, FILE *out) {
  const size_t count = count_states(g, false);
  if (count)
    fprintf(out,
            "train.keep_state: %zu trainings keep no state: their optimizer.schedule makes each "
            "step depend on the length of the training, so no longer one can go on from them\n",
            count);
}

static void dry_run(const session *s) {
  const value *columns = value_get(s->plan, "columns");
  const graph *g = &s->jobs;
  printf("%zu runs, %zu done, %zu to do\n", g->row_count, g->rows_done,
         g->row_count - g->rows_done);
  printf("columns:");
  for (size_t i = 0; columns && i < columns->count; i++) printf(" %s", columns->items[i]->text);
  printf("\njobs:\n");
  for (size_t i = 0; i < g->job_count; i++) {
    const grid_job *it = &g->jobs[i];
    if (job_is_done(it->result_path, it->id)) continue;
    printf("  %-8s %s%s\n", job_kind_word(it->kind), it->label,
           it->skip ? " (failed before; --rerun-failed tries again)" : "");
  }
  print_kept(g);
  print_states(g);
  warn_of_states(g, stdout);
}

/* ---- before the first job -------------------------------------------------------------------- */

/* The files of an earlier call must not be mistaken for this one's, while it runs or if it is
 * interrupted. */
static status_code reset_report(session *s, failure *err) {
  failure ignored; /* a broken gnuplot stops no run; report returns the failure at the end */
  status_code status = session_record(s, err);
  if (status == STATUS_OK) status = session_write_tables(s, NULL, err);
  if (status == STATUS_OK) session_write_figures(s, NULL, &ignored);
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
  if (status == STATUS_OK && s->jobs.rows_done < s->jobs.row_count) status = reset_report(s, err);
  return status;
}

/* ---- the jobs -------------------------------------------------------------------------------- */

static void announce(const session *s) {
  const graph *g = &s->jobs;
  if (s->given->quiet) return;
  retrain_announce(s);
  if (g->rows_done == g->row_count && s->mode == GRAPH_PLAIN) {
    fprintf(stderr, "all %zu runs are done already: nothing to do\n", g->row_count);
    return;
  }
  fprintf(stderr, "%zu runs, %zu of them done already\n", g->row_count, g->rows_done);
  warn_of_states(g, stderr);
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

static status_code run_jobs(session *s, schedule_summary *summary, failure *err) {
  const value *settings = value_get(s->plan, "schedule");
  const schedule_options how = {.timeout = value_get_number(settings, "timeout", 0),
                                .retries = (unsigned)value_get_number(settings, "retries", 2),
                                .fail_fast = s->given->fail_fast,
                                .plugins = s->plugins,
                                .screen = messages(s->given)};
  const char *plugins;
  *summary = (schedule_summary){0};
  announce(s);
  warn_of_changes(s);
  if (s->jobs.rows_done == s->jobs.row_count) return STATUS_OK;
  /* Workers use copies: rebuilding a plugin does not change a grid that is running. */
  status_code status =
      plugin_snapshot_take(s->a, s->given->out, s->catalogue, how.screen, &plugins, err);
  if (status == STATUS_OK) status = cache_check(s->jobs.jobs, s->jobs.job_count, how.screen, err);
  if (status != STATUS_OK) return status;
  return program_run_jobs(s->a, s->jobs.jobs, s->jobs.job_count, s->given->parallel, plugins, &how,
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
  failure later;
  status_code status = session_open(&s, a, given, err);
  if (status == STATUS_OK) status = session_try(&s, err);
  if (status == STATUS_OK && given->dry_run) {
    dry_run(&s);
    return STATUS_OK;
  }
  if (status == STATUS_OK) status = prepare(&s, err);
  if (status != STATUS_OK) return status;
  status = run_jobs(&s, &summary, err);
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
