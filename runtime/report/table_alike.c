/* Rows of a table that a reader cannot tell apart. */
#include "base/key_map.h"
#include "base/text.h"
#include "report/table_parts.h"

#include <stdlib.h>
#include <string.h>

/* What a reader sees of a row, each text with its NUL. Numbers do not say which row it is. */
static void look_of(const table_parts *p, const char **cells, text_buffer *look) {
  look->length = 0;
  for (const table_source *s = p->sources; s < p->sources + p->count; s++)
    if (!s->facts && s->paper < 0) text_add_bytes(look, cells[s->at], strlen(cells[s->at]) + 1);
}

/* first[row]: the first row that looks like it. */
static void find_first(const table_parts *p, const csv_table *csv, size_t *first) {
  arena memory = {0};
  key_map looks = key_map_new(&memory);
  text_buffer look = {0};
  text_add(&look, "%s", "");
  for (size_t r = 0; r < csv->count; r++) {
    look_of(p, csv->cells[r], &look);
    first[r] = key_map_get(&looks, look.text, look.length);
    if (first[r] == KEY_MAP_ABSENT) key_map_put(&looks, look.text, look.length, first[r] = r);
  }
  free(look.text);
  arena_close(&memory);
}

static bool is_hidden(const table_parts *p, const size_t *first, size_t rows, int column) {
  for (size_t r = 0; r < rows; r++) {
    const char **one = table_first_run(p, &p->groups, p->order[r]);
    const char **other = table_first_run(p, &p->groups, p->order[first[r]]);
    if (strcmp(one[column], other[column]) != 0) return true;
  }
  return false;
}

void table_note_alike(table_parts *p, const csv_table *csv) {
  size_t *first = memory_array(csv->count + 1, sizeof *first);
  const char *hidden = "";
  find_first(p, csv, first);
  for (size_t i = 0; i < p->grouped->count; i++) {
    const char *name = p->grouped->items[i]->text;
    const int column = csv_table_column(&p->runs, name);
    if (column >= 0 && strcmp(name, "seed") != 0 && is_hidden(p, first, csv->count, column))
      hidden = arena_format(&p->memory, "%s%s%s", hidden, *hidden ? ", " : "", name);
  }
  free(first);
  if (!*hidden) return;
  table_add_note(p,
                 arena_format(&p->memory,
                              "Rows that look alike differ in %s, which no column shows.", hidden));
}
