#include "report/keys.h"

static const entries_key TABLE[] = {
    {"title", VALUE_TEXT}, {"columns", VALUE_NULL}, {"only", VALUE_NULL},
    {"sort", VALUE_NULL},  {"spread", VALUE_TEXT},  {"mean_over", VALUE_NULL},
    {"ranks", VALUE_NULL}, {"paper", VALUE_TEXT},   {"notes", VALUE_NULL},
};
static const entries_key COLUMN[] = {{"digits", VALUE_NUMBER},
                                     {"minus", VALUE_NULL},
                                     {"error", VALUE_TEXT},
                                     {"unit", VALUE_NULL},
                                     {"best", VALUE_TEXT}};
static const entries_key SORT[] = {{"descending", VALUE_BOOL}};
static const entries_key RANKS[] = {{"paper", VALUE_TEXT}};
static const entries_key FIGURE[] = {
    {"title", VALUE_TEXT},  {"x", VALUE_TEXT},          {"log_x", VALUE_BOOL},
    {"panels", VALUE_NULL}, {"only", VALUE_NULL},       {"facets", VALUE_TEXT},
    {"seeds", VALUE_TEXT},  {"unfinished", VALUE_BOOL}, {"histogram", VALUE_TEXT},
    {"audit", VALUE_TEXT},  {"weights", VALUE_TEXT},
};
static const entries_key PANEL[] = {{"title", VALUE_TEXT}, {"log", VALUE_BOOL}};

#define LIST(keys)                                                                                 \
  { keys, sizeof keys / sizeof *keys }
const keys_list KEYS[KEYS_KINDS] = {
    [KEYS_TABLE] = LIST(TABLE), [KEYS_COLUMN] = LIST(COLUMN), [KEYS_SORT] = LIST(SORT),
    [KEYS_RANKS] = LIST(RANKS), [KEYS_FIGURE] = LIST(FIGURE), [KEYS_PANEL] = LIST(PANEL),
};

status_code keys_check(const char *where, const value *entry, keys_kind kind, failure *err) {
  return entries_check_keys(where, entry, KEYS[kind].items, KEYS[kind].count, err);
}
