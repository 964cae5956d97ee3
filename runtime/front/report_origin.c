/* How the results of a report were made, and the commands that make them again. */
#include "front/report_parts.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "job/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the provenance of a result has. */
static const struct {
  const char *heading, *key;
} FACTS[] = {{"hifm", "hifm"},
             {"compiler", "compiler"},
             {"BLAS", "blas"},
             {"LAPACK", "lapack"},
             {"processor", "processor"}};

/* ---- what the folders say -------------------------------------------------------------------- */

/* One more training that has this text for the key. */
static void tally(report *r, value *map, const char *key, const char *text) {
  arena *a = &r->memory;
  value *texts = value_copy(a, value_get(map, key));
  value_put_number(a, texts, arena_text(a, text), 1 + value_get_number(texts, text, 0));
  value_put(a, map, arena_text(a, key), texts);
}

static void look_at_result(report *r, const value *trained) {
  const value *of = value_get(trained, "provenance"), *used = value_get(of, RESULT_USED);
  if (!of) return;
  r->trainings++;
  for (size_t i = 0; i < sizeof FACTS / sizeof *FACTS; i++) {
    const char *text = value_get_text(of, FACTS[i].key, "");
    if (*text) tally(r, r->facts, FACTS[i].key, text);
  }
  for (size_t i = 0; used && i < used->count; i++)
    tally(r, r->plugins, used->keys[i], value_get_text(used->items[i], RESULT_CODE, ""));
}

/* Rows that differ in their measurement alone have one training. */
static bool is_new(key_map *seen, const char *train_id) {
  const bool found = key_map_get_text(seen, train_id) != KEY_MAP_ABSENT;
  if (!found) key_map_put_text(seen, train_id, 0);
  return !found;
}

void report_look(report *r) {
  arena brief = {0};
  const graph *g = &r->s->jobs;
  key_map seen = key_map_new(&r->memory);
  run_words words = run_words_new(&r->memory);
  r->found = arena_get(&r->memory, (g->row_count + 1) * sizeof *r->found);
  r->facts = value_new(&r->memory, VALUE_MAP);
  r->plugins = value_new(&r->memory, VALUE_MAP);
  for (size_t i = 0; i < g->row_count; i++) {
    run_files files = {.job = NULL};
    r->found[i].epochs = NAN;
    if (files_exists(g->rows[i].folder))
      r->found[i] = runs_look(&words, &brief, g->rows[i].folder, &files);
    if (is_new(&seen, g->rows[i].train_id)) look_at_result(r, files.trained);
    arena_clear(&brief);
  }
  arena_close(&brief);
}

/* ---- how they were made ---------------------------------------------------------------------- */

/* A table that grows row by row. */
typedef struct lines {
  format_grid grid;
} lines;

/* For the texts of a tally: one row each. */
static lines begin_lines(arena *a, const value *map, const char *const *heading, const bool *right,
                         size_t columns) {
  size_t rows = 1;
  for (size_t i = 0; i < map->count; i++) rows += map->items[i]->count;
  lines out = {.grid = {.columns = columns, .rows = 1, .right = right}};
  out.grid.cells = arena_get(a, rows * columns * sizeof *out.grid.cells);
  memcpy(out.grid.cells, heading, columns * sizeof *heading);
  return out;
}

/* The next row, to be filled. */
static const char **add_line(lines *to) {
  return to->grid.cells + to->grid.rows++ * to->grid.columns;
}

static const char *count_of(report *r, const value *number) {
  return arena_format(&r->memory, "%.0f of %zu", number->number, r->trainings);
}

static void add_facts(report *r) {
  static const char *const HEADING[] = {"", "", "Trainings"};
  static const bool RIGHT[] = {false, false, true};
  lines all = begin_lines(&r->memory, r->facts, HEADING, RIGHT, 3);
  for (size_t i = 0; i < sizeof FACTS / sizeof *FACTS; i++) {
    const value *texts = value_get(r->facts, FACTS[i].key);
    for (size_t k = 0; texts && k < texts->count; k++) {
      const char **cells = add_line(&all);
      cells[0] = k ? "" : FACTS[i].heading;
      cells[1] = texts->keys[k];
      cells[2] = count_of(r, texts->items[k]);
    }
  }
  page_add_grid(&r->text, &all.grid);
}

