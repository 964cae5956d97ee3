#include "plan/sets.h"

#include "base/text.h"
#include "plan/axes.h"
#include "plan/listed.h"
#include "plan/overrides.h"

#include <string.h>

/* ---- values ---------------------------------------------------------------------------------- */

static const value *plain(arena *a, const listed *word) {
  double number;
  if (word->quoted) return value_text(a, word->text);
  if (text_number(word->text, &number)) return value_number(a, number);
  if (strcmp(word->text, "true") == 0 || strcmp(word->text, "false") == 0)
    return value_bool(a, *word->text == 't');
  return strcmp(word->text, "none") == 0 ? value_new(a, VALUE_NONE) : value_text(a, word->text);
}

/* False: no word, one that is not closed, or one that would disturb a terminal. */
static bool take(arena *a, const char **rest, const char *separators, listed *word) {
  return listed_next(a, rest, separators, word) && (*word->text || word->quoted) &&
         !text_has_control(word->text);
}

/* "[1,2]": behind the bracket that opens. NULL: it is not closed. */
static const value *bracketed(arena *a, const char **rest, char *end) {
  value *list = value_new(a, VALUE_LIST);
  listed word = {.end = ','};
  *rest += strspn(*rest, " ");
  if (**rest == ']') {
    ++*rest;
    word.end = ']';
  }
  while (word.end == ',') {
    if (!take(a, rest, ",]", &word)) return NULL;
    value_push(a, list, plain(a, &word));
  }
  *rest += strspn(*rest, " ");
  if (word.end != ']' || (**rest && **rest != ',')) return NULL;
  *end = **rest;
  *rest += **rest != '\0';
  return list;
}

/* The next value; NULL: there is none, or its quotes or brackets are not closed. */
static const value *next_value(arena *a, const char **rest, char *end) {
  listed word;
  *rest += strspn(*rest, " ");
  if (**rest == '[') {
    ++*rest;
    return bracketed(a, rest, end);
  }
  if (!take(a, rest, ",", &word)) return NULL;
  *end = word.end;
  return plain(a, &word);
}

/* "1,5" and "2,5e-3", which may be meant as 1.5 and 2.5e-3: the number with a point, else NULL. */
static const char *decimal_comma(arena *a, const char *text) {
  static const char DIGITS[] = "0123456789";
  const char *start = text + strspn(text, "+-");
  const size_t whole = strspn(start, DIGITS), part = whole ? strspn(start + whole + 1, DIGITS) : 0;
  double number;
  if (whole == 0 || start[whole] != ',' || part == 0) return NULL;
  char *point = arena_text(a, text);
  point[(size_t)(start - text) + whole] = '.';
  return text_number(point, &number) ? point : NULL;
}

static status_code read_one(arena *a, const char *text, set_option *out, failure *err) {
  const char *equals = strchr(text, '='), *rest = equals ? equals + 1 : "";
  value *axis = value_new(a, VALUE_GRID);
  for (char end = equals && equals > text ? ',' : '\0'; end == ',';) {
    const value *item = next_value(a, &rest, &end);
    if (!item) {
      axis->count = 0;
      break;
    }
    value_push(a, axis, item);
  }
  if (axis->count == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "--set %s: must be key=value, such as train.epochs=5, or key=value,value, "
                       "one run each; a list is [1,2], a text with a comma is in double quotes",
                       text);
  *out = (set_option){.path = arena_format(a, "%.*s", (int)(equals - text), text),
                      .item = axis->count > 1 ? axis : axis->items[0],
                      .decimal = axis->count == 2 ? decimal_comma(a, equals + 1) : NULL};
  return STATUS_OK;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* A later one replaces what an earlier one has set: itself, or a part of it. */
static status_code check_earlier(const set_options *sets, const char *text, failure *err) {
  const char *path = sets->items[sets->count].path;
  const size_t length = strlen(path);
  for (size_t i = 0; i < sets->count; i++) {
    const char *earlier = sets->items[i].path;
    if (strncmp(earlier, path, length) != 0) continue;
    if (!earlier[length])
      return failure_set(err, STATUS_BAD_CONFIG,
                         "--set %s: %s is set twice; %s=VALUE,VALUE makes a run of each value",
                         text, path, path);
    if (earlier[length] == '.')
      return failure_set(err, STATUS_BAD_CONFIG,
                         "--set %s: replaces %s, which is set before it; give this one first", text,
                         earlier);
  }
  return STATUS_OK;
}

status_code sets_read(arena *a, const plan_request *request, set_options *out, failure *err) {
  *out = (set_options){.items = arena_get(a, (request->set_count + 1) * sizeof *out->items)};
  for (; out->count < request->set_count; out->count++) {
    const char *text = request->sets[out->count];
    status_code status = read_one(a, text, &out->items[out->count], err);
    if (status == STATUS_OK) status = check_earlier(out, text, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

static const char SCHEDULE[] = "schedule.";

bool sets_is_of_schedule(const char *set) {
  return strncmp(set, SCHEDULE, strlen(SCHEDULE)) == 0;
}

static status_code apply(schema *s, const set_option *set, value *list, failure *err) {
  bool found = false, real = false;
  status_code status = STATUS_OK;
  for (size_t k = 0; k < list->count; k++) {
    overrides_found at = {.real = false};
    status = overrides_path(s, &list->items[k], set->path, set->item, &at, err);
    found = found || status == STATUS_OK;
    real = real || at.real;
  }
  if (!found) return status;
  if (!real || !set->decimal) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: a decimal number has a point: %s. For two values write a point in the "
                     "first one, such as 1.0,5",
                     set->path, set->decimal);
}

status_code sets_apply(schema *s, const set_options *sets, value *list, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < sets->count && status == STATUS_OK; i++)
    if (!sets_is_of_schedule(sets->items[i].path)) status = apply(s, &sets->items[i], list, err);
  return status;
}

status_code sets_schedule(arena *a, const set_options *sets, value *map, failure *err) {
  for (size_t i = 0; i < sets->count; i++) {
    const set_option *set = &sets->items[i];
    if (!sets_is_of_schedule(set->path)) continue;
    if (set->item->type == VALUE_GRID)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "%s: is the same for the whole grid, so it has one value", set->path);
    value_put(a, map, set->path + strlen(SCHEDULE), set->item);
  }
  return STATUS_OK;
}

const value *sets_columns(arena *a, const set_options *sets, value *columns) {
  value *made = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < sets->count; i++) {
    const char *path = sets->items[i].path;
    if (strcmp(path, "dataset.fetch") == 0 || schema_section_of(path) == SECTIONS) continue;
    axes_add_column(a, columns, path);
    axes_add_column(a, made, path);
  }
  return made;
}

/* ---- messages -------------------------------------------------------------------------------- */

static bool is_about(const char *message, const char *set) {
  const size_t length = strcspn(set, "=");
  return strncmp(message, set, length) == 0 && message[length] == ':';
}

bool sets_explain(const plan_request *request, failure *err) {
  for (size_t i = request->set_count; i > 0; i--) {
    const char *set = request->sets[i - 1];
    if (!is_about(err->message, set)) continue;
    const failure inner = *err;
    failure_set(err, inner.status, "--set %s: %s", set, inner.message);
    return true;
  }
  return false;
}
