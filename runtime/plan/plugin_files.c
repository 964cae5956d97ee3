#include "plan/plugin_files.h"

#include "base/text.h"
#include "job/settings.h"
#include "plan/declaration.h"

#include <limits.h>
#include <stdlib.h>

/* Where the paths of one section begin. */
typedef struct bases {
  schema *schema;
  const char *recipe_folder; /* NULL: the section has no recipe */
} bases;

static status_code locate_one(const bases *b, const char *path, bool from_script, const char *where,
                              const value **out, failure *err) {
  arena *a = b->schema->memory;
  const bool from_recipe = b->recipe_folder && !from_script;
  const char *folder = from_recipe ? b->recipe_folder : b->schema->recipes.script_folder;
  char real[PATH_MAX];
  if (*path != '/') path = arena_format(a, "%s/%s", folder, path);
  if (!realpath(path, real))
    return failure_set(err, STATUS_BAD_CONFIG, "%s: the file %s does not exist", where, path);
  if (!text_is_utf8(real))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: %s leads to a folder or file whose name is not UTF-8", where, path);
  value *file = value_new(a, VALUE_MAP);
  value_put_text(a, file, PARAMS_PATH, real);
  value_put_text(a, file, PARAMS_CONTENT, "");
  *out = file;
  return STATUS_OK;
}

/* declared: the script's part of `settings`, or NULL. */
static status_code locate(const bases *b, const hifm_param *params, const value *declared,
                          const char *where, const value **settings, failure *err) {
  arena *a = b->schema->memory;
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *old = value_get(*settings, p->name), *made = old;
    const value *own = value_get(declared, p->name);
    const char *path = arena_format(a, "%s.%s", where, p->name);
    status_code status = STATUS_OK;
    if (p->type == HIFM_FILE && old && old->type == VALUE_TEXT)
      status = locate_one(b, old->text, own != NULL, path, &made, err);
    if (p->type == HIFM_REF && old)
      status = locate(b, schema_plugin_settings(b->schema, p->kind, params_name(old)), own, path,
                      &made, err);
    if (status != STATUS_OK) return status;
    if (made == old) continue;
    value *changed = value_copy(a, *settings);
    value_put(a, changed, p->name, made);
    *settings = changed;
  }
  return STATUS_OK;
}

static status_code locate_stages(const bases *b, const value **flow, failure *err) {
  arena *a = b->schema->memory;
  const value *stages = value_get(*flow, "stages");
  value *located = value_copy(a, stages), *changed = value_copy(a, *flow);
  for (size_t i = 0; i < stages->count; i++) {
    const char *name = params_name(stages->items[i]);
    const hifm_param *params = schema_plugin_settings(b->schema, HIFM_FLOW, name);
    status_code status =
        locate(b, params, NULL, arena_format(a, "flow.%s", name), &located->items[i], err);
    if (status != STATUS_OK) return status;
  }
  value_put(a, changed, "stages", located);
  *flow = changed;
  return STATUS_OK;
}

status_code plugin_files_locate(schema *s, size_t section, const value *declared,
                                const value **resolved, failure *err) {
  bases b = {.schema = s};
  if (section == SECTION_FLOW) return locate_stages(&b, resolved, err);
  const bool dataset = section == SECTION_DATASET;
  if (dataset && !settings_dataset(declaration_name(declared))) b.recipe_folder = s->recipes.folder;
  const hifm_param *params =
      dataset ? settings_dataset(params_name(*resolved)) : schema_settings(s, section, declared);
  return locate(&b, params, declared, SCHEMA_SECTIONS[section], resolved, err);
}
