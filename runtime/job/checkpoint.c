#include "job/checkpoint.h"

#include "base/json.h"
#include "base/text.h"
#include "host/plugins.h"
#include "job/history.h"
#include "job/progress.h"
#include "job/saved_weights.h"
#include "job/weights.h"

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
static size_t list_state(arena *a, const network *net, safetensors_entry *out) {
  const size_t bytes = network_state_bytes(net);
  void *state = arena_get(a, bytes + 1);
  network_get_state(net, state);
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

/* What a checkpoint has of the measurements: { id, family, likeness, every (in steps), saved }, and
 * their rows. A late one is left out: it stays late. */
static const value *list_histories(arena *a, const training *t, safetensors_entry *rows,
                                   size_t *count) {
  value *list = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < t->history_count; i++) {
    const training_history *h = &t->histories[i];
    if (h->late) continue;
    value *entry = value_new(a, VALUE_MAP);
    value_put_text(a, entry, "id", h->asked->id);
    value_put_text(a, entry, "family", h->asked->family);
    value_put_text(a, entry, "likeness", history_likeness(a, h->asked->config));
    value_put_number(a, entry, "every", (double)h->every);
    value_put(a, entry, "saved", value_bool(a, h->saved));
    value_push(a, list, entry);
    *count += list_bytes(rows_name(a, h->asked->id), h->text.text, h->text.length, rows + *count);
  }
  return list;
}

/* The entry of a measurement, or the closest of those that are alike and have all of its rows. */
static const value *find_history(const value *list, const training_history *h, const char *word,
                                 const char *alike) {
  const value *closest = NULL;
  for (size_t i = 0; i < list->count; i++) {
    const value *entry = list->items[i];
    const uint64_t every = (uint64_t)value_get_number(entry, "every", 0);
    if (strcmp(value_get_text(entry, "id", ""), h->asked->id) == 0) return entry;
    if (every == 0 || h->every % every != 0) continue;
    if (strcmp(value_get_text(entry, word, ""), alike) != 0) continue;
    if (!closest || (double)every > value_get_number(closest, "every", 0)) closest = entry;
  }
  return closest;
}

/* Never a mixture: a measurement that the checkpoint does not have is late, except before the first
 * step. Measurements of another run are found by what they measure, not by their identity. */
static void take_histories(training *t, const value *list, bool own) {
  for (size_t i = 0; i < t->history_count; i++) {
    training_history *h = &t->histories[i];
    const value *entry =
        own ? find_history(list, h, "family", h->asked->family)
            : find_history(list, h, "likeness", history_likeness(t->memory, h->asked->config));
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

/* What is not a tensor of the network. */
enum { OTHERS = 4 };

status_code checkpoint_save(const training *t, const network *net, const job *work,
                            const char *name, failure *err) {
  arena a = {0};
  plugins_keep_surroundings("train");
  safetensors_entry *entries =
      memory_array(3 * net->count + OTHERS + t->history_count, sizeof *entries);
  size_t count = weights_list(net, "w.", t->w, entries);
  count += weights_list(net, "m.", t->m, entries + count);
  count += weights_list(net, "v.", t->v, entries + count);
  count += list_state(&a, net, entries + count);
  count +=
      list_bytes("losses", t->sums.epochs, t->sums.count * sizeof *t->sums.epochs, entries + count);
  if (t->skipped > 0)
    count += list_bytes("skipped", t->sums.skipped, t->sums.count * sizeof *t->sums.skipped,
                        entries + count);
  if (t->average)
    count += list_bytes("average", t->average, t->weights * sizeof *t->average, entries + count);
  value *meta = value_new(&a, VALUE_MAP);
  value_put_text(&a, meta, "id", work->id);
  put_number(&a, meta, "step", (double)t->step);
  put_number(&a, meta, "seconds", t->seconds);
  if (t->skipped_in_a_row > 0)
    put_number(&a, meta, "skipped_in_a_row", (double)t->skipped_in_a_row);
  value_put_text(&a, meta, "measurements", json_text(&a, list_histories(&a, t, entries, &count)));
  const char *path = arena_format(&a, "%s/%s", work->folder, name);
  status_code status = safetensors_write(path, meta, entries, count, err);
  free(entries);
  arena_close(&a);
  return status;
}

static status_code copy_state(const safetensors_file *file, const char *path, network *net,
                              failure *err) {
  const size_t bytes = network_state_bytes(net);
  const safetensors_entry *entry = safetensors_find(file, "network.state");
  if ((entry ? entry->bytes : 0) != bytes)
    return failure_set(err, STATUS_BAD_INPUT, "%s: the network's state has another size", path);
  if (bytes) network_set_state(net, entry->data);
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
  const char *name = saved_weights_best(a, id);
  status_code status =
      safetensors_open(&file, arena_format(a, "%s/%s.safetensors", work->folder, name), err);
  safetensors_close(&file);
  return status;
}

/* The list of list_histories, with "rows" in each entry. work: whose best weights are looked for;
 * NULL: none. */
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
    if (status == STATUS_OK && work && value_get_bool(entry, "saved", false))
      status = check_best(t->memory, work, id, err);
    if (status != STATUS_OK) return status;
    value_put(t->memory, entry, "rows", rows);
    value_push(t->memory, whole, entry);
  }
  *list = whole;
  return status;
}

