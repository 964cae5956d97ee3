#include "job/result.h"

#include "base/files.h"
#include "base/json.h"
#include "base/linear.h"

#include <string.h>

#define VERSION "0.1.0"

double result_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "model name" of the first processor, where the system tells. */
static const char *processor(arena *a) {
  char line[256], *colon;
  const char *name = "unknown";
  FILE *file = fopen("/proc/cpuinfo", "r");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, "model name", 10) == 0 && (colon = strchr(line, ':'))) {
      colon[strcspn(colon, "\n")] = 0;
      name = arena_text(a, colon + 2);
      break;
    }
  if (file) fclose(file);
  return name;
}

static const value *provenance(arena *a, double seconds) {
  value *out = value_new(a, VALUE_MAP);
  value_put_text(a, out, "hifm", VERSION);
  value_put_text(a, out, "compiler", __VERSION__);
  value_put_text(a, out, "blas", linear_library());
  value_put_text(a, out, "processor", processor(a));
  value_put_number(a, out, "blas_threads", 1);
  value_put_number(a, out, "seconds", seconds);
  return out;
}

hifm_status result_write(const char *path, const char *kind, const char *id, const char *state,
                         const char *message, const value *numbers, const value *history,
                         double seconds, hifm_error *err) {
  arena a = {0};
  value *result = value_new(&a, VALUE_MAP);
  value_put_text(&a, result, "job", kind);
  value_put_text(&a, result, "id", id);
  value_put_text(&a, result, "status", state);
  if (message) value_put_text(&a, result, "message", message);
  if (numbers) value_put(&a, result, "numbers", numbers);
  if (history) value_put(&a, result, "history", history);
  value_put(&a, result, "provenance", provenance(&a, seconds));
  const char *text = json_pretty(&a, result);
  hifm_status status = files_write(path, text, strlen(text), err);
  arena_close(&a);
  return status;
}
