#include "job/result.h"

#include "base/blas.h"
#include "base/files.h"
#include "base/json.h"
#include "host/plugins.h"

#include <stdlib.h>
#include <string.h>

/* "model name" of the first processor, "unknown" where the system has none. */
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

static const value *provenance(arena *a, const result *r) {
  value *out = value_new(a, VALUE_MAP);
  const char *copies = getenv(PLUGINS_COPIES);
  const char *slash = copies ? strrchr(copies, '/') : NULL;
  value_put_text(a, out, "hifm", HIFM_VERSION);
  value_put_text(a, out, "compiler", __VERSION__);
  value_put_text(a, out, "blas", blas_library());
  value_put_text(a, out, "lapack", blas_lapack());
  value_put_text(a, out, "processor", processor(a));
  value_put_number(a, out, "blas_threads", 1);
  if (slash)
    value_put_text(a, out, "plugins", slash + 1); /* the folder's name: a hash of all plugins */
  value_put_number(a, out, "seconds", r->seconds);
  value_put_number(a, out, "attempts", r->attempts);
  return out;
}

value *result_body(arena *a, const result *r) {
  value *map = value_new(a, VALUE_MAP);
  value_put_text(a, map, "job", job_kind_word(r->kind));
  value_put_text(a, map, "id", r->id);
  value_put_text(a, map, "status", run_status_word(r->status));
  if (r->message) value_put_text(a, map, "message", r->message);
  if (r->numbers) value_put(a, map, "numbers", r->numbers);
  if (r->losses) value_put(a, map, "losses", r->losses);
  if (r->measurement) value_put(a, map, "measurement", r->measurement);
  if (r->late) value_put_text(a, map, "late", r->late);
  if (r->history) value_put(a, map, "history", r->history);
  return map;
}

status_code result_write(const char *path, const result *r, failure *err) {
  arena a = {0};
  value *map = result_body(&a, r);
  value_put(&a, map, "provenance", provenance(&a, r));
  const char *text = json_pretty(&a, map);
  status_code status = files_write(path, text, strlen(text), err);
  arena_close(&a);
  return status;
}
