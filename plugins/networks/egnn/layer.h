/* What the files of a layer share. */
#ifndef EGNN_LAYER_H
#define EGNN_LAYER_H

#include "edges.h"
#include "formula.h"

/* Points at the activations of the stacks in the tape: forward keeps these places in its frame. */
void egnn_find_outputs(const egnn_call *call, egnn_tape *t);

/* moves.c: differences, distances and moves of all pairs, forward and backward.
 *
 * egnn_measure_pairs: diff, d2 and feature of points x, for the pairs of a tape.
 * egnn_move: x_next_i = x_i + c sum_j (x_i - x_j) q s_ij; an unordered pair moves both of its ends.
 * egnn_move_backward: work.ds; work.along = c g . (x_i - x_j), g the gradient by the move of i.
 * egnn_diff_backward: work.dx_next, from x_next itself and through diff and q of the move.
 * egnn_distance_backward: adds to dx what reaches it through d2: dfeature f'. */
void egnn_measure_pairs(const egnn_call *call, const egnn_tape *t, const float *x, float *diff,
                        float *d2, float *feature);
void egnn_move(const egnn_call *call, const egnn_tape *t, float *x_next);
void egnn_move_backward(egnn_call *call, const egnn_tape *t);
void egnn_diff_backward(egnn_call *call, const egnn_tape *t);
void egnn_distance_backward(const egnn_call *call, const egnn_tape *t, const float *dfeature,
                            const float *d2, const float *diff, float *dx);

/* The pairs of one point, with rows of particles `step` floats apart. */
static inline edges egnn_edges(const egnn_call *call, const egnn_tape *t, size_t step) {
  return (edges){t->pairs, (size_t)call->net->width, step, t->i, t->j, t->ordered};
}

/* Row of h that the first particle of point b reads, and from one particle to the next. */
static inline size_t egnn_first_row(const egnn_call *call, const egnn_tape *t, size_t b) {
  return t->ordered ? b * call->domain->particles : t->rows == 1 ? 0 : b;
}

static inline size_t egnn_row_step(const egnn_call *call, const egnn_tape *t) {
  return t->ordered ? (size_t)call->net->width : 0;
}

#endif
