#include "job/job.h"

#include "base/json.h"

#include <string.h>

static hifm_status need_text(const value *file, const char *path, const char *key, const char **out,
                             hifm_error *err) {
  *out = value_get_text(file, key, NULL);
  if (*out) return HIFM_OK;
  return hifm_fail(err, HIFM_BAD_INPUT, "%s: no text under \"%s\"; a job file needs it", path, key);
}

hifm_status job_read(arena *a, const char *path, job *out, hifm_error *err) {
  const value *file;
  memset(out, 0, sizeof *out);
  hifm_status status = json_read(a, path, &file, err);
  if (status == HIFM_OK) status = need_text(file, path, "job", &out->kind, err);
  if (status == HIFM_OK) status = need_text(file, path, "id", &out->id, err);
  if (status == HIFM_OK) status = need_text(file, path, "folder", &out->folder, err);
  if (status != HIFM_OK) return status;
  out->data = value_get_text(file, "data", NULL);
  out->modes = value_get_text(file, "modes", NULL);
  out->measure_id = value_get_text(file, "measure_id", NULL);
  out->checkpoint_seconds = value_get_number(file, "checkpoint_seconds", 30);
  out->attempt = value_get_number(file, "attempt", 1);
  out->config = value_get(file, "config");
  out->sample = value_get(file, "sample");
  if (!out->config || out->config->type != VALUE_MAP)
    return hifm_fail(err, HIFM_BAD_INPUT, "%s: no table under \"config\"", path);
  if (strcmp(out->kind, "data") != 0 && !out->data)
    return hifm_fail(err, HIFM_BAD_INPUT, "%s: no folder under \"data\"", path);
  if (strcmp(out->kind, "sample") == 0 && !out->sample)
    return hifm_fail(err, HIFM_BAD_INPUT, "%s: no table under \"sample\"", path);
  return HIFM_OK;
}

const char *job_measure_path(arena *a, const char *folder, const char *measure_id) {
  return arena_format(a, "%s/measure-%.12s.json", folder, measure_id);
}

hifm_status job_look(const char *result_path, const char *id, bool *done, hifm_error *err) {
  arena a = {0};
  const value *result;
  hifm_error why;
  const hifm_status status = json_read(&a, result_path, &result, &why);
  *done = status == HIFM_OK && strcmp(value_get_text(result, "id", ""), id) == 0;
  arena_close(&a);
  if (status == HIFM_OK || status == HIFM_NO_INPUT || status == HIFM_BAD_INPUT) return HIFM_OK;
  return hifm_fail(err, status, "%s", why.message);
}

bool job_is_done(const char *result_path, const char *id) {
  bool done;
  return job_look(result_path, id, &done, NULL) == HIFM_OK && done;
}
