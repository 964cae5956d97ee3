#include "report/table_parts.h"

#include "base/text.h"
#include "plan/schema.h"

#include <math.h>
#include <string.h>

static const char PAPER[] = "paper.";

bool table_is_setting(const char *column) {
  return schema_section_of(column) < SECTIONS;
}

static bool is_paper(const char *column) {
  return strncmp(column, PAPER, strlen(PAPER)) == 0;
}

static status_code refuse_column(table_parts *p, const char *column, failure *err) {
  size_t count = p->runs.columns + p->paper.columns;
  const char **known = arena_get(&p->memory, (count + 1) * sizeof *known);
  for (size_t i = 0; i < count; i++)
    known[i] = i < p->runs.columns
                   ? p->runs.header[i]
                   : arena_format(&p->memory, "paper.%s", p->paper.header[i - p->runs.columns]);
  if (table_is_setting(column) && !text_nearest(column, known, count)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "table %s: unknown column \"%s\"%s", p->request->name,
                     column, text_choices(&p->memory, column, known, count));
}

status_code table_find_source(table_parts *p, const char *heading, const char *column,
                              table_source *out, failure *err) {
  const bool paper = is_paper(column);
  *out = (table_source){.heading = heading, .run = -1, .paper = -1, .digits = -1};
  if (paper && p->paper.columns) out->paper = csv_table_column(&p->paper, column + strlen(PAPER));
  if (!paper) out->run = csv_table_column(&p->runs, column);
  if (out->run >= 0) out->facts = table_facts(p, column);
  if (out->facts) out->digits = out->facts->digits;
  return out->run < 0 && out->paper < 0 ? refuse_column(p, column, err) : STATUS_OK;
}

/* Nats per dimension are what they are; a bit is ln 2 nats. */
static status_code find_unit(const table_parts *p, const value *unit, table_source *out,
                             failure *err) {
  const char *text = unit->type == VALUE_TEXT ? unit->text : "";
  const bool bits = strcmp(text, "bits/dim") == 0;
  if (!bits && strcmp(text, "nats/dim") != 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "table %s: column \"%s\": unit must be \"nats/dim\" or \"bits/dim\"",
                       p->request->name, out->heading);
  if (!out->facts || strcmp(out->facts->unit, "nats") != 0)
    return failure_set(
        err, STATUS_BAD_CONFIG,
        "table %s: column \"%s\": only numbers in nats, such as nll_min, have a unit",
        p->request->name, out->heading);
  out->unit = bits ? log(2) : 1;
  out->dimensions = csv_table_column(&p->runs, "dimensions");
  return STATUS_OK;
}

static status_code find_best(const table_parts *p, const char *best, table_source *out,
                             failure *err) {
  out->best = strcmp(best, "least") == 0 ? -1 : strcmp(best, "largest") == 0 ? 1 : 0;
  if (out->best && out->facts) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG, "table %s: column \"%s\": best %s", p->request->name, out->heading,
      out->best ? "marks numbers of runs.csv such as nll_min" : "must be \"least\" or \"largest\"");
}

static status_code check_column(table_parts *p, const char *heading, const value *entry,
                                failure *err) {
  const char *where = arena_format(&p->memory, "table %s: \"%s\"", p->request->name, heading);
  const double digits = value_get_number(entry, "digits", 0);
  status_code status = keys_check(where, entry, KEYS_COLUMN, err);
  if (status == STATUS_OK && !(digits >= 0 && digits <= 17 && digits == floor(digits)))
    status =
        failure_set(err, STATUS_BAD_CONFIG, "%s: digits must be a whole number, 0 to 17", where);
  return status;
}

static status_code find_declared(table_parts *p, const value *entry, size_t number,
                                 table_source *next, failure *err) {
  const char *heading = entries_part(entry, 0), *column = entries_part(entry, 1);
  if (!heading || !column)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "table %s: column %zu must be { \"Heading\", \"column\" }", p->request->name,
                       number);
  status_code status = check_column(p, heading, entry, err);
  if (status == STATUS_OK) status = table_find_source(p, heading, column, next, err);
  if (status != STATUS_OK) return status;
  next->digits = (int)value_get_number(entry, "digits", next->digits);
  const value *minus = value_get(entry, "minus"), *unit = value_get(entry, "unit");
  const char *best = value_get_text(entry, "best", NULL);
  const char *error = value_get_text(entry, "error", NULL);
  if (minus) status = table_find_minus(p, column, minus, next, err);
  if (error && status == STATUS_OK) status = table_find_error(p, error, next, err);
  if (unit && status == STATUS_OK) status = find_unit(p, unit, next, err);
  if (best && status == STATUS_OK) status = find_best(p, best, next, err);
  return status;
}

/* A column of numbers becomes one for each cell of `spread`. */
static status_code add_declared(table_parts *p, const value *entry, size_t number, failure *err) {
  table_source *next = &p->sources[p->count];
  const status_code status = find_declared(p, entry, number, next, err);
  if (status == STATUS_OK && (next->run >= 0 || next->paper >= 0)) table_spread_source(p, next);
  return status;
}

status_code table_find_sources(table_parts *p, failure *err) {
  const value *declared = value_get(p->request->declaration, "columns");
  if (!declared || declared->type != VALUE_LIST || declared->count == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "table %s: needs columns = { { \"Heading\", \"column\" }, ... }",
                       p->request->name);
  const size_t most = declared->count * table_spread_width(p);
  p->sources = arena_get(&p->memory, most * sizeof *p->sources);
  for (size_t i = 0; i < declared->count; i++) {
    status_code status = add_declared(p, declared->items[i], i + 1, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}
