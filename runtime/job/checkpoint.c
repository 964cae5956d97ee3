#include "job/checkpoint.h"

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "host/plugins.h"
#include "job/history.h"
#include "job/progress.h"
#include "job/weights.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes come after the weights: they need no alignment. */
static size_t list_bytes(const char *name, const void *data, size_t bytes, safetensors_entry *out) {
  if (bytes == 0) return 0;
  *out = (safetensors_entry){.type = SAFETENSORS_U8, .rank = 1, .data = data, .bytes = bytes};
  out->shape[0] = bytes;
  snprintf(out->name, sizeof out->name, "%s", name);
  return 1;
}

/* The adaptive state of the network. */
static size_t list_state(const network *net, safetensors_entry *out) {
  void *state;
  const size_t bytes = network_state(net, &state);
  return list_bytes("network.state", state, bytes, out);
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

/* ---- histories ---- */

/* The tensor with the rows of a measurement, JSON without the bracket at the end. */
static const char *rows_name(arena *a, const char *id) {
  return arena_format(a, "rows.%.32s", id);
}

/* What a checkpoint has of the measurements: { id, family, every (in steps), saved }, and their
 * rows. A late one is left out: it stays late. */
static const value *list_histories(arena *a, const training *t, safetensors_entry *rows,
                                   size_t *count) {
  value *list = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < t->history_count; i++) {
    const training_history *h = &t->histories[i];
    if (h->late) continue;
    value *entry = value_new(a, VALUE_MAP);
    value_put_text(a, entry, "id", h->asked->id);
    value_put_text(a, entry, "family", h->asked->family);
    value_put_number(a, entry, "every", (double)h->every);
    value_put(a, entry, "saved", value_bool(a, h->saved));
    value_push(a, list, entry);
    *count += list_bytes(rows_name(a, h->asked->id), h->text.text, h->text.length, rows + *count);
  }
  return list;
}

/* The entry of a measurement, or of one of its family that has all of its rows. */
static const value *find_history(const value *list, const training_history *h) {
  const value *finer = NULL;
  for (size_t i = 0; i < list->count; i++) {
    const value *entry = list->items[i];
    const uint64_t every = (uint64_t)value_get_number(entry, "every", 0);
    if (strcmp(value_get_text(entry, "id", ""), h->asked->id) == 0) return entry;
    if (every > 0 && h->every % every == 0 &&
        strcmp(value_get_text(entry, "family", ""), h->asked->family) == 0)
      finer = entry;
  }
  return finer;
}

/* Never a mixture: a measurement that the checkpoint does not have is late, except before the first
 * step. */
static void take_histories(training *t, const value *list) {
  for (size_t i = 0; i < t->history_count; i++) {
    training_history *h = &t->histories[i];
    const value *entry = find_history(list, h);
    const history_rule rule = {.every = h->every, .diverged = true};
    h->late = t->step > 0 && !entry;
    if (!entry) continue;
    training_set_rows(
        t, h,
        history_thin(t->memory, value_get(entry, "rows"), &rule, &t->sums, t->steps_per_epoch));
    h->saved = strcmp(value_get_text(entry, "id", ""), h->asked->id) == 0 &&
               value_get_bool(entry, "saved", false);
  }
}

/* ---- the checkpoint ---- */

status_code checkpoint_save(const training *t, const network *net, const job *work, failure *err) {
  arena a = {0};
  plugins_keep_surroundings("train");
  safetensors_entry *entries = memory_array(3 * net->count + 2 + t->history_count, sizeof *entries);
  size_t count = weights_list(net, "w.", t->w, entries);
  count += weights_list(net, "m.", t->m, entries + count);
  count += weights_list(net, "v.", t->v, entries + count);
  count += list_state(net, entries + count);
  count +=
      list_bytes("losses", t->sums.epochs, t->sums.count * sizeof *t->sums.epochs, entries + count);
  value *meta = value_new(&a, VALUE_MAP);
  value_put_text(&a, meta, "id", work->id);
  put_number(&a, meta, "step", (double)t->step);
  put_number(&a, meta, "seconds", t->seconds);
  value_put_text(&a, meta, "measurements", json_text(&a, list_histories(&a, t, entries, &count)));
  const char *path = arena_format(&a, "%s/checkpoint.safetensors", work->folder);
  status_code status = safetensors_write(path, meta, entries, count, err);
  free(entries);
  arena_close(&a);
  return status;
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

static bool is_list_of_maps(const value *list) {
  if (!list || list->type != VALUE_LIST) return false;
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i]->type != VALUE_MAP) return false;
  return true;
}

