/* Declarations of settings: their defaults and bounds, and their way through a catalogue. */
#include "base/blake2b.h"
#include "base/json.h"
#include "host/params_parts.h"

#include <string.h>

/* Doubles hold every whole number up to here. */
static const double COUNT_MAX = 0x1p53;

double params_highest(const hifm_param *param) {
  return param->type == HIFM_COUNT && param->high > COUNT_MAX ? COUNT_MAX : param->high;
}

bool params_has_low(const hifm_param *param) {
  return param->low > -DBL_MAX;
}

bool params_has_high(const hifm_param *param) {
  return param->high < (param->type == HIFM_COUNT ? COUNT_MAX : DBL_MAX);
}

size_t params_choice_index(const char *const *choices, const char *word) {
  size_t i = 0;
  while (choices[i] && strcmp(choices[i], word) != 0) i++;
  return i;
}

static const value *list_value(arena *a, const hifm_list *list) {
  value *node = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < list->count; i++) value_push(a, node, value_number(a, list->items[i]));
  return node;
}

bool params_must_be_given(const hifm_param *param) {
  switch (param->type) {
  case HIFM_FILE:
    return true;
  case HIFM_LIST:
    return !param->list.items;
  case HIFM_TEXT:
  case HIFM_REF:
    return !param->text;
  default:
    return isnan(param->default_value);
  }
}

bool params_is_file(const value *node) {
  return node->type == VALUE_MAP && node->count == 2 && value_get(node, PARAMS_PATH) &&
         value_get(node, PARAMS_CONTENT);
}

const value *params_default(arena *a, const hifm_param *param) {
  if (params_must_be_given(param)) return NULL;
  switch (param->type) {
  case HIFM_LIST:
    return list_value(a, &param->list);
  case HIFM_TEXT:
  case HIFM_REF:
    return value_text(a, param->text);
  case HIFM_FLAG:
    return value_bool(a, param->default_value != 0);
  case HIFM_CHOICE:
    return value_text(a, param->choices[(size_t)param->default_value]);
  default:
    return value_number(a, param->default_value);
  }
}

bool params_is_default(arena *a, const hifm_param *param, const value *setting) {
  const value *unset = params_default(a, param);
  if (!unset) return false;
  if (param->type != HIFM_REF) return value_equal(setting, unset);
  return setting->count == 1 && strcmp(value_get_text(setting, PARAMS_NAME, ""), unset->text) == 0;
}

/* By hifm_param_type. */
static const char *const TYPE_WORDS[] = {"real", "count", "flag", "choice",
                                         "text", "ref",   "file", "list"};
enum { TYPES = sizeof TYPE_WORDS / sizeof *TYPE_WORDS };

void params_defaults_hash(const hifm_param *params, char hex[33]) {
  arena a = {0};
  value *map = value_new(&a, VALUE_MAP);
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *unset = params_default(&a, p);
    value_put(&a, map, p->name, unset ? unset : value_new(&a, VALUE_NULL));
  }
  const char *text = json_text(&a, map);
  blake2b_hex(text, strlen(text), hex);
  arena_close(&a);
}

static const value *describe_one(arena *a, const hifm_param *param) {
  value *map = value_new(a, VALUE_MAP);
  value_put_text(a, map, "name", param->name);
  value_put_text(a, map, "meaning", param->meaning);
  value_put_text(a, map, "type", TYPE_WORDS[param->type]);
  const value *unset = params_default(a, param);
  if (unset) value_put(a, map, "default", unset);
  const bool number =
      param->type == HIFM_REAL || param->type == HIFM_COUNT || param->type == HIFM_LIST;
  if (number && params_has_low(param)) value_put_number(a, map, "low", param->low);
  if (number && params_has_high(param)) value_put_number(a, map, "high", param->high);
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
  while (param.type < TYPES - 1 && strcmp(type, TYPE_WORDS[param.type]) != 0) param.type++;
  if (choices) {
    const char **words = arena_get(a, (choices->count + 1) * sizeof *words);
    for (size_t i = 0; i < choices->count; i++) words[i] = choices->items[i]->text;
    param.choices = words;
  }
  if (!unset) return param;
  if (unset->type == VALUE_NUMBER) param.default_value = unset->number;
  if (unset->type == VALUE_BOOL) param.default_value = unset->flag;
  if (unset->type == VALUE_LIST) param.list = params_list(a, unset);
  if (unset->type == VALUE_TEXT && choices)
    param.default_value = (double)params_choice_index(param.choices, unset->text);
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
