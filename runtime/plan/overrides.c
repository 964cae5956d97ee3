#include "plan/overrides.h"

#include "base/text.h"
#include "plan/axes.h"
#include "plan/declaration.h"

#include <string.h>

enum { PARTS_MAX = 8 };

typedef struct assignment {
  schema *schema;
  arena *memory;
  const char *parts[PARTS_MAX + 1]; /* of the path, NULL-ended */
  const value *item;
  size_t put_count;      /* places where the item was put */
  overrides_found found; /* at these places */
  const value *recipe;   /* of a data set: the settings that the script may leave out */
  value *known;          /* LIST of TEXT: paths that exist, for the hint where this one does not */
} assignment;

/* Remembers the path parts[0..part) + word as one that exists. */
static void add_known(assignment *w, size_t part, const char *word) {
  const char *path = "";
  for (size_t i = 0; i < part; i++) path = arena_format(w->memory, "%s%s.", path, w->parts[i]);
  value_push(w->memory, w->known,
             value_text(w->memory, arena_format(w->memory, "%s%s", path, word)));
}

static const hifm_param *find(assignment *w, const hifm_param *params, size_t part) {
  for (const hifm_param *p = params; p && p->name; p++)
    if (strcmp(p->name, w->parts[part]) == 0) return p;
  for (const hifm_param *p = params; p && p->name; p++) add_known(w, part, p->name);
  return NULL;
}

static const value *into(assignment *w, const hifm_param *params, const value *node, size_t part);

/* The function applied to every choice of a grid; NULL where the node is not a grid or label. */
static const value *each_choice(assignment *w, const value *node, size_t part,
                                const value *(*inside)(assignment *, const value *, size_t)) {
  if (!node || (node->type != VALUE_GRID && node->type != VALUE_LABEL)) return NULL;
  value *copy = value_copy(w->memory, node);
  for (size_t i = 0; i < copy->count; i++) copy->items[i] = inside(w, node->items[i], part);
  return copy;
}

/* A plugin value within a setting. Without a name it means the default plugin. */
static const value *into_plugin(assignment *w, const hifm_param *ref, const value *node,
                                size_t part) {
  if (node && (node->type == VALUE_GRID || node->type == VALUE_LABEL)) {
    value *copy = value_copy(w->memory, node);
    for (size_t i = 0; i < copy->count; i++)
      copy->items[i] = into_plugin(w, ref, node->items[i], part);
    return copy;
  }
  const char *name = declaration_name(node);
  if (!name && (!node || node->type == VALUE_MAP)) name = ref->text;
  return into(w, schema_plugin_settings(w->schema, ref->kind, name), node, part);
}

/* Puts the item at parts[part] of a table with these settings. */
static const value *into(assignment *w, const hifm_param *params, const value *node, size_t part) {
  const hifm_param *p = find(w, params, part);
  if (!p || (w->parts[part + 1] && p->type != HIFM_REF)) return node;
  value *map = declaration_map(w->memory, node);
  if (w->parts[part + 1]) {
    const value *inner = part == 1 ? value_get(w->recipe, p->name) : NULL;
    inner = declaration_merge(w->memory, inner, value_get(map, p->name));
    const value *changed = into_plugin(w, p, inner, part + 1);
    if (changed) value_put(w->memory, map, p->name, changed);
  } else {
    w->found.real = w->found.real || p->type == HIFM_REAL;
    w->found.grid = w->found.grid || axes_size(value_get(map, p->name)) > 1;
    value_put(w->memory, map, p->name, w->item);
    w->put_count++;
  }
  return map;
}

static const value *into_entry(assignment *w, const value *entry, size_t part) {
  const value *inside = each_choice(w, entry, part, into_entry);
  if (inside) return inside;
  const char *name = declaration_name(entry);
  if (!name) return entry;
  add_known(w, part, name);
  if (strcmp(name, w->parts[part]) != 0 || !w->parts[part + 1]) return entry;
  return into(w, schema_plugin_settings(w->schema, HIFM_FLOW, name), entry, part + 1);
}

static const value *into_flow(assignment *w, const value *node, size_t part) {
  const value *inside = each_choice(w, node, part, into_flow);
  if (inside || !node) return inside ? inside : node;
  size_t before = w->put_count;
  const value *changed = into(w, schema_settings(w->schema, SECTION_FLOW, node), node, part);
  if (w->put_count > before) return changed;
  value *map = declaration_map(w->memory, node);
  value *stages = value_copy(w->memory, value_get(map, ""));
  if (!value_get(map, "")) return node;
  for (size_t i = 0; i < stages->count; i++)
    stages->items[i] = into_entry(w, stages->items[i], part);
  value_put(w->memory, map, "", stages);
  return map;
}

static const value *into_section(assignment *w, size_t section, const value *node) {
  if (section == SECTION_FLOW) return into_flow(w, node, 1);
  if (node && (node->type == VALUE_GRID || node->type == VALUE_LABEL)) {
    value *copy = value_copy(w->memory, node);
    for (size_t i = 0; i < copy->count; i++)
      copy->items[i] = into_section(w, section, node->items[i]);
    return copy;
  }
  w->recipe = section == SECTION_DATASET ? schema_dataset(w->schema, node) : NULL;
  return into(w, schema_settings(w->schema, section, node), node, 1);
}

static bool split(assignment *w, const char *path) {
  char *text = arena_text(w->memory, path);
  size_t count = 0;
  for (char *rest = text, *dot = text; dot && count < PARTS_MAX; rest = dot + 1) {
    dot = strchr(rest, '.');
    if (dot) *dot = 0;
    w->parts[count++] = rest;
    if (!dot) return true;
  }
  return false;
}

static status_code unknown(assignment *w, const char *path, failure *err) {
  const char **words = arena_get(w->memory, (w->known->count + 1) * sizeof *words);
  for (size_t i = 0; i < w->known->count; i++) words[i] = w->known->items[i]->text;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: unknown setting%s", path,
                     text_choices(w->memory, path, words, w->known->count));
}

status_code overrides_path(schema *s, const value **sections, const char *path, const value *item,
                           overrides_found *found, failure *err) {
  arena *a = s->memory;
  assignment w = {.schema = s, .memory = a, .item = item, .known = value_new(a, VALUE_LIST)};
  bool short_enough = split(&w, path);
  size_t section = schema_section_of(w.parts[0]);
  if (section == SECTIONS || !short_enough)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: unknown setting%s", path,
                       text_choices(a, w.parts[0], SCHEMA_SECTIONS, SECTIONS));
  const char *name = SCHEMA_SECTIONS[section];
  const value *before = value_get(*sections, name);
  value *changed = value_copy(a, *sections);
  if (w.parts[1]) {
    const value *inner = into_section(&w, section, before);
    if (w.put_count == 0) return unknown(&w, path, err);
    value_put(a, changed, name, inner);
  } else {
    w.found.grid = axes_size(before) > 1;
    value_put(a, changed, name, item);
  }
  *sections = changed;
  if (found) *found = w.found;
  return STATUS_OK;
}
