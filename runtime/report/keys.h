/* Every key that tables and figures of a script may have, in one place. */
#ifndef REPORT_KEYS_H
#define REPORT_KEYS_H

#include "report/entries.h"

/* What has keys. */
typedef enum keys_kind {
  KEYS_TABLE,
  KEYS_COLUMN, /* of a table */
  KEYS_SORT,   /* of an entry of a table's `sort` */
  KEYS_RANKS,  /* of a table's `ranks` */
  KEYS_FIGURE,
  KEYS_PANEL, /* of a figure */
  KEYS_KINDS
} keys_kind;

typedef struct keys_list {
  const entries_key *items;
  size_t count;
} keys_list;

extern const keys_list KEYS[KEYS_KINDS];

/* entries_check_keys with the keys of this kind. */
status_code keys_check(const char *where, const value *entry, keys_kind kind, failure *err);

#endif
