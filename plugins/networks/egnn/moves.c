/* Differences, distances and moves. Loops over b are over points, over p over pairs of one. */
#include "layer.h"

#include <string.h>

/* Each function has a body for any dimension, which is compiled once more for three: loops over
 * coordinates then unroll. */
#define BODY static inline __attribute__((always_inline)) void
#define IN_SPACE(call, body, ...)                                                                  \
  do {                                                                                             \
    if ((call)->domain->space == 3)                                                                \
      body(3, __VA_ARGS__);                                                                        \
    else                                                                                           \
      body((call)->domain->space, __VA_ARGS__);                                                    \
  } while (0)

BODY measure_body(const size_t space, const egnn_call *call, const egnn_tape *t, const float *x,
                  float *restrict diff, float *restrict d2) {
  const size_t d = call->domain->d;
  for (size_t b = 0; b < call->n; b++, x += d)
    for (size_t p = 0; p < t->pairs; p++, diff += space, d2++) {
      const float *xi = x + t->i[p] * space, *xj = x + t->j[p] * space;
      float sum = 0;
      for (size_t k = 0; k < space; k++) {
        diff[k] = xi[k] - xj[k];
        sum += diff[k] * diff[k];
      }
      *d2 = sum;
    }
}

void egnn_measure_pairs(const egnn_call *call, const egnn_tape *t, const float *x, float *diff,
                        float *d2, float *feature) {
  IN_SPACE(call, measure_body, call, t, x, diff, d2);
  for (size_t p = 0; p < call->n * t->pairs; p++) feature[p] = egnn_feature(call->net, d2[p]);
}

BODY move_body(const size_t space, const egnn_call *call, const egnn_tape *t, float *x_next) {
  const size_t d = call->domain->d;
  const float share = egnn_share(call->net, call->domain);
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const float push = share * (t->s[at] * egnn_normaliser(call->net, t->d2[at]));
      float *xi = x_next + b * d + t->i[p] * space;
      float *xj = x_next + b * d + t->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        const float move = push * t->diff[at * space + k];
        xi[k] += move;
        if (!t->ordered) xj[k] -= move;
      }
    }
}

void egnn_move(const egnn_call *call, const egnn_tape *t, float *x_next) {
  memcpy(x_next, t->x, call->n * call->domain->d * sizeof *x_next);
  IN_SPACE(call, move_body, call, t, x_next);
}

BODY move_backward_body(const size_t space, egnn_call *call, const egnn_tape *t) {
  const size_t d = call->domain->d;
  const float share = egnn_share(call->net, call->domain);
  egnn_work *work = &call->work;
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const float *gi = work->dx + b * d + t->i[p] * space;
      const float *gj = work->dx + b * d + t->j[p] * space;
      float along = 0;
      for (size_t k = 0; k < space; k++)
        along += (gi[k] - (t->ordered ? 0 : gj[k])) * t->diff[at * space + k];
      work->along[at] = share * along;
      work->ds[at] = work->along[at] * egnn_normaliser(call->net, t->d2[at]) *
                     egnn_bounded_slope(call->net, t->s[at]);
    }
}

void egnn_move_backward(egnn_call *call, const egnn_tape *t) {
  IN_SPACE(call, move_backward_body, call, t);
}

BODY diff_backward_body(const size_t space, egnn_call *call, const egnn_tape *t) {
  const size_t d = call->domain->d;
  const float share = egnn_share(call->net, call->domain);
  egnn_work *work = &call->work;
  for (size_t b = 0; b < call->n; b++)
    for (size_t p = 0; p < t->pairs; p++) {
      const size_t at = b * t->pairs + p;
      const size_t i = b * d + t->i[p] * space, j = b * d + t->j[p] * space;
      const float push = share * (t->s[at] * egnn_normaliser(call->net, t->d2[at]));
      const float dd2 = work->along[at] * t->s[at] * egnn_normaliser_slope(call->net, t->d2[at]);
      for (size_t k = 0; k < space; k++) {
        const float g = work->dx[i + k] - (t->ordered ? 0 : work->dx[j + k]);
        const float ddiff = push * g + 2 * dd2 * t->diff[at * space + k];
        work->dx_next[i + k] += ddiff;
        work->dx_next[j + k] -= ddiff;
      }
    }
}

void egnn_diff_backward(egnn_call *call, const egnn_tape *t) {
  egnn_work *work = &call->work;
  memcpy(work->dx_next, work->dx, call->n * call->domain->d * sizeof *work->dx);
  IN_SPACE(call, diff_backward_body, call, t);
}

BODY distance_backward_body(const size_t space, const egnn_call *call, const egnn_tape *t,
                            const float *dfeature, const float *d2, const float *diff, float *dx) {
  const size_t d = call->domain->d;
  for (size_t b = 0; b < call->n; b++, dx += d)
    for (size_t p = 0; p < t->pairs; p++, diff += space) {
      const size_t at = b * t->pairs + p;
      const float dd2 = dfeature[at] * egnn_feature_slope(call->net, d2[at]);
      float *dxi = dx + t->i[p] * space, *dxj = dx + t->j[p] * space;
      for (size_t k = 0; k < space; k++) {
        dxi[k] += 2 * dd2 * diff[k];
        dxj[k] -= 2 * dd2 * diff[k];
      }
    }
}

void egnn_distance_backward(const egnn_call *call, const egnn_tape *t, const float *dfeature,
                            const float *d2, const float *diff, float *dx) {
  IN_SPACE(call, distance_backward_body, call, t, dfeature, d2, diff, dx);
}
