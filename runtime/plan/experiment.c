/* From a script to a plan, step by step:
 *
 *   plan.c        starts it all: the next steps, down to cells.c, run in a child (sandbox.c)
 *   lua_files.c   reads the script's text
 *   script.c      runs it, between hifm.lua and reader.lua: a tree of what the script declares
 *                 (declaration.c names and merges its nodes)
 *   profiles.c    merges the profiles over it
 *   rules.c       h.zip and h.also, and --set (sets.c), by overrides.c: several trees, each one of
 *                 sections with grids
 *   product.c     multiplies the choices of the sections into rows:
 *     axes.c        a section's grids: its choices, and the columns that show them
 *     recipe.c      a choice of the data set, with the settings of datasets/NAME.lua below it
 *     schema.c      a choice with every setting checked and filled in: a part that rows share
 *     plugin_files.c  the paths of files that plugins read, made absolute
 *   selection.c   sorts the rows, leaves out those of h.where, refuses equal ones
 *   fit.c         refuses rows whose sections do not go together
 *   audits.c      adds the further measurements of each row
 *   row_choice.c  keeps what --only and --exclude ask for (conditions.c)
 *   cells.c       the text of each row in each column
 *   file_hashes.c back in the parent: the content of the files that parts name
 *
 * source_lines.c finds the line of the script that a message is about. identity.c, later, makes the
 * ids of a row from its parts. */
#include "plan/experiment.h"

#include "base/text.h"
#include "job/settings.h"
#include "plan/audits.h"
#include "plan/cells.h"
#include "plan/declaration.h"
#include "plan/fit.h"
#include "plan/product.h"
#include "plan/profiles.h"
#include "plan/row_choice.h"
#include "plan/rules.h"
#include "plan/selection.h"

#include <string.h>

/* Puts in front where the error is: the --set with this path, or the line of the script. */
static status_code add_source(const experiment *e, status_code status, failure *err) {
  size_t count;
  const source_text *sources = script_sources(e->lua, &count);
  if (status == STATUS_OK || e->schema->recipes.has_line || strncmp(err->message, "--", 2) == 0)
    return status;
  if (!sets_explain(e->request, err)) source_lines_error(sources, count, err);
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
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* No grid, label or h.none where tables, figures and audits are described. */
static status_code check_plain(arena *a, const char *path, const value *node, failure *err) {
  if (node->type > VALUE_MAP)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: %s cannot be used here", path,
                       value_type_text(node));
  for (size_t i = 0; i < node->count; i++) {
    bool named = node->type == VALUE_MAP && *node->keys[i];
    const status_code status =
        check_plain(a, named ? text_path_join(a, path, node->keys[i]) : path, node->items[i], err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

static status_code describe(const experiment *e, const char *key, const value **out, failure *err) {
  arena *a = e->schema->memory;
  const value *declared = value_get(e->sections, key);
  *out = declared && declared->count ? declared : value_new(a, VALUE_MAP);
  status_code status = check_plain(a, key, *out, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < (*out)->count; i++)
    if ((*out)->type != VALUE_MAP || !*(*out)->keys[i] || (*out)->items[i]->type != VALUE_MAP)
      return failure_set(err, STATUS_BAD_CONFIG, "%s: must be { name = { key = ... }, ... }", key);
  return STATUS_OK;
}

static status_code schedule(const experiment *e, const value **out, failure *err) {
  arena *a = e->schema->memory;
  value *map = declaration_map(a, value_get(e->sections, "schedule"));
  if (value_get(map, ""))
    return failure_set(err, STATUS_BAD_CONFIG, "schedule: must be a table of named settings");
  status_code status = sets_schedule(a, &e->sets, map, err);
  if (status != STATUS_OK) return status;
  return params_check(a, schedule_params, map, "schedule", &e->schema->lookup, NULL, out, err);
}

static const value *write_audits(arena *a, const row *r, size_t count) {
  value *list = value_new(a, VALUE_LIST);
  for (size_t k = 0; k < count; k++) {
    value *pair = value_new(a, VALUE_LIST);
    value_push(a, pair, value_number(a, (double)r->audits[k].dataset->index));
    value_push(a, pair, value_number(a, (double)r->audits[k].measure->index));
    value_push(a, list, pair);
  }
  return list;
}

/* What rows have, selected or not. */
static value *begin_row(arena *a, const row *r) {
  value *made = value_new(a, VALUE_MAP), *parts = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < SECTIONS; i++)
    value_push(a, parts, value_number(a, (double)r->parts[i]->index));
  value_put_number(a, made, "number", (double)r->number);
  value_put(a, made, "parts", parts);
  return made;
}

static const value *write_row(const product *p, const row *r, size_t audit_count) {
  arena *a = p->memory;
  const value *config = product_config(p, r);
  value *made = begin_row(a, r), *cells = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < p->columns->count; i++)
    value_push(a, cells, value_text(a, product_cell(p, r, config, p->columns->items[i]->text)));
  value_put(a, made, "cells", cells);
  value_put(a, made, "audits", write_audits(a, r, audit_count));
  if (r->fits) value_put(a, made, "fits", r->fits);
  return made;
}

static void write_rows(const product *p, value *plan) {
  arena *a = p->memory;
  const size_t audits = value_get(plan, "audits")->count;
  value *parts = value_new(a, VALUE_LIST), *rows = value_new(a, VALUE_LIST);
  value *unselected = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < p->part_count; i++) value_push(a, parts, p->parts[i]->config);
  for (size_t i = 0; i < p->count; i++) value_push(a, rows, write_row(p, &p->rows[i], audits));
  for (size_t i = 0; i < p->unselected_count; i++)
    value_push(a, unselected, begin_row(a, &p->unselected[i]));
  value_put(a, plan, "columns", p->columns);
  value_put(a, plan, "parts", parts);
  value_put(a, plan, "rows", rows);
  value_put(a, plan, "unselected", unselected);
}

