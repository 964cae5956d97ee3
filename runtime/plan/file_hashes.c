#include "plan/file_hashes.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/idx.h"
#include "job/images.h"

#include <stdlib.h>
#include <string.h>

static status_code fill_file(arena *a, const char *name, value *dataset, failure *err) {
  const char *path = value_get_text(dataset, "path", "");
  const char *wanted = value_get_text(dataset, "content", "");
  files_map map;
  char hex[33];
  status_code status = files_map_open(&map, path, err);
  if (status != STATUS_OK) return status;
  blake2b_hex(map.bytes, map.length, hex);
  files_map_close(&map);
  if (*wanted && strcmp(wanted, hex) != 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: dataset.content: %s has the BLAKE2b-128 %s, not %s as declared", name,
                       path, hex, wanted);
  value_put_text(a, dataset, "content", hex);
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
static status_code fill_images(arena *a, const char *name, value *dataset, failure *err) {
  static const char *const KEYS[][2] = {{"train_file", "train_content"},
                                        {"test_file", "test_content"}};
  const char *folders = value_get_text(dataset, "folder", "");
  for (size_t i = 0; i < 2; i++) {
    char hex[33];
    if (*value_get_text(dataset, KEYS[i][1], "")) continue;
    const char *file = value_get_text(dataset, KEYS[i][0], "");
    const char *path = images_find(a, folders, file);
    if (!path && *value_get_text(dataset, "fetch", ""))
      return failure_set(
          err, STATUS_BAD_CONFIG,
          "%s: dataset.%s: must be given where files are fetched (b2sum -l 128 of the "
          "unpacked file)",
          name, KEYS[i][1]);
    if (!path) return images_missing(folders, file, err);
    status_code status = hash_images(path, hex, err);
    if (status != STATUS_OK) return status;
    value_put_text(a, dataset, KEYS[i][1], hex);
  }
  return STATUS_OK;
}

status_code file_hashes_fill(arena *a, const char *name, const value **section, failure *err) {
  const char *kind = value_get_text(*section, "", "");
  const bool file = strcmp(kind, "file") == 0 && value_get(*section, "path");
  const bool images = strcmp(kind, "images") == 0 && value_get(*section, "train_file");
  if (!file && !images) return STATUS_OK;
  value *filled = value_copy(a, *section);
  status_code status = (file ? fill_file : fill_images)(a, name, filled, err);
  *section = filled;
  return status;
}
