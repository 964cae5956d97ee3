#include "front/run_settings.h"

#include "base/text.h"
#include "host/params.h"
#include "job/settings.h"
#include "plan/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_PATH = 512, MOST_TEXT = 4096 };

/* ---- texts, each once ------------------------------------------------------------------------ */

run_words run_words_new(arena *a) {
  return (run_words){.memory = a, .texts = key_map_new(a), .numbers = key_map_new(a)};
}

static const char *add_word(run_words *w, key_map *map, const void *key, size_t length,
                            const char *text) {
  if (w->count == w->room) {
    const char **old = w->items;
    w->room = w->room ? 2 * w->room : 64;
    w->items = arena_get(w->memory, w->room * sizeof *w->items);
    if (w->count) memcpy(w->items, old, w->count * sizeof *w->items);
  }
  w->items[w->count] = arena_text(w->memory, text);
  key_map_put(map, key, length, w->count);
  return w->items[w->count++];
}

static const char *word_of(run_words *w, const char *text) {
  const size_t length = strlen(text), known = key_map_get(&w->texts, text, length);
  return known == KEY_MAP_ABSENT ? add_word(w, &w->texts, text, length, text) : w->items[known];
}

/* Printing a number is slow, and most runs have the same ones. */
static const char *number_of(run_words *w, double number) {
  char text[TEXT_NUMBER];
  const size_t known = key_map_get(&w->numbers, &number, sizeof number);
  if (known != KEY_MAP_ABSENT) return w->items[known];
  return add_word(w, &w->numbers, &number, sizeof number, text_shortest(text, number));
}

/* ---- from a tree to a list ------------------------------------------------------------------- */

typedef struct flattener {
  run_words *words;
  run_settings *out;
  size_t room;
} flattener;

/* Keys of maps are sorted, so the place is nearly always the end. The first one of a path stays. */
static void put(flattener *f, const char *path, const char *text) {
  run_settings *out = f->out;
  size_t at = out->count;
  if (at == f->room) {
    const run_setting *old = out->items;
    f->room = f->room ? 2 * f->room : 64;
    out->items = arena_get(f->words->memory, f->room * sizeof *out->items);
    if (at) memcpy(out->items, old, at * sizeof *out->items);
  }
  while (at > 0 && strcmp(out->items[at - 1].path, path) > 0) at--;
  if (at > 0 && strcmp(out->items[at - 1].path, path) == 0) return;
  memmove(out->items + at + 1, out->items + at, (out->count - at) * sizeof *out->items);
  out->items[at] = (run_setting){word_of(f->words, path), text};
  out->count++;
}

static const char *scalar_text(run_words *w, const value *x) {
  if (x->type == VALUE_NUMBER) return number_of(w, x->number);
  if (x->type == VALUE_BOOL) return word_of(w, x->flag ? "yes" : "no");
  return word_of(w, x->type == VALUE_TEXT ? x->text : "");
}

/* "points.npy (1f0c2ab4)" */
static const char *file_text(run_words *w, const value *file) {
  char text[MOST_TEXT];
  const char *path = value_get_text(file, PARAMS_PATH, ""), *slash = strrchr(path, '/');
  snprintf(text, sizeof text, "%s (%.8s)", slash ? slash + 1 : path,
           value_get_text(file, PARAMS_CONTENT, ""));
  return word_of(w, text);
}

/* Numbers with spaces between them, names of stages with a plus. */
static const char *list_text(run_words *w, const value *list) {
  char text[MOST_TEXT] = "";
  size_t length = 0;
  for (size_t i = 0; i < list->count && length < sizeof text; i++) {
    const value *item = list->items[i];
    const bool stage = item->type == VALUE_MAP;
    length +=
        (size_t)snprintf(text + length, sizeof text - length, "%s%s",
                         i == 0  ? ""
                         : stage ? "+"
                                 : " ",
                         stage ? value_get_text(item, PARAMS_NAME, "") : scalar_text(w, item));
  }
  return word_of(w, text);
}

static void flatten(flattener *f, const char *path, const value *x);

