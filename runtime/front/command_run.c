/* hifm run, hifm table: from a script to results, tables and figures. */
#include "base/files.h"
#include "front/command.h"
#include "grid/graph.h"
#include "grid/jobs.h"
#include "grid/plugin_snapshot.h"
#include "host/catalogue.h"
#include "plan/lua_files.h"
#include "plan/plan.h"
#include "plan/source_lines.h"
#include "report/figure.h"
#include "report/record.h"
#include "report/table.h"

#include <string.h>

/* A script, its plan, its jobs and where its results go. */
typedef struct experiment {
  arena *a;
  const options *given;
  const value *catalogue, *plan;
  const char *view;
  const char *const *audit_names;
  size_t audit_count;
  graph jobs;
} experiment;

/* Did --set or --only make it another grid? */
static bool is_partial(const options *given) {
  return given->set_count + given->only_count > 0;
}

/* results/<script>, with the profile, and "partial" where it is so; beside what is there for all
 * scripts: runs, cache, .plugins and .lock. */
static status_code find_view(experiment *e, failure *err) {
  const options *given = e->given;
  const char *name = value_get_text(e->plan, "name", "experiment");
  if (*name == '.' || strcmp(name, "runs") == 0 || strcmp(name, "cache") == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: its tables would go to %s/%s, a name that hifm keeps for itself; give "
                       "the script another one",
                       given->words[0], given->out, name);
  e->view = arena_format(e->a, "%s/%s%s%s%s", given->out, name, given->profile ? "-" : "",
                         given->profile ? given->profile : "", is_partial(given) ? "-partial" : "");
  return STATUS_OK;
}

static status_code make_graph(experiment *e, failure *err) {
  const value *audits = value_get(e->plan, "audits");
  e->audit_names = audits->keys;
  e->audit_count = audits->count;
  return graph_build(e->a, e->plan, e->catalogue, e->given->out, e->given->force, &e->jobs, err);
}

static table_request request_table(const experiment *e, size_t index) {
  const value *tables = value_get(e->plan, "tables");
  return (table_request){.folder = e->view,
                         .name = tables->keys[index],
                         .metrics = METRICS,
                         .declaration = tables->items[index],
                         .script_folder = value_get_text(e->plan, "folder", "."),
                         .columns = value_get(e->plan, "columns"),
                         .partial = is_partial(e->given)};
}

static figure_request request_figure(const experiment *e, size_t index) {
  const value *figures = value_get(e->plan, "figures");
  return (figure_request){.folder = e->view,
                          .name = figures->keys[index],
                          .metrics = METRICS,
                          .declaration = figures->items[index],
                          .columns = value_get(e->plan, "columns")};
}

static record_request request_record(const experiment *e) {
  return (record_request){.metrics = METRICS,
                          .columns = value_get(e->plan, "columns"),
                          .audits = e->audit_names,
                          .audit_count = e->audit_count,
                          .rows = e->jobs.rows,
                          .row_count = e->jobs.row_count};
}

/* The message with the line of the script that has, say, "tables.table2". */
static void place(const experiment *e, const char *kind, const char *name, failure *err) {
  const failure inner = *err;
  const char *script = e->given->words[0], *text;
  size_t found = 0, line = 0;
  if (lua_files_text(e->a, script, &text, NULL) == STATUS_OK)
    line = source_lines_line(text, arena_format(e->a, "%s.%s", kind, name), &found);
  failure_set(err, inner.status, "%s:%zu: %s", script, found ? line : 1, inner.message);
}

/* What is wrong with a table or a figure is said before the first run, not after the last. */
static status_code check_views(const experiment *e, failure *err) {
  const value *tables = value_get(e->plan, "tables"), *figures = value_get(e->plan, "figures");
  status_code status = STATUS_OK;
  csv_table runs, history;
  const record_request all = request_record(e);
  record_blank(&all, &runs, &history);
  for (size_t i = 0; tables && i < tables->count && status == STATUS_OK; i++) {
    const table_request request = request_table(e, i);
    status = table_check(&request, &runs, err);
    if (status != STATUS_OK) place(e, "tables", tables->keys[i], err);
  }
  for (size_t i = 0; figures && i < figures->count && status == STATUS_OK; i++) {
    const figure_request request = request_figure(e, i);
    status = figure_check(&request, &history, err);
    if (status != STATUS_OK) place(e, "figures", figures->keys[i], err);
  }
  csv_table_close(&runs);
  csv_table_close(&history);
  return status;
}

static status_code load(experiment *e, arena *a, const options *given, failure *err) {
  *e = (experiment){.a = a, .given = given};
  const plan_request request = {.script = given->words[0],
                                .profile = given->profile,
                                .sets = given->sets,
                                .set_count = given->set_count,
                                .only = given->only,
                                .only_count = given->only_count,
                                .recipes = command_recipes(a)};
  e->catalogue = catalogue_collect(a);
  status_code status = plan_load(a, &request, e->catalogue, &e->plan, err);
  if (status == STATUS_OK) status = find_view(e, err);
  if (status == STATUS_OK) status = make_graph(e, err);
  return status == STATUS_OK ? check_views(e, err) : status;
}

