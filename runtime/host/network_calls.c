/* Batches of points through a network plugin, piece by piece. */
#include "base/threads.h"
#include "host/network.h"
#include "host/surroundings.h"

#include <string.h>

static const hifm_network_ops *ops(const network *net) {
  return net->bound.plugin->ops.network;
}

/* One batch, whose pieces several threads evaluate. A function of a piece gets a lane and the first
 * of its points, and writes the rows of its points. */
typedef struct sweep sweep;
typedef void (*piece_function)(const sweep *s, const network_lane *lane, size_t first,
                               const hifm_batch *piece);

struct sweep {
  network *net;
  const float *w;
  const hifm_batch *batch;
  piece_function evaluate;
  float *v;            /* [n, d] or [n, outputs] */
  float *divergence;   /* [n], or NULL */
  const float *probes; /* [n, d], or NULL */
};

/* The points [first, end) of a batch, at most a chunk. */
static hifm_batch part(const network *net, const hifm_batch *batch, size_t first, size_t end) {
  hifm_batch out = *batch;
  out.n = end - first < net->chunk ? end - first : net->chunk;
  out.x += first * net->domain.d;
  if (batch->nz > 1) {
    out.nz = out.n;
    out.z += first;
  }
  return out;
}

static void sweep_piece(void *context, size_t thread, size_t i) {
  const sweep *s = context;
  const size_t first = i * s->net->chunk;
  const hifm_batch piece = part(s->net, s->batch, first, s->batch->n);
  s->evaluate(s, &s->net->lanes[thread], first, &piece);
}

static void sweep_all(sweep s) {
  const size_t pieces = (s.batch->n + s.net->chunk - 1) / s.net->chunk;
  threads_each(sweep_piece, &s, pieces, s.net->threads);
}

/* ---- v and its gradients --------------------------------------------------------------------- */

static void forward(const network *net, const float *w, const network_lane *lane,
                    const hifm_batch *piece, float *v) {
  ops(net)->forward(net->bound.self, &net->task, w, piece, v, lane->work);
  surroundings_keep_numbers(net->bound.plugin->name, "forward");
}

static void backward(const network *net, const float *w, const network_lane *lane,
                     const hifm_batch *piece, const float *dv, float *dw, float *dx) {
  ops(net)->backward(net->bound.self, &net->task, w, piece, dv, dw, dx, lane->work);
  surroundings_keep_numbers(net->bound.plugin->name, "backward");
}

static void forward_piece(const sweep *s, const network_lane *lane, size_t first,
                          const hifm_batch *piece) {
  forward(s->net, s->w, lane, piece, s->v + first * s->net->outputs);
}

void network_forward(network *net, const float *w, const hifm_batch *batch, float *v) {
  sweep_all((sweep){.net = net, .w = w, .batch = batch, .evaluate = forward_piece, .v = v});
}

/* velocity [n, d] = v_y / v_z for raw [n, d + 1]. */
static void divide(size_t n, size_t d, const float *raw, float *velocity) {
  for (size_t b = 0; b < n; b++)
    for (size_t i = 0; i < d; i++)
      velocity[b * d + i] = raw[b * (d + 1) + i] / raw[b * (d + 1) + d];
}

/* The plugin's v of one piece [n, outputs]: in v itself (no v_z) or in the tape. */
static float *raw_output(const network *net, const float *w, const network_lane *lane,
                         const hifm_batch *piece, float *v) {
  float *raw = net->task.vz ? lane->tape : v;
  forward(net, w, lane, piece, raw);
  return raw;
}

static void velocity_piece(const sweep *s, const network_lane *lane, size_t first,
                           const hifm_batch *piece) {
  const size_t d = s->net->domain.d;
  float *v = s->v + first * d, *raw = raw_output(s->net, s->w, lane, piece, v);
  if (s->net->task.vz) divide(piece->n, d, raw, v);
}

