/* The exact divergence of several layers. */
#ifndef EGNN_DIVERGENCE_H
#define EGNN_DIVERGENCE_H

#include "egnn.h"
#include "layers/workspace.h"

/* The places of all arrays of `out`. */
void divergence_place(workspace *space, const egnn *net, const hifm_domain *domain,
                      divergence_work *out);

/* After a forward pass of `call`, whose tape is used up: divergence [n] of v. */
void divergence_of_layers(egnn_call *call, float *divergence);

#endif
