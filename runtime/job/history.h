/* What a history must have to be whole, and what it says.
 *
 * A history is a LIST of rows (job/job.h), one per measured step. It is complete if it has a row at
 * every multiple of `every` epochs and at the last step. Only then are its smallest value and its
 * best epoch numbers of the run: an incomplete one has whatever weights there were to look at. */
#ifndef JOB_HISTORY_H
#define JOB_HISTORY_H

#include "base/value.h"
#include "job/losses.h"

#include <stdint.h>

typedef struct history_rule {
  uint64_t every; /* steps between two rows */
  uint64_t steps; /* at which the training ended */
  bool diverged;  /* it ended early: there is no row for its end */
} history_rule;

/* Whole batches in the training points of a resolved run; at least 1. */
uint64_t history_steps_per_epoch(const value *config);

/* Steps of the whole training of a resolved run. */
uint64_t history_steps(const value *config);

/* Measurements of two runs are made in the same way, at whatever epochs, if these texts are equal.
 * config: as in history_rule_of. */
const char *history_likeness(arena *a, const value *config);

/* `every` of a measure section, in steps. */
uint64_t history_every(const value *measure, uint64_t steps_per_epoch);

/* How many rows all measurements of a train job file have after that many steps. */
double history_rows(const value *file, uint64_t steps);

/* config: a resolved run with the measurement's own measure section; trained: the result of its
 * train job. */
history_rule history_rule_of(const value *config, const value *trained);

bool history_is_due(const history_rule *rule, uint64_t step);
bool history_is_complete(const value *history, const history_rule *rule);

/* The step of a row; 0 for NULL. */
uint64_t history_step(const value *row);

/* What decides which row is the best: METRICS_BEST where the solver succeeded; NAN: none. */
double history_score(const value *row);

/* The first row with the smallest score; NULL where no row has one. */
const value *history_best(const value *history);

/* How many rows there are after the best one, or at all where there is none. */
size_t history_since_best(const value *history);

/* The last row, the row of this step; NULL where there is none. */
const value *history_last(const value *history);
const value *history_at(const value *history, uint64_t step);

/* A row without a measurement: epoch, step, and the means of loss and gradient_norm over the steps
 * since `from` that were not skipped. sums: of the training; NULL, as of trainings of hifm before
 * it kept them: the row has no means. */
value *history_row(arena *a, const losses *sums, uint64_t steps_per_epoch, uint64_t from,
                   uint64_t step);

/* The rows of a history that are due under a rule with a multiple of its `every`. */
value *history_thin(arena *a, const value *history, const history_rule *rule, const losses *sums,
                    uint64_t steps_per_epoch);

#endif
