/* Which settings make the network a function of single pairs,
 *
 *   v_i = c sum_j (x_i - x_j) q(d_ij) s(d2_ij, z)     s smooth
 *
 * so that pairs are unordered, one derivative gives the divergence, and a series in (d2, z) has the
 * values of s (pair_series.h). */
#ifndef EGNN_PAIR_FUNCTION_H
#define EGNN_PAIR_FUNCTION_H

#include "egnn.h"

/* In the first layer all h_i are h(z), as all particles are alike. So what a layer computes for a
 * pair from h_i, h_j and distances is a function of (d2, z), whatever that is: activation, gate and
 * tanh act on one message; the distance of the input is d itself. With one layer nothing else
 * follows but a sum; v_z, and every later layer, depend on all pairs at once.
 *
 * It is smooth in d2, as softplus, SiLU, sigmoid and tanh are. q is not, at d = 0; it does not
 * depend on weights and is a factor outside of s, so no series has to approximate it. */
static inline bool is_pair_function(const egnn *net, const hifm_task *task) {
  return net->layers == 1 && !task->vz;
}

#endif