static status_code make_rows(const experiment *e, product *p, value *plan, failure *err) {
  const value *variants;
  status_code status = rules_apply(e, &variants, p->columns, err);
  if (status == STATUS_OK) status = expand(e, variants, p, err);
  if (status == STATUS_OK)
    value_put(p->memory, plan, "set_columns", sets_columns(p->memory, &e->sets, p->columns));
  p->columns = cells_sort(p->memory, p->columns);
  return status;
}

/* A text for readers of the report; "": the script has none. */
static status_code copy_text(const experiment *e, const char *key, value *plan, failure *err) {
  const value *text = value_get(e->sections, key);
  if (text && text->type != VALUE_TEXT)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: must be a text, not %s", key,
                       value_type_text(text));
  value_put(e->schema->memory, plan, key, text ? text : value_text(e->schema->memory, ""));
  return STATUS_OK;
}

/* What is not about rows, into the plan. */
static status_code describe_all(const experiment *e, value *plan, failure *err) {
  static const char *const DESCRIBED[] = {"tables", "figures", "audits"};
  arena *a = e->schema->memory;
  const value *made;
  status_code status = schedule(e, &made, err);
  if (status == STATUS_OK) value_put(a, plan, "schedule", made);
  for (size_t i = 0; i < 3 && status == STATUS_OK; i++) {
    status = describe(e, DESCRIBED[i], &made, err);
    if (status == STATUS_OK) value_put(a, plan, DESCRIBED[i], made);
  }
  if (status == STATUS_OK) status = copy_text(e, "title", plan, err);
  if (status == STATUS_OK) status = copy_text(e, "question", plan, err);
  return status;
}

/* Audits are of all rows, whichever --only asks for: an error in them is found at once. */
static status_code choose_rows(const experiment *e, value *plan, product *p, failure *err) {
  const value *audits;
  if (p->count == 0)
    return failure_set(err, STATUS_BAD_CONFIG, "where: no run of the grid is left");
  status_code status = selection_also(p, e->rules, err);
  if (status == STATUS_OK) status = fit_check(p, err);
  if (status == STATUS_OK) status = selection_check(p, err);
  if (status == STATUS_OK) status = audits_list(p, value_get(plan, "audits"), &audits, err);
  if (status == STATUS_OK) status = audits_resolve(p, audits, err);
  if (status != STATUS_OK) return status;
  value_put(p->memory, plan, "audits", audits);
  return row_choice_apply(p, e->request, err);
}

/* Profiles and --set. */
static status_code take_options(experiment *e, failure *err) {
  arena *a = e->schema->memory;
  const plan_request *request = e->request;
  if (e->sections->type != VALUE_MAP) e->sections = value_new(a, VALUE_MAP);
  status_code status = profiles_check_keys(a, e->sections, "", OTHER_KEYS, err);
  if (status == STATUS_OK)
    status =
        profiles_apply(e->schema, request->profiles, request->profile_count, &e->sections, err);
  return status == STATUS_OK ? sets_read(a, request, &e->sets, err) : status;
}

status_code experiment_plan(experiment *e, const value **out, failure *err) {
  arena *a = e->schema->memory;
  product p;
  value *plan = value_new(a, VALUE_MAP);
  product_begin(&p, a, e->schema);
  status_code status = take_options(e, err);
  if (status == STATUS_OK) status = make_rows(e, &p, plan, err);
  if (status == STATUS_OK) status = describe_all(e, plan, err);
  if (status != STATUS_OK) return add_source(e, status, err);
  selection_sort(&p);
  status = selection_where(&p, e->lua, e->rules, err); /* its messages have their line */
  if (status != STATUS_OK) return status;
  status = choose_rows(e, plan, &p, err);
  if (status != STATUS_OK) return add_source(e, status, err);
  write_rows(&p, plan);
  *out = plan;
  return STATUS_OK;
}
