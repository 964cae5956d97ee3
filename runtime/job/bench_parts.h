/* What the parts of hifm bench share. */
#ifndef JOB_BENCH_PARTS_H
#define JOB_BENCH_PARTS_H

#include "host/flow.h"
#include "host/network.h"
#include "job/batch.h"
#include "job/bench.h"

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
  batcher batches;
  network direct, series; /* the same weights, pair by pair and by the series; batch points */
  float *w;
  double flops; /* of bare sgemm, a second */
} bench;

/* A row of the CSV; floor NAN: it has none. */
void bench_put(const bench *b, const char *name, double number, const char *unit, double floor);

/* `done` of `total` of a phase; HIFM_INTERRUPTED after a signal. */
hifm_status bench_tell(const char *phase, size_t done, size_t total, hifm_error *err);

/* Reorders x. */
double bench_median(double *x, size_t n);

/* bench_network.c: networks that differ in how they are evaluated ("direct", "spectral"), for up to
 * `points` points; their weights from a file, or as a run begins (NULL). */
hifm_status bench_shape(bench *b, const char *path, hifm_error *err);
hifm_status bench_open_network(const bench *b, const char *evaluate, size_t points, network *net,
                               hifm_error *err);
void bench_close_network(network *net);
hifm_status bench_weights(bench *b, const char *path, hifm_error *err);

/* Seconds that `passes` multiplications and additions by every weight would take for `rows` rows at
 * the rate of bare sgemm. */
double bench_floor(const bench *b, double rows, double passes);

/* The rows of the CSV: bench_machine.c, */
hifm_status bench_sgemm(bench *b, hifm_error *err);
hifm_status bench_modes(bench *b, hifm_error *err);
void bench_memory(const bench *b);
/* bench_steps.c, */
hifm_status bench_steps(bench *b, hifm_error *err);
hifm_status bench_training(bench *b, hifm_error *err);
/* bench_images.c, */
hifm_status bench_images(bench *b, hifm_error *err);
/* bench_likelihood.c. */
hifm_status bench_likelihoods(bench *b, hifm_error *err);

#endif
