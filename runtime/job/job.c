#include "job/job.h"

#include "base/json.h"

#include <string.h>

static status_code need_text(const value *file, const char *path, const char *key, const char **out,
                             failure *err) {
  *out = value_get_text(file, key, NULL);
  if (*out) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: no text under \"%s\"; a job file needs it", path,
                     key);
}

status_code job_read(arena *a, const char *path, job *out, failure *err) {
  const value *file;
  memset(out, 0, sizeof *out);
  status_code status = json_read(a, path, &file, err);
  if (status == STATUS_OK) status = need_text(file, path, "job", &out->kind, err);
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
  if (strcmp(out->kind, "data") != 0 && !out->data)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no folder under \"data\"", path);
  if (strcmp(out->kind, "sample") == 0 && !out->sample)
    return failure_set(err, STATUS_BAD_INPUT, "%s: no table under \"sample\"", path);
  return STATUS_OK;
}

const char *job_measure_path(arena *a, const char *folder, const char *measure_id) {
  return arena_format(a, "%s/measure-%.12s.json", folder, measure_id);
}

status_code job_look(const char *result_path, const char *id, bool *done, failure *err) {
  arena a = {0};
  const value *result;
  failure why;
  const status_code status = json_read(&a, result_path, &result, &why);
  *done = status == STATUS_OK && strcmp(value_get_text(result, "id", ""), id) == 0;
  arena_close(&a);
  if (status == STATUS_OK || status == STATUS_NO_INPUT || status == STATUS_BAD_INPUT)
    return STATUS_OK;
  return failure_set(err, status, "%s", why.message);
}

bool job_is_done(const char *result_path, const char *id) {
  bool done;
  return job_look(result_path, id, &done, NULL) == STATUS_OK && done;
}
