#include "plan/conditions.h"

#include "base/key_map.h"
#include "base/text.h"
#include "plan/cells.h"
#include "plan/listed.h"

#include <string.h>

/* The column, its sign and its cells; *rest moves behind the comma after them. */
static bool parse_one(arena *a, const char **rest, condition *out, bool *more) {
  listed word = {.end = '|'};
  const char *equals = strchr(*rest, '=');
  const size_t length = equals ? (size_t)(equals - *rest) : 0;
  if (length == 0 || memchr(*rest, ',', length)) return false;
  out->differs = equals[-1] == '!';
  const char *name = arena_format(a, "%.*s", (int)(length - out->differs), *rest);
  if (!listed_next(a, &name, "", &word) || !*word.text) return false;
  out->column = word.text;
  out->cells = arena_get(a, (strlen(equals) + 1) * sizeof *out->cells);
  *rest = equals + 1;
  do {
    if (!listed_next(a, rest, ",|", &word)) return false;
    out->cells[out->count++] = word.text;
  } while (word.end == '|');
  *more = word.end == ',';
  return true;
}

status_code conditions_parse(arena *a, const char *option, const char *text, conditions *out,
                             failure *err) {
  const char *rest = text;
  out->items = arena_get(a, (strlen(text) + 1) * sizeof *out->items);
  out->count = 0;
  for (bool more = true; more;) {
    out->items[out->count] = (condition){.column = NULL};
    if (!parse_one(a, &rest, &out->items[out->count++], &more))
      return failure_set(
          err, STATUS_BAD_CONFIG,
          "%s %s: must be column=cell,... such as flow.hyperbolize=yes,seed=0|1; a cell with a "
          "comma is in double quotes: '%s flow=\"a,b\"'",
          option, text, option);
  }
  return STATUS_OK;
}

bool conditions_meet(const condition *wanted, const char *cell) {
  bool found = false;
  for (size_t i = 0; i < wanted->count && !found; i++) found = cells_match(cell, wanted->cells[i]);
  return found != wanted->differs;
}

bool conditions_is_status(const condition *wanted) {
  return strcmp(wanted->column, CONDITIONS_STATUS) == 0;
}

bool conditions_allow_status(const conditions *wanted, const char *status) {
  bool allowed = true;
  for (size_t i = 0; i < wanted->count && allowed; i++)
    allowed =
        !conditions_is_status(&wanted->items[i]) || conditions_meet(&wanted->items[i], status);
  return allowed;
}

const char *conditions_text(arena *a, const condition *wanted) {
  const char *text = arena_format(a, "%s%s", wanted->column, wanted->differs ? "!=" : "=");
  for (size_t i = 0; i < wanted->count; i++)
    text = arena_format(a, "%s%s%s", text, i ? "|" : "", wanted->cells[i]);
  return text;
}

const char *conditions_hint(arena *a, const char *column, const char *cell,
                            const char *const *cells, size_t count) {
  const char **known = arena_get(a, (count + 1) * sizeof *known);
  size_t found = 0;
  double number;
  key_map seen = key_map_new(a);
  for (size_t i = 0; i < count; i++) {
    if (!*cells[i] || key_map_get_text(&seen, cells[i]) != KEY_MAP_ABSENT) continue;
    key_map_put_text(&seen, cells[i], found);
    known[found++] = cells[i];
  }
  const bool word = !text_number(cell, &number);
  return arena_format(a, "; %s is %s%s%s", column, found > 1 ? "one of " : "",
                      found ? text_list(a, known, found) : "empty",
                      word ? text_hint(a, cell, known, found) : "");
}
