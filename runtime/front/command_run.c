/* hifm run, hifm table: from a script to results, tables and figures. */
#include "base/files.h"
#include "front/audits.h"
#include "front/command.h"
#include "front/freeze.h"
#include "front/graph.h"
#include "front/jobs.h"
#include "host/catalogue.h"
#include "plan/locate.h"
#include "plan/module.h"
#include "plan/plan.h"
#include "report/figure.h"
#include "report/table.h"

#include <string.h>

/* A script, its plan, its jobs and where its results go. */
typedef struct experiment {
  arena *a;
  const options *given;
  const value *catalogue, *plan;
  const char *view;
  graph_audit *audits;
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
static hifm_status find_view(experiment *e, hifm_error *err) {
  const options *given = e->given;
  const char *name = value_get_text(e->plan, "name", "experiment");
  if (*name == '.' || strcmp(name, "runs") == 0 || strcmp(name, "cache") == 0)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "%s: its tables would go to %s/%s, a name that hifm keeps for itself; give "
                     "the script another one",
                     given->words[0], given->out, name);
  e->view = arena_format(e->a, "%s/%s%s%s%s", given->out, name, given->profile ? "-" : "",
                         given->profile ? given->profile : "", is_partial(given) ? "-partial" : "");
  return HIFM_OK;
}

static hifm_status make_graph(experiment *e, hifm_error *err) {
  return graph_build(e->a, e->plan, e->audits, e->audit_count, e->catalogue, e->given->out,
                     e->given->force, &e->jobs, err);
}

static table_request request_table(const experiment *e, size_t index) {
  const value *tables = value_get(e->plan, "tables");
  return (table_request){.view = e->view,
                         .name = tables->keys[index],
                         .declaration = tables->items[index],
                         .script_folder = value_get_text(e->plan, "folder", "."),
                         .columns = value_get(e->plan, "columns"),
                         .partial = is_partial(e->given)};
}

/* The message with the line of the script that has, say, "tables.table2". */
static void place(const experiment *e, const char *kind, const char *name, hifm_error *err) {
  const hifm_error inner = *err;
  const char *script = e->given->words[0], *text;
  size_t found = 0, line = 0;
  if (module_text(e->a, script, &text, NULL) == HIFM_OK)
    line = locate_line(text, arena_format(e->a, "%s.%s", kind, name), &found);
  hifm_fail(err, inner.status, "%s:%zu: %s", script, found ? line : 1, inner.message);
}

/* What is wrong with a table or a figure is said before the first run, not after the last. */
static hifm_status check_views(const experiment *e, hifm_error *err) {
  const value *tables = value_get(e->plan, "tables"), *figures = value_get(e->plan, "figures");
  hifm_status status = HIFM_OK;
  rows runs, history;
  record_blank(value_get(e->plan, "columns"), e->audit_names, e->audit_count, e->jobs.rows,
               e->jobs.row_count, &runs, &history);
  for (size_t i = 0; tables && i < tables->count && status == HIFM_OK; i++) {
    const table_request request = request_table(e, i);
    status = table_check(&request, &runs, err);
    if (status != HIFM_OK) place(e, "tables", tables->keys[i], err);
  }
  for (size_t i = 0; figures && i < figures->count && status == HIFM_OK; i++) {
    status = figure_check(figures->keys[i], figures->items[i], &history, err);
    if (status != HIFM_OK) place(e, "figures", figures->keys[i], err);
  }
  rows_close(&runs);
  rows_close(&history);
  return status;
}

static hifm_status load(experiment *e, arena *a, const options *given, hifm_error *err) {
  *e = (experiment){.a = a, .given = given};
  const plan_request request = {.script = given->words[0],
                                .profile = given->profile,
                                .sets = given->sets,
                                .set_count = given->set_count,
                                .only = given->only,
                                .only_count = given->only_count,
                                .recipes = command_recipes(a)};
  e->catalogue = catalogue_collect(a);
  hifm_status status = plan_load(a, &request, e->catalogue, &e->plan, err);
  if (status == HIFM_OK) status = find_view(e, err);
  if (status == HIFM_OK)
    status = audits_load(a, &request, e->catalogue, e->plan, &e->audits, &e->audit_names,
                         &e->audit_count, err);
  if (status == HIFM_OK) status = make_graph(e, err);
  return status == HIFM_OK ? check_views(e, err) : status;
}

/* --force: the selected runs begin anew. */
static hifm_status forget(const experiment *e, hifm_error *err) {
  for (size_t i = 0; i < e->jobs.row_count; i++) {
    hifm_status status = files_remove(e->jobs.rows[i].folder, err);
    if (status != HIFM_OK) return status;
  }
  return HIFM_OK;
}

