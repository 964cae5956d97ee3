#include "host/params.h"

#include "base/text.h"

#include <string.h>

enum { DEPTH_MAX = 8 }; /* of plugins within plugins: a default may name its own plugin */

/* Doubles hold every whole number up to here. */
static const double count_max = 0x1p53;

/* What every step of one check needs. */
typedef struct checking {
  arena *memory;
  const params_lookup *lookup;
  failure *err;
  int depth;
} checking;

static status_code check_table(checking *c, const hifm_param *params, const value *given,
                               const char *where, const char *const *extra, const value **out);

static const char *const kind_words[] = {"", "energy", "flow", "network", "solver"};

const char *params_kind_text(hifm_kind kind) {
  return kind >= HIFM_ENERGY && kind <= HIFM_SOLVER ? kind_words[kind] : "unknown";
}

hifm_kind params_kind(const char *word) {
  for (int kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++)
    if (strcmp(word, kind_words[kind]) == 0) return (hifm_kind)kind;
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

/* The fewest digits that give the number back. */
static const char *show(arena *a, double number) {
  double back = 0;
  char *text = NULL;
  for (int digits = 15; digits <= 17; digits++) {
    text = arena_format(a, "%.*g", digits, number);
    if (text_number(text, &back) && back == number) break;
  }
  return text;
}

static double highest(const hifm_param *param) {
  return param->type == HIFM_COUNT && param->high > count_max ? count_max : param->high;
}

static bool has_low(const hifm_param *param) {
  return param->low > -DBL_MAX;
}

static bool has_high(const hifm_param *param) {
  return param->high < (param->type == HIFM_COUNT ? count_max : DBL_MAX);
}

static const char *number_range(arena *a, const hifm_param *param) {
  const char *what = param->type == HIFM_COUNT ? "a whole number" : "a number";
  bool low = has_low(param), high = has_high(param);
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
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is no whole number", where,
                       show(a, number));
  if (number < param->low && param->low == HIFM_POSITIVE)
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is not above 0 (%s)", where,
                       show(a, number), number_range(a, param));
  if (number < param->low)
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is below %s (%s)", where, show(a, number),
                       show(a, param->low), number_range(a, param));
  if (number > highest(param))
    return failure_set(c->err, STATUS_BAD_CONFIG, "%s: %s is above %s (%s)", where, show(a, number),
                       show(a, highest(param)), number_range(a, param));
  return STATUS_OK;
}

/* The index of a word, or the number of choices where it is none of them. */
static size_t choice_index(const char *const *choices, const char *word) {
  size_t i = 0;
  while (choices[i] && strcmp(choices[i], word) != 0) i++;
  return i;
}

static status_code check_choice(checking *c, const hifm_param *param, const value *given,
                                const char *where) {
  if (given->type != VALUE_TEXT) return wrong_type(c, param, given, where);
  size_t index = choice_index(param->choices, given->text);
  if (param->choices[index]) return STATUS_OK;
  return failure_set(c->err, STATUS_BAD_CONFIG, "%s: \"%s\" is not %s%s", where, given->text,
                     choice_range(c->memory, param),
                     text_hint(c->memory, given->text, param->choices, index));
}

/* The same message with the path in front. */
static status_code prefix(failure *err, status_code status, const char *where) {
  if (!err) return status;
  failure inner = *err;
  return failure_set(err, status, "%s: %s", where, inner.message);
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
  if (!params) return prefix(c->err, STATUS_BAD_CONFIG, where);
  static const char *const name_key[] = {PARAMS_NAME, NULL};
  const value *settings = NULL;
  c->depth++;
  status_code status =
      check_table(c, params, given->type == VALUE_MAP ? given : NULL, where, name_key, &settings);
  c->depth--;
  if (status) return status;
  value *resolved = value_copy(c->memory, settings);
  value_put_text(c->memory, resolved, PARAMS_NAME, name);
  *out = resolved;
  return STATUS_OK;
}

/* What a setting is when nothing is given; NULL: it must be given. */
static const value *default_of(arena *a, const hifm_param *param) {
  if (param->type == HIFM_TEXT || param->type == HIFM_REF)
    return param->text ? value_text(a, param->text) : NULL;
  if (isnan(param->default_value)) return NULL;
  if (param->type == HIFM_FLAG) return value_bool(a, param->default_value != 0);
  if (param->type == HIFM_CHOICE)
    return value_text(a, param->choices[(size_t)param->default_value]);
  return value_number(a, param->default_value);
}

static status_code check_setting(checking *c, const hifm_param *param, const value *given,
                                 const char *where, const value **out) {
  if (!given) given = default_of(c->memory, param);
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
    return given->type == VALUE_TEXT ? STATUS_OK : wrong_type(c, param, given, where);
  case HIFM_REF:
    return check_plugin_value(c, param->kind, given, where, out);
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
      hint = arena_format(c->memory, "%s%s %s", hint, i ? "," : "; known:", names[i]);
  }
  return failure_set(c->err, STATUS_BAD_CONFIG, "%s: unknown setting%s", where, hint);
}

