#include "plan/content.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/idx.h"
#include "job/images.h"

#include <stdlib.h>
#include <string.h>

static hifm_status fill_file(arena *a, const char *name, value *dataset, hifm_error *err) {
  const char *path = value_get_text(dataset, "path", "");
  const char *wanted = value_get_text(dataset, "content", "");
  files_map map;
  char hex[33];
  hifm_status status = files_map_open(&map, path, err);
  if (status) return status;
  blake2b_hex(map.bytes, map.length, hex);
  files_map_close(&map);
  if (*wanted && strcmp(wanted, hex) != 0)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "%s: dataset.content: %s has the BLAKE2b-128 %s, not %s as declared", name,
                     path, hex, wanted);
  value_put_text(a, dataset, "content", hex);
  return HIFM_OK;
}

static hifm_status hash_images(const char *path, char hex[33], hifm_error *err) {
  uint8_t *bytes;
  size_t count;
  idx_images images;
  hifm_status status = idx_read(path, &bytes, &count, &images, err);
  if (status) return status;
  blake2b_hex(bytes, count, hex);
  free(bytes);
  return HIFM_OK;
}

/* What is declared is looked at by the job alone: its files may be fetched then, and are needed no
 * more once it is done. */
static hifm_status fill_images(arena *a, const char *name, value *dataset, hifm_error *err) {
  static const char *const keys[][2] = {{"train_file", "train_content"},
                                        {"test_file", "test_content"}};
  const char *places = value_get_text(dataset, "folder", "");
  for (size_t i = 0; i < 2; i++) {
    char hex[33];
    if (*value_get_text(dataset, keys[i][1], "")) continue;
    const char *file = value_get_text(dataset, keys[i][0], "");
    const char *path = images_find(a, places, file);
    if (!path && *value_get_text(dataset, "fetch", ""))
      return hifm_fail(err, HIFM_BAD_CONFIG,
                       "%s: dataset.%s: must be given where files are fetched (b2sum -l 128 of the "
                       "unpacked file)",
                       name, keys[i][1]);
    if (!path) return images_missing(places, file, err);
    hifm_status status = hash_images(path, hex, err);
    if (status) return status;
    value_put_text(a, dataset, keys[i][1], hex);
  }
  return HIFM_OK;
}

hifm_status content_fill(arena *a, const char *name, const value **section, hifm_error *err) {
  const char *kind = value_get_text(*section, "", "");
  const bool file = strcmp(kind, "file") == 0 && value_get(*section, "path");
  const bool images = strcmp(kind, "images") == 0 && value_get(*section, "train_file");
  if (!file && !images) return HIFM_OK;
  value *filled = value_copy(a, *section);
  hifm_status status = (file ? fill_file : fill_images)(a, name, filled, err);
  *section = filled;
  return status;
}
