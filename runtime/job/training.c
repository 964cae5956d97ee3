#include "job/training.h"

#include "job/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void training_open(training *t, arena *a, size_t weights) {
  *t = (training){.best = INFINITY, .memory = a, .history = value_new(a, VALUE_LIST)};
  t->w = memory_array(weights, sizeof *t->w);
  t->m = memory_array(weights, sizeof *t->m);
  t->v = memory_array(weights, sizeof *t->v);
}

void training_reset(training *t, size_t weights) {
  arena *a = t->memory;
  training_close(t);
  training_open(t, a, weights);
}

void training_close(training *t) {
  free(t->w);
  free(t->m);
  free(t->v);
  memset(t, 0, sizeof *t);
}

void training_add(training *t, double loss, double gradient_norm) {
  t->loss_sum += loss;
  t->norm_sum += gradient_norm;
  t->loss_count++;
}

value *training_row(const training *t, double epoch) {
  value *row = value_new(t->memory, VALUE_MAP);
  const double count = t->loss_count ? (double)t->loss_count : 1;
  value_put_number(t->memory, row, "epoch", epoch);
  value_put_number(t->memory, row, "step", (double)t->step);
  value_put_number(t->memory, row, "loss", t->loss_sum / count);
  value_put_number(t->memory, row, "gradient_norm", t->norm_sum / count);
  return row;
}

bool training_record(training *t, const value *row) {
  const double number = value_get_number(row, METRICS_BEST, NAN);
  value_push(t->memory, t->history, row);
  t->loss_sum = t->norm_sum = 0;
  t->loss_count = 0;
  if (!(number < t->best)) return false;
  t->best = number;
  t->best_epoch = value_get_number(row, "epoch", 0);
  return true;
}

const value *training_last(const training *t) {
  return t->history->count ? t->history->items[t->history->count - 1] : NULL;
}
