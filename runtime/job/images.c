#include "job/images.h"

#include "base/files.h"
#include "base/text.h"
#include "host/params.h"

#include <math.h>
#include <string.h>

const char *images_find(arena *a, const char *places, const char *name) {
  static const char *const ENDINGS[] = {"", ".gz"};
  for (const char *place; (place = text_next_place(a, &places));)
    for (size_t i = 0; i < 2; i++) {
      const char *path = arena_format(a, "%s/%s%s", place, name, ENDINGS[i]);
      if (files_exists(path)) return path;
    }
  return NULL;
}

status_code images_missing(const char *places, const char *name, failure *err) {
  return failure_set(
      err, STATUS_NO_INPUT,
      "there is no %.80s and no %.80s.gz in %.300s. Put it there, or name its folder in "
      "dataset.folder",
      name, name, places);
}

status_code images_ready(const value *config, failure *err) {
  static const char *const FILES[] = {"train_file", "test_file"};
  if (strcmp(value_get_text(config, PARAMS_NAME, ""), "images") != 0) return STATUS_OK;
  if (*value_get_text(config, "fetch", "")) return STATUS_OK;
  arena a = {0};
  status_code status = STATUS_OK;
  for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
    const char *places = value_get_text(config, "folder", "");
    const char *name = value_get_text(config, FILES[i], "");
    if (!images_find(&a, places, name)) status = images_missing(places, name, err);
  }
  arena_close(&a);
  return status;
}

void images_moments(const uint8_t *images, size_t size, const size_t *order, size_t n, double *mean,
                    double *deviation) {
  uint64_t sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    const uint8_t *image = images + (order ? order[i] : i) * size;
    for (size_t k = 0; k < size; k++) {
      sum += image[k];
      squares += (uint64_t)image[k] * image[k];
    }
  }
  const double count = (double)n * (double)size;
  *mean = (double)sum / count / 255;
  *deviation = sqrt(fmax((double)squares / count / (255.0 * 255.0) - *mean * *mean, 0));
}
