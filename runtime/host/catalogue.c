#include "host/catalogue.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "hifm/energy.h"
#include "hifm/flow.h"
#include "hifm/network.h"
#include "host/child.h"
#include "host/energy.h"
#include "host/plugins.h"

#include <stdlib.h>
#include <string.h>

enum { LOADING_SECONDS = 5 };

static void describe_kind(arena *a, value *entry, const hifm_plugin *plugin) {
  if (plugin->kind == HIFM_FLOW) {
    value_put_number(a, entry, "role", plugin->ops.flow->role);
    value_put(a, entry, "own_path", value_bool(a, plugin->ops.flow->path != NULL));
  }
  if (plugin->kind == HIFM_NETWORK)
    value_put(a, entry, "speed", value_bool(a, plugin->ops.network->has_vz));
  if (plugin->kind == HIFM_ENERGY) {
    const hifm_energy_ops *ops = plugin->ops.energy;
    value_put_number(a, entry, "invariances", energy_constant_invariances(ops));
    value_put(a, entry, "more_invariances", value_bool(a, ops->invariances_of != NULL));
    value_put(a, entry, "pair", value_bool(a, energy_sums_pairs(ops)));
  }
}

static status_code add_hash(arena *a, value *entry, const char *path, failure *err) {
  files_map map = {0};
  char hex[33];
  const status_code status = files_map_open(&map, path, err);
  if (status != STATUS_OK) return status;
  blake2b_hex(map.bytes, map.length, hex);
  files_map_close(&map);
  value_put_text(a, entry, "hash", hex);
  return STATUS_OK;
}

static void describe_libraries(arena *a, value *entry, const char *path) {
  const value *names = plugins_libraries(a, path);
  const char *slash = strrchr(path, '/');
  value *list = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < names->count; i++) {
    value *library = value_new(a, VALUE_MAP);
    const char *name = names->items[i]->text;
    value_put_text(a, library, "name", name);
    const char *where = slash ? arena_format(a, "%.*s/%s", (int)(slash - path), path, name) : name;
    add_hash(a, library, where, NULL); /* it is loaded, so it can be read */
    value_push(a, list, library);
  }
  if (list->count > 0) value_put(a, entry, "libraries", list);
}

/* What the plugin says of itself, or why it was refused. */
static value *describe_file(arena *a, const char *path) {
  value *entry = value_new(a, VALUE_MAP);
  const hifm_plugin *plugin = NULL;
  failure err;
  if (plugins_open(path, &plugin, &err) != STATUS_OK) {
    plugins_refuse(a, entry, &err);
    return entry;
  }
  value_put_text(a, entry, "kind", params_kind_text((hifm_kind)plugin->kind));
  value_put_text(a, entry, "name", plugin->name);
  value_put_text(a, entry, "summary", plugin->summary);
  value_put_number(a, entry, "revision", plugin->revision);
  value_put(a, entry, "params", params_describe(a, plugin->params));
  describe_libraries(a, entry, path);
  describe_kind(a, entry, plugin);
  return entry;
}

/* In the child: a LIST of what the plugins of these paths (a LIST) say. */
static void describe_files(void *context, int fd) {
  const value *paths = context;
  arena memory = {0}, *a = &memory;
  value *all = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < paths->count; i++)
    value_push(a, all, describe_file(a, paths->items[i]->text));
  child_write(fd, json_text(a, all));
  arena_close(a);
}

/* What the plugins of these paths say, opened in one child. */
static status_code ask(arena *a, value *paths, const value **said, failure *err) {
  char *answer = NULL;
  size_t length = 0;
  failure why;
  status_code status = child_run(describe_files, paths, LOADING_SECONDS, &answer, &length, &why);
  if (status != STATUS_OK)
    failure_set(err, status, "%s while loading", why.message);
  else if (json_parse(a, answer, length, "its answer", said, err) != STATUS_OK)
    status = err->status = STATUS_BAD_CONFIG;
  free(answer);
  return status;
}

static const value *ask_one(arena *a, const char *path, failure *err) {
  failure why;
  const value *said = NULL;
  value *paths = value_new(a, VALUE_LIST);
  value_push(a, paths, value_text(a, path));
  const status_code status = ask(a, paths, &said, &why);
  if (status == STATUS_OK) return said->items[0];
  failure_set(err, status, "%s: %s", path, why.message);
  return NULL;
}

/* What all plugins say, in the order of the files. A child for each costs more than all the rest of
 * a short command, so one child opens them all. NULL where each needs its own: one of them breaks
 * the child, or loads a library from its folder, and whose library it is can then not be seen. */
static const value *ask_all(arena *a, const value *files) {
  failure why;
  const value *said = NULL;
  value *paths = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < files->count; i++)
    value_push(a, paths, value_text(a, value_get_text(files->items[i], "path", "")));
  if (ask(a, paths, &said, &why) != STATUS_OK) return NULL;
  for (size_t i = 0; i < said->count; i++)
    if (value_get(said->items[i], "libraries")) return NULL;
  return said;
}

