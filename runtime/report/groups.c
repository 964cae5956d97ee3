#include "report/groups.h"

#include "base/key_map.h"
#include "base/text.h"
#include "plan/schema.h"

#include <stdlib.h>
#include <string.h>

/* The columns by which rows are compared. */
typedef struct keys {
  size_t *columns, count;
} keys;

/* The cells of those columns, each with its NUL. */
static void key_of(const char **cells, const keys *k, text_buffer *key) {
  key->length = 0;
  for (size_t i = 0; i < k->count; i++) {
    const char *cell = cells[k->columns[i]];
    text_add_bytes(key, cell, strlen(cell) + 1);
  }
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

bool groups_is_data(const char *column) {
  return schema_section_of(column) == SECTION_DATASET && strcmp(column, "dataset.train") != 0;
}

void groups_of_data(arena *a, const csv_table *table, const value *columns, row_groups *out) {
  value *data = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < columns->count; i++)
    if (groups_is_data(columns->items[i]->text)) value_push(a, data, columns->items[i]);
  groups_find(a, table, data, true, out);
}

bool groups_is_decided(const csv_table *table, int column, int decider) {
  const char ***cells = table->cells;
  if (column == decider) return true;
  for (size_t r = 0; r < table->count; r++) {
    size_t first = 0;
    if (!*cells[r][decider]) return false;
    while (strcmp(cells[first][decider], cells[r][decider]) != 0) first++;
    if (strcmp(cells[first][column], cells[r][column]) != 0) return false;
  }
  return true;
}

const value *groups_without(arena *a, const csv_table *table, const value *columns,
                            const int *joined, size_t count) {
  value *kept = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < columns->count; i++) {
    const int column = csv_table_column(table, columns->items[i]->text);
    bool decided = false;
    for (size_t k = 0; k < count && column >= 0; k++)
      decided |= groups_is_decided(table, column, joined[k]);
    if (!decided) value_push(a, kept, columns->items[i]);
  }
  return kept;
}

void groups_find(arena *a, const csv_table *table, const value *columns, bool by_seed,
                 row_groups *out) {
  const keys k = choose_keys(a, table, columns, by_seed);
  arena memory = {0};
  key_map groups = key_map_new(&memory);
  text_buffer key = {0};
  *out = (row_groups){.of_row = arena_get(a, (table->count + 1) * sizeof(size_t))};
  for (size_t r = 0; r < table->count; r++) {
    key_of(table->cells[r], &k, &key);
    size_t group = key_map_get(&groups, key.text, key.length);
    if (group == KEY_MAP_ABSENT) {
      group = out->count++;
      key_map_put(&groups, key.text, key.length, group);
    }
    out->of_row[r] = group;
  }
  list_rows(a, table->count, out);
  free(key.text);
  arena_close(&memory);
}
