#include "front/nearest.h"

#include <stdlib.h>
#include <string.h>

/* Settings as numbers: a row for each run, a column for each path in which some runs differ. */
typedef struct codes {
  arena memory;
  key_map paths, texts;
  const char **first; /* [paths]: the text of the first run that has it */
  bool *varies;       /* [paths] */
  size_t *seen;       /* [paths]: how many runs have it */
  size_t room;
} codes;

static size_t number_of(key_map *map, const char *text) {
  const size_t known = key_map_get_text(map, text);
  if (known == KEY_MAP_ABSENT) key_map_put_text(map, text, map->count);
  return known == KEY_MAP_ABSENT ? map->count - 1 : known;
}

static void note(codes *c, const run_settings *run) {
  for (size_t i = 0; i < run->count; i++) {
    const run_setting *s = &run->items[i];
    if (run_settings_is_aside(s->path)) continue;
    const size_t at = number_of(&c->paths, s->path);
    if (c->seen[at]++ == 0) c->first[at] = s->text;
    c->varies[at] |= c->first[at] != s->text && strcmp(c->first[at], s->text) != 0;
  }
}

/* The paths whose texts are not the same in all runs get a column each. */
static size_t choose_columns(codes *c, size_t runs, size_t *columns) {
  size_t count = 0;
  for (size_t i = 0; i < c->paths.count; i++)
    columns[i] = c->varies[i] || c->seen[i] < runs ? count++ : SIZE_MAX;
  return count;
}

/* 0: the run has no such setting. */
static void encode(codes *c, const run_settings *run, const size_t *columns, unsigned *row) {
  for (size_t i = 0; i < run->count; i++) {
    const size_t path = key_map_get_text(&c->paths, run->items[i].path);
    if (path == KEY_MAP_ABSENT || columns[path] == SIZE_MAX) continue;
    row[columns[path]] = (unsigned)number_of(&c->texts, run->items[i].text) + 1;
  }
}

static size_t nearest(const unsigned *row, const unsigned *among, size_t count, size_t width) {
  size_t best = NEAREST_NONE, least = SIZE_MAX;
  for (size_t i = 0; i < count && least > 0; i++) {
    size_t distance = 0;
    for (size_t k = 0; k < width; k++) distance += row[k] != among[i * width + k];
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return best;
}

static size_t most_paths(const run_settings *const *runs, size_t count) {
  size_t most = 0;
  for (size_t i = 0; i < count; i++) most += runs[i]->count;
  return most;
}

void nearest_find(const run_settings *const *wanted, size_t count, const run_settings *const *among,
                  size_t among_count, size_t *out) {
  codes c = {.room = most_paths(wanted, count) + most_paths(among, among_count) + 1};
  arena *a = &c.memory;
  c.paths = key_map_new(a);
  c.texts = key_map_new(a);
  c.first = arena_get(a, c.room * sizeof *c.first);
  c.varies = arena_get(a, c.room * sizeof *c.varies);
  c.seen = arena_get(a, c.room * sizeof *c.seen);
  for (size_t i = 0; i < count; i++) note(&c, wanted[i]);
  for (size_t i = 0; i < among_count; i++) note(&c, among[i]);
  size_t *columns = arena_get(a, (c.paths.count + 1) * sizeof *columns);
  const size_t width = choose_columns(&c, count + among_count, columns);
  unsigned *rows = arena_get(a, (among_count * width + 1) * sizeof *rows);
  unsigned *row = arena_get(a, (width + 1) * sizeof *row);
  for (size_t i = 0; i < among_count; i++) encode(&c, among[i], columns, rows + i * width);
  for (size_t i = 0; i < count; i++) {
    memset(row, 0, width * sizeof *row);
    encode(&c, wanted[i], columns, row);
    out[i] = nearest(row, rows, among_count, width);
  }
  arena_close(a);
}
