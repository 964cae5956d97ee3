/* What the settings of the egnn mean: the functions and factors in the formulas of egnn.h. */
#ifndef EGNN_FORMULA_H
#define EGNN_FORMULA_H

#include "egnn.h"

#include <math.h>

/* The dense layers of an MLP but for `shorter` of them. BLAS for the pairs of one layer, whose
 * number is large; tiles for several layers, whose tape is kept in a cache. */
static inline stack_shape egnn_stack(const egnn *net, size_t shorter) {
  return (stack_shape){.depth = (size_t)net->depth - shorter,
                       .width = (size_t)net->width,
                       .activation = (layers_activation)net->activation};
}

static inline stack_shape egnn_tiled_stack(const egnn *net, size_t shorter) {
  stack_shape shape = egnn_stack(net, shorter);
  shape.tiled = true;
  return shape;
}

/* f: what the edge MLP sees of a distance; its derivative by d2. */
static inline float egnn_feature(const egnn *net, float d2) {
  return net->distance == EGNN_LOG ? log1pf(d2) : d2;
}

static inline float egnn_feature_slope(const egnn *net, float d2) {
  return net->distance == EGNN_LOG ? 1 / (1 + d2) : 1;
}

/* c: the share of one other particle in a move. */
static inline float egnn_share(const egnn *net, const hifm_domain *domain) {
  return net->aggregation == EGNN_SUM ? 1.0f : 1.0f / (float)(domain->particles - 1);
}

/* q = 1 / (1 + d) where differences are normalised, else 1; its derivative by d2. The length has
 * the 1e-8 of Satorras' code, so that the derivative is finite at d = 0. */
static inline float egnn_length(float d2) {
  return sqrtf(d2 + 1e-8f);
}

static inline float egnn_normaliser(const egnn *net, float d2) {
  return net->normalise ? 1 / (1 + egnn_length(d2)) : 1;
}

static inline float egnn_normaliser_slope(const egnn *net, float d2) {
  if (!net->normalise) return 0;
  const float length = egnn_length(d2);
  return -1 / (2 * length * (1 + length) * (1 + length));
}

/* The bound of s_ij in one layer: the range is that of all layers together. */
static inline float egnn_bound(const egnn *net) {
  return (float)(net->tanh_range / (double)net->layers);
}

/* s from what the coord MLP gives; its derivative, from s. */
static inline float egnn_bounded(const egnn *net, float value) {
  return net->tanh_range > 0 ? egnn_bound(net) * tanhf(value) : value;
}

static inline float egnn_bounded_slope(const egnn *net, float s) {
  if (!(net->tanh_range > 0)) return 1;
  const float bound = egnn_bound(net);
  return bound - s * s / bound;
}

#endif
