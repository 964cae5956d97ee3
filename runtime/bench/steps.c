/* hifm bench: gradients of training steps, by pairs and by the series, and whole training steps. */
#include "base/clock.h"
#include "base/numbers.h"
#include "bench/parts.h"
#include "hifm/rng.h"
#include "host/plugins.h"
#include "job/adamw.h"

#include <stdlib.h>
#include <string.h>

/* Forward, and backward by weights and by inputs: each a product with every weight. */
static const double PASSES = 3;

/* Mean loss and gradient of the batch in b->batches. */
static double loss_gradient(bench *b, network *net, const float *w, float *gradient) {
  const minibatch *at = &b->batches;
  const hifm_batch batch = {.n = at->size, .nz = at->size, .x = at->x, .z = at->z};
  memset(gradient, 0, net->weights * sizeof *gradient);
  return network_loss_gradient(net, w, &batch, minibatch_loss, &b->batches, gradient) /
         (double)at->size;
}

/* How many rows the layers of the network had in the last batch. */
static double rows_of(const bench *b, const network *net) {
  hifm_fact facts[16];
  const size_t count = network_facts(net, facts, 16);
  for (size_t i = 0; i < count; i++)
    if (strcmp(facts[i].name, "spectral_rows") == 0) return facts[i].number;
  return (double)(b->sizes->batch * b->domain.particles * (b->domain.particles - 1) / 2);
}

typedef struct stretch {
  const char *phase;
  size_t first, warm_up, count; /* batches; in those of warm_up the series finds its boxes */
} stretch;

/* Median seconds and mean rows of the timed batches. */
static status_code time_gradients(bench *b, network *net, const stretch *s, float *gradient,
                                  double *seconds, double *rows, failure *err) {
  double *times = memory_array(s->count, sizeof *times);
  status_code status = STATUS_OK;
  *rows = 0;
  for (size_t k = 0; k < s->warm_up + s->count && status == STATUS_OK; k++) {
    status = minibatch_fill(&b->batches, s->first + k, err);
    if (status != STATUS_OK) break;
    const double start = clock_seconds();
    loss_gradient(b, net, b->w, gradient);
    const double end = clock_seconds();
    if (k >= s->warm_up) {
      times[k - s->warm_up] = end - start;
      *rows += rows_of(b, net) / (double)s->count;
    }
    status = bench_report(s->phase, k + 1, s->warm_up + s->count, err);
  }
  if (status == STATUS_OK) *seconds = bench_median(times, s->count);
  free(times);
  return status;
}

static status_code time_one(bench *b, network *net, const char *name, const stretch *s,
                            float *gradient, failure *err) {
  double seconds, rows;
  status_code status = time_gradients(b, net, s, gradient, &seconds, &rows, err);
  if (status == STATUS_OK)
    bench_write_row(b, name, 1e3 * seconds, "ms", 1e3 * bench_floor(b, rows, PASSES));
  return status;
}

/* |x - y| / |y| of the tensor where it is largest. */
static double largest_difference(const network *net, const float *x, const float *y) {
  double largest = 0;
  for (size_t i = 0; i < net->count; i++) {
    double difference = 0, size = 0;
    for (size_t k = net->tensors[i].rows * net->tensors[i].columns; k-- > 0; x++, y++) {
      difference += pow((double)*x - (double)*y, 2);
      size += pow((double)*y, 2);
    }
    if (difference != 0) largest = numbers_nan_max(largest, sqrt(difference / size));
  }
  return largest;
}

/* The same batches by pairs and by the series. One batch is not enough: where gradients of single
 * points nearly cancel, as they do after training, the rest has larger relative errors. */
static status_code compare_gradients(bench *b, float *gradient, float *exact, failure *err) {
  const bench_sizes *sizes = b->sizes;
  double *differences = memory_array(sizes->steps, sizeof *differences), most = 0, loss = 0;
  status_code status = STATUS_OK;
  for (size_t k = 0; k < sizes->steps && status == STATUS_OK; k++) {
    status = minibatch_fill(&b->batches, sizes->warm_up + sizes->steps + k, err);
    if (status != STATUS_OK) break;
    const double right = loss_gradient(b, &b->direct, b->w, exact);
    loss =
        numbers_nan_max(loss, fabs(loss_gradient(b, &b->series, b->w, gradient) - right) / right);
    differences[k] = largest_difference(&b->direct, gradient, exact);
    most = numbers_nan_max(most, differences[k]);
    status = bench_report("batches both ways", k + 1, sizes->steps, err);
  }
  if (status == STATUS_OK) {
    bench_write_row(b, "gradient_difference", bench_median(differences, sizes->steps), "1", NAN);
    bench_write_row(b, "gradient_difference_most", most, "1", NAN);
    bench_write_row(b, "loss_difference_most", loss, "1", NAN);
  }
  free(differences);
  return status;
}

