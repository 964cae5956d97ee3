#include "host/params.h"

#include "base/text.h"
#include "host/params_parts.h"

#include <string.h>

enum { DEPTH_MAX = 8 }; /* of plugins within plugins: a default may name its own plugin */

/* What every step of one check needs. */
typedef struct checking {
  arena *memory;
  const params_lookup *lookup;
  failure *err;
  int depth;
} checking;

static status_code check_table(checking *c, const hifm_param *params, const value *given,
                               const char *where, const char *const *extra, const value **out);

static const char *const KIND_WORDS[] = {"", "energy", "flow", "network", "solver"};

const char *params_kind_text(hifm_kind kind) {
  return kind >= HIFM_ENERGY && kind <= HIFM_SOLVER ? KIND_WORDS[kind] : "unknown";
}

hifm_kind params_kind(const char *word) {
  for (int kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++)
    if (strcmp(word, KIND_WORDS[kind]) == 0) return (hifm_kind)kind;
  return (hifm_kind)0;
}

const hifm_param *params_energy(const hifm_param *params) {
  const hifm_param *found = NULL;
  for (const hifm_param *p = params; p && p->name; p++) {
    if (p->type != HIFM_REF || p->kind != HIFM_ENERGY) continue;
    if (found) return NULL;
    found = p;
  }
  return found;
}

const char *params_name(const value *plugin_value) {
  if (plugin_value && plugin_value->type == VALUE_TEXT) return plugin_value->text;
  return value_get_text(plugin_value, PARAMS_NAME, NULL);
}

static const char *show(arena *a, double number) {
  return text_shortest(arena_get(a, TEXT_NUMBER), number);
}

static const char *number_range(arena *a, const hifm_param *param) {
  const char *what = param->type == HIFM_COUNT ? "a whole number" : "a number";
  bool low = params_has_low(param), high = params_has_high(param);
  if (low && param->low == HIFM_POSITIVE)
    return high ? arena_format(a, "%s above 0, at most %s", what, show(a, param->high))
                : arena_format(a, "%s above 0", what);
  if (low && high)
    return arena_format(a, "%s from %s to %s", what, show(a, param->low), show(a, param->high));
  if (low) return arena_format(a, "%s, %s or more", what, show(a, param->low));
  if (high) return arena_format(a, "%s, at most %s", what, show(a, param->high));
  return what;
}

static const char *choice_range(arena *a, const hifm_param *param) {
  const char *text = "one of";
  for (size_t i = 0; param->choices[i]; i++)
    text = arena_format(a, "%s%s \"%s\"", text, i ? "," : "", param->choices[i]);
  return text;
}

const char *params_range_text(arena *a, const hifm_param *param) {
  switch (param->type) {
  case HIFM_REAL:
  case HIFM_COUNT:
    return number_range(a, param);
  case HIFM_FLAG:
    return "true or false";
  case HIFM_CHOICE:
    return choice_range(a, param);
  case HIFM_TEXT:
    return "a text";
  case HIFM_REF:
    return arena_format(a, "%s %s plugin", param->kind == HIFM_ENERGY ? "an" : "a",
                        params_kind_text(param->kind));
  case HIFM_FILE:
    return "the path of a file";
  case HIFM_LIST:
    return arena_format(a, "a list, each item %s", number_range(a, param));
  }
  return "unknown";
}

const char *params_given_text(const value *given) {
  const bool several = given->type == VALUE_LIST && given->count > 0;
  return several ? "a list; h.grid { ... } makes several runs" : value_type_text(given);
}

static status_code wrong_type(checking *c, const hifm_param *param, const value *given,
                              const char *where) {
  return failure_set(c->err, STATUS_BAD_CONFIG, "%s: must be %s, not %s", where,
                     params_range_text(c->memory, param), params_given_text(given));
}

