#include "plan/row_choice.h"

#include "base/text.h"
#include "job/run_status.h"
#include "plan/cells.h"
#include "plan/conditions.h"

#include <string.h>

/* One column of all rows. Rows that share a part share its cell. */
typedef struct grid_column {
  const product *p;
  const char *name;
  const char **cells; /* [parts] by index, NULL: not made yet */
} grid_column;

static const char *cell_at(const grid_column *c, const row *r) {
  const size_t section = schema_section_of(c->name);
  if (section == SECTIONS) return "";
  const char **cell = &c->cells[r->parts[section]->index];
  if (!*cell) *cell = product_cell(c->p, r, product_config(c->p, r), c->name);
  return *cell;
}

/* A condition may ask for a column or for any other path that some run has. */
static status_code open_column(const product *p, const char *where, const char *name,
                               grid_column *out, failure *err) {
  const char **known = arena_get(p->memory, (p->columns->count + 1) * sizeof *known);
  *out = (grid_column){p, name, arena_get(p->memory, (p->part_count + 1) * sizeof *out->cells)};
  for (size_t i = 0; i < p->columns->count; i++) {
    known[i] = p->columns->items[i]->text;
    if (strcmp(known[i], name) == 0) return STATUS_OK;
  }
  for (size_t i = 0; i < p->count; i++)
    if (*cell_at(out, &p->rows[i])) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s: unknown column \"%s\"%s", where, name,
                     text_choices(p->memory, name, known, p->columns->count));
}

static status_code refuse(const grid_column *c, const char *where, const char *what,
                          const char *cell, const size_t *rows, size_t count, failure *err) {
  arena *a = c->p->memory;
  const char **cells = arena_get(a, (count + 1) * sizeof *cells);
  for (size_t i = 0; i < count; i++) cells[i] = cell_at(c, &c->p->rows[rows[i]]);
  return failure_set(err, STATUS_BAD_CONFIG, "%s: no run %shas %s%s", where,
                     count < c->p->count ? "with the conditions before it " : "", what,
                     conditions_hint(a, c->name, cell, cells, count));
}

/* A cell that no row of the grid has is a mistake, also where other cells of the list are right. */
static status_code check_cells(const grid_column *c, const char *where, const condition *wanted,
                               failure *err) {
  const product *p = c->p;
  for (size_t k = 0; k < wanted->count; k++) {
    bool found = false;
    for (size_t i = 0; i < p->count && !found; i++)
      found = cells_match(cell_at(c, &p->rows[i]), wanted->cells[k]);
    if (found) continue;
    size_t *all = arena_get(p->memory, p->count * sizeof *all);
    for (size_t i = 0; i < p->count; i++) all[i] = i;
    return refuse(c, where, arena_format(p->memory, "%s=%s", c->name, wanted->cells[k]),
                  wanted->cells[k], all, p->count, err);
  }
  return STATUS_OK;
}

/* Of the rows that are left, keeps those that meet the condition. */
static status_code narrow(const grid_column *c, const char *where, const condition *wanted,
                          size_t *left, size_t *count, failure *err) {
  size_t kept = 0;
  bool any = false;
  for (size_t i = 0; i < *count && !any; i++)
    any = conditions_meet(wanted, cell_at(c, &c->p->rows[left[i]]));
  if (!any)
    return refuse(c, where, conditions_text(c->p->memory, wanted), wanted->cells[0], left, *count,
                  err);
  for (size_t i = 0; i < *count; i++)
    if (conditions_meet(wanted, cell_at(c, &c->p->rows[left[i]]))) left[kept++] = left[i];
  *count = kept;
  return STATUS_OK;
}