static status_code read_list(arena *a, const char *text, const char *path, const value **list,
                             failure *err) {
  status_code status = json_parse(a, text, strlen(text), path, list, err);
  if (status != STATUS_OK) return status;
  if (is_list_of_maps(*list)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: a history is not a list of tables", path);
}

static status_code read_rows(arena *a, const safetensors_file *file, const char *path,
                             const char *id, const value **rows, failure *err) {
  const safetensors_entry *entry = safetensors_find(file, rows_name(a, id));
  if (!entry) return failure_set(err, STATUS_BAD_INPUT, "%s: no rows of %s", path, id);
  char *text = arena_get(a, entry->bytes + 2);
  memcpy(text, entry->data, entry->bytes);
  memcpy(text + entry->bytes, "]", 2);
  return read_list(a, text, path, rows, err);
}

/* The best weights so far are files beside the checkpoint, which are not written again before a
 * better measurement. */
static status_code check_best(arena *a, const job *work, const char *id, failure *err) {
  safetensors_file file = {0};
  const char *name = checkpoint_best_name(a, id);
  status_code status =
      safetensors_open(&file, arena_format(a, "%s/%s.safetensors", work->folder, name), err);
  safetensors_close(&file);
  return status;
}

/* The list of list_histories, with "rows" in each entry. */
static status_code read_histories(training *t, const job *work, const safetensors_file *file,
                                  const char *path, const value **list, failure *err) {
  const value *bare, *rows;
  value *whole = value_new(t->memory, VALUE_LIST);
  status_code status =
      read_list(t->memory, value_get_text(file->metadata, "measurements", ""), path, &bare, err);
  for (size_t i = 0; status == STATUS_OK && i < bare->count; i++) {
    value *entry = value_copy(t->memory, bare->items[i]);
    const char *id = value_get_text(entry, "id", "");
    status = read_rows(t->memory, file, path, id, &rows, err);
    if (status == STATUS_OK && value_get_bool(entry, "saved", false))
      status = check_best(t->memory, work, id, err);
    if (status != STATUS_OK) return status;
    value_put(t->memory, entry, "rows", rows);
    value_push(t->memory, whole, entry);
  }
  *list = whole;
  return status;
}

static status_code read_losses(training *t, const safetensors_file *file, const char *path,
                               failure *err) {
  const safetensors_entry *entry = safetensors_find(file, "losses");
  const uint64_t epochs = training_epochs(t, t->step);
  if ((entry ? entry->bytes : 0) != epochs * sizeof *t->sums.epochs)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: without the losses of %llu epochs (another version of hifm wrote it)",
                       path, (unsigned long long)epochs);
  while (t->sums.count < epochs) losses_begin_epoch(t->memory, &t->sums);
  if (epochs) memcpy(t->sums.epochs, entry->data, entry->bytes);
  return STATUS_OK;
}

static bool is_ours(const value *meta, const job *work) {
  return strcmp(value_get_text(meta, "id", ""), work->id) == 0;
}

static status_code read_step(training *t, const value *meta, uint64_t steps, const char *path,
                             failure *err) {
  if (get_count(meta, "step", steps, &t->step)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: step %s of %llu", path,
                     value_get_text(meta, "step", "?"), (unsigned long long)steps);
}

/* The network's state comes last: it has no initial value to go back to. */
static status_code restore(training *t, const network *net, const job *work,
                           const safetensors_file *file, uint64_t steps, const char *path,
                           failure *err) {
  const value *histories;
  status_code status = read_step(t, file->metadata, steps, path, err);
  if (status == STATUS_OK) status = read_losses(t, file, path, err);
  if (status == STATUS_OK) status = weights_copy(file, path, net, "w.", t->w, err);
  if (status == STATUS_OK) status = weights_copy(file, path, net, "m.", t->m, err);
  if (status == STATUS_OK) status = weights_copy(file, path, net, "v.", t->v, err);
  if (status == STATUS_OK) status = read_histories(t, work, file, path, &histories, err);
  if (status == STATUS_OK) status = copy_state(file, path, net, err);
  if (status != STATUS_OK) return status;
  t->seconds = get_number(file->metadata, "seconds");
  take_histories(t, histories);
  return STATUS_OK;
}

static bool is_lost(status_code status) {
  return status == STATUS_BAD_INPUT || status == STATUS_NO_INPUT;
}

double checkpoint_look(arena *a, const char *folder, const char *measure_id,
                       const value **history) {
  safetensors_file file = {0};
  double step = NAN;
  const char *path = arena_format(a, "%s/checkpoint.safetensors", folder);
  *history = NULL;
  if (safetensors_open(&file, path, NULL) == STATUS_OK) {
    if (!text_number(value_get_text(file.metadata, "step", ""), &step)) step = NAN;
    if (read_rows(a, &file, path, measure_id, history, NULL) != STATUS_OK) *history = NULL;
  }
  safetensors_close(&file);
  return step;
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
    status = restore(t, net, work, &file, steps, path, &why);
    *found = status == STATUS_OK;
  }
  safetensors_close(&file);
  arena_close(&a);
  if (status == STATUS_OK || !is_there) return STATUS_OK;
  if (!is_lost(status)) return failure_set(err, status, "%s", why.message);
  progress_note("%s. Training starts from the beginning", why.message);
  training_reset(t, net->weights, work);
  return STATUS_OK;
}

