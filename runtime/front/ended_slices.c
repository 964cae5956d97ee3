#include "front/ended_slices.h"

#include "base/key_map.h"
#include "grid/failed.h"
#include "grid/late_results.h"

#include <string.h>

status_code ended_slices_read(arena *a, const submission *of, ended_slices *out, failure *err) {
  const char **paths = submission_slices(a, of, &out->count);
  status_code status = STATUS_OK;
  out->items = arena_get(a, (out->count + 1) * sizeof *out->items);
  for (size_t i = 0; i < out->count && status == STATUS_OK; i++) {
    ended_slice *it = &out->items[i];
    it->path = paths[i];
    it->task = slice_task_read(a, paths[i]);
    status = slice_file_read(a, paths[i], &it->of, err);
  }
  return status;
}

/* Jobs come after those they need. */
static void expect_results(arena *a, const slice *of, bool *expected) {
  for (size_t i = 0; i < of->count; i++) {
    const grid_job *it = &of->jobs[i];
    expected[i] = !of->elsewhere[i] && !failed_read(a, it);
    for (size_t k = 0; k < it->need_count; k++)
      expected[i] &= of->elsewhere[it->needs[k]] || expected[it->needs[k]];
  }
}

status_code ended_slices_wait(arena *a, const ended_slices *all, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < all->count && status == STATUS_OK; i++) {
    const slice *of = &all->items[i].of;
    bool *expected = arena_get(a, of->count + 1);
    if (all->items[i].task.state != SLICE_ENDED || all->items[i].task.skipped > 0) continue;
    expect_results(a, of, expected);
    status = late_results_wait(of->jobs, expected, of->count, err);
  }
  return status;
}

/* ---- what to say ----------------------------------------------------------------------------- */

typedef struct node_count {
  const char *name;
  double done, failed;
} node_count;

/* A slice that is gone counts as one failure. */
static size_t count_nodes(arena *a, const ended_slices *all, node_count *nodes) {
  key_map known = key_map_new(a);
  size_t count = 0;
  for (size_t i = 0; i < all->count; i++) {
    const slice_task *task = &all->items[i].task;
    if (!*task->node) continue;
    size_t at = key_map_get_text(&known, task->node);
    if (at == KEY_MAP_ABSENT) {
      at = count++;
      key_map_put_text(&known, task->node, at);
      nodes[at] = (node_count){.name = task->node};
    }
    nodes[at].done += task->done;
    nodes[at].failed += task->failed + (task->state == SLICE_RUNNING);
  }
  return count;
}

static void add_stopped(arena *a, const ended_slice *it, value *lines) {
  const slice_task *task = &it->task;
  if (task->state == SLICE_STOPPED)
    value_push(a, lines,
               value_text(a, arena_format(a, "%s was stopped by a signal on %s; it has checkpoints",
                                          it->path, task->node)));
  if (task->state == SLICE_STUCK)
    value_push(a, lines, value_text(a, arena_format(a, "%s: %s", it->path, task->message)));
  if (task->state == SLICE_RUNNING || task->state == SLICE_REQUEUED)
    value_push(a, lines,
               value_text(a, arena_format(a,
                                          "%s is gone without a word: killed on %s, or the node "
                                          "is lost",
                                          it->path, task->node)));
}

value *ended_slices_lines(arena *a, const ended_slices *all) {
  value *lines = value_new(a, VALUE_LIST);
  node_count *nodes = arena_get(a, (all->count + 1) * sizeof *nodes);
  const size_t count = count_nodes(a, all, nodes);
  for (size_t i = 0; i < all->count; i++) add_stopped(a, &all->items[i], lines);
  for (size_t i = 0; i < count; i++)
    if (nodes[i].done < 1 && nodes[i].failed > 0)
      value_push(a, lines,
                 value_text(a, arena_format(a,
                                            "node %s: nothing that ran there succeeded; without "
                                            "it: -- --exclude=%s",
                                            nodes[i].name, nodes[i].name)));
  return lines;
}
