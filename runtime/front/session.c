#include "front/session.h"

#include "base/folders.h"
#include "front/program.h"
#include "front/report.h"
#include "front/retrain.h"
#include "front/view.h"
#include "grid/job_labels.h"
#include "grid/plugin_snapshot.h"
#include "grid/successor.h"
#include "host/catalogue.h"
#include "job/settings.h"
#include "plan/lua_files.h"
#include "plan/outcome_choice.h"
#include "plan/plan.h"
#include "plan/sets.h"
#include "plan/source_lines.h"
#include "report/figure.h"
#include "report/outcomes.h"

#include <math.h>
#include <string.h>

/* ---- tables and figures ---------------------------------------------------------------------- */

/* "20 validation points": they choose the best weights. NULL: test points do in all rows. */
static const char *validation_of(const session *s) {
  const value *rows = value_get(s->plan, "rows");
  double least = INFINITY, most = 0;
  for (size_t i = 0; i < rows->count; i++) {
    const double points = settings_validation(value_get(rows->items[i], "config"));
    least = fmin(least, points);
    most = fmax(most, points);
  }
  if (!(most > 0)) return NULL;
  if (!(most > least)) return arena_format(s->a, "%.0f validation points", most);
  return arena_format(s->a, "%.0f to %.0f validation points%s", least, most,
                      least > 0 ? "" : " (0: on the test points)");
}

table_request session_table(const session *s, size_t index) {
  const value *tables = value_get(s->plan, "tables");
  return (table_request){.folder = s->folder,
                         .name = tables->keys[index],
                         .metrics = METRICS,
                         .declaration = tables->items[index],
                         .script_folder = value_get_text(s->plan, "folder", "."),
                         .columns = value_get(s->plan, "columns"),
                         .validation = validation_of(s),
                         .partial = view_is_partial(s->given)};
}

/* unfinished: NULL, or the runs that are not. */
static figure_request request_figure(const session *s, size_t index, const csv_table *unfinished) {
  const value *figures = value_get(s->plan, "figures");
  return (figure_request){.folder = s->folder,
                          .name = figures->keys[index],
                          .metrics = METRICS,
                          .declaration = figures->items[index],
                          .columns = value_get(s->plan, "columns"),
                          .unfinished = unfinished,
                          .partial = view_is_partial(s->given)};
}

static bool draws_samples(const value *config) {
  return value_get_number(value_get(config, "measure"), "samples", 0) > 0;
}

/* The metrics of rows, or of their audits: those that need samples only where some are drawn. */
static const metric *metrics_of(const session *s, bool audits) {
  const value *rows = value_get(s->plan, "rows");
  for (size_t i = 0; i < rows->count; i++) {
    const value *measured = value_get(rows->items[i], audits ? "audits" : "config");
    if (!audits && draws_samples(measured)) return METRICS;
    for (size_t k = 0; audits && measured && k < measured->count; k++)
      if (draws_samples(measured->items[k])) return METRICS;
  }
  return metrics_without_samples(s->a);
}

static record_request request_record(const session *s) {
  const value *audits = value_get(s->plan, "audits");
  return (record_request){.metrics = metrics_of(s, false),
                          .audit_metrics = metrics_of(s, true),
                          .columns = value_get(s->plan, "columns"),
                          .audits = audits->keys,
                          .audit_count = audits->count,
                          .rows = s->jobs.rows,
                          .row_count = s->jobs.row_count};
}

/* Puts the script's line that declares, say, "tables.table2" before the message. */
static void add_line(const session *s, const char *kind, const char *name, failure *err) {
  const failure inner = *err;
  const char *path = s->given->words[0], *text;
  size_t found = 0, line = 0;
  if (lua_files_text(s->a, path, &text, NULL) == STATUS_OK)
    line = source_lines_line(text, arena_format(s->a, "%s.%s", kind, name), &found);
  failure_set(err, inner.status, "%s:%zu: %s", path, found ? line : 1, inner.message);
}

/* A mistake in a table or a figure is reported before the first run, not after the last. */
static status_code check_views(const session *s, failure *err) {
  const value *tables = value_get(s->plan, "tables"), *figures = value_get(s->plan, "figures");
  status_code status = STATUS_OK;
  csv_table runs, history;
  const record_request all = request_record(s);
  record_blank(&all, &runs, &history);
  for (size_t i = 0; tables && i < tables->count && status == STATUS_OK; i++) {
    const table_request request = session_table(s, i);
    status = table_check(&request, &runs, err);
    if (status != STATUS_OK) add_line(s, "tables", tables->keys[i], err);
  }
  for (size_t i = 0; figures && i < figures->count && status == STATUS_OK; i++) {
    const figure_request request = request_figure(s, i, NULL);
    status = figure_check(&request, &history, &runs, err);
    if (status != STATUS_OK) add_line(s, "figures", figures->keys[i], err);
  }
  csv_table_close(&runs);
  csv_table_close(&history);
  return status;
}

