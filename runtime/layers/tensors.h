/* The tensors of a network and their places in the array of all weights, declared together: what
 * hifm_network_ops.tensors reports and what the kernels read cannot differ. */
#ifndef LAYERS_TENSORS_H
#define LAYERS_TENSORS_H

#include "hifm/network.h"

/* Begins as {out, room}; with room 0 (out may be NULL) only places are computed. */
typedef struct tensor_list {
  hifm_tensor *out;
  size_t room;
  size_t count, offset; /* tensors so far; floats in all of them */
} tensor_list;

/* Adds the next tensor, named by a printf format; returns its offset in the weights, in floats. */
__attribute__((format(printf, 6, 7))) size_t tensors_add(tensor_list *list, size_t rows,
                                                         size_t columns, hifm_initialiser init,
                                                         double gain, const char *name, ...);

#endif
