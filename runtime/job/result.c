#include "job/result.h"

#include "base/blas.h"
#include "base/files.h"
#include "base/json.h"
#include "host/params.h"
#include "host/plugins.h"

#include <stdlib.h>
#include <string.h>

/* Looked up once: a job may write several results. */
const char *result_processor(void) {
  static char name[256];
  char line[sizeof name], *colon;
  FILE *file = name[0] ? NULL : fopen("/proc/cpuinfo", "r");
  while (file && !name[0] && fgets(line, sizeof line, file))
    if (strncmp(line, "model name", 10) == 0 && (colon = strchr(line, ':'))) {
      colon[strcspn(colon, "\n")] = 0;
      snprintf(name, sizeof name, "%s", colon + 2);
    }
  if (file) fclose(file);
  return name[0] ? name : "unknown";
}

/* What plugins_each_opened adds to. */
typedef struct using {
  arena *a;
  value *used;
}
using;

static void add_used(void *context, const hifm_plugin *plugin, const char *code) {
  const using *to = context;
  char defaults[33];
  if (!*code) return;
  params_defaults_hash(plugin->params, defaults);
  value *hashes = value_new(to->a, VALUE_MAP);
  value_put_text(to->a, hashes, RESULT_CODE, code);
  value_put_text(to->a, hashes, RESULT_DEFAULTS, defaults);
  value_put(to->a, to->used,
            arena_format(to->a, "%s/%s", params_kind_text((hifm_kind)plugin->kind), plugin->name),
            hashes);
}

/* Of the result in a folder that the job has read. */
static void add_used_before(arena *a, value *used, const char *folder) {
  const value *made;
  if (!folder || json_read(a, arena_format(a, "%s/result.json", folder), &made, NULL) != STATUS_OK)
    return;
  const value *before = value_get(value_get(made, "provenance"), RESULT_USED);
  for (size_t i = 0; before && i < before->count; i++)
    value_put(a, used, before->keys[i], before->items[i]);
}

static const value *used_by(arena *a, const result *r) {
  using to = {a, value_new(a, VALUE_MAP)};
  plugins_each_opened(add_used, &to);
  add_used_before(a, to.used, r->data);
  add_used_before(a, to.used, r->modes);
  return to.used;
}

static const value *provenance(arena *a, const result *r) {
  value *out = value_new(a, VALUE_MAP);
  const char *copies = getenv(PLUGINS_COPIES);
  const char *slash = copies ? strrchr(copies, '/') : NULL;
  value_put_text(a, out, "hifm", HIFM_VERSION);
  value_put_text(a, out, "compiler", __VERSION__);
  value_put_text(a, out, "blas", blas_library());
  value_put_text(a, out, "lapack", blas_lapack());
  value_put_text(a, out, "processor", result_processor());
  value_put_number(a, out, "blas_threads", 1);
  if (slash)
    value_put_text(a, out, "plugins", slash + 1); /* the folder's name: a hash of all plugins */
  value_put(a, out, RESULT_USED, used_by(a, r));
  value_put_number(a, out, "seconds", r->seconds);
  value_put_number(a, out, "attempts", r->attempts);
  return out;
}

/* What differs between the plugins of a result and the code that this process has opened. */
typedef struct plugin_comparison {
  arena *a;
  const value *used;
  const char *other; /* "energy/x"; NULL: nothing yet */
} plugin_comparison;

static void compare_plugin(void *context, const hifm_plugin *plugin, const char *code) {
  plugin_comparison *c = context;
  const char *name =
      arena_format(c->a, "%s/%s", params_kind_text((hifm_kind)plugin->kind), plugin->name);
  if (strcmp(value_get_text(value_get(c->used, name), RESULT_CODE, ""), code) != 0) c->other = name;
}

