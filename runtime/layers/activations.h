/* Activations for network plugins: float kernels the compiler turns into vector code, every element
 * through the same path, so a result does not depend on its place in the array. */
#ifndef LAYERS_ACTIVATIONS_H
#define LAYERS_ACTIVATIONS_H

#include <stddef.h>

/* out[i] = log(1 + exp(x[i])), slope[i] = its derivative 1 / (1 + exp(-x[i])). x may be out.
 * Relative error below 3e-7 where the exact value is a normal float; a NaN gives NaN. */
void layers_softplus(size_t n, const float *x, float *out, float *slope);

/* SiLU: out[i] = x[i] / (1 + exp(-x[i])), slope[i] = its derivative. x may be out. */
void layers_silu(size_t n, const float *x, float *out, float *slope);

typedef enum layers_activation { LAYERS_SOFTPLUS, LAYERS_SILU } layers_activation;

/* One of the two. */
void layers_activate(layers_activation kind, size_t n, const float *x, float *out, float *slope);

/* out[i] = 1 / (1 + exp(-x[i])). x may be out. */
void layers_sigmoid(size_t n, const float *x, float *out);

/* x[i] *= factor[i]: the backward and the tangent of an activation whose slopes are known. */
void layers_scale(size_t n, const float *factor, float *x);

#endif
