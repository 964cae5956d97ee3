#include "base/text.h"
#include "front/nearest.h"
#include "front/run_reference.h"
#include "front/screen.h"
#include "front/why.h"
#include "grid/code_changes.h"
#include "grid/failed.h"
#include "grid/plugin_snapshot.h"
#include "host/catalogue.h"
#include "host/params.h"
#include "job/settings.h"
#include "plan/file_hashes.h"
#include "plan/identity.h"
#include "plan/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct question {
  arena *a;
  const options *given;
  run_words words;
  run_info run;
  run_files files;
  const value *catalogue;
  size_t width;
} question;

static void answer(const question *q, const char *heading, const char *text) {
  screen_fact(stdout, heading, text, SCREEN_INDENT, q->width);
}

/* ---- its state ------------------------------------------------------------------------------- */

static const char *state_text(const question *q) {
  const run_info *run = &q->run;
  char plugins[33];
  plugin_snapshot_hash(q->catalogue, plugins);
  if (strcmp(run->state, "failed") == 0 && failed_for_good(q->files.failed, plugins))
    return "failed: hifm run skips it until its settings, its data, a plugin or hifm change; "
           "--rerun-failed tries it at once";
  if (strcmp(run->state, "failed") == 0) return "failed: the next hifm run tries it again";
  if (strcmp(run->state, "interrupted") == 0)
    return isnan(run->epochs)
               ? "interrupted"
               : arena_format(q->a, "interrupted: hifm run goes on from epoch %.4g", run->epochs);
  if (strcmp(run->state, "unfinished") == 0) return "unfinished: hifm run starts it";
  if (strcmp(run->state, "damaged") == 0) return "damaged: its result counts as missing";
  if (runs_is_finished(run)) return arena_format(q->a, "%s: it is not run again", run->state);
  return run->state;
}

/* ---- is it stale? ---------------------------------------------------------------------------- */

/* A data set without the hashes of its files. */
static const value *without_hashes(question *q, const value *dataset) {
  value *open = value_copy(q->a, dataset);
  if (value_get(dataset, PARAMS_PATH)) value_put_text(q->a, open, PARAMS_CONTENT, "");
  for (size_t kind = 0; kind < OWN_KINDS; kind++)
    if (settings_has_own(dataset, kind))
      value_put_text(q->a, open, settings_own_points[kind].content, "");
  return open;
}

/* The configuration with the hashes that its files have now. */
static const value *config_now(question *q, const value *config, failure *err) {
  file_hashes hashes;
  value *now = value_copy(q->a, config);
  file_hashes_begin(&hashes, q->a, q->run.name, NULL);
  for (size_t i = 0; i < config->count; i++) {
    const value *section = config->items[i];
    if (strcmp(config->keys[i], SCHEMA_SECTIONS[SECTION_DATASET]) == 0)
      section = without_hashes(q, section);
    status_code status = file_hashes_fill(&hashes, &section, err);
    if (status != STATUS_OK) return NULL;
    value_put(q->a, now, config->keys[i], section);
  }
  return now;
}

static void explain_data(question *q, const value *config) {
  failure why;
  const value *now = config_now(q, config, &why);
  if (!now) {
    answer(q, "data", why.message);
    return;
  }
  const run_settings then = run_settings_filled(&q->words, config);
  const run_settings today = run_settings_filled(&q->words, now);
  const char *changes = why_changes(q->a, &then, &today, true);
  if (*changes)
    answer(q, "data",
           arena_format(q->a, "changed since: %s. Scripts now ask for another run", changes));
}

static void explain_code(question *q) {
  code_changes changes;
  code_changes_begin(&changes, q->a, q->catalogue);
  if (q->files.trained) code_changes_look(&changes, q->files.trained);
  if (q->files.measured) code_changes_look(&changes, q->files.measured);
  for (size_t i = 0; i < changes.found->count; i++)
    answer(q, i ? "" : "code",
           arena_format(q->a, "%s: %s changed since", changes.found->keys[i],
                        changes.found->items[i]->text));
}

static void explain_identity(question *q, const value *config) {
  identity now;
  failure why;
  if (identity_of(config, q->catalogue, &now, &why) != STATUS_OK)
    answer(q, "identity", arena_format(q->a, "scripts cannot ask for it: %s", why.message));
  else if (strcmp(now.train, q->run.id) != 0)
    answer(q, "identity",
           arena_format(q->a,
                        "stale: scripts with these settings now ask for another run, %.12s. The "
                        "revision of a plugin or a default of hifm changed",
                        now.train));
}

/* ---- the nearest other run ------------------------------------------------------------------- */

static void explain_nearest(question *q) {
  finished_runs among;
  const run_settings *wanted = &q->run.settings;
  size_t place;
  if (runs_read_finished(q->a, q->given->out, q->run.name, &among, NULL) != STATUS_OK) return;
  nearest_find(&wanted, 1, among.settings, among.count, &place);
  if (place == NEAREST_NONE) return;
  const char *changes = why_changes(q->a, among.settings[place], wanted, true);
  answer(q, "nearest", among.runs[place].name);
  answer(q, "", *changes ? changes : "no setting differs");
}

status_code why_run(arena *a, const options *given, failure *err) {
  const char *folder;
  question q = {.a = a, .given = given, .words = run_words_new(a), .width = screen_width(stdout)};
  status_code status = run_reference_find(a, given->out, given->words[0], &folder, err);
  if (status != STATUS_OK) return status;
  q.run = runs_look(&q.words, a, folder, &q.files);
  q.catalogue = catalogue_collect(a);
  const value *config = value_get(q.files.job, "config");
  printf("%s\n", q.run.name);
  answer(&q, "state", state_text(&q));
  answer(&q, "reason", q.run.reason);
  if (config) explain_data(&q, config);
  explain_code(&q);
  if (config) explain_identity(&q, config);
  explain_nearest(&q);
  return STATUS_OK;
}
