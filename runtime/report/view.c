#include "report/view.h"

#include "base/files.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *view_part(const value *entry, size_t index) {
  if (!entry) return NULL;
  if (entry->type == VALUE_TEXT) return index == 0 ? entry->text : NULL;
  if (entry->type == VALUE_MAP) return view_part(value_get(entry, ""), index);
  if (entry->type != VALUE_LIST || index >= entry->count) return NULL;
  const value *part = entry->items[index];
  return part->type == VALUE_TEXT ? part->text : NULL;
}

static const char *type_word(value_type type) {
  return type == VALUE_NUMBER ? "a number" : type == VALUE_TEXT ? "a text" : "a list";
}

static status_code fail_unknown(const char *where, const char *key, const view_key *known,
                                size_t count, failure *err) {
  arena memory = {0};
  const char **names = arena_get(&memory, count * sizeof *names);
  for (size_t i = 0; i < count; i++) names[i] = known[i].name;
  status_code status = failure_set(err, STATUS_BAD_CONFIG, "%s: unknown key \"%s\"%s", where, key,
                                   text_choices(&memory, key, names, count));
  arena_close(&memory);
  return status;
}

status_code view_check_keys(const char *where, const value *entry, const view_key *known,
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

status_code view_check_name(const char *what, const char *name, failure *err) {
  static const char *const taken[] = {"runs", "history", "timings"};
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (!*name || strlen(name) > 100 || strspn(name, letters) != strlen(name))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "\"%.100s\": the name of %s is up to 100 letters, digits, - and _", name,
                       what);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (strcmp(name, taken[i]) == 0)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "\"%s\" cannot be the name of %s: %s.csv is the grid's", name, what, name);
  return STATUS_OK;
}

status_code view_remove(const char *view, const char *name, const char *const *endings,
                        size_t count, failure *err) {
  arena memory = {0};
  status_code status = STATUS_OK;
  for (size_t i = 0; i < count && status == STATUS_OK; i++)
    status = files_remove(arena_format(&memory, "%s/%s%s", view, name, endings[i]), err);
  arena_close(&memory);
  return status;
}

/* The columns by which rows are told apart. */
typedef struct keys {
  size_t *columns, count;
} keys;

/* FNV-1a: most comparisons of rows then are one of numbers. */
static uint64_t hash_row(const char **cells, const keys *k) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < k->count; i++)
    for (const char *c = cells[k->columns[i]];; c++) {
      hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
      if (!*c) break;
    }
  return hash;
}

static bool same_row(const char **x, const char **y, const keys *k) {
  for (size_t i = 0; i < k->count; i++)
    if (strcmp(x[k->columns[i]], y[k->columns[i]]) != 0) return false;
  return true;
}

static keys choose_keys(arena *a, const csv_table *table, const value *columns, bool by_seed) {
  keys k = {.columns = arena_get(a, (columns->count + 1) * sizeof(size_t))};
  for (size_t i = 0; i < columns->count; i++) {
    int column = csv_table_column(table, columns->items[i]->text);
    bool seed = strcmp(columns->items[i]->text, "seed") == 0;
    if (column >= 0 && (by_seed || !seed)) k.columns[k.count++] = (size_t)column;
  }
  return k;
}

/* Sorts the rows by group, keeping their order. */
static void list_rows(arena *a, size_t row_count, view_groups *out) {
  out->rows = arena_get(a, (row_count + 1) * sizeof *out->rows);
  out->start = arena_get(a, (out->count + 2) * sizeof *out->start);
  for (size_t r = 0; r < row_count; r++) out->start[out->of_row[r] + 2]++;
  for (size_t g = 0; g < out->count; g++) out->start[g + 2] += out->start[g + 1];
  for (size_t r = 0; r < row_count; r++) out->rows[out->start[out->of_row[r] + 1]++] = r;
}

void view_group(arena *a, const csv_table *table, const value *columns, bool by_seed,
                view_groups *out) {
  keys k = choose_keys(a, table, columns, by_seed);
  uint64_t *hashes = memory_array(table->count + 1, sizeof *hashes);
  size_t *first = memory_array(table->count + 1, sizeof *first);
  *out = (view_groups){.of_row = arena_get(a, (table->count + 1) * sizeof(size_t))};
  for (size_t r = 0; r < table->count; r++) {
    const char **row = table->cells[r];
    uint64_t hash = hash_row(row, &k);
    size_t g = r ? out->of_row[r - 1] : 0; /* rows of a group mostly follow each other */
    if (!(r && hashes[g] == hash && same_row(row, table->cells[first[g]], &k)))
      for (g = 0; g < out->count; g++)
        if (hashes[g] == hash && same_row(row, table->cells[first[g]], &k)) break;
    if (g == out->count) {
      hashes[g] = hash;
      first[out->count++] = r;
    }
    out->of_row[r] = g;
  }
  list_rows(a, table->count, out);
  free(hashes);
  free(first);
}
