/* The tensors of a network in safetensors files: by name, each of exactly its shape. */
#ifndef JOB_WEIGHTS_H
#define JOB_WEIGHTS_H

#include "base/safetensors.h"
#include "host/network.h"

/* One entry per tensor of the array `from` [weights], named prefix + its name; returns how many. */
size_t weights_list(const network *net, const char *prefix, const float *from,
                    safetensors_entry *out);

/* Copies all tensors into `to` [weights]. STATUS_BAD_INPUT names the tensor of the file that is
 * missing, has another type or shape than the network's, or (among those whose names begin with
 * the prefix) is not the network's; `path` is for messages. */
status_code weights_copy(const safetensors_file *file, const char *path, const network *net,
                         const char *prefix, float *to, failure *err);

#endif
