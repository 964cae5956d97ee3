/* Any network plugin with its weights: initialisation, chunked calls, exact and random traces.
 *
 * A batch is cut into pieces, always at the same places, and several threads may share the pieces:
 * the bits of a result do not depend on their number. The gradient is a sum over the points of a
 * batch, so it is cut into microbatches, whose gradients are added in their order. */
#ifndef HOST_NETWORK_H
#define HOST_NETWORK_H

#include "base/failure.h"
#include "hifm/network.h"

enum { NETWORK_TENSORS_MAX = 256 };

/* Memory for one call at a time. That of microbatch k is lanes[k], on any thread: an
 * adaptive network keeps what it has learned there. */
typedef struct network_lane {
  void *work;
  float *tape; /* scratch of chunk * outputs * 3 floats */
  double loss; /* of the last microbatch */
} network_lane;

/* Not to be copied: task points into it. */
typedef struct network {
  hifm_bound bound;
  hifm_domain domain;
  hifm_task task; /* the domain, and whether v_z is asked for */
  hifm_tensor tensors[NETWORK_TENSORS_MAX];
  size_t count, weights; /* tensors, and floats in all of them */
  size_t outputs;        /* of a point: d, or d + 1 with v_z as the last one */
  size_t points, chunk;  /* the largest batch, and how many points one plugin call takes */
  size_t microbatch;     /* points of a microbatch */
  size_t threads;
  network_lane *lanes; /* [lane_count]: one for each thread, and for each microbatch */
  size_t lane_count;
  float *gradients; /* [microbatches - 1, weights]: of all but the first */
} network;

/* For batches of up to `points` points; vz: the network answers v_z, too. STATUS_BAD_CONFIG where
 * it cannot, or where the plugin refuses what it is asked. */
status_code network_open(network *net, hifm_bound bound, const hifm_domain *domain, bool vz,
                         size_t points, failure *err);
void network_close(network *net);

/* For a network that has just been opened: how many threads share its pieces (1 to THREADS_MOST),
 * and how many points a microbatch has; 0: a batch is one microbatch, which is the work of one
 * thread. Without this call it is one thread and one microbatch. */
void network_spread(network *net, size_t microbatch, size_t threads);

/* Initial weights w [weights] for a seed, as the tensors declare. */
void network_initialise(const network *net, uint32_t seed, float *w);

/* What an adaptive network keeps in checkpoints: the first bytes of the work block of each
 * microbatch, in order. 0 bytes: nothing. */
size_t network_state_bytes(const network *net);
void network_get_state(const network *net, void *out);
void network_set_state(network *net, const void *state);

/* Numbers of the network for a run's result, at most `room`, from the first microbatch; returns how
 * many. */
size_t network_facts(const network *net, hifm_fact *out, size_t room);

/* v [n, outputs] as the plugin gives it, for x [n, d], z [nz]. */
void network_forward(network *net, const float *w, const hifm_batch *batch, float *v);

/* dy/dz: v [n, d], divided by v_z where the task has it. */
void network_velocity(network *net, const float *w, const hifm_batch *batch, float *v);

/* One training pass in chunks: v, then `loss` sets dv from v (both [n, outputs]) for points [first,
 * first + n) and returns their summed loss, then dw [weights] gets the gradient added. Returns the
 * sum of losses. thread: which of net->threads calls `loss`, for its scratch. */
typedef double (*network_loss)(void *context, size_t thread, size_t first, size_t n, const float *v,
                               float *dv);
double network_loss_gradient(network *net, const float *w, const hifm_batch *batch,
                             network_loss loss, void *context, float *dw);

/* The velocity as above with its exact divergence [n]: the plugin's own, else d vector-Jacobian
 * products; with v_z that gives div(v_y) / v_z - v_y . grad(v_z) / v_z^2. */
void network_divergence(network *net, const float *w, const hifm_batch *batch, float *v,
                        float *divergence);

/* The velocity f with Hutchinson's estimate probe' (df/dx) probe for probe [n, d]. */
void network_hutchinson(network *net, const float *w, const hifm_batch *batch, const float *probe,
                        float *v, float *estimate);

#endif
