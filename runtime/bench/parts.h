/* What the files of hifm bench share. */
#ifndef BENCH_PARTS_H
#define BENCH_PARTS_H

#include "base/failure.h"
#include "bench/bench.h"
#include "host/flow.h"
#include "host/network.h"
#include "job/minibatch.h"

typedef struct bench {
  const bench_sizes *sizes;
  arena *memory;
  FILE *out;
  const char *folder;   /* temporary */
  const value *recipe;  /* resolved dataset setting */
  const value *network; /* width, depth and distance of the egnn */
  hifm_domain domain;
  dataset data;
  flow path;
  minibatch batches;
  network direct, series; /* the same weights, evaluated by pairs and by the series */
  float *w;
  double flops; /* per second, of bare sgemm */
} bench;

/* A row of the CSV; floor NAN: none. */
void bench_write_row(const bench *b, const char *name, double number, const char *unit,
                     double floor);

/* `done` of `total` of a phase; STATUS_INTERRUPTED after a signal. */
status_code bench_report(const char *phase, size_t done, size_t total, failure *err);

/* Sorts x. */
double bench_median(double *x, size_t n);

/* networks.c: networks that differ in how they are evaluated ("direct", "spectral"), for up to
 * `points` points; weights from a file (path), or initial ones (NULL). */
status_code bench_describe_network(bench *b, const char *path, failure *err);
status_code bench_open_network(const bench *b, const char *evaluate, size_t points, network *net,
                               failure *err);
void bench_close_network(network *net);
status_code bench_load_weights(bench *b, const char *path, failure *err);

/* Seconds that `passes` multiplications and additions by every weight would take for `rows` rows at
 * the rate of bare sgemm. */
double bench_floor(const bench *b, double rows, double passes);

/* The rows of the CSV: machine.c, */
status_code bench_sgemm(bench *b, failure *err);
status_code bench_modes(bench *b, failure *err);
void bench_hash(const bench *b);
void bench_memory(const bench *b);
/* steps.c, */
status_code bench_steps(bench *b, failure *err);
status_code bench_training(bench *b, failure *err);
/* layers.c, */
status_code bench_layers(bench *b, failure *err);
/* images.c, */
status_code bench_images(bench *b, failure *err);
/* likelihoods.c. */
status_code bench_likelihoods(bench *b, failure *err);

#endif