void network_velocity(network *net, const float *w, const hifm_batch *batch, float *v) {
  sweep_all((sweep){.net = net, .w = w, .batch = batch, .evaluate = velocity_piece, .v = v});
}

/* ---- the gradient of a loss ------------------------------------------------------------------ */

/* One training pass: a microbatch after the other, or several at a time. */
typedef struct pass {
  network *net;
  const float *w;
  const hifm_batch *batch;
  network_loss loss;
  void *context;
  float *dw;
} pass;

/* Where the gradient of a microbatch is. */
static float *gradient_of(const pass *p, size_t k) {
  return k == 0 ? p->dw : p->net->gradients + (k - 1) * p->net->weights;
}

static void pass_microbatch(void *context, size_t thread, size_t k) {
  const pass *p = context;
  const network *net = p->net;
  network_lane *lane = &net->lanes[k];
  const size_t begin = k * net->microbatch, left = p->batch->n - begin;
  const size_t end = begin + (left < net->microbatch ? left : net->microbatch);
  float *v = lane->tape, *dv = lane->tape + net->chunk * net->outputs, *dw = gradient_of(p, k);
  lane->loss = 0;
  if (k > 0) memset(dw, 0, net->weights * sizeof *dw);
  for (size_t first = begin; first < end; first += net->chunk) {
    const hifm_batch piece = part(net, p->batch, first, end);
    forward(net, p->w, lane, &piece, v);
    lane->loss += p->loss(p->context, thread, first, piece.n, v, dv);
    backward(net, p->w, lane, &piece, dv, dw, NULL);
  }
}

enum { WEIGHTS_AT_A_TIME = 8192 };

/* The sum of a range of weights over the microbatches, in their order. */
static void add_gradients(void *context, size_t thread, size_t range) {
  const pass *p = context;
  const network *net = p->net;
  const size_t first = range * WEIGHTS_AT_A_TIME, left = net->weights - first;
  const size_t count = left < WEIGHTS_AT_A_TIME ? left : WEIGHTS_AT_A_TIME;
  const size_t parts = (p->batch->n + net->microbatch - 1) / net->microbatch;
  (void)thread;
  for (size_t k = 1; k < parts; k++)
    for (size_t i = first; i < first + count; i++) p->dw[i] += gradient_of(p, k)[i];
}

double network_loss_gradient(network *net, const float *w, const hifm_batch *batch,
                             network_loss loss, void *context, float *dw) {
  pass p = {.net = net, .w = w, .batch = batch, .loss = loss, .context = context, .dw = dw};
  const size_t parts = (batch->n + net->microbatch - 1) / net->microbatch;
  const size_t ranges = (net->weights + WEIGHTS_AT_A_TIME - 1) / WEIGHTS_AT_A_TIME;
  double sum = 0;
  threads_each(pass_microbatch, &p, parts, net->threads);
  if (parts > 1) threads_each(add_gradients, &p, ranges, net->threads);
  for (size_t k = 0; k < parts; k++) sum += net->lanes[k].loss;
  return sum;
}

/* ---- traces of the Jacobian ------------------------------------------------------------------ */

/* From e [n, d], a gradient by the velocity f, to dv [n, outputs], that by the plugin's output: e
 * without v_z; else f = v_y / v_z, so it is e / v_z by v_y and -(e . v_y) / v_z^2 by v_z. */
static void quotient_vjp(const network *net, size_t n, const float *raw, const float *e,
                         float *dv) {
  const size_t d = net->domain.d;
  if (!net->task.vz) {
    memcpy(dv, e, n * d * sizeof *dv);
    return;
  }
  for (size_t b = 0; b < n; b++, raw += d + 1, dv += d + 1, e += d) {
    const double share = 1 / (double)raw[d];
    double along = 0;
    for (size_t i = 0; i < d; i++) {
      dv[i] = (float)(share * (double)e[i]);
      along += (double)e[i] * (double)raw[i];
    }
    dv[d] = (float)(-along * share * share);
  }
}