/* Identities have the revisions, so those of results that are used are those of the catalogue. */
static const char *revision_of(report *r, const char *plugin) {
  const value *catalogue = r->s->catalogue;
  for (size_t i = 0; i < catalogue->count; i++) {
    const value *entry = catalogue->items[i];
    const char *name = arena_format(&r->memory, "%s/%s", value_get_text(entry, "kind", ""),
                                    value_get_text(entry, "name", ""));
    if (strcmp(name, plugin) == 0)
      return arena_format(&r->memory, "%.0f", value_get_number(entry, "revision", 0));
  }
  return TABLE_GAP;
}

static void add_plugins(report *r) {
  static const char *const HEADING[] = {"Plugin", "Revision", "BLAKE2b of its file", "Trainings"};
  static const bool RIGHT[] = {false, true, false, true};
  lines all = begin_lines(&r->memory, r->plugins, HEADING, RIGHT, 4);
  for (size_t i = 0; i < r->plugins->count; i++) {
    const value *hashes = r->plugins->items[i];
    for (size_t k = 0; k < hashes->count; k++) {
      const char **cells = add_line(&all);
      cells[0] = r->plugins->keys[i];
      cells[1] = revision_of(r, r->plugins->keys[i]);
      cells[2] = hashes->keys[k];
      cells[3] = count_of(r, hashes->items[k]);
    }
  }
  if (r->plugins->count) page_add_grid(&r->text, &all.grid);
}

void report_add_origin(report *r) {
  if (r->trainings == 0) {
    page_add_note(&r->text, "The folders of the runs have no results here. They say which versions "
                            "made the numbers, on which processor.");
    return;
  }
  add_facts(r);
  add_plugins(r);
  page_add_note(&r->text, "From result.json of the trainings. Every job has one BLAS thread.");
}

/* ---- the commands ---------------------------------------------------------------------------- */

/* The word as a shell reads it back. */
static const char *quoted(arena *a, const char *word) {
  static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-./=,:+@%^";
  const char *text = "'";
  if (*word && strspn(word, PLAIN) == strlen(word)) return word;
  while (*word) {
    const size_t plain = strcspn(word, "'");
    text = arena_format(a, "%s%.*s%s", text, (int)plain, word, word[plain] ? "'\\''" : "");
    word += plain + (word[plain] != 0);
  }
  return arena_format(a, "%s'", text);
}

const char *report_arguments(arena *a, const options *given) {
  const struct {
    const char *name;
    const option_list *list;
  } lists[] = {{"--profile", &given->profiles},
               {"--set", &given->sets},
               {"--only", &given->only},
               {"--exclude", &given->exclude}};
  const char *text = quoted(a, given->words[0]);
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (size_t k = 0; k < lists[i].list->count; k++)
      text = arena_format(a, "%s %s %s", text, lists[i].name, quoted(a, lists[i].list->items[k]));
  if (strcmp(given->out, OPTIONS_RESULTS) == 0) return text;
  return arena_format(a, "%s --out %s", text, quoted(a, given->out));
}

static const char *hash_of_script(report *r) {
  enum { LARGEST = 64 << 20 };
  char *bytes, hash[33] = "not known";
  size_t length;
  if (files_read(r->s->given->words[0], LARGEST, &bytes, &length, NULL) != STATUS_OK)
    return arena_text(&r->memory, hash);
  blake2b_hex(bytes, length, hash);
  free(bytes);
  return arena_text(&r->memory, hash);
}

void report_add_commands(report *r) {
  arena *a = &r->memory;
  const char *arguments = report_arguments(a, r->s->given);
  page_add_lines(&r->text, arena_format(a,
                                        "# trains and measures what is missing\n"
                                        "hifm run %s\n"
                                        "# makes tables, figures and this page again\n"
                                        "hifm report %s\n"
                                        "# shows all of one run; RUN is from the list above\n"
                                        "hifm show RUN\n",
                                        arguments, arguments));
  page_add_note(&r->text,
                arena_format(a, "BLAKE2b of the script: %s (b2sum -l 128).", hash_of_script(r)));
}
