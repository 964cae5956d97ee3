/* The entries of a table's or figure's declaration: their parts, their keys, their names. */
#ifndef REPORT_ENTRIES_H
#define REPORT_ENTRIES_H

#include "base/failure.h"
#include "base/value.h"

#include <stdbool.h>

/* The positional text of an entry such as { "NLL", "nll_min", digits = 3 }, a LIST or a MAP with
 * the positional parts as a LIST under ""; a plain text is its part 0. NULL where there is none. */
const char *entries_part(const value *entry, size_t index);

/* A key that an entry may have, and the type of its value. */
typedef struct entries_key {
  const char *name;
  value_type type; /* VALUE_NULL: any; its reader checks it */
} entries_key;

/* STATUS_BAD_CONFIG unless the named parts of an entry are keys of `known` [count] with such
 * values. Messages begin with `where`. */
status_code entries_check_keys(const char *where, const value *entry, const entries_key *known,
                               size_t count, failure *err);

/* The name of a table, figure or audit (what: "a table", ...), which becomes the name of files or
 * columns: letters, digits, - and _, and not the name of a CSV file of the grid. */
status_code entries_check_name(const char *what, const char *name, failure *err);

/* Removes <folder>/<name><ending>, where the file exists. */
status_code entries_remove(const char *folder, const char *name, const char *ending, failure *err);

#endif
