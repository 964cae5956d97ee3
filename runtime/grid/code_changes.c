#include "grid/code_changes.h"

#include "base/files.h"
#include "base/json.h"
#include "host/params.h"
#include "job/result.h"

#include <stdlib.h>
#include <string.h>

void code_changes_begin(code_changes *c, arena *a, const value *catalogue) {
  *c = (code_changes){.memory = a,
                      .now = value_new(a, VALUE_MAP),
                      .found = value_new(a, VALUE_MAP),
                      .seen = key_map_new(a)};
  for (size_t i = 0; i < catalogue->count; i++) {
    const value *entry = catalogue->items[i], *params = value_get(entry, "params");
    if (!params) continue; /* refused: no run can use it */
    char defaults[33];
    value *hashes = value_new(a, VALUE_MAP);
    params_defaults_hash(params_from_description(a, params), defaults);
    value_put_text(a, hashes, RESULT_CODE, value_get_text(entry, "hash", ""));
    value_put_text(a, hashes, RESULT_DEFAULTS, defaults);
    value_put(a, c->now,
              arena_format(a, "%s/%s", value_get_text(entry, "kind", ""),
                           value_get_text(entry, "name", "")),
              hashes);
  }
}

static bool differs(const value *then, const value *now, const char *key) {
  const char *before = value_get_text(then, key, ""), *after = value_get_text(now, key, "");
  return *before && *after && strcmp(before, after) != 0;
}

static void compare(code_changes *c, const char *plugin, const value *then) {
  const value *now = value_get(c->now, plugin);
  const char *what = differs(then, now, RESULT_DEFAULTS) ? "the defaults of its settings"
                     : differs(then, now, RESULT_CODE)   ? "its code"
                                                         : NULL;
  if (!what || value_get(c->found, plugin)) return;
  value_put_text(c->memory, c->found, arena_text(c->memory, plugin), what);
}

void code_changes_look(code_changes *c, const value *made) {
  const value *used = value_get(value_get(made, "provenance"), RESULT_USED);
  for (size_t i = 0; used && i < used->count; i++) compare(c, used->keys[i], used->items[i]);
}

/* The lines of a result's text that name its plugins, in the form of json_pretty; NULL: none. */
static const char *plugin_lines(const char *text, size_t length, size_t *count) {
  static const char BEGIN[] = "\n    \"" RESULT_USED "\": {\n", END[] = "\n    }";
  const char *begin = memmem(text, length, BEGIN, strlen(BEGIN));
  const char *end = begin ? strstr(begin, END) : NULL;
  *count = end ? (size_t)(end - begin) : 0;
  return end ? begin : NULL;
}

/* What is missing or not readable is not used. */
static void look_at(code_changes *c, const char *path, const char *id) {
  arena brief = {0};
  const value *made;
  char *text;
  size_t length, count;
  if (files_read(path, RESULT_LARGEST, &text, &length, NULL) != STATUS_OK) return;
  const char *lines = plugin_lines(text, length, &count);
  const bool is_seen = lines && key_map_get(&c->seen, lines, count) != KEY_MAP_ABSENT;
  if (!is_seen && json_parse(&brief, text, length, path, &made, NULL) == STATUS_OK &&
      strcmp(value_get_text(made, "id", ""), id) == 0) {
    code_changes_look(c, made);
    if (lines) key_map_put(&c->seen, lines, count, 0);
  }
  free(text);
  arena_close(&brief);
}

void code_changes_look_at_graph(code_changes *c, const graph *g) {
  arena brief = {0};
  for (size_t i = 0; i < g->row_count; i++) {
    const run_row *row = &g->rows[i];
    look_at(c, arena_format(&brief, "%s/result.json", row->folder), row->train_id);
    look_at(c, job_measure_path(&brief, row->folder, row->measure_id), row->measure_id);
    for (size_t k = 0; row->audit_ids[k]; k++)
      look_at(c, job_measure_path(&brief, row->folder, row->audit_ids[k]), row->audit_ids[k]);
  }
  for (size_t i = 0; i < g->job_count; i++)
    if (g->jobs[i].kind == JOB_DATA || g->jobs[i].kind == JOB_MODES)
      look_at(c, g->jobs[i].result_path, g->jobs[i].id);
  arena_close(&brief);
}

void code_changes_print(const code_changes *c, FILE *out) {
  for (size_t i = 0; i < c->found->count; i++) {
    const char *plugin = c->found->keys[i];
    const int kind = (int)strcspn(plugin, "/");
    fprintf(out,
            "%.*s %s: %s changed, its revision did not; finished runs are reused (raise revision, "
            "or --retrain)\n",
            kind, plugin, plugin + kind + 1, c->found->items[i]->text);
  }
}