static const char *join(arena *a, const char *where, const char *key) {
  return *where ? arena_format(a, "%s.%s", where, key) : arena_text(a, key);
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
      return unknown_setting(c, params, join(a, where, key), key);
  }
  value *checked = value_new(a, VALUE_MAP);
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *setting = NULL;
    status_code status =
        check_setting(c, p, value_get(given, p->name), join(a, where, p->name), &setting);
    if (status) return status;
    value_put(a, checked, p->name, setting);
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

bool params_is_default(arena *a, const hifm_param *param, const value *setting) {
  const value *unset = default_of(a, param);
  if (!unset) return false;
  if (param->type != HIFM_REF) return value_equal(setting, unset);
  return setting->count == 1 && strcmp(value_get_text(setting, PARAMS_NAME, ""), unset->text) == 0;
}

void params_store(arena *a, const hifm_param *params, const value *checked, void *instance) {
  for (const hifm_param *p = params; p && p->name; p++) {
    void *place = (char *)instance + p->offset;
    const value *setting = value_get(checked, p->name);
    if (!setting) setting = default_of(a, p); /* it is younger than the job file */
    if (!setting) continue;
    switch (p->type) {
    case HIFM_REAL:
      *(double *)place = setting->number;
      break;
    case HIFM_COUNT:
      *(uint64_t *)place = (uint64_t)setting->number;
      break;
    case HIFM_FLAG:
      *(bool *)place = setting->flag;
      break;
    case HIFM_CHOICE:
      *(uint32_t *)place = (uint32_t)choice_index(p->choices, setting->text);
      break;
    case HIFM_TEXT:
      *(const char **)place = arena_text(a, setting->text);
      break;
    case HIFM_REF:
      break;
    }
  }
}

static const char *const type_words[] = {"real", "count", "flag", "choice", "text", "ref"};

static const value *describe_one(arena *a, const hifm_param *param) {
  value *map = value_new(a, VALUE_MAP);
  value_put_text(a, map, "name", param->name);
  value_put_text(a, map, "meaning", param->meaning);
  value_put_text(a, map, "type", type_words[param->type]);
  const value *unset = default_of(a, param);
  if (unset) value_put(a, map, "default", unset);
  bool number = param->type == HIFM_REAL || param->type == HIFM_COUNT;
  if (number && has_low(param)) value_put_number(a, map, "low", param->low);
  if (number && has_high(param)) value_put_number(a, map, "high", param->high);
  if (param->type == HIFM_REF) value_put_text(a, map, "kind", params_kind_text(param->kind));
  if (param->type == HIFM_CHOICE) {
    value *choices = value_new(a, VALUE_LIST);
    for (size_t i = 0; param->choices[i]; i++)
      value_push(a, choices, value_text(a, param->choices[i]));
    value_put(a, map, "choices", choices);
  }
  return map;
}

const value *params_describe(arena *a, const hifm_param *params) {
  value *list = value_new(a, VALUE_LIST);
  for (const hifm_param *p = params; p && p->name; p++) value_push(a, list, describe_one(a, p));
  return list;
}

static hifm_param param_from(arena *a, const value *map) {
  const value *unset = value_get(map, "default"), *choices = value_get(map, "choices");
  const char *type = value_get_text(map, "type", "");
  hifm_param param = {.name = value_get_text(map, "name", ""),
                      .meaning = value_get_text(map, "meaning", ""),
                      .default_value = NAN,
                      .low = value_get_number(map, "low", -INFINITY),
                      .high = value_get_number(map, "high", INFINITY),
                      .kind = params_kind(value_get_text(map, "kind", ""))};
  while (param.type < HIFM_REF && strcmp(type, type_words[param.type]) != 0) param.type++;
  if (choices) {
    const char **words = arena_get(a, (choices->count + 1) * sizeof *words);
    for (size_t i = 0; i < choices->count; i++) words[i] = choices->items[i]->text;
    param.choices = words;
  }
  if (!unset) return param;
  if (unset->type == VALUE_NUMBER) param.default_value = unset->number;
  if (unset->type == VALUE_BOOL) param.default_value = unset->flag;
  if (unset->type == VALUE_TEXT && choices)
    param.default_value = (double)choice_index(param.choices, unset->text);
  else if (unset->type == VALUE_TEXT)
    param.text = unset->text;
  return param;
}

const hifm_param *params_from_description(arena *a, const value *description) {
  size_t count = description ? description->count : 0;
  hifm_param *params = arena_get(a, (count + 1) * sizeof *params);
  for (size_t i = 0; i < count; i++) params[i] = param_from(a, description->items[i]);
  return params;
}