status_code bench_steps(bench *b, failure *err) {
  const bench_sizes *sizes = b->sizes;
  const stretch direct = {"direct steps", 0, 1, sizes->steps};
  const stretch series = {"series steps", 0, sizes->warm_up, sizes->steps};
  float *gradient = memory_array(2 * b->direct.weights, sizeof *gradient);
  status_code status = time_one(b, &b->direct, "step_direct", &direct, gradient, err);
  if (status == STATUS_OK) status = time_one(b, &b->series, "step_series", &series, gradient, err);
  if (status == STATUS_OK)
    status = compare_gradients(b, gradient, gradient + b->direct.weights, err);
  free(gradient);
  return status;
}

enum { BATCH, GRADIENT, ADAMW, ALL, PARTS }; /* parts of a step; ALL is the whole */

typedef struct trainer {
  optimizer_settings set;
  float *w, *m, *v, *gradient;
  double *times[PARTS];
  double rows;
} trainer;

/* Step k with the parts of run_train.c, timed. */
static status_code train_once(bench *b, trainer *t, size_t k, failure *err) {
  const size_t weights = b->series.weights;
  double clock[4];
  clock[0] = clock_seconds();
  status_code status = minibatch_fill(&b->batches, b->sizes->warm_up + b->sizes->steps + k, err);
  if (status != STATUS_OK) return status;
  clock[1] = clock_seconds();
  loss_gradient(b, &b->series, t->w, t->gradient);
  clock[2] = clock_seconds();
  adamw_step(&t->set, t->set.lr, k + 1, weights, t->gradient, t->w, t->m, t->v);
  clock[3] = clock_seconds();
  for (size_t part = 0; part < ALL; part++) t->times[part][k] = clock[part + 1] - clock[part];
  t->times[ALL][k] = clock[3] - clock[0];
  t->rows += rows_of(b, &b->series) / (double)b->sizes->steps;
  return bench_report("whole steps", k + 1, b->sizes->steps, err);
}

static void put_training(const bench *b, trainer *t) {
  static const char *const NAMES[] = {"training_batch", "training_learn", "training_adamw"};
  double median[PARTS];
  for (size_t part = 0; part < PARTS; part++)
    median[part] = bench_median(t->times[part], b->sizes->steps);
  bench_write_row(b, "training_step", 1e3 * median[ALL], "ms",
                  1e3 * bench_floor(b, t->rows, PASSES));
  const double sum = median[BATCH] + median[GRADIENT] + median[ADAMW];
  for (size_t part = 0; part < ALL; part++)
    bench_write_row(b, NAMES[part], median[part] / sum, "1", NAN);
}

status_code bench_training(bench *b, failure *err) {
  const size_t weights = b->series.weights, steps = b->sizes->steps;
  const value *defaults;
  trainer t = {.rows = 0};
  status_code status = params_check(b->memory, optimizer_params, NULL, "optimizer", &plugins_lookup,
                                    NULL, &defaults, err);
  if (status != STATUS_OK) return status;
  params_store(b->memory, optimizer_params, defaults, &t.set);
  t.w = memory_array(4 * weights, sizeof *t.w);
  t.m = t.w + weights;
  t.v = t.m + weights;
  t.gradient = t.v + weights;
  memcpy(t.w, b->w, weights * sizeof *t.w);
  double *times = memory_array(PARTS * steps, sizeof *times);
  for (size_t part = 0; part < PARTS; part++) t.times[part] = times + part * steps;
  for (size_t k = 0; k < steps && status == STATUS_OK; k++) status = train_once(b, &t, k, err);
  if (status == STATUS_OK) put_training(b, &t);
  free(t.w);
  free(times);
  return status;
}
