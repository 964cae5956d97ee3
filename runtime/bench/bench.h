/* hifm bench: the speed of this machine, and how close hifm comes to it, in one thread. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/failure.h"

#include <stddef.h>
#include <stdio.h>

/* How much is measured. The points are always clusters of 13 particles. */
typedef struct bench_sizes {
  size_t width, depth;       /* of the network, where no file of weights is given */
  size_t calls;              /* of sgemm in one timing */
  size_t batch;              /* points of a training batch */
  size_t warm_up, steps;     /* batches: in which the series finds its boxes; then timed */
  size_t few, many;          /* points of the two likelihoods */
  size_t repeats;            /* of a likelihood, and of a modes job */
  size_t modes;              /* points of a modes job, at most 2 batch */
  size_t images;             /* of a pass of the unet */
  size_t warmup_transitions; /* of the chains that draw the points */
} bench_sizes;

extern const bench_sizes BENCH_PAPER; /* the network and the batch of the paper; about a minute */

/* Writes CSV to `out`, a row as soon as it is measured:
 *
 *   name,value,unit,floor,ratio
 *
 * floor is what the value would be at the rate of bare sgemm (of a bare eigendecomposition for
 * `modes`), ratio = value / floor; both are empty where there is no floor. Values are medians;
 * floors and the rows of sgemm are the fastest of several timings.
 * weights: a .safetensors file of a run with an egnn of one layer, or NULL for initial weights.
 * Temporary files are in a new folder under TMPDIR, which is removed at the end. */
status_code bench_run(const bench_sizes *sizes, const char *weights, FILE *out, failure *err);

#endif
