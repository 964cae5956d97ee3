#include "job/checkpoint.h"

#include "base/json.h"
#include "base/safetensors.h"
#include "base/text.h"
#include "job/metrics.h"
#include "job/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The key of training.best. */
static const char BEST[] = "best_" METRICS_BEST;

/* One entry per tensor of the array `from`, under prefix + its name; returns how many. */
static size_t list_tensors(const network *net, const char *prefix, const float *from,
                           safetensors_entry *out) {
  for (size_t i = 0; i < net->count; i++) {
    const hifm_tensor *t = &net->tensors[i];
    out[i] = (safetensors_entry){.type = SAFETENSORS_F32, .rank = 2, .data = from};
    out[i].shape[0] = t->rows;
    out[i].shape[1] = t->columns;
    out[i].bytes = t->rows * t->columns * sizeof(float);
    snprintf(out[i].name, sizeof out[i].name, "%s%s", prefix, t->name);
    from += t->rows * t->columns;
  }
  return net->count;
}

/* The adaptive state of the network, last: bytes need no alignment. */
static size_t list_state(const network *net, safetensors_entry *out) {
  void *state;
  const size_t bytes = network_state(net, &state);
  if (bytes == 0) return 0;
  *out = (safetensors_entry){
      .name = "network.state", .type = SAFETENSORS_U8, .rank = 1, .data = state, .bytes = bytes};
  out->shape[0] = bytes;
  return 1;
}

static void put_number(arena *a, value *map, const char *key, double number) {
  value_put_text(a, map, key, arena_format(a, "%.17g", number));
}

/* The reader of put_number; infinities are written as words. */
static double get_number(const value *map, const char *key) {
  double number;
  return text_number(value_get_text(map, key, "inf"), &number) ? number : INFINITY;
}

/* A number of steps; `most` may be reached. False for fractions, NaN and all that is outside. */
static bool get_count(const value *map, const char *key, uint64_t most, uint64_t *out) {
  const double number = get_number(map, key);
  if (!(number >= 0 && number <= (double)most) || number != floor(number)) return false;
  *out = (uint64_t)number;
  return true;
}

status_code checkpoint_save(const training *t, const network *net, const job *work, failure *err) {
  arena a = {0};
  safetensors_entry *entries = memory_array(3 * net->count + 1, sizeof *entries);
  size_t count = list_tensors(net, "w.", t->w, entries);
  count += list_tensors(net, "m.", t->m, entries + count);
  count += list_tensors(net, "v.", t->v, entries + count);
  count += list_state(net, entries + count);
  value *meta = value_new(&a, VALUE_MAP);
  value_put_text(&a, meta, "id", work->id);
  value_put_text(&a, meta, "measure_id", work->measure_id ? work->measure_id : "");
  put_number(&a, meta, "step", (double)t->step);
  put_number(&a, meta, "loss_sum", t->loss_sum);
  put_number(&a, meta, "norm_sum", t->norm_sum);
  put_number(&a, meta, "loss_count", (double)t->loss_count);
  put_number(&a, meta, BEST, t->best);
  put_number(&a, meta, "best_epoch", t->best_epoch);
  put_number(&a, meta, "seconds", t->seconds);
  value_put_text(&a, meta, "history", json_text(&a, t->history));
  const char *path = arena_format(&a, "%s/checkpoint.safetensors", work->folder);
  status_code status = safetensors_write(path, meta, entries, count, err);
  free(entries);
  arena_close(&a);
  return status;
}

static status_code copy_tensors(const safetensors_file *file, const char *path, const network *net,
                                const char *prefix, float *to, failure *err) {
  for (size_t i = 0; i < net->count; i++) {
    const hifm_tensor *t = &net->tensors[i];
    char name[96];
    snprintf(name, sizeof name, "%s%s", prefix, t->name);
    const safetensors_entry *entry = safetensors_find(file, name);
    const size_t bytes = t->rows * t->columns * sizeof(float);
    if (!entry || entry->type != SAFETENSORS_F32 || entry->bytes != bytes)
      return failure_set(err, STATUS_BAD_INPUT,
                         "%s: no tensor %s of %zu x %zu numbers: it belongs to another network",
                         path, name, t->rows, t->columns);
    memcpy(to, entry->data, bytes);
    to += t->rows * t->columns;
  }
  return STATUS_OK;
}

static status_code copy_state(const safetensors_file *file, const char *path, const network *net,
                              failure *err) {
  void *state;
  const size_t bytes = network_state(net, &state);
  const safetensors_entry *entry = safetensors_find(file, "network.state");
  if ((entry ? entry->bytes : 0) != bytes)
    return failure_set(err, STATUS_BAD_INPUT, "%s: the network's state has another size", path);
  if (bytes) memcpy(state, entry->data, bytes);
  return STATUS_OK;
}

static status_code read_history(training *t, const value *meta, const char *path, failure *err) {
  const char *text = value_get_text(meta, "history", "");
  const value *list;
  status_code status = json_parse(t->memory, text, strlen(text), path, &list, err);
  if (status != STATUS_OK) return status;
  bool fits = list->type == VALUE_LIST;
  for (size_t i = 0; fits && i < list->count; i++) fits = list->items[i]->type == VALUE_MAP;
  if (!fits) return failure_set(err, STATUS_BAD_INPUT, "%s: the history is not a list", path);
  t->history = value_copy(t->memory, list);
  return STATUS_OK;
}

