#include "job/continuation.h"

#include "base/files.h"
#include "base/folders.h"
#include "job/checkpoint.h"
#include "job/history.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/saved_weights.h"

#include <stdlib.h>
#include <string.h>

/* A finished run with the stem of this training. */
typedef struct shorter {
  const char *name, *folder, *id;
  const value *trained; /* its result */
  uint64_t steps;
} shorter;

typedef struct continuation {
  arena *memory;
  run *r;
  training *t;
  uint64_t steps;
  shorter *found;
  size_t count;
} continuation;

/* ---- the runs that may be it ---- */

/* A run that cannot be read is not one. */
static bool look_at(const continuation *c, const char *pool, const char *name, shorter *out) {
  const value *made;
  const char *folder = arena_format(c->memory, "%s/%s", pool, name);
  const char *result_path = arena_format(c->memory, "%s/result.json", folder);
  if (!files_exists(arena_format(c->memory, "%s/" CHECKPOINT_STATE, folder))) return false;
  if (result_read(c->memory, result_path, NULL, &made, NULL) != STATUS_OK || !made) return false;
  if (strcmp(value_get_text(made, "stem", ""), c->r->work->stem) != 0) return false;
  *out = (shorter){.name = name,
                   .folder = folder,
                   .id = value_get_text(made, "id", ""),
                   .trained = made,
                   .steps = (uint64_t)value_get_number(value_get(made, "numbers"), "steps", 0)};
  return run_status_in(made) == RUN_DONE && out->steps > 0 && out->steps < c->steps;
}

/* The longest first; equally long ones, of epochs and of steps, by name. */
static int by_steps(const void *x, const void *y) {
  const shorter *a = x, *b = y;
  if (a->steps != b->steps) return a->steps > b->steps ? -1 : 1;
  return strcmp(a->name, b->name);
}

static status_code find(continuation *c, failure *err) {
  const char *own = c->r->work->folder, *slash = strrchr(own, '/');
  const char *pool = slash ? arena_format(c->memory, "%.*s", (int)(slash - own), own) : ".";
  const value *names;
  status_code status = folders_list(c->memory, pool, &names, err);
  if (status != STATUS_OK) return status;
  c->found = arena_get(c->memory, (names->count + 1) * sizeof *c->found);
  for (size_t i = 0; i < names->count; i++)
    c->count += look_at(c, pool, names->items[i]->text, &c->found[c->count]);
  qsort(c->found, c->count, sizeof *c->found, by_steps);
  return STATUS_OK;
}

/* ---- is it the beginning of this training? ---- */

static status_code check_makers(const continuation *c, const shorter *s, failure *err) {
  const char *other = result_other_maker(c->memory, s->trained);
  if (!other) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s was made with another %s", s->name, other);
}

static status_code check_histories(const continuation *c, const shorter *s, failure *err) {
  for (size_t i = 0; i < c->t->history_count; i++) {
    const training_history *h = &c->t->histories[i];
    const history_rule rule = {.every = h->every, .steps = s->steps, .diverged = true};
    if (s->steps % h->every != 0)
      return failure_set(err, STATUS_BAD_INPUT,
                         "%s ended at epoch %.4g, where this run does not measure", s->name,
                         (double)s->steps / (double)c->t->steps_per_epoch);
    if (h->late || !history_is_complete(h->rows, &rule))
      return failure_set(err, STATUS_BAD_INPUT,
                         "%s did not measure all that this run measures, or not as often", s->name);
  }
  return STATUS_OK;
}

/* ---- its weights ---- */

