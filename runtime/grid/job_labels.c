#include "grid/job_labels.h"

#include "base/key_map.h"

static bool is_shared(const grid_job *it) {
  return it->kind == JOB_DATA || it->kind == JOB_MODES;
}

void job_labels_distinguish(arena *a, grid_job *jobs, size_t count) {
  key_map first = key_map_new(a);
  bool *repeated = arena_get(a, (count + 1) * sizeof *repeated);
  for (size_t i = 0; i < count; i++) {
    if (!is_shared(&jobs[i])) continue;
    const size_t earlier = key_map_get_text(&first, jobs[i].label);
    if (earlier == KEY_MAP_ABSENT) key_map_put_text(&first, jobs[i].label, i);
    repeated[i] = earlier != KEY_MAP_ABSENT;
    if (repeated[i]) repeated[earlier] = true;
  }
  for (size_t i = 0; i < count; i++)
    if (repeated[i]) jobs[i].label = arena_format(a, "%s (%.8s)", jobs[i].label, jobs[i].id);
}
