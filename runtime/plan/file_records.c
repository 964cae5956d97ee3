#include "plan/file_records.h"

#include "base/folders.h"
#include "base/json.h"
#include "base/key_map.h"
#include "host/params.h"
#include "job/job.h"

#include <string.h>

/* The data set of a finished run as JSON; NULL: the run is not finished, or its data is not of
 * files. */
static const char *recorded_in(arena *brief, const char *folder) {
  const value *file = NULL;
  if (json_read_sealed(brief, arena_format(brief, "%s/job.json", folder), &file, NULL) != STATUS_OK)
    return NULL;
  const value *dataset = value_get(value_get(file, "config"), "dataset");
  const char *kind = value_get_text(dataset, PARAMS_NAME, "");
  if (strcmp(kind, "file") != 0 && strcmp(kind, "images") != 0) return NULL;
  const char *result = arena_format(brief, "%s/result.json", folder);
  return job_is_done(result, value_get_text(file, "id", "")) ? json_text(brief, dataset) : NULL;
}

static status_code read_records(file_records *r, failure *err) {
  value *datasets = value_new(r->memory, VALUE_LIST);
  const value *names;
  arena brief = {0};
  key_map seen = key_map_new(r->memory);
  r->datasets = datasets;
  if (!r->results) return STATUS_OK;
  const char *runs = arena_format(r->memory, "%s/runs", r->results);
  status_code status = folders_list(r->memory, runs, &names, err);
  for (size_t i = 0; status == STATUS_OK && i < names->count; i++) {
    const value *dataset;
    arena_clear(&brief);
    const char *text =
        recorded_in(&brief, arena_format(&brief, "%s/%s", runs, names->items[i]->text));
    if (!text || key_map_get_text(&seen, text) != KEY_MAP_ABSENT) continue;
    key_map_put_text(&seen, arena_text(r->memory, text), i);
    status = json_parse(r->memory, text, strlen(text), runs, &dataset, err);
    if (status == STATUS_OK) value_push(r->memory, datasets, dataset);
  }
  arena_close(&brief);
  return status;
}

static bool agrees(const value *recorded, const value *dataset, const char *const *keys) {
  for (; *keys; keys++) {
    const value *one = value_get(recorded, *keys), *other = value_get(dataset, *keys);
    if (!one || !other || !value_equal(one, other)) return false;
  }
  return true;
}

status_code file_records_find(file_records *r, const value *dataset, const char *const *keys,
                              const char *content, const value **found, failure *err) {
  status_code status = r->datasets ? STATUS_OK : read_records(r, err);
  *found = NULL;
  for (size_t i = 0; status == STATUS_OK && i < r->datasets->count; i++) {
    const value *recorded = r->datasets->items[i];
    if (!agrees(recorded, dataset, keys)) continue;
    const char *hex = value_get_text(recorded, content, "");
    const char *before = value_get_text(*found, content, hex);
    if (strcmp(hex, before) != 0)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "dataset.%s: the file is missing, and finished runs had two contents of "
                         "it, %s and %s. Give the one that is meant",
                         content, before, hex);
    if (*hex) *found = recorded;
  }
  return status;
}
