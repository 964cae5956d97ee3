#include "plan/file_records.h"

#include "base/folders.h"
#include "base/json.h"
#include "base/key_map.h"
#include "host/params.h"
#include "job/job.h"

#include <string.h>

typedef struct reading {
  file_records *records;
  arena brief;  /* of one run */
  key_map seen; /* JSON of data sets */
  value *datasets;
} reading;

static bool has_files(const value *dataset) {
  static const char *const PATHS[] = {"path", "train_file", "test_path", "validation_path"};
  for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++)
    if (*value_get_text(dataset, PATHS[i], "")) return true;
  return false;
}

/* Keeps a data set that is not known yet, where it is of files. */
static status_code keep(reading *r, const value *dataset, failure *err) {
  arena *a = r->records->memory;
  const value *kept;
  if (!dataset || !has_files(dataset)) return STATUS_OK;
  const char *text = json_text(&r->brief, dataset);
  if (key_map_get_text(&r->seen, text) != KEY_MAP_ABSENT) return STATUS_OK;
  key_map_put_text(&r->seen, arena_text(a, text), r->datasets->count);
  status_code status = json_parse(a, text, strlen(text), r->records->results, &kept, err);
  if (status == STATUS_OK) value_push(a, r->datasets, kept);
  return status;
}

/* Audits may have own points. */
static status_code read_measurements(reading *r, const char *folder, failure *err) {
  const value *names, *file;
  status_code status = folders_list(&r->brief, folder, &names, err);
  for (size_t i = 0; status == STATUS_OK && i < names->count; i++) {
    const char *path = arena_format(&r->brief, "%s/%s", folder, names->items[i]->text);
    if (!job_is_measurement(names->items[i]->text) ||
        json_read_sealed(&r->brief, path, &file, NULL) != STATUS_OK)
      continue;
    const value *config = value_get(value_get(file, "measurement"), "config");
    status = keep(r, value_get(config, "dataset"), err);
  }
  return status;
}

/* The data sets of a run, where it is finished. */
static status_code read_run(reading *r, const char *folder, failure *err) {
  const value *file = NULL;
  const char *job_file = arena_format(&r->brief, "%s/job.json", folder);
  const char *result = arena_format(&r->brief, "%s/result.json", folder);
  if (json_read_sealed(&r->brief, job_file, &file, NULL) != STATUS_OK ||
      !job_is_done(result, value_get_text(file, "id", "")))
    return STATUS_OK;
  status_code status = keep(r, value_get(value_get(file, "config"), "dataset"), err);
  return status == STATUS_OK ? read_measurements(r, folder, err) : status;
}

static status_code read_records(file_records *records, failure *err) {
  arena *a = records->memory;
  reading r = {.records = records, .seen = key_map_new(a), .datasets = value_new(a, VALUE_LIST)};
  const value *names;
  records->datasets = r.datasets;
  if (!records->results) return STATUS_OK;
  const char *runs = arena_format(a, "%s/runs", records->results);
  status_code status = folders_list(a, runs, &names, err);
  for (size_t i = 0; status == STATUS_OK && i < names->count; i++) {
    arena_clear(&r.brief);
    status = read_run(&r, arena_format(&r.brief, "%s/%s", runs, names->items[i]->text), err);
  }
  arena_close(&r.brief);
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
