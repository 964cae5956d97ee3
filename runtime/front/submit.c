#include "front/submit.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "front/batch.h"
#include "front/estimate.h"
#include "front/program.h"
#include "front/screen.h"
#include "front/submission_wait.h"
#include "front/submit_options.h"
#include "grid/cache_check.h"
#include "grid/plugin_snapshot.h"
#include "plan/plan_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

enum { USUAL_TASKS = 100 };

/* ---- the draft: nothing is written ----------------------------------------------------------- */

typedef struct draft {
  session *s;
  submission to;
  value *record;
  slices cut;
} draft;

static value *list_of(arena *a, const option_list *texts) {
  value *list = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < texts->count; i++) value_push(a, list, value_text(a, texts->items[i]));
  return list;
}

/* "hifm-lj13-3fa2c1": no other submission has this name. */
static const char *job_name(arena *a, const char *folder) {
  unsigned char random[3] = {0};
  if (getrandom(random, sizeof random, 0) < 0) random[0] = (unsigned char)rand();
  char *name = arena_format(a, "hifm-%s-%02x%02x%02x", strrchr(folder, '/') + 1, random[0],
                            random[1], random[2]);
  for (char *c = name; *c; c++)
    if (*c <= ' ' || *c == ',' || *c == '"' || *c == '%' || *c == '\\') *c = '_';
  return name;
}

static void fill_record(draft *d) {
  const session *s = d->s;
  const options *given = s->given;
  value *record = d->record = value_new(s->a, VALUE_MAP);
  d->to.record = record;
  value_put_text(s->a, record, "script", given->words[0]);
  value_put_text(s->a, record, "out", given->out);
  value_put_text(s->a, record, "view", s->folder);
  value_put(s->a, record, "profiles", list_of(s->a, &given->profiles));
  value_put(s->a, record, "sets", list_of(s->a, &given->sets));
  value_put(s->a, record, "only", list_of(s->a, &given->only));
  value_put(s->a, record, "exclude", list_of(s->a, &given->exclude));
  value_put(s->a, record, "site", list_of(s->a, &given->site));
  value_put(s->a, record, "strict", value_bool(s->a, given->strict));
  value_put(s->a, record, "strict_bits", value_bool(s->a, given->strict_bits));
  value_put_text(s->a, record, "name",
                 submit_options_slurm(given) ? job_name(s->a, d->to.folder) : "");
  value_put_text(s->a, record, "time", given->time ? given->time : "");
  value_put(s->a, record, "jobs", value_new(s->a, VALUE_LIST));
}

/* At most so many slices. */
static status_code choose_tasks(const options *given, size_t *most, failure *err) {
  *most = given->tasks ? given->tasks : USUAL_TASKS;
  if (!submit_options_slurm(given)) return STATUS_OK;
  size_t largest;
  status_code status = slurm_largest_task(&largest, err);
  if (status != STATUS_OK) return status;
  if (given->tasks > largest)
    return failure_set(err, STATUS_USAGE,
                       "--tasks %zu: an array has at most %zu tasks on this site (MaxArraySize)",
                       given->tasks, largest);
  if (*most > largest) *most = largest;
  return STATUS_OK;
}

static status_code make_draft(draft *d, session *s, const trial_facts *facts, failure *err) {
  graph *g = &s->jobs;
  size_t done, most;
  past_runs past;
  *d = (draft){.s = s, .to.folder = submission_folder(s->a, s->given->out, s->folder)};
  double *seconds = arena_get(s->a, (g->job_count + 1) * sizeof *seconds);
  status_code status = jobs_reset(g->jobs, g->job_count, &done, err);
  if (status == STATUS_OK) status = choose_tasks(s->given, &most, err);
  if (status == STATUS_OK) status = past_runs_read(s->a, s->given->out, g, &past, err);
  if (status != STATUS_OK) return status;
  if (s->given->strict_bits) jobs_ask_for_same_machine(s->a, g->jobs, g->job_count);
  estimate_time_each(g, &past, facts, seconds);
  d->cut = slices_cut(s->a, g->jobs, g->job_count, seconds, most);
  fill_record(d);
  value_put_number(s->a, d->record, "tasks", (double)d->cut.count);
  return STATUS_OK;
}

/* ---- writing it ------------------------------------------------------------------------------ */

static status_code write_text(const char *path, const char *text, failure *err) {
  return files_write(path, text, strlen(text), err);
}

static status_code copy_program(const draft *d, failure *err) {
  enum { LARGEST = 1 << 30 };
  char *bytes = NULL;
  size_t length;
  const char *path = submission_path(d->s->a, &d->to, "hifm");
  status_code status = files_read(program_path(d->s->a), LARGEST, &bytes, &length, err);
  if (status == STATUS_OK) status = files_write(path, bytes, length, err);
  free(bytes);
  if (status == STATUS_OK && chmod(path, 0755) != 0)
    status = failure_set(err, STATUS_CANNOT_CREATE, "cannot make %s executable", path);
  return status;
}

