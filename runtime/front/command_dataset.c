/* hifm dataset: makes and checks data sets without any run. */
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "front/dataset_check.h"
#include "front/options.h"
#include "front/program.h"
#include "grid/cache_check.h"
#include "grid/graph.h"
#include "host/catalogue.h"
#include "job/contents.h"
#include "job/job.h"
#include "plan/plan.h"

#include <math.h>
#include <string.h>

/* A recipe and the job that makes it. */
typedef struct recipe_job {
  const char *name;
  const value *dataset, *check;
  grid_job job;
  bool made;
} recipe_job;

static status_code find(recipe_job *s, arena *a, const options *given, failure *err) {
  const value *catalogue = catalogue_collect(a), *config = NULL;
  *s = (recipe_job){.name = given->words[0]};
  status_code status =
      plan_dataset(a, program_recipes(a), s->name, catalogue, &config, &s->check, err);
  if (status == STATUS_OK) status = graph_data_job(a, config, catalogue, given->out, &s->job, err);
  if (status != STATUS_OK) return status;
  s->dataset = value_get(config, "dataset");
  s->made = job_is_done(s->job.result_path, s->job.id);
  return STATUS_OK;
}

/* Are its files what its job wrote? */
static status_code check_files(const recipe_job *s, arena *a, failure *err) {
  const value *made = NULL;
  failure why;
  status_code status = result_read(a, s->job.result_path, s->job.id, &made, &why);
  if (made) status = contents_check(JOB_DATA, s->job.folder, made, &why);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(err, status, "data set %s (%s): %s. hifm dataset make %s makes it again",
                     s->name, s->job.folder, why.message, s->name);
}

/* The numbers of the result, each with its standard error where it has one. */
static status_code report(const recipe_job *s, arena *a, failure *err) {
  const value *made;
  int width = 0;
  status_code status = json_read(a, s->job.result_path, &made, err);
  if (status != STATUS_OK) return status;
  const value *numbers = value_get(made, "numbers");
  printf("data set %s: %s\n", s->name, s->job.folder);
  for (size_t i = 0; numbers && i < numbers->count; i++)
    if (!text_ends_with(numbers->keys[i], "_se") && (int)strlen(numbers->keys[i]) > width)
      width = (int)strlen(numbers->keys[i]);
  for (size_t i = 0; numbers && i < numbers->count; i++) {
    const char *key = numbers->keys[i];
    if (text_ends_with(key, "_se")) continue;
    const double se = value_get_number(numbers, arena_format(a, "%s_se", key), NAN);
    printf("  %-*s  %s\n", width, key, dataset_number(a, numbers->items[i]->number, se));
  }
  return STATUS_OK;
}

status_code command_dataset_make(arena *a, const options *given, failure *err) {
  recipe_job s;
  schedule_summary summary = {0};
  const schedule_options how = {.retries = 2, .screen = given->quiet ? NULL : stderr};
  status_code status = find(&s, a, given, err);
  if (status == STATUS_OK && s.made && check_files(&s, a, NULL) == STATUS_OK) {
    if (!given->quiet) fprintf(stderr, "data set %s is made already\n", s.name);
    return report(&s, a, err);
  }
  if (status == STATUS_OK) status = jobs_check_inputs(&s.job, 1, err);
  if (status == STATUS_OK) status = files_make_folder(given->out, err);
  if (status == STATUS_OK) status = files_lock(given->out, err);
  if (status == STATUS_OK) status = cache_check(&s.job, 1, how.screen, err);
  if (status == STATUS_OK) status = program_run_jobs(a, &s.job, 1, 1, NULL, &how, &summary, err);
  if (status == STATUS_OK && s.job.state == JOB_DONE) status = report(&s, a, err);
  return status == STATUS_OK ? program_exit_code(&summary) : status;
}

status_code command_dataset_check(arena *a, const options *given, failure *err) {
  recipe_job s;
  size_t failed = 0;
  status_code status = find(&s, a, given, err);
  if (status != STATUS_OK) return status;
  if (!s.made)
    return failure_set(err, STATUS_NO_INPUT,
                       "data set %s does not exist yet (%s); hifm dataset make %s makes it", s.name,
                       s.job.folder, s.name);
  status = check_files(&s, a, err);
  if (status == STATUS_OK)
    status = dataset_check(s.job.folder, s.dataset, s.check, stdout, &failed, err);
  if (status == STATUS_OK && failed)
    return failure_set(err, STATUS_BAD_INPUT, "data set %s (%s): %zu check%s failed", s.name,
                       s.job.folder, failed, text_plural(failed));
  return status;
}
