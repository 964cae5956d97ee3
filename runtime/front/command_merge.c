/* hifm merge: the last job of a grid that was given to a cluster. */
#include "base/files.h"
#include "base/json.h"
#include "front/command.h"
#include "front/ending.h"
#include "front/second_round.h"
#include "front/tables_and_figures.h"
#include "host/plugins.h"
#include "plan/plan_file.h"

#include <stdlib.h>
#include <string.h>

/* ---- the command line that was submitted ----------------------------------------------------- */

static option_list list_of(arena *a, const value *record, const char *key) {
  const value *texts = value_get(record, key);
  const size_t count = texts ? texts->count : 0;
  option_list out = {.items = arena_get(a, (count + 1) * sizeof *out.items), .count = count};
  for (size_t i = 0; i < count; i++) out.items[i] = texts->items[i]->text;
  return out;
}

static options options_of(arena *a, const value *record) {
  return (options){.words = {value_get_text(record, "script", "")},
                   .word_count = 1,
                   .out = value_get_text(record, "out", OPTIONS_RESULTS),
                   .profiles = list_of(a, record, "profiles"),
                   .sets = list_of(a, record, "sets"),
                   .only = list_of(a, record, "only"),
                   .exclude = list_of(a, record, "exclude"),
                   .strict = value_get_bool(record, "strict", false),
                   .strict_bits = value_get_bool(record, "strict_bits", false)};
}

/* ---- the end --------------------------------------------------------------------------------- */

/* The exit code that hifm run would have had. */
static status_code judge(const session *s, failure *err) {
  const graph *g = &s->jobs;
  for (size_t i = 0; i < g->job_count; i++)
    if (!job_is_done(g->jobs[i].result_path, g->jobs[i].id)) return STATUS_SOME_FAILED;
  return s->given->strict ? ending_strict(s, err) : STATUS_OK;
}

static status_code write_ending(arena *a, const submission *of, status_code code,
                                const value *lines, failure *err) {
  value *map = value_new(a, VALUE_MAP);
  value_put_number(a, map, "exit_code", (double)code);
  value_put(a, map, "lines", lines);
  const char *text = json_pretty(a, map);
  return files_write(submission_path(a, of, SUBMISSION_ENDING), text, strlen(text), err);
}

/* The rows are looked at only now: results had time to become visible. */
static status_code merge(arena *a, session *s, const submission *of, const options *given,
                         failure *err) {
  const value *plan;
  const char *folder = value_get_text(of->record, "view", "");
  status_code status = plan_file_read(a, submission_path(a, of, "plan.json"), &plan, err);
  if (status == STATUS_OK) status = session_open_submitted(s, a, given, plan, folder, err);
  if (status == STATUS_OK) status = tables_and_figures_write(s, err);
  return status == STATUS_OK ? ending_print(s, stderr, err) : status;
}

/* Has the grid tasks in the queue? Then this job was started once more, or by hand, and another one
 * comes after those tasks. */
static bool has_others(arena *a, const submission *of) {
  slurm_jobs queue = {.count = 0};
  failure ignored;
  const char *name = value_get_text(of->record, "name", ""), *own = slurm_own_id(a);
  if (*name) slurm_queue(a, name, &queue, &ignored);
  for (size_t i = 0; i < queue.count; i++)
    if (strcmp(queue.items[i].state, "COMPLETING") != 0 &&
        strcmp(queue.items[i].id, own ? own : "") != 0)
      return true;
  return false;
}

static status_code finish(session *s, submission *of, const ended_slices *all, failure *err) {
  bool again;
  const value *lines = ended_slices_lines(s->a, all);
  session_say(s, lines);
  status_code status = second_round_submit(s, of, all, &again, err);
  if (status != STATUS_OK || again || has_others(s->a, of)) return status;
  const status_code code = judge(s, err);
  failure later;
  status = write_ending(s->a, of, code, lines, code == STATUS_OK ? err : &later);
  return code == STATUS_OK ? status : code;
}

status_code command_merge(arena *a, const options *given, failure *err) {
  submission of;
  ended_slices all;
  session s;
  bool found;
  status_code status = submission_read(a, given->words[0], &of, &found, err);
  if (status == STATUS_OK && !found)
    status =
        failure_set(err, STATUS_NO_INPUT, "%s: no " SUBMISSION_RECORD " in it", given->words[0]);
  if (status == STATUS_OK) status = ended_slices_read(a, &of, &all, err);
  if (status == STATUS_OK) status = ended_slices_wait(a, &all, err);
  if (status != STATUS_OK) return status;
  const options submitted = options_of(a, of.record);
  setenv(PLUGINS_COPIES, value_get_text(of.record, "plugins", ""), 1);
  status = merge(a, &s, &of, &submitted, err);
  return status == STATUS_OK ? finish(&s, &of, &all, err) : status;
}
