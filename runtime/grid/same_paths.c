#include "grid/same_paths.h"

#include "base/key_map.h"
#include "base/text.h"
#include "host/child.h"
#include "job/flow_print.h"
#include "plan/schema.h"

#include <stdlib.h>
#include <string.h>

enum { FLOWS_MOST = 1000 }; /* that are compared, each with each */

/* Paths that differ by less give numbers that differ by chance alone. */
static const double TOLERANCE = 1e-4;

static const char HEADING[] = "rows that are one path, with the largest difference of positions "
                              "and velocities (their numbers "
                              "do not compare paths):";

typedef struct one_flow {
  const value *flow;
  const hifm_domain *domain;
} one_flow;

typedef struct comparison {
  const graph *g;
  arena memory;
  one_flow *flows;
  size_t count;
  key_map known; /* flows, and rows without their flow */
} comparison;

/* ---- the rows -------------------------------------------------------------------------------- */

/* Rows share their sections, so addresses say which ones they are. */
static size_t row_key(const value *config, size_t flow, const void *key[SECTIONS]) {
  for (size_t i = 0; i < SECTIONS; i++)
    key[i] = i == SECTION_FLOW ? (const void *)flow : value_get(config, SCHEMA_SECTIONS[i]);
  return SECTIONS * sizeof *key;
}

static size_t flow_number(comparison *c, const value *flow, const hifm_domain *domain) {
  const void *key[] = {flow, domain};
  size_t number = key_map_get(&c->known, key, sizeof key);
  if (number != KEY_MAP_ABSENT || c->count == FLOWS_MOST) return number;
  c->flows[c->count] = (one_flow){flow, domain};
  key_map_put(&c->known, key, sizeof key, c->count);
  return c->count++;
}

/* flow_of[row]: its number, or KEY_MAP_ABSENT. */
static void collect(comparison *c, const hifm_domain *(*domain_of)(void *, const value *),
                    void *context, size_t *flow_of) {
  const graph *g = c->g;
  for (size_t r = 0; r < g->row_count; r++) {
    const value *config = g->rows[r].config;
    const void *key[SECTIONS];
    const hifm_domain *domain = domain_of(context, value_get(config, "dataset"));
    flow_of[r] = KEY_MAP_ABSENT;
    if (!domain) continue;
    flow_of[r] = flow_number(c, value_get(config, SCHEMA_SECTIONS[SECTION_FLOW]), domain);
    const size_t length = row_key(config, flow_of[r], key);
    key_map_put(&c->known, key, length, r);
  }
}

/* ---- in the child ---------------------------------------------------------------------------- */

/* Writes "one other difference;" for each flow that is the path of an earlier one. */
static void compare_all(void *context, int fd) {
  comparison *c = context;
  flow_print *prints = arena_get(&c->memory, (c->count + 1) * sizeof *prints);
  for (size_t i = 0; i < c->count; i++) {
    failure ignored;
    if (flow_print_make(&c->memory, c->flows[i].flow, c->flows[i].domain, &prints[i], &ignored) !=
        STATUS_OK)
      continue;
    for (size_t k = 0; k < i; k++) {
      if (!prints[k].count || c->flows[k].domain != c->flows[i].domain) continue;
      const double difference = flow_print_difference(&prints[k], &prints[i]);
      if (difference > TOLERANCE) continue;
      child_write(fd, arena_format(&c->memory, "%zu %zu %.0e;", k, i, difference));
      break;
    }
  }
}

/* ---- the notes ------------------------------------------------------------------------------- */

/* What a row is called for its flow alone. */
static const char *flow_label(arena *a, const value *cells) {
  value *own = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < cells->count; i++)
    if (strcmp(cells->keys[i], "flow") == 0 || strncmp(cells->keys[i], "flow.", 5) == 0)
      value_put(a, own, cells->keys[i], cells->items[i]);
  return graph_label(a, own);
}

/* The first row with this flow that is equal in all else to a row with the other one. */
static void note_pair(comparison *c, const size_t *flow_of, size_t one, size_t other,
                      const char *difference, arena *a, value *notes) {
  for (size_t r = 0; r < c->g->row_count; r++) {
    const void *key[SECTIONS];
    if (flow_of[r] != one) continue;
    const size_t length = row_key(c->g->rows[r].config, other, key);
    const size_t found = key_map_get(&c->known, key, length);
    if (found == KEY_MAP_ABSENT) continue;
    if (!notes->count) value_push(a, notes, value_text(a, HEADING));
    const char *text = arena_format(a, "  %s and %s (%s)", flow_label(a, c->g->rows[r].cells),
                                    flow_label(a, c->g->rows[found].cells), difference);
    value_push(a, notes, value_text(a, text));
    return;
  }
}

/* answer: of compare_all. */
static void note_pairs(comparison *c, const size_t *flow_of, char *answer, arena *a, value *notes) {
  for (char *at = answer, *end; (end = strchr(at, ';')); at = end + 1) {
    *end = 0;
    const size_t one = strtoul(at, &at, 10), other = strtoul(at, &at, 10);
    note_pair(c, flow_of, one, other, at + 1, a, notes);
  }
}

void same_paths_note(const graph *g,
                     const hifm_domain *(*domain_of)(void *context, const value *dataset),
                     void *context, arena *a, value *notes) {
  enum { SECONDS = 20 };
  comparison c = {.g = g};
  char *answer;
  size_t length;
  failure ignored;
  c.known = key_map_new(&c.memory);
  c.flows = arena_get(&c.memory, FLOWS_MOST * sizeof *c.flows);
  size_t *flow_of = arena_get(&c.memory, (g->row_count + 1) * sizeof *flow_of);
  collect(&c, domain_of, context, flow_of);
  if (c.count > 1 && child_run(compare_all, &c, SECONDS, &answer, &length, &ignored) == STATUS_OK)
    note_pairs(&c, flow_of, answer, a, notes);
  if (c.count > 1) free(answer);
  arena_close(&c.memory);
}
