#include "job/training.h"

#include "job/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void training_open(training *t, arena *a, size_t weights, const job *work,
                   uint64_t steps_per_epoch) {
  *t = (training){.memory = a,
                  .steps_per_epoch = steps_per_epoch,
                  .losses = value_new(a, VALUE_LIST),
                  .history_count = work->measurement_count};
  t->w = memory_array(weights, sizeof *t->w);
  t->m = memory_array(weights, sizeof *t->m);
  t->v = memory_array(weights, sizeof *t->v);
  t->histories = arena_get(a, (t->history_count + 1) * sizeof *t->histories);
  for (size_t i = 0; i < t->history_count; i++) {
    const job_measurement *asked = &work->measurements[i];
    t->histories[i] = (training_history){
        .asked = asked,
        .every = history_every(value_get(asked->config, "measure"), steps_per_epoch),
        .rows = value_new(a, VALUE_LIST),
        .best = INFINITY};
  }
}

void training_reset(training *t, size_t weights, const job *work) {
  arena *a = t->memory;
  const uint64_t steps_per_epoch = t->steps_per_epoch;
  training_close(t);
  training_open(t, a, weights, work, steps_per_epoch);
}

void training_close(training *t) {
  free(t->w);
  free(t->m);
  free(t->v);
  memset(t, 0, sizeof *t);
}

static void push_sums(const training *t, value *losses) {
  value *sums = value_new(t->memory, VALUE_MAP);
  value_put_number(t->memory, sums, "loss", t->loss_sum);
  value_put_number(t->memory, sums, "gradient_norm", t->norm_sum);
  value_push(t->memory, losses, sums);
}

void training_add(training *t, double loss, double gradient_norm) {
  t->loss_sum += loss;
  t->norm_sum += gradient_norm;
  t->loss_count++;
  if (t->loss_count < t->steps_per_epoch) return;
  push_sums(t, t->losses);
  t->loss_sum = t->norm_sum = 0;
  t->loss_count = 0;
}

const value *training_losses(const training *t) {
  if (t->loss_count == 0) return t->losses;
  value *all = value_copy(t->memory, t->losses);
  push_sums(t, all);
  return all;
}

value *training_row(const training *t, const training_history *h) {
  return history_row(t->memory, training_losses(t), t->steps_per_epoch,
                     history_step(history_last(h->rows)), t->step);
}

void training_set_rows(training_history *h, value *rows) {
  const value *best = history_best(rows);
  h->rows = rows;
  h->best = best ? history_score(best) : INFINITY;
}

bool training_record(training *t, training_history *h, const value *row) {
  const double score = history_score(row);
  value_push(t->memory, h->rows, row);
  if (!(score < h->best)) return false;
  h->best = score;
  return true;
}