static status_code write_ids(const draft *d, failure *err) {
  const graph *g = &d->s->jobs;
  text_buffer ids = {0};
  text_add(&ids, "%s", "");
  for (size_t i = 0; i < g->job_count; i++)
    if (d->cut.of[i] != SLICES_NONE) text_add(&ids, "%s\n", g->jobs[i].id);
  const status_code status = write_text(submission_path(d->s->a, &d->to, "ids.txt"), ids.text, err);
  free(ids.text);
  return status;
}

static status_code write_slices(const draft *d, const char *plugins, failure *err) {
  const value *settings = value_get(d->s->plan, "schedule");
  const graph *g = &d->s->jobs;
  const slice_options how = {.plugins = plugins,
                             .plugins_hash = d->s->plugins,
                             .timeout = value_get_number(settings, "timeout", 0),
                             .retries = (unsigned)value_get_number(settings, "retries", 2),
                             .threads = (size_t)value_get_number(settings, "threads", 1)};
  size_t count;
  const char **paths = submission_slices(d->s->a, &d->to, &count);
  status_code status = slice_file_write(submission_path(d->s->a, &d->to, "prepare.json"), &how,
                                        g->jobs, g->job_count, &d->cut, SLICES_PREPARE, err);
  for (size_t i = 0; i < count && status == STATUS_OK; i++)
    status = slice_file_write(paths[i], &how, g->jobs, g->job_count, &d->cut, i + 1, err);
  return status;
}

static status_code write_scripts(const draft *d, failure *err) {
  static const batch_kind KINDS[] = {BATCH_PREPARE, BATCH_SLICE, BATCH_MERGE};
  arena *a = d->s->a;
  status_code status = STATUS_OK;
  for (size_t i = 0; i < 3 && status == STATUS_OK && submit_options_slurm(d->s->given); i++)
    status = write_text(batch_path(a, &d->to, KINDS[i]), batch_script(a, &d->to, KINDS[i]), err);
  return status;
}

/* One that is not over in this folder would lose its slices. */
static status_code make_folder(const draft *d, failure *err) {
  submission before;
  bool found;
  arena *a = d->s->a;
  status_code status = submission_read(a, d->to.folder, &before, &found, err);
  if (status == STATUS_BAD_INPUT) return status;
  if (status == STATUS_OK && found) {
    const submission_state state = submission_look(a, &before);
    if (!state.over)
      return failure_set(err, STATUS_BUSY, "%s is still in the queue%s%s. hifm cancel %s ends it",
                         d->to.folder, *state.problem ? ", or cannot be asked for: " : "",
                         state.problem, d->s->given->words[0]);
  }
  if (status == STATUS_OK) status = files_remove(d->to.folder, err);
  return status == STATUS_OK ? folders_make(d->to.folder, 2, err) : status;
}

static status_code write_draft(draft *d, failure *err) {
  const session *s = d->s;
  const char *plugins;
  FILE *log = s->given->quiet ? NULL : stderr;
  status_code status = make_folder(d, err);
  if (status == STATUS_OK) status = copy_program(d, err);
  if (status == STATUS_OK)
    status = plugin_snapshot_take(s->a, d->to.folder, s->catalogue, log, &plugins, err);
  if (status != STATUS_OK) return status;
  value_put_text(s->a, d->record, "plugins", plugins);
  status = plan_file_write(submission_path(s->a, &d->to, "plan.json"), s->plan, err);
  if (status == STATUS_OK) status = write_ids(d, err);
  if (status == STATUS_OK) status = write_slices(d, plugins, err);
  if (status == STATUS_OK) status = write_scripts(d, err);
  /* Before the first sbatch: the record finds jobs by their name, also if hifm is killed now. */
  return status == STATUS_OK ? submission_write_record(&d->to, err) : status;
}

/* ---- Slurm ----------------------------------------------------------------------------------- */

/* *id: the job; it is also what the next one waits for. */
static status_code submit_one(draft *d, batch_kind kind, const char **id, failure *err) {
  arena *a = d->s->a;
  const batch_order order = {.kind = kind, .after = *id};
  status_code status = slurm_submit(a, batch_options(a, &d->to, &order), id, err);
  if (status != STATUS_OK) return status;
  value *jobs = value_copy(a, value_get(d->record, "jobs"));
  value_push(a, jobs, value_text(a, *id));
  value_put(a, d->record, "jobs", jobs);
  printf("%s %s\n", batch_name(kind), *id);
  return submission_write_record(&d->to, err);
}

