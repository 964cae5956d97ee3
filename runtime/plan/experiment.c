#include "plan/experiment.h"

#include "job/settings.h"
#include "plan/cells.h"
#include "plan/declaration.h"
#include "plan/grid.h"
#include "plan/product.h"
#include "plan/rules.h"
#include "plan/selection.h"

#include <string.h>

static bool is_about(const char *message, const char *set) {
  size_t length = strcspn(set, "=");
  return strncmp(message, set, length) == 0 && message[length] == ':';
}

/* Says where: the --set with this path, or the line of the script. */
static status_code place(const experiment *e, status_code status, failure *err) {
  size_t count;
  const source_text *sources = script_sources(e->lua, &count);
  if (!status || e->schema->recipes.placed || strncmp(err->message, "--", 2) == 0) return status;
  for (size_t i = e->request->set_count; i > 0; i--) {
    const char *set = e->request->sets[i - 1];
    if (!is_about(err->message, set)) continue;
    failure inner = *err;
    return failure_set(err, status, "--set %s: %s%s", set, inner.message,
                       strchr(set, ',') ? "; --set takes one value, grids stand in the script"
                                        : "");
  }
  source_lines_error(sources, count, err);
  return status;
}

static status_code expand(const experiment *e, const value *variants, product *p, failure *err) {
  double size = 0;
  for (size_t i = 0; i < variants->count; i++) size += product_size(variants->items[i]);
  if (size > e->most_runs)
    return failure_set(err, STATUS_BAD_CONFIG, "the grid has %.0f runs, more than %.0f: %s", size,
                       e->most_runs, product_axes(p->memory, variants->items[0]));
  for (size_t i = 0; i < variants->count; i++) {
    status_code status = product_add(p, variants->items[i], err);
    if (status) return status;
  }
  return STATUS_OK;
}

/* No grid, label or h.none where tables, figures and audits are described. */
static status_code check_plain(arena *a, const char *path, const value *node, failure *err) {
  if (node->type > VALUE_MAP)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: %s has no place here", path,
                       value_type_text(node));
  for (size_t i = 0; i < node->count; i++) {
    bool named = node->type == VALUE_MAP && *node->keys[i];
    status_code status = check_plain(
        a, named ? arena_format(a, "%s.%s", path, node->keys[i]) : path, node->items[i], err);
    if (status) return status;
  }
  return STATUS_OK;
}

/* A section of its own, with the profile's on top where profiles have it. */
static const value *declared_beside(const experiment *e, const char *key) {
  const value *declared = value_get(e->sections, key), *more = NULL;
  if (e->request->profile)
    more = value_get(value_get(value_get(e->sections, "profiles"), e->request->profile), key);
  return more ? declaration_merge(e->schema->memory, declared, more) : declared;
}

static status_code describe(const experiment *e, const char *key, const value **out, failure *err) {
  arena *a = e->schema->memory;
  const value *declared = declared_beside(e, key);
  *out = declared && declared->count ? declared : value_new(a, VALUE_MAP);
  status_code status = check_plain(a, key, *out, err);
  if (status) return status;
  for (size_t i = 0; i < (*out)->count; i++)
    if ((*out)->type != VALUE_MAP || !*(*out)->keys[i] || (*out)->items[i]->type != VALUE_MAP)
      return failure_set(err, STATUS_BAD_CONFIG, "%s: must be { name = { key = ... }, ... }", key);
  return STATUS_OK;
}

static status_code schedule(const experiment *e, const value **out, failure *err) {
  arena *a = e->schema->memory;
  const value *map = declaration_map(a, declared_beside(e, "schedule"));
  if (value_get(map, ""))
    return failure_set(err, STATUS_BAD_CONFIG, "schedule: must be a table of named settings");
  return params_check(a, schedule_params, map, "schedule", &e->schema->lookup, NULL, out, err);
}

static const value *write_row(const product *p, const row *r) {
  arena *a = p->memory;
  const value *config = product_config(p, r);
  value *made = value_new(a, VALUE_MAP), *cells = value_new(a, VALUE_LIST);
  value *parts = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < p->columns->count; i++)
    value_push(a, cells, value_text(a, product_cell(p, r, config, p->columns->items[i]->text)));
  for (size_t i = 0; i < SECTIONS; i++)
    value_push(a, parts, value_number(a, (double)r->parts[i]->index));
  value_put_number(a, made, "number", (double)r->number);
  value_put(a, made, "cells", cells);
  value_put(a, made, "parts", parts);
  return made;
}

static void write_rows(const product *p, value *plan) {
  arena *a = p->memory;
  value *parts = value_new(a, VALUE_LIST), *rows = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < p->part_count; i++) value_push(a, parts, p->parts[i]->config);
  for (size_t i = 0; i < p->count; i++) value_push(a, rows, write_row(p, &p->rows[i]));
  value_put(a, plan, "columns", p->columns);
  value_put(a, plan, "parts", parts);
  value_put(a, plan, "rows", rows);
  value_put_number(a, plan, "whole", (double)p->whole);
}

/* The CSV is the same bytes wherever the data lie. */
static bool is_place(const char *setting) {
  static const char section[] = "dataset.";
  return strncmp(setting, section, strlen(section)) == 0 &&
         settings_is_place(setting + strlen(section));
}

/* What --set has set is a column, too: two calls with other settings leave other tables. */
static void add_set_columns(const experiment *e, value *columns) {
  arena *a = e->schema->memory;
  for (size_t i = 0; i < e->request->set_count; i++) {
    const char *set = e->request->sets[i];
    const char *name = arena_format(a, "%.*s", (int)strcspn(set, "="), set);
    if (!is_place(name) && schema_section(name, strcspn(name, ".")) < SECTIONS)
      grid_add_column(a, columns, name);
  }
}

/* Messages that still lack their place. */
static status_code make_rows(const experiment *e, product *p, failure *err) {
  const value *variants;
  status_code status = rules_apply(e, &variants, p->columns, err);
  if (!status) status = expand(e, variants, p, err);
  if (!status) add_set_columns(e, p->columns);
  p->columns = cells_sort(p->memory, p->columns);
  return status;
}

static status_code choose_rows(const experiment *e, product *p, failure *err) {
  selection_sort(p);
  p->whole = p->count;
  status_code status = selection_where(p, e->lua, e->rules, err);
  if (status) return status;
  if (p->count == 0)
    failure_set(err, status = STATUS_BAD_CONFIG, "where: no run of the grid is left");
  if (!status) status = selection_check(p, err);
  if (!status) status = selection_only(p, e->request->only, e->request->only_count, err);
  return place(e, status, err);
}

status_code experiment_plan(const experiment *e, const value **out, failure *err) {
  static const char *const described[] = {"tables", "figures", "audits"};
  arena *a = e->schema->memory;
  product p;
  value *plan = value_new(a, VALUE_MAP);
  product_begin(&p, a, e->schema);
  status_code status = place(e, make_rows(e, &p, err), err);
  if (!status) status = choose_rows(e, &p, err);
  if (status) return status;
  const value *extra = NULL;
  status = schedule(e, &extra, err);
  if (status == STATUS_OK) value_put(a, plan, "schedule", extra);
  for (size_t i = 0; i < 3 && !status; i++) {
    status = describe(e, described[i], &extra, err);
    if (status == STATUS_OK) value_put(a, plan, described[i], extra);
  }
  if (status) return place(e, status, err);
  write_rows(&p, plan);
  *out = plan;
  return STATUS_OK;
}
