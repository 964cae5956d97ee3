/* The pairs of a batch by series: bands of z, each fitted on its own box.
 *
 * Near z = 1 the network learns sharp features of the distance that it does not have at small z;
 * and the points there are compact. A band of its own has the nodes they need, and no other pays.
 */
#ifndef EGNN_SERIES_H
#define EGNN_SERIES_H

#include "one.h"

/* Sorts the batch's points into bands: fills slot and frame. */
void series_plan(one *o);

/* s of every pair (and slope, where asked for), with distances in place; bands whose series does
 * not converge, or misses watched pairs, are evaluated directly. */
void series_forward(one *o, bool slope);

/* Slopes alone, after a forward pass. */
void series_slopes(one *o);

/* From ds to dw, after a forward pass. */
void series_backward(one *o, float *dw);

/* A band pair by pair: s, and slope where asked for. The same rows for scalar_backward. */
scalar_rows series_rows(one *o, const one_band *band);

#endif