static void announce(const draft *d) {
  const char *script = d->s->given->words[0], *name = value_get_text(d->record, "name", "");
  if (d->s->given->quiet) return;
  fprintf(stderr,
          "submitted: %zu jobs in %zu tasks\n"
          "look: hifm ls, squeue --name=%s; logs: %s/*.log; end it: hifm cancel %s\n",
          d->cut.job_count, d->cut.count, name, d->to.folder, script);
}

static status_code submit(draft *d, failure *err) {
  const char *id = NULL;
  failure ignored;
  status_code status = STATUS_OK;
  if (d->cut.jobs[SLICES_PREPARE]) status = submit_one(d, BATCH_PREPARE, &id, err);
  if (status == STATUS_OK && d->cut.count) status = submit_one(d, BATCH_SLICE, &id, err);
  if (status == STATUS_OK) status = submit_one(d, BATCH_MERGE, &id, err);
  if (status == STATUS_OK)
    announce(d);
  else
    slurm_cancel(value_get_text(d->record, "name", ""), &ignored);
  return status;
}

/* ---- commands -------------------------------------------------------------------------------- */

/* Data sets and eigendecompositions, here and now. */
static status_code prepare_here(const draft *d, failure *err) {
  const session *s = d->s;
  slice of;
  schedule_summary summary;
  const char *path = submission_path(s->a, &d->to, "prepare.json");
  status_code status = slice_file_read(s->a, path, &of, err);
  if (status != STATUS_OK || of.count == 0) return status;
  const schedule_options how = {.timeout = of.how.timeout,
                                .retries = of.how.retries,
                                .plugins = of.how.plugins_hash,
                                .screen = s->given->quiet ? NULL : stderr};
  status = program_run_jobs(s->a, of.jobs, of.count, options_workers(s->given, of.how.threads),
                            of.how.plugins, &how, &summary, err);
  return status == STATUS_OK ? program_exit_code(&summary) : status;
}

static void print_commands(const draft *d) {
  const options *given = d->s->given;
  size_t count;
  const char **paths = submission_slices(d->s->a, &d->to, &count);
  const size_t workers = given->parallel ? given->parallel : 1;
  for (size_t i = 0; i < count; i++) puts(batch_command(d->s->a, &d->to, paths[i], workers));
}

/* ---- all ------------------------------------------------------------------------------------- */

status_code submit_grid(session *s, const trial_facts *facts, schedule_summary *summary,
                        failure *err) {
  draft d;
  FILE *log = s->given->quiet ? NULL : stderr;
  status_code status = make_draft(&d, s, facts, err);
  if (status == STATUS_OK) status = cache_check(s->jobs.jobs, s->jobs.job_count, log, err);
  if (status == STATUS_OK) status = write_draft(&d, err);
  if (status != STATUS_OK) return status;
  if (submit_options_slurm(s->given)) {
    status = submit(&d, err);
    fflush(stdout);
    files_unlock();
    return status == STATUS_OK && s->given->wait ? submission_wait(s, &d.to, summary, err) : status;
  }
  status = prepare_here(&d, err);
  if (status == STATUS_OK) print_commands(&d);
  if (status == STATUS_OK && log)
    fprintf(
        log,
        "each line is a part of the grid; run them in this folder, in any order, on any machine "
        "that has it. Then hifm run with the same options makes the tables\n");
  return status;
}

static void show_script(const draft *d, batch_kind kind, const char *after) {
  arena *a = d->s->a;
  const batch_order order = {.kind = kind, .after = after};
  const char *const *words = batch_options(a, &d->to, &order);
  printf("\n# sbatch --parsable %s\n%s", batch_line(a, words), batch_script(a, &d->to, kind));
}

static void show_slices(const draft *d) {
  const slices *cut = &d->cut;
  printf("\n%zu jobs in %zu slices\n", cut->job_count, cut->count);
  for (size_t k = 1; k <= cut->count; k++)
    printf("slice %zu: %zu jobs%s%s\n", k, cut->jobs[k], cut->seconds[k] > 0 ? ", about " : "",
           cut->seconds[k] > 0 ? screen_duration(d->s->a, cut->seconds[k]) : "");
}

status_code submit_show(session *s, const trial_facts *facts, failure *err) {
  draft d;
  status_code status = make_draft(&d, s, facts, err);
  if (status != STATUS_OK) return status;
  show_slices(&d);
  if (!submit_options_slurm(s->given)) {
    print_commands(&d);
    return STATUS_OK;
  }
  const bool prepares = d.cut.jobs[SLICES_PREPARE] > 0;
  if (prepares) show_script(&d, BATCH_PREPARE, NULL);
  if (d.cut.count) show_script(&d, BATCH_SLICE, prepares ? "PREPARE" : NULL);
  show_script(&d, BATCH_MERGE, d.cut.count ? "SLICE" : "PREPARE");
  return STATUS_OK;
}
