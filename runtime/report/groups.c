#include "report/groups.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The columns by which rows are compared. */
typedef struct keys {
  size_t *columns, count;
} keys;

/* FNV-1a, so that most comparisons of rows are comparisons of two numbers. */
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
static void list_rows(arena *a, size_t row_count, row_groups *out) {
  out->rows = arena_get(a, (row_count + 1) * sizeof *out->rows);
  out->start = arena_get(a, (out->count + 2) * sizeof *out->start);
  for (size_t r = 0; r < row_count; r++) out->start[out->of_row[r] + 2]++;
  for (size_t g = 0; g < out->count; g++) out->start[g + 2] += out->start[g + 1];
  for (size_t r = 0; r < row_count; r++) out->rows[out->start[out->of_row[r] + 1]++] = r;
}

void groups_find(arena *a, const csv_table *table, const value *columns, bool by_seed,
                 row_groups *out) {
  keys k = choose_keys(a, table, columns, by_seed);
  uint64_t *hashes = memory_array(table->count + 1, sizeof *hashes);
  size_t *first = memory_array(table->count + 1, sizeof *first);
  *out = (row_groups){.of_row = arena_get(a, (table->count + 1) * sizeof(size_t))};
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