/* ---- weights alone ---- */

status_code checkpoint_save_weights(const training *t, const network *net, const job *work,
                                    const char *name, const value *row, failure *err) {
  arena a = {0};
  plugins_keep_surroundings("train");
  safetensors_entry *entries = memory_array(net->count, sizeof *entries);
  const size_t count = weights_list(net, "", t->w, entries);
  value *meta = value_new(&a, VALUE_MAP);
  value_put_text(&a, meta, "id", work->id);
  value_put_text(&a, meta, "row", json_text(&a, row));
  status_code status = safetensors_write(arena_format(&a, "%s/%s.safetensors", work->folder, name),
                                         meta, entries, count, err);
  free(entries);
  arena_close(&a);
  return status;
}

/* Runs of one network have tensors of one shape: only the identity says whose they are. */
static status_code check_run(const safetensors_file *file, const char *path, const char *id,
                             failure *err) {
  const char *found = value_get_text(file->metadata, "id", id);
  if (strcmp(found, id) == 0) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: these are the weights of another run, %.12s", path,
                     found);
}

status_code checkpoint_load_weights(arena *a, const network *net, const char *folder,
                                    const char *id, const char *name, float *w, const value **row,
                                    failure *err) {
  safetensors_file file = {0};
  failure why;
  const char *path = arena_format(a, "%s/%s.safetensors", folder, name);
  status_code status = safetensors_open(&file, path, &why);
  if (status == STATUS_OK) status = weights_copy(&file, path, net, "", w, &why);
  if (status == STATUS_OK) status = check_run(&file, path, id, &why);
  if (status == STATUS_OK) {
    const char *text = value_get_text(file.metadata, "row", "");
    status = json_parse(a, text, strlen(text), path, row, &why);
  }
  safetensors_close(&file);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(err, status, "%s%s", why.message, job_train_again(a, folder, status));
}

/* The step of a file of weights of this run; 0 for any other file. */
static uint64_t step_in(const char *path, const char *id) {
  arena a = {0};
  safetensors_file file = {0};
  const value *row = NULL;
  if (safetensors_open(&file, path, NULL) == STATUS_OK &&
      strcmp(value_get_text(file.metadata, "id", ""), id) == 0) {
    const char *text = value_get_text(file.metadata, "row", "");
    if (json_parse(&a, text, strlen(text), path, &row, NULL) != STATUS_OK) row = NULL;
  }
  const uint64_t step = history_step(row);
  safetensors_close(&file);
  arena_close(&a);
  return step;
}

static bool holds_weights(const char *name) {
  return strncmp(name, "best", 4) == 0 || strcmp(name, "last.safetensors") == 0;
}

const char *checkpoint_find_weights(arena *a, const char *folder, const char *id, uint64_t step) {
  const char *found = NULL, *kept = checkpoint_weights_name(a, step);
  if (step_in(arena_format(a, "%s/%s.safetensors", folder, kept), id) == step) return kept;
  DIR *entries = opendir(folder);
  for (struct dirent *entry; !found && entries && (entry = readdir(entries));) {
    const char *name = entry->d_name;
    if (!holds_weights(name) || !text_ends_with(name, ".safetensors")) continue;
    if (step_in(arena_format(a, "%s/%s", folder, name), id) == step)
      found = arena_format(a, "%.*s", (int)(strlen(name) - strlen(".safetensors")), name);
  }
  if (entries) closedir(entries);
  if (found || !files_exists(arena_format(a, "%s/%s.safetensors", folder, kept))) return found;
  return kept;
}

const char *checkpoint_weights_name(arena *a, uint64_t step) {
  return arena_format(a, "weights-%llu", (unsigned long long)step);
}

const char *checkpoint_best_name(arena *a, const char *measure_id) {
  return arena_format(a, "best-%.12s", measure_id);
}

const char *checkpoint_find_best(arena *a, const char *folder, const char *id,
                                 const char *measure_id, uint64_t step) {
  const char *found = checkpoint_find_weights(a, folder, id, step);
  const char *own = checkpoint_best_name(a, measure_id);
  const char *path = arena_format(a, "%s/%s.safetensors", folder, own);
  return found || !files_exists(path) || step_in(path, id) ? found : own;
}
