/* The product of a run's sections: the rows of a grid. */
#ifndef PLAN_PRODUCT_H
#define PLAN_PRODUCT_H

#include "base/failure.h"
#include "plan/schema.h"

/* A section with one choice made, resolved; rows share it. */
typedef struct part {
  const value *config, *cells;
  size_t index;
  char hash[33];
} part;

typedef struct row {
  const part *parts[SECTIONS];
  size_t number;
} row;

typedef struct product {
  arena *memory;
  schema *schema;
  value *columns; /* LIST of TEXT; grows as sections are expanded */
  row *rows;
  size_t count, room;
  size_t whole;       /* rows of the grid before any was left out: what `number` of a row counts */
  const part **parts; /* all of them, by index */
  size_t part_count, part_room;
  struct expanded *expanded; /* sections that were expanded already */
} product;

void product_begin(product *p, arena *a, schema *schema);

/* Appends the rows of one declared experiment, without rules: seed slowest, then section by
 * section. Messages begin with the setting's path. */
status_code product_add(product *p, const value *sections, failure *err);

/* How many rows that will be, and in words which axes they come from. */
double product_size(const value *sections);
const char *product_axes(arena *a, const value *sections);

/* A row's resolved run. */
const value *product_config(const product *p, const row *r);

/* What stands in a column; "" where the run has no such path. */
const char *product_cell(const product *p, const row *r, const value *config, const char *column);

#endif
