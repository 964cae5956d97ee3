/* The train job: Algorithm 1 in a loop, with measurements and checkpoints along the way. */
#include "base/clock.h"
#include "base/files.h"
#include "base/numbers.h"
#include "base/text.h"
#include "job/adamw.h"
#include "job/checkpoint.h"
#include "job/contents.h"
#include "job/continuation.h"
#include "job/history.h"
#include "job/learning_rate.h"
#include "job/likelihood.h"
#include "job/minibatch.h"
#include "job/moving_average.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/run.h"
#include "job/saved_weights.h"

#include <stdlib.h>
#include <string.h>

typedef struct trainer {
  run *r;
  arena *memory;
  minibatch *batches;
  training state;
  float *gradient;
  uint64_t steps;
  uint64_t planned;      /* steps, where train.patience ended it before; else 0 */
  double started, saved; /* clock at the start of this attempt, at the last checkpoint */
  const value *measured; /* the last row of this attempt, of the first measurement, or NULL */
  char divergence[400];  /* why it diverged; "" while it has not */
} trainer;

static double epoch_of(const trainer *t, uint64_t step) {
  return (double)step / (double)t->batches->steps_per_epoch;
}

/* ---- one step ---- */

/* The tensor of the first number that is not finite. */
static const char *tensor_not_finite(const network *net, const float *gradient) {
  for (size_t i = 0; i < net->count; i++)
    for (size_t k = net->tensors[i].rows * net->tensors[i].columns; k-- > 0;)
      if (!isfinite(*gradient++)) return net->tensors[i].name;
  return "none";
}

/* In the slowest modes m' = q^(1/kappa - 1) / kappa, whose square has no mean over uniform z from
 * kappa = 2 on, and a huge one over uniform t. Multiplied with v_z it has one. */
static void warn_of_large_kappa(const minibatch *b) {
  const double kappa = b->scratch[0].spectrum.kappa;
  if (kappa < 2 || b->settings.scheme != SCHEME_FINITE) return;
  progress_note(
      "kappa = %g: from 2 on the squared velocity has %s, so the loss jumps. Use scheme = "
      "\"infinite\" or a smaller kappa",
      kappa,
      b->settings.clock == CLOCK_Z ? "no finite mean over z in [0, 1]"
                                   : "a huge mean over t in [0, 1]");
}

/* The weights stay as they are, or the training has diverged. */
static void skip_or_diverge(trainer *t, double loss) {
  training *s = &t->state;
  if (s->skipped_in_a_row < t->r->train.skip_nonfinite) {
    s->step++;
    training_skip(s);
    return;
  }
  snprintf(t->divergence, sizeof t->divergence,
           "not finite at step %llu: loss %g, first in the gradient of %s",
           (unsigned long long)s->step, loss, tensor_not_finite(&t->r->net, t->gradient));
}

/* A step with this loss and this norm of t->gradient. Skipped steps have their learning rate, but
 * are not updates of the moments. */
static void update(trainer *t, double loss, double norm) {
  training *s = &t->state;
  const optimizer_settings *set = &t->r->optimizer;
  const double lr = learning_rate(set, t->steps, s->step);
  adamw_clip(set->clip, norm, s->weights, t->gradient);
  adamw_step(set, lr, s->step + 1 - s->skipped, s->weights, t->gradient, s->w, s->m, s->v);
  if (s->average) moving_average_add(t->r->train.ema, s->step, s->weights, s->w, s->average);
  s->step++;
  training_add(s, loss, norm);
}

static status_code take_step(trainer *t, failure *err) {
  training *s = &t->state;
  network *net = &t->r->net;
  minibatch *b = t->batches;
  status_code status = minibatch_fill(b, s->step, err);
  if (status != STATUS_OK) return status;
  if (s->step == 0) warn_of_large_kappa(b);
  const hifm_batch batch = {.n = b->size, .nz = b->size, .x = b->x, .z = b->z};
  memset(t->gradient, 0, net->weights * sizeof *t->gradient);
  const double loss =
      network_loss_gradient(net, s->w, &batch, minibatch_loss, b, t->gradient) / (double)b->size;
  const double norm = numbers_norm_float(t->gradient, net->weights);
  if (isfinite(loss) && isfinite(norm))
    update(t, loss, norm);
  else
    skip_or_diverge(t, loss);
  return STATUS_OK;
}

/* ---- measurements and checkpoints along the way ---- */

/* A row is due at this step and missing: derived, so that a checkpoint may be saved at any time,
 * before or after a measurement. */
static bool is_due(const trainer *t, const training_history *h) {
  const uint64_t step = t->state.step;
  const history_rule rule = {.every = h->every, .steps = t->steps};
  return !h->late && history_is_due(&rule, step) && history_step(history_last(h->rows)) != step;
}

/* The weights and, where there is one, their average. */
static status_code write_weights(trainer *t, const char *name, const value *row, failure *err) {
  training *s = &t->state;
  const run *r = t->r;
  status_code status = saved_weights_write(r->work, &r->net, name, s->w, row, err);
  if (status != STATUS_OK || !s->average) return status;
  return saved_weights_write(r->work, &r->net, saved_weights_name(t->memory, name, true),
                             training_weights(s, true), row, err);
}

