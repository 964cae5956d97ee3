/* The train job: Algorithm 1 in a loop, with measurements and checkpoints along the way. */
#include "base/clock.h"
#include "base/files.h"
#include "job/adamw.h"
#include "job/checkpoint.h"
#include "job/minibatch.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/run.h"

#include <stdlib.h>
#include <string.h>

typedef struct trainer {
  run *r;
  arena *memory;
  minibatch *batches;
  training state;
  float *gradient;
  uint64_t steps, measure_every; /* in steps */
  double started, saved;         /* clock at the start of this attempt, at the last checkpoint */
  double last_nll, last_nfe;
  char trouble[400]; /* why it diverged; "" while it has not */
} trainer;

static double epoch_of(const trainer *t, uint64_t step) {
  return (double)step / (double)t->batches->steps_per_epoch;
}

static double norm(const float *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sqrt(sum);
}

/* Which tensor holds the first number that is not finite. */
static const char *find_trouble(const network *net, const float *gradient) {
  for (size_t i = 0; i < net->count; i++)
    for (size_t k = net->tensors[i].rows * net->tensors[i].columns; k-- > 0;)
      if (!isfinite(*gradient++)) return net->tensors[i].name;
  return "none";
}

/* In the slowest modes m' = q^(1/kappa - 1) / kappa, whose square has no mean over uniform z from
 * kappa = 2 on, and a huge one over uniform t. Multiplied with v_z it has one. */
static void warn_of_kappa(const minibatch *b) {
  const double kappa = b->spectrum.kappa;
  if (kappa < 2 || b->set.scheme != SCHEME_FINITE) return;
  progress_note("kappa = %g: from 2 on the squared velocity has %s, so the loss jumps; scheme = "
                "\"infinite\" or a smaller kappa would not",
                kappa,
                b->set.clock == CLOCK_Z ? "no finite mean over z in [0, 1]"
                                        : "a huge mean over t in [0, 1]");
}

static status_code take_step(trainer *t, failure *err) {
  training *s = &t->state;
  network *net = &t->r->net;
  minibatch *b = t->batches;
  status_code status = minibatch_fill(b, s->step, err);
  if (status != STATUS_OK) return status;
  if (s->step == 0) warn_of_kappa(b);
  const hifm_batch batch = {.n = b->size, .nz = b->size, .x = b->x, .z = b->z};
  memset(t->gradient, 0, net->weights * sizeof *t->gradient);
  const double loss =
      network_loss_gradient(net, s->w, &batch, minibatch_loss, b, t->gradient) / (double)b->size;
  const double size = norm(t->gradient, net->weights);
  if (!isfinite(loss) || !isfinite(size)) {
    snprintf(t->trouble, sizeof t->trouble,
             "not finite at step %llu: loss %g, first in the gradient of %s",
             (unsigned long long)s->step, loss, find_trouble(net, t->gradient));
    return STATUS_OK;
  }
  s->step++;
  adamw_step(&t->r->optimizer, s->step, net->weights, t->gradient, s->w, s->m, s->v);
  s->loss_sum += loss;
  s->norm_sum += size;
  s->loss_count++;
  return STATUS_OK;
}

static value *facts(trainer *t) {
  training *s = &t->state;
  value *row = value_new(t->memory, VALUE_MAP);
  const double count = s->loss_count ? (double)s->loss_count : 1;
  value_put_number(t->memory, row, "epoch", epoch_of(t, s->step));
  value_put_number(t->memory, row, "step", (double)s->step);
  value_put_number(t->memory, row, "loss", s->loss_sum / count);
  value_put_number(t->memory, row, "gradient_norm", s->norm_sum / count);
  return row;
}

/* One row of history; the best weights so far are kept. */
static status_code measure(trainer *t, failure *err) {
  training *s = &t->state;
  value *row;
  status_code status = run_measure(t->r, t->memory, s->w, facts(t), &row, err);
  if (status != STATUS_OK) return status;
  value_push(t->memory, s->history, row);
  s->loss_sum = s->norm_sum = 0;
  s->loss_count = 0;
  const double nll = value_get_number(row, "nll", NAN);
  t->last_nll = nll;
  t->last_nfe = value_get_number(row, "nfe", NAN);
  if (!(nll < s->best_nll)) return STATUS_OK;
  s->best_nll = nll;
  s->best_epoch = value_get_number(row, "epoch", 0);
  return checkpoint_save_weights(s, &t->r->net, t->r->work, "best", row, err);
}

static status_code save(trainer *t, failure *err) {
  t->state.seconds += clock_seconds() - t->started;
  t->started = t->saved = clock_seconds();
  return checkpoint_save(&t->state, &t->r->net, t->r->work, err);
}

static void tell(const trainer *t) {
  const training *s = &t->state;
  const double count = s->loss_count ? (double)s->loss_count : NAN;
  const progress now = {"train",
                        (double)s->step,
                        (double)t->steps,
                        (double)t->batches->size,
                        epoch_of(t, s->step),
                        epoch_of(t, t->steps),
                        s->loss_sum / count,
                        t->last_nll,
                        t->last_nfe,
                        s->best_nll};
  progress_tell(&now);
}

