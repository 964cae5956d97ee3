#include "plan/plan_file.h"

#include "base/files.h"
#include "base/json.h"
#include "base/key_map.h"

#include <math.h>
#include <string.h>

/* What becomes of a section: its place on the way out, itself on the way back. */
typedef struct exchange {
  arena *a;
  value *parts;
  key_map places; /* address of a section -> place; writing only */
  bool writing, broken;
} exchange;

static const value *place_of(exchange *e, const value *section) {
  size_t at = key_map_get(&e->places, &section, sizeof section);
  if (at == KEY_MAP_ABSENT) {
    at = e->parts->count;
    key_map_put(&e->places, &section, sizeof section, at);
    value_push(e->a, e->parts, section);
  }
  return value_number(e->a, (double)at);
}

static const value *section_at(exchange *e, const value *place) {
  const bool fits = place->type == VALUE_NUMBER && place->number >= 0 &&
                    place->number < (double)e->parts->count &&
                    place->number == floor(place->number);
  e->broken |= !fits;
  return fits ? e->parts->items[(size_t)place->number] : place;
}

/* A map whose items are sections; `depth` maps further in, they are maps of sections. */
static const value *exchange_map(exchange *e, const value *map, int depth) {
  value *out = value_copy(e->a, map);
  for (size_t i = 0; i < out->count; i++) {
    const value *item = out->items[i];
    out->items[i] = depth        ? exchange_map(e, item, depth - 1)
                    : e->writing ? place_of(e, item)
                                 : section_at(e, item);
  }
  return out;
}

static void exchange_rows(exchange *e, value *plan, const char *key) {
  const value *rows = value_get(plan, key);
  value *out = value_new(e->a, VALUE_LIST);
  for (size_t i = 0; rows && i < rows->count; i++) {
    value *row = value_copy(e->a, rows->items[i]);
    const value *config = value_get(row, "config"), *audits = value_get(row, "audits");
    if (config) value_put(e->a, row, "config", exchange_map(e, config, 0));
    if (audits) value_put(e->a, row, "audits", exchange_map(e, audits, 1));
    value_push(e->a, out, row);
  }
  value_put(e->a, plan, key, out);
}

static value *exchange_plan(exchange *e, const value *plan) {
  value *out = value_copy(e->a, plan);
  exchange_rows(e, out, "rows");
  exchange_rows(e, out, "unselected");
  return out;
}

status_code plan_file_write(const char *path, const value *plan, failure *err) {
  arena a = {0};
  exchange e = {.a = &a, .places = key_map_new(&a), .writing = true};
  value *file = value_new(&a, VALUE_MAP);
  e.parts = value_new(&a, VALUE_LIST);
  value_put(&a, file, "plan", exchange_plan(&e, plan));
  value_put(&a, file, "parts", e.parts);
  const char *text = json_sealed(&a, file);
  const status_code status = files_write(path, text, strlen(text), err);
  arena_close(&a);
  return status;
}

status_code plan_file_read(arena *a, const char *path, const value **plan, failure *err) {
  const value *file = NULL;
  exchange e = {.a = a};
  const status_code status = json_read_sealed(a, path, &file, err);
  if (status != STATUS_OK) return status;
  e.parts = value_copy(a, value_get(file, "parts"));
  *plan = exchange_plan(&e, value_get(file, "plan"));
  if (!e.broken && value_get(*plan, "columns")) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: not a plan", path);
}