/* One row of one history; its best weights so far are saved. */
static status_code measure_one(trainer *t, size_t i, failure *err) {
  training *s = &t->state;
  training_history *h = &s->histories[i];
  value *row;
  const run_measurement *how = &t->r->measurements[i];
  const float *w = training_weights(s, how->averaged);
  status_code status = run_measure(t->r, how, t->memory, w, training_row(s, h), &row, err);
  if (status != STATUS_OK) return status;
  if (i == 0) t->measured = row;
  if (!training_record(s, h, row)) return STATUS_OK;
  status = write_weights(t, saved_weights_best(t->memory, h->asked->id), row, err);
  h->saved = status == STATUS_OK;
  return status;
}

/* The step alone: weights do not depend on how they are measured. */
static status_code save_weights(trainer *t, const char *name, failure *err) {
  const training *s = &t->state;
  return write_weights(t, name, history_row(t->memory, NULL, s->steps_per_epoch, 0, s->step), err);
}

static status_code measure(trainer *t, bool *any, failure *err) {
  status_code status = STATUS_OK;
  *any = false;
  for (size_t i = 0; i < t->state.history_count && status == STATUS_OK; i++) {
    if (!is_due(t, &t->state.histories[i])) continue;
    *any = true;
    status = measure_one(t, i, err);
  }
  if (status != STATUS_OK || !*any || !t->r->work->keep_all) return status;
  return save_weights(t, saved_weights_kept(t->memory, t->state.step), err);
}

/* The time to the next checkpoint begins at the end of this one: else, where one takes longer than
 * that, each step would be saved. */
static status_code save(trainer *t, failure *err) {
  t->state.seconds += clock_seconds() - t->started;
  t->started = clock_seconds();
  status_code status = checkpoint_save(&t->state, &t->r->net, t->r->work, CHECKPOINT_FILE, err);
  t->saved = clock_seconds();
  return status;
}

static void report(const trainer *t) {
  const training *s = &t->state;
  progress_report(&(progress){.phase = "train",
                              .done = (double)s->step,
                              .total = (double)t->steps,
                              .points = (double)t->batches->size,
                              .epoch = epoch_of(t, s->step),
                              .epochs = epoch_of(t, t->steps),
                              .loss = training_loss(s),
                              .best = s->history_count ? s->histories[0].best : INFINITY,
                              .measured = t->measured});
}

static status_code stop(trainer *t, failure *err) {
  status_code status = save(t, err);
  if (status != STATUS_OK) return status;
  return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal at step %llu of %llu",
                     (unsigned long long)t->state.step, (unsigned long long)t->steps);
}

/* With train.patience: derived from the rows, as what is due is, so that a resumed training stops
 * at the same step. The measurements that end with the training are due then. */
static bool ends_early(trainer *t) {
  const training *s = &t->state;
  const uint64_t patience = t->r->train.patience;
  if (patience == 0 || s->history_count == 0 || s->step >= t->steps) return false;
  const value *rows = s->histories[0].rows;
  if (history_step(history_last(rows)) != s->step || history_since_best(rows) < patience)
    return false;
  t->planned = t->steps;
  t->steps = s->step;
  progress_note("stopped at step %llu of %llu: %llu measurement%s without a new best one",
                (unsigned long long)t->steps, (unsigned long long)t->planned,
                (unsigned long long)patience, text_plural(patience));
  return true;
}

static status_code loop(trainer *t, failure *err) {
  status_code status = STATUS_OK;
  for (;;) {
    bool any;
    status = measure(t, &any, err);
    if (any) report(t);
    if (status == STATUS_INTERRUPTED || progress_stop_asked()) return stop(t, err);
    if (status == STATUS_OK && ends_early(t)) continue;
    if (status != STATUS_OK || t->divergence[0] || t->state.step >= t->steps) return status;
    if (clock_seconds() - t->saved > t->r->work->checkpoint_seconds) status = save(t, err);
    if (status == STATUS_OK) status = take_step(t, err);
    if (status != STATUS_OK) return status;
    report(t);
  }
}

/* ---- the result ---- */

static value *numbers(const trainer *t) {
  const training *s = &t->state;
  value *out = value_new(t->memory, VALUE_MAP);
  value_put_number(t->memory, out, "steps", (double)s->step);
  if (t->planned) value_put_number(t->memory, out, "planned_steps", (double)t->planned);
  value_put_number(t->memory, out, "weights", (double)t->r->net.weights);
  if (t->r->train.skip_nonfinite > 0)
    value_put_number(t->memory, out, "skipped", (double)s->skipped);
  value_put_number(t->memory, out, "dimensions", likelihood_dimensions(&t->r->data.domain));
  run_put_likelihood_start(t->r, t->memory, out);
  hifm_fact facts[16];
  const size_t count = network_facts(&t->r->net, facts, 16);
  for (size_t i = 0; i < count; i++)
    value_put_number(t->memory, out, facts[i].name, facts[i].number);
  return out;
}

