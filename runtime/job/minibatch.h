/* Training batches: points on conditional paths and the velocities to match there. */
#ifndef JOB_MINIBATCH_H
#define JOB_MINIBATCH_H

#include "hifm/network.h"
#include "host/flow.h"
#include "job/dataset.h"
#include "job/modes.h"
#include "job/settings.h"

/* What a training draws its batches from. */
typedef struct minibatch_request {
  const dataset *data;
  const flow *path;
  const flow_settings *settings;
  const char
      *modes; /* folder of the finished modes job; not read where the flow needs no Hessian */
  uint32_t seed;
  size_t size;    /* points of a batch */
  size_t threads; /* that fill it, and call minibatch_loss; no number depends on it */
} minibatch_request;

/* Of one thread, reused from point to point. */
typedef struct minibatch_scratch {
  double *memory;              /* of all that follow */
  hifm_spectrum spectrum;      /* of the last point */
  double *noise, *image;       /* [d], [d]: of the prior, of dataset_train_point */
  double *m, *s, *dm, *ds;     /* [modes] each, see flow_path */
  double *position, *velocity; /* [d], [d]: before they are rounded to float */
  double *residual, *kept;     /* [outputs], [modes]: of the loss */
  double *mixed;               /* [3, modes]: of modes_mix */
  status_code status;          /* of filling: what refused point `refused_at` of the batch */
  failure refused;
  size_t refused_at;
} minibatch_scratch;

typedef struct minibatch {
  const dataset *data;
  const flow *path;
  flow_settings settings;
  modes modes;
  uint32_t seed;
  size_t size;            /* points of a batch */
  size_t outputs;         /* d, or d + 1 with v_z as the last one */
  size_t steps_per_epoch; /* whole batches in the training points; the remainder waits for the next
                             epoch's shuffle */
  uint64_t shuffled_epoch;
  size_t *order;              /* [train_count], of the epoch */
  size_t *index;              /* [size], rows of the batch */
  float *x, *z, *target;      /* [size, d], [size], [size, outputs] */
  bool *visible;              /* [size, modes] */
  minibatch_scratch *scratch; /* [threads] */
  size_t threads;
} minibatch;

/* The dataset and the flow must outlive the minibatch. STATUS_BAD_CONFIG where a batch has more
 * points than there are; else what modes_open says. */
status_code minibatch_open(minibatch *b, const minibatch_request *request, failure *err);
void minibatch_close(minibatch *b);

/* Fills x, z, target for a step (counted from 0): a function of (seed, step) alone. */
status_code minibatch_fill(minibatch *b, uint64_t step, failure *err);

/* A network_loss: sum of squares of v - target, through P_hyp P_hyp' where the flow projects (never
 * v_z), and its gradient divided by the batch size. context is the minibatch. */
double minibatch_loss(void *context, size_t thread, size_t first, size_t n, const float *v,
                      float *dv);

#endif