const char *result_other_maker(arena *a, const value *made) {
  static const char *const KEYS[] = {"hifm", "compiler", "blas", "lapack", "processor"};
  const value *then = value_get(made, "provenance");
  const value *now = provenance(a, &(result){.id = ""});
  for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
    if (strcmp(value_get_text(then, KEYS[i], ""), value_get_text(now, KEYS[i], "")) != 0)
      return KEYS[i];
  plugin_comparison c = {.a = a, .used = value_get(then, RESULT_USED)};
  plugins_each_opened(compare_plugin, &c);
  return c.other;
}

value *result_body(arena *a, const result *r) {
  value *map = value_new(a, VALUE_MAP);
  value_put_text(a, map, "job", job_kind_word(r->kind));
  value_put_text(a, map, "id", r->id);
  if (r->stem) value_put_text(a, map, "stem", r->stem);
  value_put_text(a, map, "status", run_status_word(r->status));
  if (r->message) value_put_text(a, map, "message", r->message);
  if (r->numbers) value_put(a, map, "numbers", r->numbers);
  if (r->measurement) value_put(a, map, "measurement", r->measurement);
  if (r->late) value_put_text(a, map, "late", r->late);
  if (r->history) value_put(a, map, "history", r->history);
  if (r->files) value_put(a, map, "files", r->files);
  if (r->points) value_put_text(a, map, "points", r->points);
  return map;
}

status_code result_write(const char *path, const result *r, failure *err) {
  arena a = {0};
  plugins_keep_surroundings(job_kind_word(r->kind));
  value *map = result_body(&a, r);
  value_put(&a, map, "provenance", provenance(&a, r));
  const char *text = json_sealed(&a, map);
  status_code status = files_write(path, text, strlen(text), err);
  arena_close(&a);
  return status;
}

static bool is_history(const value *history, run_status status) {
  if (!history || history->type != VALUE_LIST) return false;
  for (size_t i = 0; i < history->count; i++)
    if (history->items[i]->type != VALUE_MAP) return false;
  return history->count > 0 || status == RUN_DIVERGED;
}

/* What is wrong with it; NULL: nothing. Earlier versions wrote the same keys, but for "content". */
static const char *find_fault(const value *map) {
  if (map->type != VALUE_MAP || !value_get_text(map, "id", NULL)) return "it has no id";
  const run_status status = run_status_in(map);
  if (status != RUN_DONE && status != RUN_DIVERGED) return "its status is not done or diverged";
  const bool is_measure = strcmp(value_get_text(map, "job", ""), job_kind_word(JOB_MEASURE)) == 0;
  if (is_measure && !is_history(value_get(map, "history"), status)) return "it has no history";
  return NULL;
}

status_code result_read(arena *a, const char *path, const char *id, const value **out,
                        failure *err) {
  const value *map = NULL;
  *out = NULL;
  status_code status = json_read_sealed(a, path, &map, err);
  if (status == STATUS_NO_INPUT) return STATUS_OK;
  if (status != STATUS_OK) return status;
  const char *fault = find_fault(map);
  if (fault) return failure_set(err, STATUS_BAD_INPUT, "%s: %s", path, fault);
  if (!id || strcmp(value_get_text(map, "id", ""), id) == 0) *out = map;
  return STATUS_OK;
}

/* Of a text of json_sealed: keys of the outermost map alone have this indentation. */
static bool has_id(arena *a, const char *text, size_t length, const char *id) {
  const char *line = arena_format(a, "\n  \"id\": \"%s\"", id);
  return memmem(text, length, line, strlen(line)) != NULL;
}

status_code result_look(const char *path, const char *id, bool *found, failure *err) {
  arena a = {0};
  const value *made = NULL;
  char *text = NULL;
  size_t length = 0;
  *found = false;
  status_code status = files_read(path, RESULT_LARGEST, &text, &length, err);
  if (status == STATUS_OK && json_is_sealed(text, length))
    *found = has_id(&a, text, length, id);
  else if (status == STATUS_OK) {
    status = result_read(&a, path, id, &made, err);
    *found = made != NULL;
  }
  free(text);
  arena_close(&a);
  return status == STATUS_NO_INPUT ? STATUS_OK : status;
}