/* The result of one measurement. One that is late sees the weights in the folder. */
static status_code write_history(trainer *t, size_t i, const result *trained, failure *err) {
  const training_history *h = &t->state.histories[i];
  arena *a = t->memory;
  status_code status = STATUS_OK;
  result measured = *trained;
  measured.kind = JOB_MEASURE;
  measured.id = h->asked->id;
  measured.history = h->rows;
  measured.measurement = h->asked->entry;
  if (h->late)
    status = run_late_history(t->r, &t->r->measurements[i], a, result_body(a, trained),
                              &t->state.sums, &measured.history, &measured.late, err);
  if (status != STATUS_OK) return status;
  return result_write(job_measure_path(a, t->r->work->folder, h->asked->id), &measured, err);
}

/* Weights and losses first, then the measurements, the train result last: the run is done with it.
 */
static status_code finish(trainer *t, failure *err) {
  training *s = &t->state;
  const job *work = t->r->work;
  arena *a = t->memory;
  s->seconds += clock_seconds() - t->started;
  status_code status = save_weights(t, "last", err);
  if (status == STATUS_OK) status = losses_write(&s->sums, work->folder, err);
  const bool continuable = work->keep_state && work->stem && !t->divergence[0] && !t->planned;
  if (status == STATUS_OK && continuable)
    status = checkpoint_save(s, &t->r->net, work, CHECKPOINT_STATE, err);
  const result trained = {.kind = work->kind,
                          .id = work->id,
                          .stem = continuable ? work->stem : NULL,
                          .status = t->divergence[0] ? RUN_DIVERGED : RUN_DONE,
                          .message = t->divergence[0] ? t->divergence : NULL,
                          .numbers = numbers(t),
                          .seconds = s->seconds,
                          .attempts = work->attempt,
                          .data = work->data,
                          .modes = work->modes};
  for (size_t i = 0; i < s->history_count && status == STATUS_OK; i++)
    status = write_history(t, i, &trained, err);
  if (status == STATUS_OK) status = contents_record(a, work, &trained, err);
  if (status == STATUS_OK) files_remove(arena_format(a, "%s/" CHECKPOINT_FILE, work->folder), NULL);
  return status;
}

/* ---- the job ---- */

static void note_resumed(const trainer *t) {
  size_t late = 0;
  const training *s = &t->state;
  progress_note("resumed at step %llu of %llu", (unsigned long long)s->step,
                (unsigned long long)t->steps);
  for (size_t i = 0; i < s->history_count; i++) late += s->histories[i].late;
  if (late > 0)
    progress_note("not asked for when this training began: %zu of %zu measurement%s, made of the "
                  "last weights alone",
                  late, s->history_count, text_plural(s->history_count));
}

static status_code start(trainer *t, failure *err) {
  bool found;
  run *r = t->r;
  training_open(&t->state, t->memory, r->net.weights, r->work, t->batches->steps_per_epoch);
  t->gradient = memory_array(r->net.weights, sizeof *t->gradient);
  t->steps = history_steps(r->work->config);
  t->started = t->saved = clock_seconds();
  status_code status = checkpoint_load(&t->state, &r->net, r->work, t->steps, &found, err);
  if (status != STATUS_OK) return status;
  if (found) {
    note_resumed(t);
    return STATUS_OK;
  }
  status = continuation_begin(t->memory, r, &t->state, t->steps, &found, err);
  if (status != STATUS_OK || found) return status;
  network_initialise(&r->net, r->seed, t->state.w);
  training_begin_average(&t->state);
  return STATUS_OK;
}

static status_code train(run *r, arena *a, minibatch *batches, failure *err) {
  trainer t = {.r = r, .memory = a, .batches = batches};
  status_code status = start(&t, err);
  if (status == STATUS_OK) status = loop(&t, err);
  if (status == STATUS_OK) status = finish(&t, err);
  free(t.gradient);
  training_close(&t.state);
  return status;
}

status_code run_train(arena *a, const job *work, failure *err) {
  run r;
  flow path;
  minibatch batches;
  status_code status = run_open(&r, a, work, 0, err);
  if (status != STATUS_OK) return status;
  const value *stages = value_get(value_get(work->config, "flow"), "stages");
  status = flow_open(&path, a, stages, &r.data.domain, err);
  if (status != STATUS_OK) goto done;
  const minibatch_request request = {.data = &r.data,
                                     .path = &path,
                                     .settings = &r.flow,
                                     .modes = work->modes,
                                     .seed = r.seed,
                                     .size = (size_t)r.train.batch,
                                     .threads = work->threads};
  if (path.hessian && !work->modes)
    status = failure_set(err, STATUS_BAD_INPUT,
                         "the job file has no folder under \"modes\", but the flow needs "
                         "eigendecompositions");
  if (status == STATUS_OK) status = minibatch_open(&batches, &request, err);
  if (status == STATUS_OK) {
    status = train(&r, a, &batches, err);
    minibatch_close(&batches);
  }
  flow_close(&path);
done:
  run_close(&r);
  return status;
}