/* Weights of this step, from any file that has them. */
static status_code copy_kind(const continuation *c, const shorter *s, const char *name,
                             bool averaged, const value *row, failure *err) {
  const run *r = c->r;
  const value *ignored;
  const uint64_t step = history_step(row);
  const char *from;
  status_code status = saved_weights_find(c->memory, s->folder, s->id, averaged, step, &from, err);
  if (status != STATUS_OK) return status;
  if (!from)
    return failure_set(err, STATUS_BAD_INPUT, "%s did not keep the weights of epoch %.4g", s->name,
                       (double)step / (double)c->t->steps_per_epoch);
  float *w = memory_array(r->net.weights, sizeof *w);
  status = saved_weights_read(c->memory, &r->net, s->folder, s->id, from, w, &ignored, err);
  if (status == STATUS_OK)
    status = saved_weights_write(r->work, &r->net, saved_weights_name(c->memory, name, averaged), w,
                                 row, err);
  free(w);
  return status;
}

static status_code copy_weights(const continuation *c, const shorter *s, const char *name,
                                const value *row, failure *err) {
  status_code status = copy_kind(c, s, name, false, row, err);
  if (status != STATUS_OK || !c->t->average) return status;
  return copy_kind(c, s, name, true, row, err);
}

static status_code copy_best(const continuation *c, const shorter *s, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < c->t->history_count && status == STATUS_OK; i++) {
    training_history *h = &c->t->histories[i];
    const value *best = history_best(h->rows);
    if (!best) continue;
    status = copy_weights(c, s, saved_weights_best(c->memory, h->asked->id), best, err);
    h->saved = status == STATUS_OK;
  }
  return status;
}

/* With train.keep = "all": those of each measured step. */
static status_code copy_kept(const continuation *c, const shorter *s, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; c->r->work->keep_all && i < c->t->history_count; i++) {
    const value *rows = c->t->histories[i].rows;
    for (size_t k = 0; k < rows->count && status == STATUS_OK; k++) {
      const uint64_t step = history_step(rows->items[k]);
      const value *row = history_row(c->memory, NULL, c->t->steps_per_epoch, 0, step);
      status = copy_weights(c, s, saved_weights_kept(c->memory, step), row, err);
    }
  }
  return status;
}

/* ---- all ---- */

static status_code take(const continuation *c, const shorter *s, failure *err) {
  run *r = c->r;
  status_code status = check_makers(c, s, err);
  if (status == STATUS_OK)
    status = checkpoint_load_state(c->t, &r->net, r->work, s->folder, s->id, c->steps, err);
  if (status == STATUS_OK && c->t->step != s->steps)
    status = failure_set(err, STATUS_BAD_INPUT, "%s has the state of another step", s->name);
  if (status == STATUS_OK) status = check_histories(c, s, err);
  if (status == STATUS_OK) status = copy_best(c, s, err);
  return status == STATUS_OK ? copy_kept(c, s, err) : status;
}

/* The same; after a failure everything is as before. */
static status_code try(const continuation *c, const shorter *s, failure *err) {
  network *net = &c->r->net;
  void *before = memory_array(network_state_bytes(net) + 1, 1);
  network_get_state(net, before);
  const status_code status = take(c, s, err);
  if (status != STATUS_OK) {
    training_reset(c->t, net->weights, c->r->work);
    network_set_state(net, before);
  }
  free(before);
  return status;
}

status_code continuation_begin(arena *a, run *r, training *t, uint64_t steps, bool *found,
                               failure *err) {
  failure first = {.message = ""};
  continuation c = {.memory = a, .r = r, .t = t, .steps = steps};
  *found = false;
  if (!r->work->stem || r->work->from_start) return STATUS_OK;
  status_code status = find(&c, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < c.count && !*found; i++) {
    failure why;
    status = try(&c, &c.found[i], &why);
    *found = status == STATUS_OK;
    if (*found)
      progress_note("continues %s at epoch %.4g", c.found[i].name,
                    (double)t->step / (double)t->steps_per_epoch);
    else if (!files_is_lost(status))
      return failure_set(err, status, "%s", why.message);
    else if (!*first.message)
      first = why;
  }
  if (!*found && *first.message) progress_note("trains from the start: %s", first.message);
  return STATUS_OK;
}
