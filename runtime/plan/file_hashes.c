#include "plan/file_hashes.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/idx.h"
#include "host/params.h"
#include "job/file_rows.h"
#include "job/images.h"
#include "job/own_points.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

void file_hashes_begin(file_hashes *h, arena *a, const char *name, const char *results) {
  *h = (file_hashes){.memory = a,
                     .name = name,
                     .known = value_new(a, VALUE_MAP),
                     .records = {.memory = a, .results = results},
                     .notes = value_new(a, VALUE_LIST)};
}

static status_code hash_file(file_hashes *h, const char *path, const char **out, failure *err) {
  files_map map;
  char hex[33];
  *out = value_get_text(h->known, path, NULL);
  if (*out) return STATUS_OK;
  status_code status = files_map_open(&map, path, err);
  if (status != STATUS_OK) return status;
  blake2b_hex(map.bytes, map.length, hex);
  files_map_close(&map);
  *out = arena_text(h->memory, hex);
  value_put_text(h->memory, h->known, path, *out);
  return STATUS_OK;
}

/* ---- files that are missing ---- */

static void note_missing(file_hashes *h, const char *path, const char *hex) {
  const char *text = arena_format(h->memory,
                                  "the file %s is missing; the content that it had in the results "
                                  "is used: %s",
                                  path, hex);
  for (size_t i = 0; i < h->notes->count; i++)
    if (strcmp(h->notes->items[i]->text, text) == 0) return;
  value_push(h->memory, h->notes, value_text(h->memory, text));
}

/* What finished runs say; the name of the script is put in front of a message. */
static status_code find_recorded(file_hashes *h, const value *dataset, const char *const *keys,
                                 const char *content, const value **found, failure *err) {
  failure why;
  status_code status = file_records_find(&h->records, dataset, keys, content, found, &why);
  return status == STATUS_OK ? STATUS_OK : failure_set(err, status, "%s: %s", h->name, why.message);
}

/* How its rows repeat is recorded, too, for points of this form. */
static status_code fill_missing_file(file_hashes *h, value *dataset, const char *path,
                                     failure *err) {
  static const char *const BY_PATH[] = {PARAMS_NAME, "path", NULL};
  static const char *const BY_CONTENT[] = {PARAMS_NAME, "content", "particles",
                                           "space",     "array",   NULL};
  const value *found = dataset;
  status_code status = STATUS_OK;
  if (!*value_get_text(dataset, "content", ""))
    status = find_recorded(h, dataset, BY_PATH, "content", &found, err);
  const char *hex = value_get_text(found, "content", "");
  if (status == STATUS_OK) value_put_text(h->memory, dataset, "content", hex);
  if (status == STATUS_OK) status = find_recorded(h, dataset, BY_CONTENT, "content", &found, err);
  if (status != STATUS_OK) return status;
  if (!found)
    return failure_set(err, STATUS_NO_INPUT,
                       "%s: dataset.path: the file %s does not exist, and no finished run had it "
                       "with these settings",
                       h->name, path);
  const value *repeats = value_get(found, SETTINGS_REPEATS);
  if (repeats) value_put(h->memory, dataset, SETTINGS_REPEATS, repeats);
  note_missing(h, path, hex);
  return STATUS_OK;
}

static status_code fill_missing_images(file_hashes *h, value *dataset, const char *file,
                                       const char *content, failure *err) {
  const char *const keys[] = {PARAMS_NAME, "folder", file, NULL};
  const char *folders = value_get_text(dataset, "folder", "");
  const char *name = value_get_text(dataset, file, "");
  const value *found;
  status_code status = find_recorded(h, dataset, keys, content, &found, err);
  if (status != STATUS_OK) return status;
  if (!found) return images_missing(folders, name, err);
  value_put(h->memory, dataset, content, value_get(found, content));
  note_missing(h, name, value_get_text(found, content, ""));
  return STATUS_OK;
}

/* ---- data sets ---- */

