/* Binds one plugin as a worker would, without its data. In a child process only: plugins may crash.
 */
#ifndef JOB_TRIAL_BIND_H
#define JOB_TRIAL_BIND_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/plugin.h"

typedef enum trial_kind {
  TRIAL_SAMPLED_ENERGY, /* of a data set that is sampled from it */
  TRIAL_NETWORK,
  TRIAL_FLOW, /* with the energy of its Hessian */
  TRIAL_SOLVER
} trial_kind;

typedef struct trial_bind {
  trial_kind kind;
  const value *config; /* a plugin value; of a flow the LIST of stages */
  const char *where;   /* its path, for messages */
  const hifm_domain *domain;
  bool vz;           /* of a network: it answers v_z, too */
  uint64_t attempts; /* of a solver: measure.max_attempts */
} trial_bind;

/* The failure that a job with this plugin would end with. *weights: of a network, else as it was.
 */
status_code trial_bind_run(const trial_bind *item, size_t *weights, failure *err);

/* The plugins for a message: "egnn", "hessian (formation), condition". */
const char *trial_bind_names(arena *a, const trial_bind *item);

#endif
