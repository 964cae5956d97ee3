#include "plan/file_hashes.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/idx.h"
#include "host/params.h"
#include "job/file_rows.h"
#include "job/images.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

void file_hashes_begin(file_hashes *h, arena *a, const char *name) {
  *h = (file_hashes){.memory = a, .name = name, .known = value_new(a, VALUE_MAP)};
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
 * them. */
static status_code fill_images(file_hashes *h, value *dataset, failure *err) {
  static const char *const KEYS[][2] = {{"train_file", "train_content"},
                                        {"test_file", "test_content"}};
  const char *folders = value_get_text(dataset, "folder", "");
  for (size_t i = 0; i < 2; i++) {
    char hex[33];
    if (*value_get_text(dataset, KEYS[i][1], "")) continue;
    const char *file = value_get_text(dataset, KEYS[i][0], "");
    const char *path = images_find(h->memory, folders, file);
    if (!path && *value_get_text(dataset, "fetch", ""))
      return failure_set(
          err, STATUS_BAD_CONFIG,
          "%s: dataset.%s: must be given where files are fetched (b2sum -l 128 of the "
          "unpacked file)",
          h->name, KEYS[i][1]);
    if (!path) return images_missing(folders, file, err);
    status_code status = hash_images(path, hex, err);
    if (status != STATUS_OK) return status;
    value_put_text(h->memory, dataset, KEYS[i][1], hex);
  }
  return STATUS_OK;
}

static status_code fill_dataset(file_hashes *h, const value **section, failure *err) {
  const char *kind = value_get_text(*section, PARAMS_NAME, "");
  const bool file = strcmp(kind, "file") == 0 && value_get(*section, "path");
  const bool images = strcmp(kind, "images") == 0 && value_get(*section, "train_file");
  if (!file && !images) return STATUS_OK;
  value *filled = value_copy(h->memory, *section);
  status_code status = (file ? fill_file : fill_images)(h, filled, err);
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