static status_code check_number(checking *c, const hifm_param *param, const value *given,
                                const char *where) {
  arena *a = c->memory;
  if (given->type != VALUE_NUMBER) return wrong_type(c, param, given, where);
  double number = given->number;
  if (param->type == HIFM_COUNT && number != floor(number))
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is not a whole number", where,
                       show(a, number));
  if (number < param->low && param->low == HIFM_POSITIVE)
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is not above 0 (%s)", where,
                       show(a, number), number_range(a, param));
  if (number < param->low)
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is below %s (%s)", where, show(a, number),
                       show(a, param->low), number_range(a, param));
  if (number > params_highest(param))
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is above %s (%s)", where, show(a, number),
                       show(a, params_highest(param)), number_range(a, param));
  return STATUS_OK;
}

static status_code check_list(checking *c, const hifm_param *param, const value *given,
                              const char *where) {
  if (given->type != VALUE_LIST) return wrong_type(c, param, given, where);
  for (size_t i = 0; i < given->count; i++) {
    const char *item = arena_format(c->memory, "%s[%zu]", where, i + 1); /* as Lua counts */
    const status_code status = check_number(c, param, given->items[i], item);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

static bool is_hash(const value *node) {
  return node && node->type == VALUE_TEXT && strlen(node->text) == 32 &&
         strspn(node->text, "0123456789abcdef") == 32;
}

/* A path, or the MAP { "path", "content" } of PARAMS_PATH and PARAMS_CONTENT. */
static status_code refuse_empty(checking *c, const hifm_param *param, const char *where) {
  return failure_set(c->err, STATUS_BAD_CONFIG, "%s: is an empty text (%s)", where, param->meaning);
}

/* Without a default an empty text says nothing. */
static status_code check_text(checking *c, const hifm_param *param, const value *given,
                              const char *where) {
  if (given->type != VALUE_TEXT) return wrong_type(c, param, given, where);
  const bool missing = !*given->text && params_must_be_given(param);
  return missing ? refuse_empty(c, param, where) : STATUS_OK;
}

static status_code check_path(checking *c, const hifm_param *param, const value *given,
                              const char *where) {
  if (given->type == VALUE_TEXT) return *given->text ? STATUS_OK : refuse_empty(c, param, where);
  if (given->type == VALUE_MAP && given->count == 2 && *value_get_text(given, PARAMS_PATH, "") &&
      is_hash(value_get(given, PARAMS_CONTENT)))
    return STATUS_OK;
  return wrong_type(c, param, given, where);
}

static status_code check_choice(checking *c, const hifm_param *param, const value *given,
                                const char *where) {
  if (given->type != VALUE_TEXT) return wrong_type(c, param, given, where);
  size_t index = params_choice_index(param->choices, given->text);
  if (param->choices[index]) return STATUS_OK;
  return failure_set(c->err, STATUS_BAD_CONFIG, "%s: \"%s\" is not %s%s", where, given->text,
                     choice_range(c->memory, param),
                     text_hint(c->memory, given->text, param->choices, index));
}

/* The same message with the path in front. */
static status_code prefix(failure *err, const char *where) {
  if (!err) return STATUS_BAD_CONFIG;
  const failure inner = *err;
  return failure_set(err, inner.status, "%s: %s", where, inner.message);
}

static status_code check_plugin_value(checking *c, hifm_kind kind, const value *given,
                                      const char *where, const value **out) {
  const char *name = params_name(given);
  if (!name)
    return failure_set(
        c->err, STATUS_BAD_CONFIG,
        "%s: must name a plugin of kind %s, \"name\" or { \"name\", setting = ... }; "
        "it is %s",
        where, params_kind_text(kind),
        given->type == VALUE_MAP ? "a table without a name" : value_type_text(given));
  if (c->depth >= DEPTH_MAX)
    return failure_set(c->err, STATUS_BAD_CONFIG,
                       "%s: plugins within plugins, deeper than %d levels", where, DEPTH_MAX);
  const hifm_param *params = c->lookup->find(c->lookup->context, kind, name, c->err);
  if (!params) return prefix(c->err, where);
  static const char *const NAME_KEY[] = {PARAMS_NAME, NULL};
  const value *settings = NULL;
  c->depth++;
  status_code status =
      check_table(c, params, given->type == VALUE_MAP ? given : NULL, where, NAME_KEY, &settings);
  c->depth--;
  if (status != STATUS_OK) return status;
  value *resolved = value_copy(c->memory, settings);
  value_put_text(c->memory, resolved, PARAMS_NAME, name);
  *out = resolved;
  return STATUS_OK;
}

/* A plugin value whose default is "" may be left out: then there is none. */
static bool may_be_absent(const hifm_param *param) {
  return param->type == HIFM_REF && param->text && !*param->text;
}

static status_code check_setting(checking *c, const hifm_param *param, const value *given,
                                 const char *where, const value **out) {
  *out = NULL;
  if (!given && may_be_absent(param)) return STATUS_OK;
  if (!given) given = params_default(c->memory, param);
  if (!given)
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: must be given (%s)", where, param->meaning);
  *out = given;
  switch (param->type) {
  case HIFM_REAL:
  case HIFM_COUNT:
    return check_number(c, param, given, where);
  case HIFM_FLAG:
    return given->type == VALUE_BOOL ? STATUS_OK : wrong_type(c, param, given, where);
  case HIFM_CHOICE:
    return check_choice(c, param, given, where);
  case HIFM_TEXT:
    return check_text(c, param, given, where);
  case HIFM_REF:
    return check_plugin_value(c, param->kind, given, where, out);
  case HIFM_FILE:
    return check_path(c, param, given, where);
  case HIFM_LIST:
    return check_list(c, param, given, where);
  }
  return failure_set(c->err, STATUS_BUG, "%s: declared with the unknown type %d", where,
                     (int)param->type);
}

static const hifm_param *declared(const hifm_param *params, const char *name) {
  for (const hifm_param *p = params; p && p->name; p++)
    if (strcmp(p->name, name) == 0) return p;
  return NULL;
}

static size_t names_of(arena *a, const hifm_param *params, const char *const **out) {
  size_t count = 0;
  while (params && params[count].name) count++;
  const char **names = arena_get(a, (count + 1) * sizeof *names);
  for (size_t i = 0; i < count; i++) names[i] = params[i].name;
  *out = names;
  return count;
}

static status_code unknown_setting(checking *c, const hifm_param *params, const char *where,
                                   const char *key) {
  const char *const *names = NULL;
  size_t count = names_of(c->memory, params, &names);
  const char *hint = text_hint(c->memory, key, names, count);
  if (!*hint && count == 0) hint = " (there are no settings here)";
  if (!*hint) {
    for (size_t i = 0; i < count; i++)
      hint = arena_format(c->memory, "%s%s %s", hint, i ? "," : "; available:", names[i]);
  }
  return failure_set(c->err, STATUS_BAD_CONFIG, "%s: unknown setting%s", where, hint);
}

static bool listed(const char *const *words, const char *word) {
  for (; words && *words; words++)
    if (strcmp(*words, word) == 0) return true;
  return false;
}

static status_code check_table(checking *c, const hifm_param *params, const value *given,
                               const char *where, const char *const *extra, const value **out) {
  arena *a = c->memory;
  if (given && given->type != VALUE_MAP)
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: must be a table of settings, not %s",
                       *where ? where : "settings", value_type_text(given));
  for (size_t i = 0; given && i < given->count; i++) {
    const char *key = given->keys[i];
    if (!listed(extra, key) && !declared(params, key))
      return unknown_setting(c, params, text_path_join(a, where, key), key);
  }
  value *checked = value_new(a, VALUE_MAP);
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *setting = NULL;
    status_code status =
        check_setting(c, p, value_get(given, p->name), text_path_join(a, where, p->name), &setting);
    if (status != STATUS_OK) return status;
    if (setting) value_put(a, checked, p->name, setting);
  }
  *out = checked;
  return STATUS_OK;
}

status_code params_check(arena *a, const hifm_param *params, const value *given, const char *where,
                         const params_lookup *lookup, const char *const *extra, const value **out,
                         failure *err) {
  checking c = {.memory = a, .lookup = lookup, .err = err};
  return check_table(&c, params, given, where, extra, out);
}

status_code params_check_ref(arena *a, hifm_kind kind, const value *given, const char *where,
                             const params_lookup *lookup, const value **out, failure *err) {
  checking c = {.memory = a, .lookup = lookup, .err = err};
  if (!given)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: must be given, \"name\" or { \"name\", ... }",
                       where);
  return check_plugin_value(&c, kind, given, where, out);
}