/* runs.csv and what goes with it, from what is there. */
static hifm_status record(experiment *e, hifm_error *err) {
  graph_set_states(&e->jobs);
  hifm_status status = files_make_folder(e->view, err);
  if (status != HIFM_OK) return status;
  return record_write(e->view, value_get(e->plan, "columns"), e->audit_names, e->audit_count,
                      e->jobs.rows, e->jobs.row_count, err);
}

/* screen: also prints them; NULL: only files. */
static hifm_status write_tables(const experiment *e, FILE *screen, hifm_error *err) {
  const value *tables = value_get(e->plan, "tables");
  hifm_status status = HIFM_OK;
  for (size_t i = 0; tables && i < tables->count && status == HIFM_OK; i++) {
    const table_request request = request_table(e, i);
    status = table_write(&request, screen, err);
    if (status == HIFM_OK && screen && !e->given->quiet)
      fprintf(stderr, "table: %s/%s.md, .tex, .csv\n", e->view, tables->keys[i]);
  }
  return status;
}

/* One that fails keeps back no other; the first failure is returned. */
static hifm_status write_figures(const experiment *e, bool quiet, hifm_error *err) {
  const value *figures = value_get(e->plan, "figures"), *columns = value_get(e->plan, "columns");
  hifm_status status = HIFM_OK;
  for (size_t i = 0; figures && i < figures->count; i++) {
    hifm_error why = {.message = ""};
    bool made;
    const hifm_status one =
        figure_write(e->view, figures->keys[i], figures->items[i], columns, &made, &why);
    if (one != HIFM_OK && status == HIFM_OK) {
      status = one;
      *err = why;
    }
    if (one != HIFM_OK || quiet) continue;
    if (made)
      fprintf(stderr, "figure: %s/%s.svg, .png\n", e->view, figures->keys[i]);
    else
      fprintf(stderr, "no figure %s: %s\n", figures->keys[i], why.message);
  }
  return status;
}

/* All that is derived from results. */
static hifm_status report(experiment *e, hifm_error *err) {
  hifm_status status = record(e, err);
  if (status == HIFM_OK) status = write_tables(e, stdout, err);
  if (status == HIFM_OK) status = write_figures(e, e->given->quiet, err);
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

static hifm_status run_jobs(experiment *e, schedule_summary *summary, hifm_error *err) {
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
    return HIFM_OK;
  }
  if (!e->given->quiet) fprintf(stderr, "%zu runs, %zu of them done already\n", all, done);
  if (!e->given->quiet && e->jobs.rows_again)
    fprintf(stderr,
            "%zu were trained under other measure settings: their best and last weights are "
            "measured again; other epochs have kept none (--force trains anew)\n",
            e->jobs.rows_again);
  hifm_status status = freeze_plugins(e->a, e->given->out, e->catalogue, &how_to.plugins, err);
  if (status != HIFM_OK) return status;
  return schedule_run(e->jobs.jobs, e->jobs.job_count, &how_to, summary, err);
}

hifm_status command_run(arena *a, const options *given, hifm_error *err) {
  experiment e;
  schedule_summary summary;
  if (given->word_count != 1)
    return hifm_fail(err, HIFM_USAGE, "hifm run takes one script, such as scripts/lj13.lua");
  hifm_status status = load(&e, a, given, err);
  if (status == HIFM_OK && given->dry_run) {
    dry_run(&e);
    return HIFM_OK;
  }
  if (status == HIFM_OK) status = jobs_check_inputs(e.jobs.jobs, e.jobs.job_count, err);
  if (status == HIFM_OK) status = files_make_folder(given->out, err);
  if (status == HIFM_OK) status = files_lock(given->out, err);
  if (status == HIFM_OK && given->force) status = forget(&e, err);
  /* While it runs, and where it is interrupted, no table or figure of an earlier call stands beside
   * the new CSV. */
  const bool more = status == HIFM_OK && e.jobs.rows_done < e.jobs.row_count;
  if (more) status = record(&e, err);
  if (more && status == HIFM_OK) status = write_tables(&e, NULL, err);
  hifm_error aside; /* a broken gnuplot keeps no run back: report says it at the end */
  if (more && status == HIFM_OK) write_figures(&e, true, &aside);
  if (status != HIFM_OK) return status;
  status = run_jobs(&e, &summary, err);
  const hifm_status told = report(&e, status == HIFM_OK ? err : &aside);
  if (status == HIFM_OK) status = told;
  return status == HIFM_OK ? command_exit_code(&summary) : status;
}

hifm_status command_table(arena *a, const options *given, hifm_error *err) {
  experiment e;
  if (given->word_count != 1)
    return hifm_fail(err, HIFM_USAGE, "hifm table takes one script, such as scripts/lj13.lua");
  hifm_status status = load(&e, a, given, err);
  if (status == HIFM_OK) status = report(&e, err);
  return status;
}