static void flatten_below(flattener *f, const char *path, const char *key, const value *item,
                          bool is_stage) {
  char below[LONGEST_PATH];
  snprintf(below, sizeof below, "%s%s%s", path, *path && *key ? "." : "", key);
  if (is_stage) put(f, below, word_of(f->words, "yes"));
  flatten(f, below, item);
}

/* A plugin's name is a setting at the path of the plugin. */
static void flatten(flattener *f, const char *path, const value *x) {
  const bool list = x->type == VALUE_LIST;
  if (x->type == VALUE_MAP && params_is_file(x)) {
    put(f, path, file_text(f->words, x));
  } else if (x->type == VALUE_MAP) {
    for (size_t i = 0; i < x->count; i++) {
      const bool stages = strcmp(x->keys[i], "stages") == 0;
      flatten_below(f, path, stages ? "" : x->keys[i], x->items[i], false);
    }
  } else {
    put(f, path, list ? list_text(f->words, x) : scalar_text(f->words, x));
    for (size_t i = 0; list && i < x->count; i++)
      if (x->items[i]->type == VALUE_MAP)
        flatten_below(f, path, value_get_text(x->items[i], PARAMS_NAME, ""), x->items[i], true);
  }
}

static const char *default_text(run_words *w, const hifm_param *p) {
  if (p->type == HIFM_CHOICE) return word_of(w, p->choices[(size_t)p->default_value]);
  if (p->type == HIFM_FLAG) return word_of(w, p->default_value > 0 ? "yes" : "no");
  const bool number = p->type == HIFM_REAL || p->type == HIFM_COUNT;
  return number && !isnan(p->default_value) ? number_of(w, p->default_value) : NULL;
}

/* A run that is older than a setting has its default, as in identities. */
static void add_defaults(flattener *f, const value *config) {
  for (size_t i = 0; i < SETTINGS_SECTIONS; i++)
    for (const hifm_param *p = settings_sections[i].params; p->name; p++) {
      char path[LONGEST_PATH];
      const value *section = value_get(config, settings_sections[i].name);
      const char *text = section && !value_get(section, p->name) ? default_text(f->words, p) : NULL;
      snprintf(path, sizeof path, "%s.%s", settings_sections[i].name, p->name);
      if (text) put(f, path, text);
    }
}

static run_settings list(run_words *words, const value *config, bool filled) {
  run_settings out = {NULL, 0};
  flattener f = {words, &out, 0};
  if (config) flatten(&f, "", config);
  if (config && filled) add_defaults(&f, config);
  return out;
}

run_settings run_settings_of(run_words *words, const value *config) {
  return list(words, config, false);
}

run_settings run_settings_filled(run_words *words, const value *config) {
  return list(words, config, true);
}