/* The words are known, whatever the results are. */
static status_code check_status(const product *p, const char *where, const condition *wanted,
                                failure *err) {
  const char *words[RUN_STATUS_COUNT];
  for (run_status k = 0; k < RUN_STATUS_COUNT; k++) words[k] = run_status_word(k);
  for (size_t i = 0; i < wanted->count; i++) {
    bool found = false;
    for (size_t k = 0; k < RUN_STATUS_COUNT; k++)
      found = found || strcmp(words[k], wanted->cells[i]) == 0;
    if (!found)
      return failure_set(err, STATUS_BAD_CONFIG, "%s: unknown status \"%s\"%s", where,
                         wanted->cells[i],
                         text_choices(p->memory, wanted->cells[i], words, RUN_STATUS_COUNT));
  }
  return STATUS_OK;
}

/* One --only or --exclude. */
typedef struct row_choice {
  bool *fits;      /* [rows]: meets all its conditions, but for those on the status */
  bool has_status; /* it has such conditions */
} row_choice;

static status_code choose(const product *p, const char *option, const char *text, row_choice *out,
                          failure *err) {
  conditions wanted;
  const char *where = arena_format(p->memory, "%s %s", option, text);
  size_t *left = arena_get(p->memory, (p->count + 1) * sizeof *left), count = p->count;
  *out = (row_choice){.fits = arena_get(p->memory, p->count + 1)};
  for (size_t i = 0; i < count; i++) left[i] = i;
  status_code status = conditions_parse(p->memory, option, text, &wanted, err);
  for (size_t k = 0; k < wanted.count && status == STATUS_OK; k++) {
    const condition *it = &wanted.items[k];
    grid_column c;
    if (conditions_is_status(it)) {
      out->has_status = true;
      status = check_status(p, where, it, err);
      continue;
    }
    status = open_column(p, where, it->column, &c, err);
    if (status == STATUS_OK) status = check_cells(&c, where, it, err);
    if (status == STATUS_OK) status = narrow(&c, where, it, left, &count, err);
  }
  for (size_t i = 0; i < count; i++) out->fits[left[i]] = true;
  return status;
}

/* The options that a row fits. */
static const value *list_fits(const product *p, size_t at, const row_choice *all, size_t count) {
  value *list = value_new(p->memory, VALUE_LIST);
  for (size_t k = 0; k < count; k++)
    if (all[k].fits[at]) value_push(p->memory, list, value_number(p->memory, (double)k));
  return list;
}

/* Whether a row stays, as far as that can be said without the status of runs. */
static bool stays(size_t at, const row_choice *all, size_t only_count, size_t count) {
  bool stays = only_count == 0;
  for (size_t k = 0; k < only_count && !stays; k++) stays = all[k].fits[at];
  for (size_t k = only_count; k < count && stays; k++)
    stays = !all[k].fits[at] || all[k].has_status;
  return stays;
}

static void keep(product *p, const row_choice *all, size_t only_count, size_t count) {
  bool has_status = false;
  size_t kept = 0;
  for (size_t k = 0; k < count; k++) has_status = has_status || all[k].has_status;
  p->unselected = arena_get(p->memory, (p->count + 1) * sizeof *p->unselected);
  for (size_t i = 0; i < p->count; i++) {
    row *r = &p->rows[i];
    if (has_status) r->fits = list_fits(p, i, all, count);
    *(stays(i, all, only_count, count) ? &p->rows[kept++] : &p->unselected[p->unselected_count++]) =
        *r;
  }
  p->count = kept;
}

status_code row_choice_apply(product *p, const plan_request *request, failure *err) {
  const size_t only = request->only_count, count = only + request->exclude_count;
  row_choice *all = arena_get(p->memory, (count + 1) * sizeof *all);
  for (size_t k = 0; k < count; k++) {
    const bool is_only = k < only;
    status_code status =
        choose(p, is_only ? "--only" : "--exclude",
               is_only ? request->only[k] : request->exclude[k - only], &all[k], err);
    if (status != STATUS_OK) return status;
  }
  keep(p, all, only, count);
  if (p->count) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "--exclude %s: no run of the grid is left",
                     request->exclude[request->exclude_count - 1]);
}
