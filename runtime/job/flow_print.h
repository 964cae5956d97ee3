/* What a flow does with some points that are made up for this, as numbers: flows whose numbers are
 * equal are one path. In a child process only: plugins may crash. */
#ifndef JOB_FLOW_PRINT_H
#define JOB_FLOW_PRINT_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/plugin.h"

typedef struct flow_print {
  const value *energy; /* of its Hessian; NULL: the path has none */
  double *numbers;     /* [count] */
  size_t count;
} flow_print;

/* section: the resolved flow of a run. */
status_code flow_print_make(arena *a, const value *section, const hifm_domain *domain,
                            flow_print *out, failure *err);

/* The largest difference of two numbers, as a part of the larger one where this is over 1. INFINITY
 * for flows of different energies. */
double flow_print_difference(const flow_print *x, const flow_print *y);

#endif