/* Vector-Jacobian products of one piece, after forward: raw [n, outputs] and two arrays of that
 * size. */
typedef struct jacobian {
  const network *net;
  const float *w;
  const network_lane *lane;
  const hifm_batch *piece;
  float *raw, *dv, *dx;
} jacobian;

static jacobian open_jacobian(const network *net, const float *w, const network_lane *lane,
                              const hifm_batch *piece, float *v) {
  const size_t size = net->chunk * net->outputs;
  return (jacobian){
      .net = net,
      .w = w,
      .lane = lane,
      .piece = piece,
      .raw = raw_output(net, w, lane, piece, v),
      .dv = lane->tape + size,
      .dx = lane->tape + 2 * size,
  };
}

/* dx [n, d] = e' (df/dx), f the velocity; e may be dx. */
static void vjp(const jacobian *j, const float *e) {
  quotient_vjp(j->net, j->piece->n, j->raw, e, j->dv);
  backward(j->net, j->w, j->lane, j->piece, j->dv, NULL, j->dx);
}

/* trace of df/dx = sum over k of e_k' (df/dx) e_k, one vjp each */
static void trace_by_vjp(const jacobian *j, float *divergence) {
  const size_t d = j->net->domain.d, n = j->piece->n;
  memset(divergence, 0, n * sizeof *divergence);
  for (size_t k = 0; k < d; k++) {
    memset(j->dx, 0, n * d * sizeof *j->dx);
    for (size_t b = 0; b < n; b++) j->dx[b * d + k] = 1;
    vjp(j, j->dx);
    for (size_t b = 0; b < n; b++) divergence[b] += j->dx[b * d + k];
  }
}

/* By the plugin's own operation, where it has one and can. */
static bool own_divergence(const network *net, const float *w, const network_lane *lane,
                           const hifm_batch *piece, float *v, float *divergence) {
  if (net->task.vz || !ops(net)->divergence) return false;
  const bool done =
      ops(net)->divergence(net->bound.self, &net->task, w, piece, v, divergence, lane->work);
  surroundings_keep_numbers(net->bound.plugin->name, "divergence");
  return done;
}

static void divergence_piece(const sweep *s, const network_lane *lane, size_t first,
                             const hifm_batch *piece) {
  const network *net = s->net;
  float *v = s->v + first * net->domain.d, *divergence = s->divergence + first;
  if (own_divergence(net, s->w, lane, piece, v, divergence)) return;
  const jacobian j = open_jacobian(net, s->w, lane, piece, v);
  trace_by_vjp(&j, divergence);
  if (net->task.vz) divide(piece->n, net->domain.d, j.raw, v);
}

void network_divergence(network *net, const float *w, const hifm_batch *batch, float *v,
                        float *divergence) {
  sweep_all((sweep){.net = net,
                    .w = w,
                    .batch = batch,
                    .evaluate = divergence_piece,
                    .v = v,
                    .divergence = divergence});
}

static void hutchinson_piece(const sweep *s, const network_lane *lane, size_t first,
                             const hifm_batch *piece) {
  const size_t d = s->net->domain.d;
  float *v = s->v + first * d;
  const float *e = s->probes + first * d;
  const jacobian j = open_jacobian(s->net, s->w, lane, piece, v);
  vjp(&j, e);
  for (size_t b = 0; b < piece->n; b++) {
    float sum = 0;
    for (size_t k = 0; k < d; k++) sum += e[b * d + k] * j.dx[b * d + k];
    s->divergence[first + b] = sum;
  }
  if (s->net->task.vz) divide(piece->n, d, j.raw, v);
}

void network_hutchinson(network *net, const float *w, const hifm_batch *batch, const float *probe,
                        float *v, float *estimate) {
  sweep_all((sweep){.net = net,
                    .w = w,
                    .batch = batch,
                    .evaluate = hutchinson_piece,
                    .v = v,
                    .divergence = estimate,
                    .probes = probe});
}