static plan_request request_plan(arena *a, const options *given) {
  return (plan_request){.script = given->words[0],
                        .profiles = given->profiles.items,
                        .profile_count = given->profiles.count,
                        .sets = given->sets.items,
                        .set_count = given->sets.count,
                        .only = given->only.items,
                        .only_count = given->only.count,
                        .exclude = given->exclude.items,
                        .exclude_count = given->exclude.count,
                        .recipes = program_recipes(a),
                        .results = given->out};
}

/* The same for a message that begins with a setting's path; a --set with this path comes first. */
static void add_setting_line(const session *s, failure *err) {
  const char *text;
  const plan_request request = request_plan(s->a, s->given);
  source_text source = {.path = s->given->words[0]};
  if (sets_explain(&request, err)) return;
  if (lua_files_text(s->a, source.path, &text, NULL) != STATUS_OK) return;
  source.text = text;
  source_lines_error(&source, 1, err);
}

status_code session_try(const session *s, trial_facts *facts, failure *err) {
  status_code status = jobs_check_inputs(s->jobs.jobs, s->jobs.job_count, err);
  if (status != STATUS_OK) return status;
  status = trial_run(s->a, &s->jobs, facts, err);
  if (status != STATUS_OK) add_setting_line(s, err);
  return status;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Jobs that fail for good are found here, so that a dry run shows them, too. */
static status_code build(session *s, failure *err) {
  const char *out = s->given->out;
  plugin_snapshot_hash(s->catalogue, s->plugins);
  status_code status = retrain_mode(s->a, s, &s->mode, err);
  if (s->given->per_point) s->mode = GRAPH_PER_POINT;
  if (status == STATUS_OK)
    status = graph_build(s->a, s->plan, s->catalogue, out, s->mode, &s->jobs, err);
  if (status == STATUS_OK) job_labels_distinguish(s->a, s->jobs.jobs, s->jobs.job_count);
  if (status == STATUS_OK && !s->given->rerun_failed)
    s->skipped = graph_skip_failed(&s->jobs, s->plugins, &s->skip_reason);
  return status;
}

static status_code read_statuses(const run_row *rows, size_t count, run_status *statuses,
                                 failure *err) {
  arena brief = {0};
  outcome all[OUTCOMES_MOST];
  const status_code status = outcomes_read(&brief, rows, count, 0, all, err);
  for (size_t i = 0; i < count; i++) statuses[i] = all[i].status;
  arena_close(&brief);
  return status;
}

/* What became of the rows so far, as runs.csv says it. */
static status_code find_statuses(const session *s, run_status *statuses, failure *err) {
  graph g;
  status_code status =
      graph_build(s->a, s->plan, s->catalogue, s->given->out, GRAPH_PLAIN, &g, err);
  for (size_t i = 0; status == STATUS_OK && i < g.row_count; i += OUTCOMES_MOST) {
    const size_t left = g.row_count - i, count = left < OUTCOMES_MOST ? left : OUTCOMES_MOST;
    status = read_statuses(&g.rows[i], count, &statuses[i], err);
  }
  return status;
}

/* The plan, without the rows whose status is not asked for. */
static status_code load_plan(session *s, failure *err) {
  const plan_request request = request_plan(s->a, s->given);
  status_code status = plan_load(s->a, &request, s->catalogue, &s->plan, err);
  if (status != STATUS_OK || !outcome_choice_asked(s->plan)) return status;
  const size_t rows = value_get(s->plan, "rows")->count;
  run_status *statuses = arena_get(s->a, rows * sizeof *statuses);
  status = find_statuses(s, statuses, err);
  if (status != STATUS_OK) return status;
  return outcome_choice_apply(s->a, &request, statuses, &s->plan, err);
}

size_t session_parallel(const session *s) {
  const value *settings = value_get(s->plan, "schedule");
  return options_workers(s->given, (size_t)value_get_number(settings, "threads", 1));
}

void session_say(const session *s, const value *lines) {
  for (size_t i = 0; i < lines->count && !s->given->quiet; i++)
    fprintf(stderr, "%s\n", lines->items[i]->text);
}

status_code session_open(session *s, arena *a, const options *given, failure *err) {
  *s = (session){.a = a, .given = given};
  s->catalogue = catalogue_collect(a);
  const char *runs = arena_format(a, "%s/runs", given->out);
  status_code status = successor_bring_back(runs, &s->leftovers, err);
  if (status == STATUS_OK) status = load_plan(s, err);
  if (status == STATUS_OK) status = view_choose(a, given, s->plan, &s->folder, err);
  if (status == STATUS_OK) status = build(s, err);
  if (status != STATUS_OK) return status;
  session_say(s, value_get(s->plan, "notes"));
  for (size_t i = 0; i < s->jobs.notes->count && !given->quiet; i++)
    fprintf(stderr, "%s: it counts as missing\n", s->jobs.notes->items[i]->text);
  return check_views(s, err);
}

status_code session_open_submitted(session *s, arena *a, const options *given, const value *plan,
                                   const char *folder, failure *err) {
  *s = (session){.a = a, .given = given, .plan = plan, .folder = folder};
  s->catalogue = catalogue_collect(a);
  return build(s, err);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Of all tables. */
static const value *paired_columns(const session *s) {
  const value *tables = value_get(s->plan, "tables");
  value *columns = value_new(s->a, VALUE_LIST);
  for (size_t i = 0; tables && i < tables->count; i++)
    table_points_columns(s->a, tables->items[i], columns);
  return columns;
}

status_code session_record(session *s, failure *err) {
  graph_set_states(&s->jobs);
  status_code status = folders_make(s->folder, 1, err); /* before the results are read */
  if (status == STATUS_OK) status = view_begin(s->given, s->plan, s->folder, err);
  if (status != STATUS_OK) return status;
  record_request all = request_record(s);
  all.gaps = &s->gaps;
  status = record_write(s->folder, &all, err);
  if (status != STATUS_OK) return status;
  return paired_write(s->folder, &all, paired_columns(s), &s->points, err);
}

static const char *have(size_t count) {
  return count == 1 ? " has" : "s have";
}

void session_explain_gaps(const session *s) {
  const record_gaps *gaps = &s->gaps;
  if (s->given->quiet) return;
  if (gaps->late)
    fprintf(stderr,
            "%zu row%s no history: the measurement was asked for after the training, which kept "
            "its last weights alone. nll_min and other columns of all epochs are empty (--retrain "
            "gives them)\n",
            gaps->late, have(gaps->late));
  if (gaps->removed)
    fprintf(stderr,
            "%zu row%s no history: the file of the measurement is missing; the last weights were "
            "measured again. nll_min and other columns of all epochs are empty (--retrain gives "
            "them)\n",
            gaps->removed, have(gaps->removed));
  if (gaps->unkept)
    fprintf(stderr,
            "%zu audit%s no best weights: the training kept those of another epoch. The columns "
            "nll_best, ... are empty there (--retrain gives them)\n",
            gaps->unkept, have(gaps->unkept));
  if (s->points.lost)
    fprintf(stderr,
            "%zu audit%s no NLL of each point, which error = \"points\" needs (an earlier hifm "
            "made them, or the file is lost). To measure them again: hifm run %s --per-point\n",
            s->points.lost, have(s->points.lost), report_arguments(s->a, s->given));
  if (s->points.own)
    fprintf(stderr,
            "%zu audit%s the measurement of the training itself, which keeps no NLL of each "
            "point: error = \"points\" needs an audit with another setting\n",
            s->points.own, s->points.own == 1 ? " is" : "s are");
}

status_code session_write_tables(const session *s, FILE *screen, failure *err) {
  const value *tables = value_get(s->plan, "tables");
  status_code status = STATUS_OK;
  for (size_t i = 0; tables && i < tables->count && status == STATUS_OK; i++) {
    const table_request request = session_table(s, i);
    status = table_write(&request, screen, err);
    if (status == STATUS_OK && screen && !s->given->quiet)
      fprintf(stderr, "table: %s/%s%s\n", s->folder, tables->keys[i], table_endings(s->a));
  }
  return status;
}

/* Checkpoints are read only where a figure asks for them. */
static void read_unfinished(const session *s, csv_table *table) {
  const value *figures = value_get(s->plan, "figures");
  bool wanted = false;
  for (size_t i = 0; figures && i < figures->count; i++)
    wanted |= figure_wants_unfinished(figures->items[i]);
  const record_request all = request_record(s);
  *table = (csv_table){.count = 0};
  if (wanted) record_unfinished(&all, table);
}

status_code session_write_figures(const session *s, FILE *log, failure *err) {
  const value *figures = value_get(s->plan, "figures");
  status_code status = STATUS_OK;
  csv_table unfinished;
  read_unfinished(s, &unfinished);
  for (size_t i = 0; figures && i < figures->count; i++) {
    failure why = {.message = ""};
    bool made;
    const figure_request request = request_figure(s, i, &unfinished);
    const status_code one = figure_write(&request, &made, &why);
    if (one != STATUS_OK && status == STATUS_OK) {
      status = one;
      *err = why;
    }
    if (one != STATUS_OK || !log) continue;
    if (made)
      fprintf(log, "figure: %s/%s.svg, .png\n", s->folder, figures->keys[i]);
    else
      fprintf(log, "no figure %s: %s\n", figures->keys[i], why.message);
  }
  csv_table_close(&unfinished);
  return status;
}
