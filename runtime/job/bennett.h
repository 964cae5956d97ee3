/* Bennett's acceptance ratio (J. Comput. Phys. 22, 1976): log Z from points of both sides. */
#ifndef JOB_BENNETT_H
#define JOB_BENNETT_H

#include <stddef.h>

typedef struct bennett_estimate {
  double log_z, se;
} bennett_estimate;

/* The logarithms of importance weights (job/importance.h) of points drawn from q [n] and from the
 * target [m]. Of all estimates from both it has the smallest variance (Shirts and Chodera, J. Chem.
 * Phys. 129, 2008). -INFINITY: a weight of 0. Both numbers are NAN where a side is empty, or has a
 * NAN or no finite weight. */
bennett_estimate bennett_of(const double *log_w_flow, size_t n, const double *log_w_target,
                            size_t m);

#endif