/* said: what the plugin says; NULL: it is not asked yet. */
static const value *collect_one(arena *a, const value *file, const value *said) {
  const char *path = value_get_text(file, "path", "");
  value *entry = value_copy(a, file);
  failure err;
  if (value_get(file, "error")) return entry;
  status_code status = add_hash(a, entry, path, &err);
  if (status == STATUS_OK && !said) said = ask_one(a, path, &err);
  if (status != STATUS_OK || !said) plugins_refuse(a, entry, &err);
  for (size_t i = 0; status == STATUS_OK && said && i < said->count; i++)
    value_put(a, entry, said->keys[i], said->items[i]);
  return entry;
}

/* Files that lie directly in the search path learn their kind late: hence not only by folder. */
static int by_kind_and_name(const void *left, const void *right) {
  const value *x = *(const value *const *)left, *y = *(const value *const *)right;
  int order = strcmp(value_get_text(x, "kind", ""), value_get_text(y, "kind", ""));
  if (!order) order = strcmp(value_get_text(x, "name", ""), value_get_text(y, "name", ""));
  return order ? order : strcmp(value_get_text(x, "path", ""), value_get_text(y, "path", ""));
}

const value *catalogue_collect(arena *a) {
  const value *files = plugins_files(a);
  const value *said = ask_all(a, files);
  value *catalogue = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < files->count; i++)
    value_push(a, catalogue, collect_one(a, files->items[i], said ? said->items[i] : NULL));
  if (catalogue->count)
    qsort(catalogue->items, catalogue->count, sizeof *catalogue->items, by_kind_and_name);
  return catalogue;
}

static status_code refuse(const value *entry, const char *word, const char *name, failure *err) {
  const status_code status = (status_code)value_get_number(entry, "status", STATUS_BAD_CONFIG);
  return failure_set(err, status, "%s \"%s\" was refused: %s", word, name,
                     value_get_text(entry, "error", ""));
}

status_code catalogue_find(arena *a, const value *catalogue, hifm_kind kind, const char *name,
                           const value **entry, failure *err) {
  const char **names = arena_get(a, (catalogue->count + 1) * sizeof *names);
  const char *word = params_kind_text(kind);
  const value *found = NULL, *unread = NULL; /* unread: a folder, which may have it */
  size_t count = 0;
  for (size_t i = 0; i < catalogue->count; i++) {
    const value *item = catalogue->items[i];
    const char *its_kind = value_get_text(item, "kind", "");
    const char *its_name = value_get_text(item, "name", "");
    if (*its_kind && strcmp(its_kind, word) != 0) continue;
    if (*its_name)
      names[count++] = its_name;
    else
      unread = item;
    if (strcmp(its_name, name) != 0) continue;
    if (found)
      return failure_set(err, STATUS_BAD_CONFIG, "%s \"%s\" is found twice: %s and %s; keep one",
                         word, name, value_get_text(found, "path", ""),
                         value_get_text(item, "path", ""));
    found = item;
  }
  if (!found && unread) return refuse(unread, word, name, err);
  if (!found)
    return failure_set(err, STATUS_BAD_CONFIG, "unknown %s \"%s\"%s", word, name,
                       plugins_hint(a, name, names, count));
  if (value_get(found, "error")) return refuse(found, word, name, err);
  *entry = found;
  return STATUS_OK;
}

status_code catalogue_energy_of(arena *a, const value *catalogue, const value *stage,
                                const value **out, failure *err) {
  const uint32_t hessian_source = HIFM_STAGE_SOURCE | HIFM_STAGE_HESSIAN;
  const char *name = params_name(stage);
  const value *entry = NULL;
  *out = NULL;
  status_code status =
      catalogue_find(a, catalogue, HIFM_FLOW, name ? name : PARAMS_NAME, &entry, err);
  if (status != STATUS_OK) return status;
  const uint32_t role = (uint32_t)value_get_number(entry, "role", 0);
  if ((role & hessian_source) != hessian_source) return STATUS_OK;
  const hifm_param *setting = params_energy(params_from_description(a, value_get(entry, "params")));
  if (setting) *out = value_get(stage, setting->name);
  if (*out) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "flow.%s: brings a Hessian, but names no energy that it is of", name);
}

static const hifm_param *find_params(void *context, hifm_kind kind, const char *name,
                                     failure *err) {
  const catalogue_context *c = context;
  const value *entry = NULL;
  if (catalogue_find(c->memory, c->catalogue, kind, name, &entry, err) != STATUS_OK) return NULL;
  return params_from_description(c->memory, value_get(entry, "params"));
}

params_lookup catalogue_lookup(catalogue_context *context) {
  return (params_lookup){.find = find_params, .context = context};
}
