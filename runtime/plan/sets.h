/* The --set options of the command line: PATH=VALUE or PATH=VALUE,VALUE, an axis of the grid.
 *
 * A value is a number, true, false, none (the setting is left out), a text, a text in double quotes
 * (listed.h) or a list of numbers or texts in brackets: [1,2]. */
#ifndef PLAN_SETS_H
#define PLAN_SETS_H

#include "base/failure.h"
#include "plan/plan.h"
#include "plan/schema.h"

typedef struct set_option {
  const char *path;
  const value *item;   /* a GRID where there are several values */
  const char *decimal; /* "1.5" where the values may be a number with a decimal comma; else NULL */
} set_option;

typedef struct set_options {
  set_option *items;
  size_t count;
} set_options;

/* STATUS_BAD_CONFIG where one has another form, or two are about one setting. */
status_code sets_read(arena *a, const plan_request *request, set_options *out, failure *err);

/* Puts the settings of runs into each experiment of a LIST; each must find its setting in at least
 * one of them. Those of `schedule` are left to sets_schedule. */
status_code sets_apply(schema *s, const set_options *sets, value *list, failure *err);

/* Is it a PATH, or a PATH=VALUE, of the section `schedule`? Its settings change neither rows nor
 * numbers. */
bool sets_is_of_schedule(const char *set);

/* Puts the settings of the section `schedule` into its MAP. */
status_code sets_schedule(arena *a, const set_options *sets, value *map, failure *err);

/* What was set is a column, too: two calls with other settings leave other tables. Where files are
 * fetched from changes nothing. Adds to columns; returns the LIST of those that were set. */
const value *sets_columns(arena *a, const set_options *sets, value *columns);

/* Puts the --set in front of a message that begins with its path; false: it is about none. */
bool sets_explain(const plan_request *request, failure *err);

#endif