/* A row is due at this step and not there yet: derived, so that a checkpoint may be saved at any
 * time, before or after a measurement. */
static bool is_due(const trainer *t) {
  const training *s = &t->state;
  const value *last = s->history->count ? s->history->items[s->history->count - 1] : NULL;
  if (!t->r->work->measure_id || s->step == 0) return false;
  if (s->step % t->measure_every != 0 && s->step != t->steps) return false;
  return value_get_number(last, "step", 0) != (double)s->step;
}

static status_code stop(trainer *t, failure *err) {
  status_code status = save(t, err);
  if (status != STATUS_OK) return status;
  return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal at step %llu of %llu",
                     (unsigned long long)t->state.step, (unsigned long long)t->steps);
}

static status_code loop(trainer *t, failure *err) {
  status_code status = STATUS_OK;
  for (;;) {
    if (is_due(t)) {
      status = measure(t, err);
      tell(t);
    }
    if (status == STATUS_INTERRUPTED || progress_stop_asked()) return stop(t, err);
    if (status != STATUS_OK || t->trouble[0] || t->state.step >= t->steps) return status;
    if (clock_seconds() - t->saved > t->r->work->checkpoint_seconds) status = save(t, err);
    if (status == STATUS_OK) status = take_step(t, err);
    if (status != STATUS_OK) return status;
    tell(t);
  }
}

static value *numbers(const trainer *t) {
  const training *s = &t->state;
  value *out = value_new(t->memory, VALUE_MAP);
  value_put_number(t->memory, out, "steps", (double)s->step);
  value_put_number(t->memory, out, "weights", (double)t->r->net.weights);
  value_put_number(t->memory, out, "dimensions", likelihood_dimensions(&t->r->data.domain));
  if (isfinite(s->best_nll)) value_put_number(t->memory, out, "best_epoch", s->best_epoch);
  run_put_start(t->r, t->memory, out);
  hifm_fact told[16];
  const size_t count = network_facts(&t->r->net, told, 16);
  for (size_t i = 0; i < count; i++) value_put_number(t->memory, out, told[i].name, told[i].number);
  return out;
}

/* Weights first, then the measure result, the train result last: the run is done with it. */
static status_code finish(trainer *t, failure *err) {
  training *s = &t->state;
  const job *work = t->r->work;
  arena *a = t->memory;
  const value *last = s->history->count ? s->history->items[s->history->count - 1] : facts(t);
  s->seconds += clock_seconds() - t->started;
  status_code status = checkpoint_save_weights(s, &t->r->net, work, "last", last, err);
  const result trained = {.kind = work->kind,
                          .id = work->id,
                          .state = t->trouble[0] ? "diverged" : "done",
                          .message = t->trouble[0] ? t->trouble : NULL,
                          .numbers = numbers(t),
                          .seconds = s->seconds,
                          .attempts = work->attempt};
  result measured = trained;
  measured.kind = JOB_MEASURE;
  measured.id = work->measure_id;
  measured.history = s->history;
  if (status == STATUS_OK && work->measure_id)
    status = result_write(job_measure_path(a, work->folder, work->measure_id), &measured, err);
  if (status == STATUS_OK)
    status = result_write(arena_format(a, "%s/result.json", work->folder), &trained, err);
  if (status == STATUS_OK)
    files_remove(arena_format(a, "%s/checkpoint.safetensors", work->folder), NULL);
  return status;
}

static status_code start(trainer *t, failure *err) {
  bool found;
  run *r = t->r;
  training_open(&t->state, t->memory, r->net.weights);
  t->gradient = memory_array(r->net.weights, sizeof *t->gradient);
  t->steps = r->train.steps ? r->train.steps : r->train.epochs * t->batches->steps_per_epoch;
  t->measure_every = r->measure.every * t->batches->steps_per_epoch;
  t->last_nll = t->last_nfe = NAN;
  t->started = t->saved = clock_seconds();
  status_code status = checkpoint_load(&t->state, &r->net, r->work, &found, err);
  if (status != STATUS_OK) return status;
  if (found)
    progress_note("resumed at step %llu of %llu", (unsigned long long)t->state.step,
                  (unsigned long long)t->steps);
  else
    network_initialise(&r->net, r->seed, t->state.w);
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
  status_code status = run_open(&r, a, work, err);
  if (status != STATUS_OK) return status;
  const value *stages = value_get(value_get(work->config, "flow"), "stages");
  status = flow_open(&path, a, stages, &r.data.domain, err);
  if (status != STATUS_OK) goto done;
  if (path.hessian && !work->modes)
    status = failure_set(err, STATUS_BAD_INPUT,
                         "the job file names no modes folder, but the flow needs "
                         "eigendecompositions");
  if (status == STATUS_OK)
    status = minibatch_open(&batches, &r.data, &path, &r.flow, work->modes, r.seed,
                            (size_t)r.train.batch, err);
  if (status == STATUS_OK) {
    status = train(&r, a, &batches, err);
    minibatch_close(&batches);
  }
  flow_close(&path);
done:
  run_close(&r);
  return status;
}
