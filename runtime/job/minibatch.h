/* Training batches: points on conditional paths and the velocities to be matched there. */
#ifndef JOB_MINIBATCH_H
#define JOB_MINIBATCH_H

#include "base/failure.h"
#include "hifm/network.h"
#include "host/flow.h"
#include "job/dataset.h"
#include "job/settings.h"

typedef struct minibatch {
  const dataset *data;
  const flow *path;
  flow_settings set;
  npy_array alpha_file, basis_file; /* of a modes job, where the flow needs a Hessian */
  uint32_t seed;
  size_t size;            /* points of a batch */
  size_t outputs;         /* d, or d + 1 with v_z as the last one */
  size_t steps_per_epoch; /* whole batches in the training points; the remainder waits for the next
                             epoch's shuffle */
  uint64_t shuffled_epoch;
  size_t *order;         /* [train_count], of the epoch */
  size_t *index;         /* [size], rows of the batch */
  float *x, *z, *target; /* [size, d], [size], [size, outputs] */
  bool *visible;         /* [size, modes] */
  hifm_spectrum spectrum;
  double *spare; /* 9 d */
} minibatch;

/* modes: folder of the finished modes job, or NULL. */
status_code minibatch_open(minibatch *b, const dataset *data, const flow *path,
                           const flow_settings *set, const char *modes, uint32_t seed, size_t size,
                           failure *err);
void minibatch_close(minibatch *b);

/* Fills x, z, target for a step (counted from 0): a function of (seed, step) alone. */
status_code minibatch_fill(minibatch *b, uint64_t step, failure *err);

/* A network_loss: sum of squares of v - target, through P_hyp P_hyp' where the flow projects (never
 * v_z), and its gradient divided by the batch size. context is the minibatch. */
double minibatch_loss(void *context, size_t first, size_t n, const float *v, float *dv);

#endif
