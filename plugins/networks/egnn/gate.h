/* Attention, as in Satorras' code: m = e gate(e), gate = sigmoid(kernel . e + bias), row by row.
 * e and m are [rows, W], gate [rows], kernel [W]. */
#ifndef EGNN_GATE_H
#define EGNN_GATE_H

#include <stddef.h>

void gate_forward(size_t rows, size_t width, const float *kernel, float bias, const float *e,
                  float *gate, float *m);

/* From a tangent t of e to that of m, in place; scratch [rows]. */
void gate_tangent(size_t rows, size_t width, const float *kernel, const float *e, const float *gate,
                  float *t, float *scratch);

/* From dm to de, in place; adds to dkernel and dbias unless they are NULL; scratch [rows]. */
void gate_backward(size_t rows, size_t width, const float *kernel, const float *e,
                   const float *gate, float *dm, float *dkernel, float *dbias, float *scratch);

#endif