const char *run_settings_get(const run_settings *of, const char *path) {
  size_t low = 0, high = of->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const int order = strcmp(of->items[middle].path, path);
    if (order == 0) return of->items[middle].text;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

/* ---- two runs -------------------------------------------------------------------------------- */

/* The next path of two lists; *one, *other: their places, which move on past it. */
static run_change next_pair(const run_settings *x, const run_settings *y, size_t *one,
                            size_t *other) {
  const run_setting *a = *one < x->count ? &x->items[*one] : NULL;
  const run_setting *b = *other < y->count ? &y->items[*other] : NULL;
  const int order = !a ? 1 : !b ? -1 : a->path == b->path ? 0 : strcmp(a->path, b->path);
  *one += order <= 0;
  *other += order >= 0;
  return (run_change){order <= 0 ? a->path : b->path, order <= 0 ? a->text : NULL,
                      order >= 0 ? b->text : NULL};
}

static bool is_change(const run_change *pair) {
  if (!pair->x || !pair->y) return true;
  return pair->x != pair->y && strcmp(pair->x, pair->y) != 0;
}

bool run_settings_is_aside(const char *path) {
  static const char *const ASIDE[] = {"dataset.label", "dataset.test", "train.keep"};
  for (size_t i = 0; i < sizeof ASIDE / sizeof *ASIDE; i++)
    if (strcmp(path, ASIDE[i]) == 0) return true;
  return schema_section_of(path) == SECTION_MEASURE;
}

run_changes run_settings_changes(arena *a, const run_settings *x, const run_settings *y) {
  run_changes out = {arena_get(a, (x->count + y->count + 1) * sizeof *out.items), 0};
  for (size_t i = 0, k = 0; i < x->count || k < y->count;) {
    const run_change pair = next_pair(x, y, &i, &k);
    if (is_change(&pair)) out.items[out.count++] = pair;
  }
  return out;
}

/* ---- many runs ------------------------------------------------------------------------------- */

/* What is known of a path until now. */
typedef struct path_state {
  const char *path, *text;
  bool varies;
} path_state;

typedef struct path_states {
  arena *memory;
  key_map places;
  path_state *items;
  size_t count, room;
} path_states;

static void add_path(path_states *all, const run_setting *s) {
  if (all->count == all->room) {
    const path_state *old = all->items;
    all->room = all->room ? 2 * all->room : 64;
    all->items = arena_get(all->memory, all->room * sizeof *all->items);
    if (all->count) memcpy(all->items, old, all->count * sizeof *all->items);
  }
  key_map_put_text(&all->places, s->path, all->count);
  all->items[all->count++] = (path_state){s->path, s->text, false};
}

/* place: where most runs have it. */
static void note_setting(path_states *all, const run_setting *s, size_t place) {
  const bool there = place < all->count && strcmp(all->items[place].path, s->path) == 0;
  const size_t at = there ? place : key_map_get_text(&all->places, s->path);
  if (at == KEY_MAP_ABSENT)
    add_path(all, s);
  else if (all->items[at].text != s->text && strcmp(all->items[at].text, s->text) != 0)
    all->items[at].varies = true;
}

/* What is varied most often comes first; the settings of a data set last: they are many. */
static size_t rank_of(const char *path) {
  static const size_t FIRST[] = {SECTION_FLOW,  SECTION_OPTIMIZER, SECTION_SEED,
                                 SECTION_TRAIN, SECTION_NETWORK,   SECTION_FLOW};
  enum { COUNT = sizeof FIRST / sizeof *FIRST };
  const size_t section = schema_section_of(path);
  const bool stage = section == SECTION_FLOW && strchr(path, '.');
  for (size_t i = stage ? 1 : 0; i < COUNT; i++)
    if (FIRST[i] == section) return i;
  return COUNT;
}

static int by_rank(const void *x, const void *y) {
  const path_state *one = x, *other = y;
  const size_t first = rank_of(one->path), second = rank_of(other->path);
  if (first != second) return first < second ? -1 : 1;
  return strcmp(one->path, other->path);
}

const char *const *run_settings_varying(arena *a, const run_settings *const *runs, size_t count) {
  path_states all = {.memory = a, .places = key_map_new(a)};
  size_t found = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < runs[i]->count; k++) note_setting(&all, &runs[i]->items[k], k);
  const char **out = arena_get(a, (all.count + 1) * sizeof *out);
  if (all.count) qsort(all.items, all.count, sizeof *all.items, by_rank);
  for (size_t i = 0; i < all.count; i++)
    if (all.items[i].varies && !run_settings_is_aside(all.items[i].path))
      out[found++] = all.items[i].path;
  return out;
}

static const char *last_part(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot ? dot + 1 : path;
}

const char *run_settings_short(const char *path, const char *const *paths) {
  const char *name = last_part(path);
  size_t others = 0;
  for (size_t i = 0; paths[i]; i++) others += strcmp(last_part(paths[i]), name) == 0;
  return others > 1 ? path : name;
}

const char *run_settings_words(arena *a, const run_settings *of, const char *const *paths) {
  text_buffer words = {0};
  for (size_t i = 0; paths[i]; i++) {
    const char *text = run_settings_get(of, paths[i]);
    if (!text) continue;
    text_add(&words, "%s%s=%s", words.length ? " " : "", run_settings_short(paths[i], paths), text);
  }
  const char *out = arena_text(a, words.text ? words.text : "");
  free(words.text);
  return out;
}
