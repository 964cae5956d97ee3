/* What the parts of hifm bench share. */
#ifndef BENCH_BENCH_PARTS_H
#define BENCH_BENCH_PARTS_H

#include "base/failure.h"
#include "bench/bench.h"
#include "host/flow.h"
#include "host/network.h"
#include "job/minibatch.h"

typedef struct bench {
  const bench_sizes *sizes;
  arena *memory;
  FILE *out;
  const char *folder;   /* of its own */
  const value *recipe;  /* resolved setting of the data set */
  const value *network; /* width, depth and distance of the egnn */
  hifm_domain domain;
  dataset data;
  flow path;
  minibatch batches;
  network direct, series; /* the same weights, pair by pair and by the series; batch points */
  float *w;
  double flops; /* of bare sgemm, a second */
} bench;

/* A row of the CSV; floor NAN: it has none. */
void bench_put(const bench *b, const char *name, double number, const char *unit, double floor);

/* `done` of `total` of a phase; STATUS_INTERRUPTED after a signal. */
status_code bench_tell(const char *phase, size_t done, size_t total, failure *err);

/* Reorders x. */
double bench_median(double *x, size_t n);

/* bench_network.c: networks that differ in how they are evaluated ("direct", "spectral"), for up to
 * `points` points; their weights from a file, or as a run begins (NULL). */
status_code bench_shape(bench *b, const char *path, failure *err);
status_code bench_open_network(const bench *b, const char *evaluate, size_t points, network *net,
                               failure *err);
void bench_close_network(network *net);
status_code bench_weights(bench *b, const char *path, failure *err);

/* Seconds that `passes` multiplications and additions by every weight would take for `rows` rows at
 * the rate of bare sgemm. */
double bench_floor(const bench *b, double rows, double passes);

/* The rows of the CSV: bench_machine.c, */
status_code bench_sgemm(bench *b, failure *err);
status_code bench_modes(bench *b, failure *err);
void bench_memory(const bench *b);
/* bench_steps.c, */
status_code bench_steps(bench *b, failure *err);
status_code bench_training(bench *b, failure *err);
/* bench_images.c, */
status_code bench_images(bench *b, failure *err);
/* bench_likelihood.c. */
status_code bench_likelihoods(bench *b, failure *err);

#endif