/* A checkpoint that measured under other settings cannot go on: its history would mix the two. The
 * run starts again, which loses no result. */
static bool is_ours(const value *meta, const job *work) {
  return strcmp(value_get_text(meta, "id", ""), work->id) == 0 &&
         strcmp(value_get_text(meta, "measure_id", ""), work->measure_id ? work->measure_id : "") ==
             0;
}

static status_code read_steps(training *t, const value *meta, uint64_t steps, const char *path,
                              failure *err) {
  if (get_count(meta, "step", steps, &t->step) &&
      get_count(meta, "loss_count", t->step, &t->loss_count))
    return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: step %s of %llu, %s since the last measurement",
                     path, value_get_text(meta, "step", "?"), (unsigned long long)steps,
                     value_get_text(meta, "loss_count", "?"));
}

/* The network's state comes last: it has no initial value to go back to. */
static status_code restore(training *t, const network *net, const safetensors_file *file,
                           uint64_t steps, const char *path, failure *err) {
  const value *meta = file->metadata;
  status_code status = read_steps(t, meta, steps, path, err);
  if (status == STATUS_OK) status = copy_tensors(file, path, net, "w.", t->w, err);
  if (status == STATUS_OK) status = copy_tensors(file, path, net, "m.", t->m, err);
  if (status == STATUS_OK) status = copy_tensors(file, path, net, "v.", t->v, err);
  if (status == STATUS_OK) status = read_history(t, meta, path, err);
  if (status == STATUS_OK) status = copy_state(file, path, net, err);
  if (status != STATUS_OK) return status;
  t->loss_sum = get_number(meta, "loss_sum");
  t->norm_sum = get_number(meta, "norm_sum");
  t->best = get_number(meta, BEST);
  t->best_epoch = get_number(meta, "best_epoch");
  t->seconds = get_number(meta, "seconds");
  return STATUS_OK;
}

/* The best weights so far are a file beside the checkpoint, which is not written again before a
 * better measurement. */
static status_code check_best(arena *a, const training *t, const job *work, failure *err) {
  safetensors_file file = {0};
  if (!isfinite(t->best)) return STATUS_OK;
  status_code status =
      safetensors_open(&file, arena_format(a, "%s/best.safetensors", work->folder), err);
  safetensors_close(&file);
  return status;
}

static bool is_lost(status_code status) {
  return status == STATUS_BAD_INPUT || status == STATUS_NO_INPUT;
}

status_code checkpoint_load(training *t, const network *net, const job *work, uint64_t steps,
                            bool *found, failure *err) {
  arena a = {0};
  failure why;
  safetensors_file file = {0};
  const char *path = arena_format(&a, "%s/checkpoint.safetensors", work->folder);
  *found = false;
  status_code status = safetensors_open(&file, path, &why);
  const bool is_there = status != STATUS_NO_INPUT;
  if (status == STATUS_OK && is_ours(file.metadata, work)) {
    status = restore(t, net, &file, steps, path, &why);
    if (status == STATUS_OK) status = check_best(&a, t, work, &why);
    *found = status == STATUS_OK;
  }
  safetensors_close(&file);
  arena_close(&a);
  if (status == STATUS_OK || !is_there) return STATUS_OK;
  if (!is_lost(status)) return failure_set(err, status, "%s", why.message);
  progress_note("%s. Training starts from the beginning", why.message);
  training_reset(t, net->weights);
  return STATUS_OK;
}

status_code checkpoint_save_weights(const training *t, const network *net, const job *work,
                                    const char *name, const value *row, failure *err) {
  arena a = {0};
  safetensors_entry *entries = memory_array(net->count, sizeof *entries);
  const size_t count = list_tensors(net, "", t->w, entries);
  value *meta = value_new(&a, VALUE_MAP);
  value_put_text(&a, meta, "id", work->id);
  value_put_text(&a, meta, "row", json_text(&a, row));
  status_code status = safetensors_write(arena_format(&a, "%s/%s.safetensors", work->folder, name),
                                         meta, entries, count, err);
  free(entries);
  arena_close(&a);
  return status;
}

status_code checkpoint_load_weights(arena *a, const network *net, const char *folder,
                                    const char *name, float *w, const value **row, failure *err) {
  safetensors_file file = {0};
  failure why;
  const char *path = arena_format(a, "%s/%s.safetensors", folder, name);
  status_code status = safetensors_open(&file, path, &why);
  if (status == STATUS_OK) status = copy_tensors(&file, path, net, "", w, &why);
  if (status == STATUS_OK) {
    const char *text = value_get_text(file.metadata, "row", "");
    status = json_parse(a, text, strlen(text), path, row, &why);
  }
  safetensors_close(&file);
  if (!is_lost(status))
    return status == STATUS_OK ? status : failure_set(err, status, "%s", why.message);
  return failure_set(err, status,
                     "%s. To train this run again: rm %s/result.json, then hifm run SCRIPT",
                     why.message, folder);
}
