#include "grid/failed.h"

#include "base/files.h"
#include "base/json.h"

#include <string.h>

static void put_facts(arena *a, value *map, const exit_facts *facts) {
  if (facts->lost)
    value_put(a, map, "lost", value_bool(a, true));
  else if (facts->timed_out)
    value_put_number(a, map, "timeout", facts->timeout);
  else if (facts->signal)
    value_put_number(a, map, "signal", facts->signal);
  else
    value_put_number(a, map, "exit_code", (double)facts->exit_code);
}

status_code failed_write(const grid_job *it, const char *message, const char *plugins,
                         failure *err) {
  char path[JOBS_PATH];
  status_code status = jobs_path(it, "failed.json", path, err);
  if (status != STATUS_OK) return status;
  arena a = {0};
  value *map = value_new(&a, VALUE_MAP);
  value_put_text(&a, map, "job", job_kind_word(it->kind));
  value_put_text(&a, map, "id", it->id);
  value_put_text(&a, map, "ending", it->ending);
  put_facts(&a, map, &it->facts);
  value_put_text(&a, map, "message", message);
  value_put_number(&a, map, "attempts", it->attempts);
  value_put_text(&a, map, "plugins", plugins ? plugins : "");
  value_put_text(&a, map, "hifm", HIFM_VERSION);
  const char *text = json_pretty(&a, map);
  status = files_write(path, text, strlen(text), err);
  arena_close(&a);
  return status;
}

status_code failed_remove(const grid_job *it, failure *err) {
  char path[JOBS_PATH];
  status_code status = jobs_path(it, "failed.json", path, err);
  return status == STATUS_OK ? files_remove(path, err) : status;
}

const value *failed_read_file(arena *a, const char *path) {
  const value *failed = NULL;
  if (!files_exists(path) || json_read(a, path, &failed, NULL) != STATUS_OK) return NULL;
  return value_get_text(failed, "ending", NULL) ? failed : NULL;
}

const value *failed_read(arena *a, const grid_job *it) {
  char path[JOBS_PATH];
  if (jobs_path(it, "failed.json", path, NULL) != STATUS_OK) return NULL;
  const value *failed = failed_read_file(a, path);
  return strcmp(value_get_text(failed, "id", ""), it->id) == 0 ? failed : NULL;
}

const char *failed_reason(arena *a, const value *failed) {
  const char *ending = value_get_text(failed, "ending", "");
  const char *message = value_get_text(failed, "message", "");
  if (!*message) return ending;
  /* "exit 78" says nothing more than the message does. */
  char *line = value_get(failed, "exit_code") ? arena_text(a, message)
                                              : arena_format(a, "%s: %s", ending, message);
  for (char *at = line; *at; at++)
    if ((unsigned char)*at < ' ') *at = ' ';
  return line;
}

bool failed_for_good(const value *failed, const char *plugins) {
  const double code = value_get_number(failed, "exit_code", STATUS_OK);
  return (code == STATUS_BAD_INPUT || code == STATUS_BAD_CONFIG) &&
         *value_get_text(failed, "message", "") &&
         strcmp(value_get_text(failed, "hifm", ""), HIFM_VERSION) == 0 &&
         strcmp(value_get_text(failed, "plugins", ""), plugins) == 0;
}
