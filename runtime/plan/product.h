/* The rows of a grid: the product of the choices of its sections. */
#ifndef PLAN_PRODUCT_H
#define PLAN_PRODUCT_H

#include "base/failure.h"
#include "base/key_map.h"
#include "plan/schema.h"

/* A section with one choice made, resolved; rows share it. */
typedef struct part {
  const value *declared;       /* the choice; NULL: the script says nothing */
  const value *config, *cells; /* resolved; what columns show of it */
  size_t index;
  char hash[33]; /* of config */
} part;

/* The sections of a further measurement of a row. */
typedef struct audit_parts {
  const part *dataset, *measure;
} audit_parts;

typedef struct row {
  const part *parts[SECTIONS];
  const audit_parts *audits; /* one for each audit of the script, see audits.h */
  const value *fits;         /* see row_choice.h; NULL where the status of runs is not asked */
  size_t number;             /* in grid order */
  size_t variant;            /* which call of product_add made it, from 0 */
} row;

typedef struct product {
  arena *memory;
  schema *schema;
  value *columns; /* LIST of TEXT; grows as sections are expanded */
  row *rows;
  size_t count, room, variants;
  row *unselected; /* rows that --only and --exclude leave out */
  size_t unselected_count;
  const part **parts; /* all of them, by index */
  size_t part_count, part_room;
  key_map seeds;               /* hash -> index of the part, of seeds */
  key_map known;               /* a declared section -> its place in expansions */
  struct expanded *expansions; /* variants share sections: each is expanded and checked once */
  size_t expansion_count, expansion_room;
} product;

void product_begin(product *p, arena *a, schema *rules);

/* Appends the rows of one declared experiment, without rules: seed slowest, then section by
 * section. Messages begin with the setting's path. */
status_code product_add(product *p, const value *sections, failure *err);

/* How many rows that will be, and in words which axes they come from. */
double product_size(const value *sections);
const char *product_axes(arena *a, const value *sections);

/* A row's resolved run. */
const value *product_config(const product *p, const row *r);

/* A further part: a section that has neither grids nor a column. */
status_code product_add_part(product *p, size_t section, const value *declared, const part **out,
                             failure *err);

/* The text in a column; "" where the run has no such path. */
const char *product_cell(const product *p, const row *r, const value *config, const char *column);

#endif
