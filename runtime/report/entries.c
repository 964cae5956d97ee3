#include "report/entries.h"

#include "base/files.h"
#include "base/text.h"

#include <string.h>

const char *entries_part(const value *entry, size_t index) {
  if (!entry) return NULL;
  if (entry->type == VALUE_TEXT) return index == 0 ? entry->text : NULL;
  if (entry->type == VALUE_MAP) return entries_part(value_get(entry, ""), index);
  if (entry->type != VALUE_LIST || index >= entry->count) return NULL;
  const value *part = entry->items[index];
  return part->type == VALUE_TEXT ? part->text : NULL;
}

static const char *type_word(value_type type) {
  return type == VALUE_NUMBER ? "a number"
         : type == VALUE_TEXT ? "a text"
         : type == VALUE_BOOL ? "true or false"
                              : "a list";
}

static status_code fail_unknown(const char *where, const char *key, const entries_key *known,
                                size_t count, failure *err) {
  arena memory = {0};
  const char **names = arena_get(&memory, count * sizeof *names);
  for (size_t i = 0; i < count; i++) names[i] = known[i].name;
  status_code status = failure_set(err, STATUS_BAD_CONFIG, "%s: unknown key \"%s\"%s", where, key,
                                   text_choices(&memory, key, names, count));
  arena_close(&memory);
  return status;
}

status_code entries_check_keys(const char *where, const value *entry, const entries_key *known,
                               size_t count, failure *err) {
  if (!entry || entry->type != VALUE_MAP) return STATUS_OK;
  for (size_t i = 0; i < entry->count; i++) {
    const char *key = entry->keys[i];
    size_t at = 0;
    if (!*key) continue; /* the parts without a name */
    while (at < count && strcmp(known[at].name, key) != 0) at++;
    if (at == count) return fail_unknown(where, key, known, count, err);
    if (known[at].type != VALUE_NULL && known[at].type != entry->items[i]->type)
      return failure_set(err, STATUS_BAD_CONFIG, "%s: %s must be %s", where, key,
                         type_word(known[at].type));
  }
  return STATUS_OK;
}

status_code entries_check_name(const char *what, const char *name, failure *err) {
  static const char *const TAKEN[] = {"runs", "history", "timings", "histograms", "paired"};
  static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (!*name || strlen(name) > 100 || strspn(name, LETTERS) != strlen(name))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "\"%.100s\": the name of %s is up to 100 letters, digits, - and _", name,
                       what);
  for (size_t i = 0; i < sizeof TAKEN / sizeof *TAKEN; i++)
    if (strcmp(name, TAKEN[i]) == 0)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "\"%s\" cannot be the name of %s: %s.csv is the grid's", name, what, name);
  return STATUS_OK;
}

status_code entries_remove(const char *folder, const char *name, const char *ending, failure *err) {
  arena memory = {0};
  status_code status = files_remove(arena_format(&memory, "%s/%s%s", folder, name, ending), err);
  arena_close(&memory);
  return status;
}
