#include "job/job.h"

#include "base/json.h"
#include "base/text.h"
#include "job/result.h"

#include <string.h>

#define WORD_ENTRY(name, word) word,
static const char *const KIND_WORDS[] = {JOB_KIND_LIST(WORD_ENTRY)};

const char *job_kind_word(job_kind kind) {
  return KIND_WORDS[kind];
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
  out->measure_id = value_get_text(file, "measure_id", NULL);
  out->checkpoint_seconds = value_get_number(file, "checkpoint_seconds", 30);
  out->attempt = value_get_number(file, "attempt", 1);
  out->config = value_get(file, "config");
  out->sample = value_get(file, "sample");
  if (!out->config || out->config->type != VALUE_MAP)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no table under \"config\"", path);
  if (out->kind != JOB_DATA && !out->data)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no folder under \"data\"", path);
  if (out->kind == JOB_SAMPLE && !out->sample)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no table under \"sample\"", path);
  return STATUS_OK;
}

const char *job_measure_path(arena *a, const char *folder, const char *measure_id) {
  return arena_format(a, "%s/measure-%.12s.json", folder, measure_id);
}

status_code job_look(const char *result_path, const char *id, bool *done, failure *err) {
  arena a = {0};
  const value *made;
  failure why;
  const status_code status = result_read(&a, result_path, id, &made, &why);
  *done = made != NULL;
  arena_close(&a);
  if (status == STATUS_OK || status == STATUS_BAD_INPUT) return STATUS_OK;
  return failure_set(err, status, "%s", why.message);
}

bool job_is_done(const char *result_path, const char *id) {
  bool done;
  return job_look(result_path, id, &done, NULL) == STATUS_OK && done;
}