/* Sections may share a file, but not what its points are. */
static bool repeats(file_hashes *h, const char *path, const value *dataset) {
  const char *key =
      arena_format(h->memory, "%s, %g x %g, %s", path, value_get_number(dataset, "particles", 0),
                   value_get_number(dataset, "space", 0), value_get_text(dataset, "array", ""));
  if (!value_get(h->known, key))
    value_put(h->memory, h->known, key, value_bool(h->memory, file_rows_repeat(dataset)));
  return value_get_bool(h->known, key, false);
}

static status_code fill_file(file_hashes *h, value *dataset, failure *err) {
  const char *path = value_get_text(dataset, "path", ""), *hex;
  const char *wanted = value_get_text(dataset, "content", "");
  if (h->records.results && !files_exists(path)) return fill_missing_file(h, dataset, path, err);
  status_code status = hash_file(h, path, &hex, err);
  if (status != STATUS_OK) return status;
  if (*wanted && strcmp(wanted, hex) != 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: dataset.content: %s has the BLAKE2b-128 %s, not %s as declared",
                       h->name, path, hex, wanted);
  value_put_text(h->memory, dataset, "content", hex);
  if (repeats(h, path, dataset))
    value_put(h->memory, dataset, SETTINGS_REPEATS, value_bool(h->memory, true));
  return STATUS_OK;
}

/* ---- own points ---- */

/* How many rows the file has. */
static status_code count_rows(file_hashes *h, const char *path, size_t *rows, failure *err) {
  const char *key = arena_format(h->memory, "rows of %s", path);
  const value *known = value_get(h->known, key);
  if (known) {
    *rows = (size_t)known->number;
    return STATUS_OK;
  }
  status_code status = own_points_count(path, rows, err);
  if (status == STATUS_OK) value_put_number(h->memory, h->known, key, (double)*rows);
  return status;
}

static status_code find_own(file_hashes *h, const value *dataset, const own_points_keys *keys,
                            const char **hex, size_t *rows, failure *err) {
  const char *const by_path[] = {keys->path, NULL}, *const by_content[] = {keys->content, NULL};
  const char *path = value_get_text(dataset, keys->path, "");
  const bool given = *value_get_text(dataset, keys->content, "") != 0;
  const value *found;
  status_code status =
      find_recorded(h, dataset, given ? by_content : by_path, keys->content, &found, err);
  if (status != STATUS_OK) return status;
  if (!found)
    return failure_set(err, STATUS_NO_INPUT,
                       "%s: dataset.%s: the file %s does not exist, and no finished run had it",
                       h->name, keys->path, path);
  *hex = value_get_text(found, keys->content, "");
  *rows = (size_t)value_get_number(found, keys->rows, 0);
  note_missing(h, path, *hex);
  return STATUS_OK;
}

static status_code look_at_own(file_hashes *h, const value *dataset, const own_points_keys *keys,
                               const char **hex, size_t *rows, failure *err) {
  failure why;
  const char *path = value_get_text(dataset, keys->path, "");
  const char *wanted = value_get_text(dataset, keys->content, "");
  if (h->records.results && !files_exists(path)) return find_own(h, dataset, keys, hex, rows, err);
  status_code status = hash_file(h, path, hex, &why);
  if (status == STATUS_OK) status = count_rows(h, path, rows, &why);
  if (status != STATUS_OK)
    return failure_set(err, status, "%s: dataset.%s: %s", h->name, keys->path, why.message);
  if (!*wanted || strcmp(wanted, *hex) == 0) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: dataset.%s: %s has the BLAKE2b-128 %s, not %s as declared", h->name,
                     keys->content, path, *hex, wanted);
}

/* Content and number of rows of each file with own points. */
static status_code fill_own(file_hashes *h, value *dataset, failure *err) {
  for (size_t kind = 0; kind < OWN_KINDS; kind++) {
    const own_points_keys *keys = &settings_own_points[kind];
    const char *hex;
    size_t rows;
    if (!settings_has_own(dataset, kind)) continue;
    status_code status = look_at_own(h, dataset, keys, &hex, &rows, err);
    if (status != STATUS_OK) return status;
    value_put_text(h->memory, dataset, keys->content, hex);
    value_put_number(h->memory, dataset, keys->rows, (double)rows);
    if (!(value_get_number(dataset, keys->count, 0) < SETTINGS_ALL_ROWS))
      value_put_number(h->memory, dataset, keys->count, (double)rows);
  }
  return STATUS_OK;
}

