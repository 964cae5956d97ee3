#include "grid/slices.h"

#include "base/key_map.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The jobs of one folder. */
typedef struct group {
  double cost, seconds; /* cost: seconds, with an average for those that are not known */
  size_t first, jobs;   /* first: index of the first job, which orders groups of equal cost */
  size_t slice;
} group;

typedef struct cutting {
  const grid_job *list;
  size_t count;
  const double *seconds;
  double average;
  group *groups;
  size_t group_count, *of_job; /* [count] the group of a job */
  slices *out;
} cutting;

static bool is_preparation(const grid_job *it) {
  return it->kind == JOB_DATA || it->kind == JOB_MODES;
}

/* Can it be done? Jobs come after those they need. */
static void choose(const cutting *c) {
  for (size_t i = 0; i < c->count; i++) {
    const grid_job *it = &c->list[i];
    bool able = it->state != JOB_DONE && it->state != JOB_FAILED;
    for (size_t k = 0; k < it->need_count && able; k++) {
      const size_t needed = it->needs[k];
      able = c->list[needed].state == JOB_DONE || c->out->of[needed] != SLICES_NONE;
    }
    c->out->of[i] = able ? SLICES_PREPARE : SLICES_NONE;
    c->out->jobs[SLICES_PREPARE] += able && is_preparation(it);
  }
}

static double find_average(const cutting *c) {
  double sum = 0;
  size_t known = 0;
  for (size_t i = 0; i < c->count; i++) {
    if (!(c->seconds[i] > 0)) continue;
    sum += c->seconds[i];
    known++;
  }
  return known ? sum / (double)known : 1;
}

static void add_to_group(cutting *c, key_map *folders, size_t index) {
  const char *folder = c->list[index].folder;
  size_t at = key_map_get_text(folders, folder);
  if (at == KEY_MAP_ABSENT) {
    at = c->group_count++;
    key_map_put_text(folders, folder, at);
    c->groups[at] = (group){.first = index};
  }
  group *g = &c->groups[at];
  const double seconds = c->seconds[index];
  g->seconds += seconds > 0 ? seconds : 0;
  /* A measurement takes little beside a training, but is not free. */
  g->cost += seconds > 0 ? seconds : c->average * (c->list[index].kind == JOB_TRAIN ? 1 : 0.1);
  g->jobs++;
  c->of_job[index] = at;
}

static int by_cost(const void *x, const void *y) {
  const group *const *one = x, *const *other = y;
  if ((*one)->cost != (*other)->cost) return (*one)->cost > (*other)->cost ? -1 : 1;
  return (*one)->first < (*other)->first ? -1 : 1;
}

/* The largest first, each to the slice that has the least so far. */
static void deal(const cutting *c, arena *a) {
  slices *out = c->out;
  double *loads = arena_get(a, (out->count + 1) * sizeof *loads);
  group **order = arena_get(a, (c->group_count + 1) * sizeof *order);
  for (size_t g = 0; g < c->group_count; g++) order[g] = &c->groups[g];
  if (c->group_count) qsort(order, c->group_count, sizeof *order, by_cost);
  for (size_t g = 0; g < c->group_count; g++) {
    size_t least = 1;
    for (size_t k = 2; k <= out->count; k++)
      if (loads[k] < loads[least]) least = k;
    loads[least] += order[g]->cost;
    order[g]->slice = least;
    out->seconds[least] += order[g]->seconds;
    out->jobs[least] += order[g]->jobs;
    out->job_count += order[g]->jobs;
  }
}

slices slices_cut(arena *a, const grid_job *jobs, size_t count, const double *seconds,
                  size_t most) {
  slices out = {.of = arena_get(a, (count + 1) * sizeof *out.of),
                .jobs = arena_get(a, (most + 1) * sizeof *out.jobs),
                .seconds = arena_get(a, (most + 1) * sizeof *out.seconds)};
  cutting c = {.list = jobs, .count = count, .seconds = seconds, .out = &out};
  c.groups = arena_get(a, (count + 1) * sizeof *c.groups);
  c.of_job = arena_get(a, (count + 1) * sizeof *c.of_job);
  key_map folders = key_map_new(a);
  choose(&c);
  c.average = find_average(&c);
  for (size_t i = 0; i < count; i++)
    if (out.of[i] != SLICES_NONE && !is_preparation(&jobs[i])) add_to_group(&c, &folders, i);
  out.count = c.group_count < most ? c.group_count : most;
  if (c.group_count) deal(&c, a);
  for (size_t i = 0; i < count; i++)
    if (out.of[i] != SLICES_NONE && !is_preparation(&jobs[i]))
      out.of[i] = c.groups[c.of_job[i]].slice;
  return out;
}
