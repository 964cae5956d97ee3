#include "job/saved_weights.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/text.h"
#include "host/plugins.h"
#include "job/history.h"
#include "job/weights.h"

#include <stdlib.h>
#include <string.h>

#define AVERAGED "_averaged"

status_code saved_weights_write(const job *work, const network *net, const char *name,
                                const float *w, const value *row, failure *err) {
  arena a = {0};
  plugins_keep_surroundings("train");
  safetensors_entry *entries = memory_array(net->count, sizeof *entries);
  const size_t count = weights_list(net, "", w, entries);
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

/* The history row that belongs to the weights. */
static status_code read_row(arena *a, const safetensors_file *file, const char *path,
                            const value **row, failure *err) {
  const char *text = value_get_text(file->metadata, "row", "");
  return json_parse(a, text, strlen(text), path, row, err);
}

status_code saved_weights_read(arena *a, const network *net, const char *folder, const char *id,
                               const char *name, float *w, const value **row, failure *err) {
  safetensors_file file = {0};
  failure why;
  const char *path = arena_format(a, "%s/%s.safetensors", folder, name);
  status_code status = safetensors_open(&file, path, &why);
  if (status == STATUS_OK) status = weights_copy(&file, path, net, "", w, &why);
  if (status == STATUS_OK) status = check_run(&file, path, id, &why);
  if (status == STATUS_OK) status = read_row(a, &file, path, row, &why);
  safetensors_close(&file);
  if (status == STATUS_OK) return STATUS_OK;
  return failure_set(err, status, "%s%s", why.message, job_train_again(a, folder, status));
}

/* The step of a file of weights of this run; 0 for any other file, also a damaged one. What cannot
 * be read now may be it. */
static status_code step_in(const char *path, const char *id, uint64_t *step, failure *err) {
  arena a = {0};
  safetensors_file file = {0};
  const value *row = NULL;
  status_code status = safetensors_open(&file, path, err);
  if (status == STATUS_OK && strcmp(value_get_text(file.metadata, "id", ""), id) == 0 &&
      read_row(&a, &file, path, &row, NULL) != STATUS_OK)
    row = NULL;
  *step = history_step(row);
  safetensors_close(&file);
  arena_close(&a);
  return files_is_lost(status) ? STATUS_OK : status;
}

/* Is it a file of best or last weights, of this kind? */
static bool holds_weights(const char *name, bool averaged) {
  if (!text_ends_with(name, ".safetensors")) return false;
  if (text_ends_with(name, AVERAGED ".safetensors") != averaged) return false;
  return strncmp(name, "best", 4) == 0 || strncmp(name, "last", 4) == 0;
}

/* Among best and last weights; NULL: there is none. */
static status_code look_for(arena *a, const char *folder, const char *id, bool averaged,
                            uint64_t step, const char **found, failure *err) {
  const value *names;
  status_code status = folders_list(a, folder, &names, err);
  for (size_t i = 0; status == STATUS_OK && !*found && i < names->count; i++) {
    uint64_t other;
    const char *name = names->items[i]->text;
    if (!holds_weights(name, averaged)) continue;
    status = step_in(arena_format(a, "%s/%s", folder, name), id, &other, err);
    if (status == STATUS_OK && other == step)
      *found = arena_format(a, "%.*s", (int)(strlen(name) - strlen(".safetensors")), name);
  }
  return status;
}

status_code saved_weights_find(arena *a, const char *folder, const char *id, bool averaged,
                               uint64_t step, const char **name, failure *err) {
  uint64_t other;
  const char *kept = saved_weights_name(a, saved_weights_kept(a, step), averaged);
  const char *path = arena_format(a, "%s/%s.safetensors", folder, kept);
  *name = NULL;
  status_code status = step_in(path, id, &other, err);
  if (status == STATUS_OK && other == step) *name = kept;
  if (status == STATUS_OK && !*name) status = look_for(a, folder, id, averaged, step, name, err);
  if (status == STATUS_OK && !*name && files_exists(path)) *name = kept;
  return status;
}

status_code saved_weights_find_best(arena *a, const char *folder, const char *id,
                                    const char *measure_id, bool averaged, uint64_t step,
                                    const char **name, failure *err) {
  uint64_t other = 0;
  const char *own = saved_weights_name(a, saved_weights_best(a, measure_id), averaged);
  const char *path = arena_format(a, "%s/%s.safetensors", folder, own);
  status_code status = saved_weights_find(a, folder, id, averaged, step, name, err);
  if (status != STATUS_OK || *name || !files_exists(path)) return status;
  status = step_in(path, id, &other, err);
  if (status == STATUS_OK && other == 0) *name = own;
  return status;
}

/* ---- names ---- */

const char *saved_weights_name(arena *a, const char *name, bool averaged) {
  return averaged ? arena_format(a, "%s" AVERAGED, name) : name;
}

const char *saved_weights_kept(arena *a, uint64_t step) {
  return arena_format(a, "weights-%llu", (unsigned long long)step);
}

const char *saved_weights_best(arena *a, const char *measure_id) {
  return arena_format(a, "best-%.12s", measure_id);
}

bool saved_weights_are_averaged(const value *config) {
  const value *train = value_get(config, "train"), *measure = value_get(config, "measure");
  return value_get_number(train, "ema", 0) > 0 &&
         strcmp(value_get_text(measure, "weights", ""), "raw") != 0;
}