/* Numbers that fill a tensor of bytes. */
static status_code copy_doubles(const safetensors_file *file, const char *path, const char *name,
                                size_t count, double *to, failure *err) {
  const safetensors_entry *entry = safetensors_find(file, name);
  if ((entry ? entry->bytes : 0) != count * sizeof *to)
    return failure_set(err, STATUS_BAD_INPUT, "%s: \"%s\" does not have %zu numbers", path, name,
                       count);
  if (count) memcpy(to, entry->data, entry->bytes);
  return STATUS_OK;
}

static status_code read_losses(training *t, const safetensors_file *file, const char *path,
                               failure *err) {
  const safetensors_entry *entry = safetensors_find(file, "losses");
  const uint64_t epochs = training_epochs(t, t->step);
  if ((entry ? entry->bytes : 0) != epochs * sizeof *t->sums.epochs)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: without the losses of %llu epoch%s (another version of hifm wrote it)",
                       path, (unsigned long long)epochs, text_plural(epochs));
  while (t->sums.count < epochs) losses_begin_epoch(t->memory, &t->sums);
  if (epochs) memcpy(t->sums.epochs, entry->data, entry->bytes);
  if (!safetensors_find(file, "skipped")) return STATUS_OK;
  status_code status = copy_doubles(file, path, "skipped", epochs, t->sums.skipped, err);
  t->skipped = (uint64_t)losses_skipped(&t->sums);
  return status;
}

static status_code read_average(training *t, const safetensors_file *file, const char *path,
                                failure *err) {
  return t->average ? copy_doubles(file, path, "average", t->weights, t->average, err) : STATUS_OK;
}

static status_code read_count(const value *meta, const char *key, uint64_t most, const char *path,
                              uint64_t *out, failure *err) {
  if (get_count(meta, key, most, out)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: %s %s of %llu", path, key,
                     value_get_text(meta, key, "?"), (unsigned long long)most);
}

static status_code read_counts(training *t, const value *meta, uint64_t steps, const char *path,
                               failure *err) {
  status_code status = read_count(meta, "step", steps, path, &t->step, err);
  if (status != STATUS_OK || !value_get(meta, "skipped_in_a_row")) return status;
  return read_count(meta, "skipped_in_a_row", t->step, path, &t->skipped_in_a_row, err);
}

/* The network's state comes last: it has no initial value to go back to. own: of this run, not of a
 * shorter one. */
static status_code restore(training *t, network *net, const job *work, bool own,
                           const safetensors_file *file, uint64_t steps, const char *path,
                           failure *err) {
  const value *histories;
  status_code status = read_counts(t, file->metadata, steps, path, err);
  if (status == STATUS_OK) status = read_losses(t, file, path, err);
  if (status == STATUS_OK) status = weights_copy(file, path, net, "w.", t->w, err);
  if (status == STATUS_OK) status = weights_copy(file, path, net, "m.", t->m, err);
  if (status == STATUS_OK) status = weights_copy(file, path, net, "v.", t->v, err);
  if (status == STATUS_OK) status = read_average(t, file, path, err);
  if (status == STATUS_OK)
    status = read_histories(t, own ? work : NULL, file, path, &histories, err);
  if (status == STATUS_OK) status = copy_state(file, path, net, err);
  if (status != STATUS_OK) return status;
  t->seconds = get_number(file->metadata, "seconds");
  take_histories(t, histories, own);
  return STATUS_OK;
}

static bool is_of(const safetensors_file *file, const char *id) {
  return strcmp(value_get_text(file->metadata, "id", ""), id) == 0;
}

double checkpoint_look(arena *a, const char *folder, const char *measure_id,
                       const value **history) {
  safetensors_file file = {0};
  double step = NAN;
  const char *path = arena_format(a, "%s/" CHECKPOINT_FILE, folder);
  *history = NULL;
  if (safetensors_open(&file, path, NULL) == STATUS_OK) {
    if (!text_number(value_get_text(file.metadata, "step", ""), &step)) step = NAN;
    if (read_rows(a, &file, path, measure_id, history, NULL) != STATUS_OK) *history = NULL;
  }
  safetensors_close(&file);
  return step;
}

status_code checkpoint_load(training *t, network *net, const job *work, uint64_t steps, bool *found,
                            failure *err) {
  arena a = {0};
  failure why;
  safetensors_file file = {0};
  const char *path = arena_format(&a, "%s/" CHECKPOINT_FILE, work->folder);
  *found = false;
  status_code status = safetensors_open(&file, path, &why);
  const bool is_there = status != STATUS_NO_INPUT;
  if (status == STATUS_OK && is_of(&file, work->id)) {
    status = restore(t, net, work, true, &file, steps, path, &why);
    *found = status == STATUS_OK;
  }
  safetensors_close(&file);
  arena_close(&a);
  if (status == STATUS_OK || !is_there) return STATUS_OK;
  if (!files_is_lost(status)) return failure_set(err, status, "%s", why.message);
  progress_note("%s. Training starts from the beginning", why.message);
  training_reset(t, net->weights, work);
  return STATUS_OK;
}

status_code checkpoint_load_state(training *t, network *net, const job *work, const char *folder,
                                  const char *id, uint64_t steps, failure *err) {
  arena a = {0};
  safetensors_file file = {0};
  const char *path = arena_format(&a, "%s/" CHECKPOINT_STATE, folder);
  status_code status = safetensors_open(&file, path, err);
  if (status == STATUS_OK && !is_of(&file, id))
    status = failure_set(err, STATUS_BAD_INPUT, "%s: the state of another run", path);
  if (status == STATUS_OK) status = restore(t, net, work, false, &file, steps, path, err);
  safetensors_close(&file);
  arena_close(&a);
  return status;
}
