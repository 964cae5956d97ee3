#include "job/training.h"

#include "base/json.h"
#include "job/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void training_open(training *t, arena *a, size_t weights, const job *work,
                   uint64_t steps_per_epoch) {
  *t = (training){
      .memory = a, .steps_per_epoch = steps_per_epoch, .history_count = work->measurement_count};
  t->w = memory_array(weights, sizeof *t->w);
  t->m = memory_array(weights, sizeof *t->m);
  t->v = memory_array(weights, sizeof *t->v);
  t->weights = weights;
  if (value_get_number(value_get(work->config, "train"), "ema", 0) > 0) {
    t->average = memory_array(weights, sizeof *t->average);
    t->rounded = memory_array(weights, sizeof *t->rounded);
  }
  t->histories = arena_get(a, (t->history_count + 1) * sizeof *t->histories);
  for (size_t i = 0; i < t->history_count; i++) {
    const job_measurement *asked = &work->measurements[i];
    t->histories[i] = (training_history){
        .asked = asked,
        .every = history_every(value_get(asked->config, "measure"), steps_per_epoch),
        .rows = value_new(a, VALUE_LIST),
        .best = INFINITY};
    text_add(&t->histories[i].text, "[");
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
  free(t->average);
  free(t->rounded);
  for (size_t i = 0; i < t->history_count; i++) free(t->histories[i].text.text);
  memset(t, 0, sizeof *t);
}

uint64_t training_epochs(const training *t, uint64_t step) {
  return step / t->steps_per_epoch + (step % t->steps_per_epoch != 0);
}

void training_begin_average(training *t) {
  for (size_t i = 0; t->average && i < t->weights; i++) t->average[i] = (double)t->w[i];
}

const float *training_weights(training *t, bool averaged) {
  if (!averaged) return t->w;
  for (size_t i = 0; i < t->weights; i++) t->rounded[i] = (float)t->average[i];
  return t->rounded;
}

/* The index of the epoch of the last step. */
static size_t last_epoch(training *t) {
  if (t->sums.count < training_epochs(t, t->step)) losses_begin_epoch(t->memory, &t->sums);
  return t->sums.count - 1;
}

void training_add(training *t, double loss, double gradient_norm) {
  const size_t epoch = last_epoch(t);
  t->sums.epochs[epoch].loss += loss;
  t->sums.epochs[epoch].gradient_norm += gradient_norm;
  t->skipped_in_a_row = 0;
}

void training_skip(training *t) {
  const size_t epoch = last_epoch(t);
  t->sums.skipped[epoch]++;
  t->skipped++;
  t->skipped_in_a_row++;
}

double training_loss(const training *t) {
  const uint64_t steps = t->step % t->steps_per_epoch;
  if (steps == 0) return NAN;
  const size_t epoch = t->sums.count - 1;
  return t->sums.epochs[epoch].loss / ((double)steps - t->sums.skipped[epoch]);
}

value *training_row(const training *t, const training_history *h) {
  return history_row(t->memory, &t->sums, t->steps_per_epoch, history_step(history_last(h->rows)),
                     t->step);
}

/* Each row is written as JSON once, not in each checkpoint. */
static void push_row(training *t, training_history *h, const value *row) {
  arena a = {0};
  text_add(&h->text, "%s%s", h->rows->count ? "," : "", json_text(&a, row));
  arena_close(&a);
  value_push(t->memory, h->rows, row);
}

void training_set_rows(training *t, training_history *h, const value *rows) {
  const value *best = history_best(rows);
  h->rows = value_new(t->memory, VALUE_LIST);
  h->text.length = 1;
  for (size_t i = 0; i < rows->count; i++) push_row(t, h, rows->items[i]);
  h->best = best ? history_score(best) : INFINITY;
}

bool training_record(training *t, training_history *h, const value *row) {
  const double score = history_score(row);
  push_row(t, h, row);
  if (!(score < h->best)) return false;
  h->best = score;
  return true;
}
