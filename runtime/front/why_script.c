#include "base/key_map.h"
#include "base/text.h"
#include "front/job_reasons.h"
#include "front/screen.h"
#include "front/why.h"

#include <string.h>

/* Jobs of one kind that run for the same reason. */
typedef struct group {
  job_kind kind;
  const job_reason *first;
  size_t count;
} group;

typedef struct groups {
  group *items;
  size_t count;
  key_map known; /* reason -> place in items, a map for each kind */
} groups;

static void add(groups *all, arena *a, job_kind kind, const job_reason *why) {
  const char *key = arena_format(a, "%d %s", (int)kind, why->reason);
  const size_t known = key_map_get_text(&all->known, key);
  const size_t at = known == KEY_MAP_ABSENT ? all->count : known;
  if (at == all->count) {
    key_map_put_text(&all->known, key, all->count);
    all->items[all->count++] = (group){kind, why, 0};
  }
  all->items[at].count++;
}

static void print_groups(arena *a, const groups *all) {
  const size_t width = screen_width(stdout);
  for (size_t i = 0; i < all->count; i++) {
    const group *it = &all->items[i];
    const char *heading = arena_format(a, "%-8s %4zu  ", job_kind_word(it->kind), it->count);
    screen_fact(stdout, heading, it->first->reason, strlen(heading), width);
    screen_fact(stdout, "",
                arena_format(a, "%s%s", it->count > 1 ? "first: " : "", it->first->example),
                strlen(heading), width);
  }
}

status_code why_script(arena *a, const options *given, failure *err) {
  session s;
  past_runs past;
  status_code status = session_open(&s, a, given, err);
  if (status == STATUS_OK) status = past_runs_read(a, given->out, &s.jobs, &past, err);
  if (status != STATUS_OK) return status;
  const graph *g = &s.jobs;
  job_reason *reasons = arena_get(a, (g->job_count + 1) * sizeof *reasons);
  status = job_reasons_find(&s, &past, reasons, err);
  if (status != STATUS_OK) return status;
  groups all = {.items = arena_get(a, (g->job_count + 1) * sizeof *all.items),
                .known = key_map_new(a)};
  for (size_t i = 0; i < g->job_count; i++)
    if (reasons[i].reason) add(&all, a, g->jobs[i].kind, &reasons[i]);
  printf("%zu run%s, %zu done, %zu to do\n", g->row_count, text_plural(g->row_count), g->rows_done,
         g->row_count - g->rows_done);
  print_groups(a, &all);
  return STATUS_OK;
}
