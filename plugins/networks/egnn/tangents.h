/* Sums and products of tangents of features: rows [W], a row for each direction in which x moves.
 * Loops over g are over groups of `count` rows each: the edges of a particle, or the particles. */
#ifndef EGNN_TANGENTS_H
#define EGNN_TANGENTS_H

#include <stddef.h>

/* out [rows, W]: row r = sum_c r[r, c] in_r[c], for in_r [space, W], `step` floats apart, with rows
 * `line` floats apart. */
void tangents_combine(size_t rows, size_t space, size_t width, const float *r, const float *in,
                      size_t step, size_t line, float *out);

/* rows [count, W] = slope (rows + own + f kernel), for own [count, W], f [count]; f may be NULL. */
void tangents_enter(size_t count, size_t width, const float *own, const float *f,
                    const float *kernel, const float *slope, float *rows);

/* rows [groups, count, W] times slope [groups, W] */
void tangents_scale(size_t groups, size_t count, size_t width, const float *slope, float *rows);

/* out [count, W] = sum_g gate[g] rows_g + along_g e_g, for rows [groups, count, W], along [groups,
 * count], e [groups, W]; with gate NULL the sum of rows_g. */
void tangents_sum(size_t groups, size_t count, size_t width, const float *rows, const float *gate,
                  const float *along, const float *e, float *out);

/* From the tangent w_q [W] by the distance to each other particle q to those by all coordinates:
 * out [particles, space, W], row (j, c) = f_q[j, c] w_q, row (i, c) = sum_q f_q[i, c] w_q, for f
 * [particles - 1, lanes], which has no other numbers. */
void tangents_expand(size_t particles, size_t space, size_t width, size_t i, const float *f,
                     size_t lanes, const float *w, float *out);

/* out [rows] = a . b, row by row, with steps from row to row */
void tangents_dot(size_t rows, size_t width, const float *a, size_t a_step, const float *b,
                  size_t b_step, float *out);

#endif