/* --force: the selected runs begin anew. */
static status_code forget(const experiment *e, failure *err) {
  for (size_t i = 0; i < e->jobs.row_count; i++) {
    status_code status = files_remove(e->jobs.rows[i].folder, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* runs.csv and what goes with it, from what is there. */
static status_code record(experiment *e, failure *err) {
  graph_set_states(&e->jobs);
  status_code status = files_make_folder(e->view, err);
  if (status != STATUS_OK) return status;
  const record_request all = request_record(e);
  return record_write(e->view, &all, err);
}

/* screen: also prints them; NULL: only files. */
static status_code write_tables(const experiment *e, FILE *screen, failure *err) {
  const value *tables = value_get(e->plan, "tables");
  status_code status = STATUS_OK;
  for (size_t i = 0; tables && i < tables->count && status == STATUS_OK; i++) {
    const table_request request = request_table(e, i);
    status = table_write(&request, screen, err);
    if (status == STATUS_OK && screen && !e->given->quiet)
      fprintf(stderr, "table: %s/%s%s\n", e->view, tables->keys[i], table_endings(e->a));
  }
  return status;
}

/* One that fails keeps back no other; the first failure is returned. */
static status_code write_figures(const experiment *e, bool quiet, failure *err) {
  const value *figures = value_get(e->plan, "figures");
  status_code status = STATUS_OK;
  for (size_t i = 0; figures && i < figures->count; i++) {
    failure why = {.message = ""};
    bool made;
    const figure_request request = request_figure(e, i);
    const status_code one = figure_write(&request, &made, &why);
    if (one != STATUS_OK && status == STATUS_OK) {
      status = one;
      *err = why;
    }
    if (one != STATUS_OK || quiet) continue;
    if (made)
      fprintf(stderr, "figure: %s/%s.svg, .png\n", e->view, figures->keys[i]);
    else
      fprintf(stderr, "no figure %s: %s\n", figures->keys[i], why.message);
  }
  return status;
}

/* All that is derived from results. */
static status_code report(experiment *e, failure *err) {
  status_code status = record(e, err);
  if (status == STATUS_OK) status = write_tables(e, stdout, err);
  if (status == STATUS_OK) status = write_figures(e, e->given->quiet, err);
  return status;
}

static void dry_run(const experiment *e) {
  const value *columns = value_get(e->plan, "columns");
  const size_t done = e->jobs.rows_done;
  printf("%zu runs, %zu done, %zu to do\n", e->jobs.row_count, done, e->jobs.row_count - done);
  printf("columns:");
  for (size_t i = 0; columns && i < columns->count; i++) printf(" %s", columns->items[i]->text);
  printf("\njobs:\n");
  for (size_t i = 0; i < e->jobs.job_count; i++)
    printf("  %-8s %s\n", e->jobs.jobs[i].kind, e->jobs.jobs[i].label);
}

static status_code run_jobs(experiment *e, schedule_summary *summary, failure *err) {
  const value *how = value_get(e->plan, "schedule");
  schedule_options how_to = {.program = command_program(e->a),
                             .image = "/proc/self/exe", /* itself, even when built anew meanwhile */
                             .parallel = e->given->parallel,
                             .timeout = value_get_number(how, "timeout", 0),
                             .retries = (unsigned)value_get_number(how, "retries", 2),
                             .quiet = e->given->quiet};
  const size_t done = e->jobs.rows_done, all = e->jobs.row_count;
  *summary = (schedule_summary){0};
  if (done == all) {
    if (!e->given->quiet) fprintf(stderr, "all %zu runs are done already: nothing to do\n", all);
    return STATUS_OK;
  }
  if (!e->given->quiet) fprintf(stderr, "%zu runs, %zu of them done already\n", all, done);
  if (!e->given->quiet && e->jobs.rows_again)
    fprintf(stderr,
            "%zu were trained under other measure settings: their best and last weights are "
            "measured again; other epochs have kept none (--force trains anew)\n",
            e->jobs.rows_again);
  status_code status =
      plugin_snapshot_take(e->a, e->given->out, e->catalogue, &how_to.plugins, err);
  if (status != STATUS_OK) return status;
  return schedule_run(e->jobs.jobs, e->jobs.job_count, &how_to, summary, err);
}

status_code command_run(arena *a, const options *given, failure *err) {
  experiment e;
  schedule_summary summary;
  if (given->word_count != 1)
    return failure_set(err, STATUS_USAGE, "hifm run takes one script, such as scripts/lj13.lua");
  status_code status = load(&e, a, given, err);
  if (status == STATUS_OK && given->dry_run) {
    dry_run(&e);
    return STATUS_OK;
  }
  if (status == STATUS_OK) status = jobs_check_inputs(e.jobs.jobs, e.jobs.job_count, err);
  if (status == STATUS_OK) status = files_make_folder(given->out, err);
  if (status == STATUS_OK) status = files_lock(given->out, err);
  if (status == STATUS_OK && given->force) status = forget(&e, err);
  /* While it runs, and where it is interrupted, no table or figure of an earlier call stands beside
   * the new CSV. */
  const bool more = status == STATUS_OK && e.jobs.rows_done < e.jobs.row_count;
  if (more) status = record(&e, err);
  if (more && status == STATUS_OK) status = write_tables(&e, NULL, err);
  failure aside; /* a broken gnuplot keeps no run back: report says it at the end */
  if (more && status == STATUS_OK) write_figures(&e, true, &aside);
  if (status != STATUS_OK) return status;
  status = run_jobs(&e, &summary, err);
  const status_code told = report(&e, status == STATUS_OK ? err : &aside);
  if (status == STATUS_OK) status = told;
  return status == STATUS_OK ? command_exit_code(&summary) : status;
}

status_code command_table(arena *a, const options *given, failure *err) {
  experiment e;
  if (given->word_count != 1)
    return failure_set(err, STATUS_USAGE, "hifm table takes one script, such as scripts/lj13.lua");
  status_code status = load(&e, a, given, err);
  if (status == STATUS_OK) status = report(&e, err);
  return status;
}
