#include "job/job.h"

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "job/job_check.h"
#include "job/result.h"

#include <string.h>

#define WORD_ENTRY(name, word) word,
static const char *const KIND_WORDS[] = {JOB_KIND_LIST(WORD_ENTRY)};

const char *job_kind_word(job_kind kind) {
  return KIND_WORDS[kind];
}

bool job_is_on_run(job_kind kind) {
  return kind == JOB_SAMPLE || kind == JOB_EVALUATE;
}

static status_code need_text(const value *file, const char *path, const char *key, const char **out,
                             failure *err) {
  *out = value_get_text(file, key, NULL);
  if (*out) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: no text under \"%s\"; a job file needs it", path,
                     key);
}

static status_code need_kind(arena *a, const value *file, const char *path, job_kind *out,
                             failure *err) {
  const char *word;
  status_code status = need_text(file, path, "job", &word, err);
  if (status != STATUS_OK) return status;
  for (*out = 0; *out < JOB_KIND_COUNT; ++*out)
    if (strcmp(KIND_WORDS[*out], word) == 0) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: unknown kind of job \"%s\"; available: %s", path,
                     word, text_list(a, KIND_WORDS, JOB_KIND_COUNT));
}

const value *job_measurements(arena *a, const value *file) {
  const value *listed = value_get(file, "measurements");
  const char *id = value_get_text(file, "measure_id", NULL);
  if (listed && listed->type == VALUE_LIST) return listed;
  value *list = value_new(a, VALUE_LIST), *only = value_new(a, VALUE_MAP);
  if (!id) return list;
  value_put_text(a, only, "id", id);
  if (value_get(file, "config")) value_put(a, only, "config", value_get(file, "config"));
  value_push(a, list, only);
  return list;
}

/* The run's config with the sections of one of its measurements. */
static const value *with_sections(arena *a, const value *config, const value *sections) {
  value *all = value_copy(a, config);
  for (size_t i = 0; sections && i < sections->count && sections->keys; i++)
    value_put(a, all, sections->keys[i], sections->items[i]);
  return all;
}

static void read_measurements(arena *a, const value *file, job *out) {
  const value *list = job_measurements(a, file);
  const bool own = job_is_on_run(out->kind);
  const size_t count = own ? 1 : list->count;
  job_measurement *made = arena_get(a, (count + 1) * sizeof *made);
  for (size_t i = 0; i < count; i++) {
    const value *entry = own ? file : list->items[i];
    made[i] = (job_measurement){
        .id = value_get_text(entry, "id", ""),
        .family = value_get_text(entry, "family", ""),
        .config = own ? out->config : with_sections(a, out->config, value_get(entry, "config")),
        .validation = strcmp(value_get_text(entry, "points", "test"), "validation") == 0,
        .entry = entry};
  }
  out->measurements = made;
  out->measurement_count = count;
}

status_code job_read(arena *a, const char *path, job *out, failure *err) {
  const value *file;
  memset(out, 0, sizeof *out);
  status_code status = json_read_sealed(a, path, &file, err);
  if (status == STATUS_OK) status = need_kind(a, file, path, &out->kind, err);
  if (status == STATUS_OK) status = need_text(file, path, "id", &out->id, err);
  if (status == STATUS_OK) status = need_text(file, path, "folder", &out->folder, err);
  if (status != STATUS_OK) return status;
  out->data = value_get_text(file, "data", NULL);
  out->modes = value_get_text(file, "modes", NULL);
  out->train_id = value_get_text(file, "train", out->id);
  out->of = value_get_text(file, "of", NULL);
  out->of_every = value_get_number(file, "every", 1);
  out->keep_all = value_get_bool(file, "keep_all", false);
  out->keep_state = value_get_bool(file, "keep_state", false);
  out->from_start = value_get_bool(file, "from_start", false);
  out->strict_bits = value_get_bool(file, "strict_bits", false);
  out->stem = value_get_text(file, "stem", NULL);
  out->checkpoint_seconds = value_get_number(file, "checkpoint_seconds", 30);
  out->attempt = value_get_number(file, "attempt", 1);
  out->threads = (size_t)value_get_number(file, "threads", 1);
  out->config = value_get(file, "config");
  if (job_is_on_run(out->kind)) out->request = value_get(file, KIND_WORDS[out->kind]);
  if (!out->config || out->config->type != VALUE_MAP)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no table under \"config\"", path);
  if (out->kind != JOB_DATA && !out->data)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no folder under \"data\"", path);
  if (job_is_on_run(out->kind) && !out->request)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no table under \"%s\"", path,
                       KIND_WORDS[out->kind]);
  if (!*out->id || !*out->folder)
    return failure_set(err, STATUS_BAD_INPUT, "%s: an empty text under \"id\" or \"folder\"", path);
  read_measurements(a, file, out);
  if (out->kind == JOB_MEASURE && out->measurement_count != 1)
    return failure_set(err, STATUS_BAD_INPUT, "%s: a measure job needs one measurement, not %zu",
                       path, out->measurement_count);
  return job_check(a, path, out, file, err);
}

const char *job_measure_path(arena *a, const char *folder, const char *measure_id) {
  return arena_format(a, "%s/measure-%.12s.json", folder, measure_id);
}

bool job_is_measurement(const char *name) {
  return strncmp(name, "measure-", 8) == 0 && text_ends_with(name, ".json") &&
         !text_ends_with(name, ".job.json");
}

const char *job_train_again(arena *a, const char *folder, status_code status) {
  if (!files_is_lost(status)) return "";
  return arena_format(a, ". To train this run again: rm %s/result.json, then hifm run SCRIPT",
                      folder);
}

status_code job_look(const char *result_path, const char *id, bool *done, failure *err) {
  failure why;
  const status_code status = result_look(result_path, id, done, &why);
  if (status == STATUS_OK || status == STATUS_BAD_INPUT) return STATUS_OK;
  return failure_set(err, status, "%s", why.message);
}

bool job_is_done(const char *result_path, const char *id) {
  bool done;
  return job_look(result_path, id, &done, NULL) == STATUS_OK && done;
}