/* ---- images ---- */

static status_code hash_images(const char *path, char hex[33], failure *err) {
  uint8_t *bytes;
  size_t count;
  idx_images images;
  status_code status = idx_read(path, &bytes, &count, &images, err);
  if (status != STATUS_OK) return status;
  blake2b_hex(bytes, count, hex);
  free(bytes);
  return STATUS_OK;
}

/* Declared hashes are checked by the job: it may fetch the files, and once it is done nothing needs
 * them. file, content: the names of the two settings. */
static status_code fill_images_file(file_hashes *h, value *dataset, const char *file,
                                    const char *content, failure *err) {
  char hex[33];
  if (*value_get_text(dataset, content, "")) return STATUS_OK;
  const char *path = images_find(h->memory, value_get_text(dataset, "folder", ""),
                                 value_get_text(dataset, file, ""));
  if (!path && *value_get_text(dataset, "fetch", ""))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: dataset.%s: must be given where files are fetched (b2sum -l 128 of the "
                       "unpacked file)",
                       h->name, content);
  if (!path) return fill_missing_images(h, dataset, file, content, err);
  status_code status = hash_images(path, hex, err);
  if (status == STATUS_OK) value_put_text(h->memory, dataset, content, hex);
  return status;
}

static status_code fill_images(file_hashes *h, value *dataset, failure *err) {
  status_code status = fill_images_file(h, dataset, "train_file", "train_content", err);
  return status == STATUS_OK ? fill_images_file(h, dataset, "test_file", "test_content", err)
                             : status;
}

static status_code fill_dataset(file_hashes *h, const value **section, failure *err) {
  const char *kind = value_get_text(*section, PARAMS_NAME, "");
  const bool file = strcmp(kind, "file") == 0 && value_get(*section, "path");
  const bool images = strcmp(kind, "images") == 0 && value_get(*section, "train_file");
  const bool own =
      settings_has_own(*section, OWN_TEST) || settings_has_own(*section, OWN_VALIDATION);
  if (!file && !images && !own) return STATUS_OK;
  value *filled = value_copy(h->memory, *section);
  status_code status = own ? fill_own(h, filled, err) : STATUS_OK;
  if (status == STATUS_OK && file) status = fill_file(h, filled, err);
  if (status == STATUS_OK && images) status = fill_images(h, filled, err);
  *section = filled;
  return status;
}

/* ---- plugins ---- */

static status_code fill_value(file_hashes *h, const value **node, failure *err) {
  const char *path = value_get_text(*node, PARAMS_PATH, ""), *hex;
  failure why;
  status_code status = hash_file(h, path, &hex, &why);
  if (status != STATUS_OK) return failure_set(err, status, "%s: %s", h->name, why.message);
  value *filled = value_copy(h->memory, *node);
  value_put_text(h->memory, filled, PARAMS_CONTENT, hex);
  *node = filled;
  return STATUS_OK;
}

/* Copies what has a file value below it, and nothing else. */
static status_code fill_values(file_hashes *h, const value **node, failure *err) {
  if (params_is_file(*node)) return fill_value(h, node, err);
  for (size_t i = 0; i < (*node)->count; i++) {
    const value *inner = (*node)->items[i];
    status_code status = fill_values(h, &inner, err);
    if (status != STATUS_OK) return status;
    if (inner == (*node)->items[i]) continue;
    value *copy = value_copy(h->memory, *node);
    copy->items[i] = inner;
    *node = copy;
  }
  return STATUS_OK;
}

status_code file_hashes_fill(file_hashes *h, const value **section, failure *err) {
  status_code status = fill_dataset(h, section, err);
  return status == STATUS_OK ? fill_values(h, section, err) : status;
}
