/* What the files energy*.c share, and no other file: the two ways to V and its derivatives. The
 * arguments are those of host/energy.h, but anchor is never NULL. */
#ifndef HOST_ENERGY_PARTS_H
#define HOST_ENERGY_PARTS_H

#include "host/energy.h"

/* energy_pairs.c: sums over pairs. open takes the memory and sorts the pairs by types. */
size_t energy_pair_count(const hifm_domain *domain);
void energy_pairs_open(energy *e);
void energy_pairs_close(energy *e);
double energy_pairs_value(energy *e, const double *y, const double *anchor);
double energy_pairs_gradient(energy *e, const double *y, const double *anchor, double *gradient);
void energy_pairs_hessian(energy *e, const double *y, const double *anchor, double *hessian);
void energy_pairs_hvp(energy *e, const double *y, const double *anchor, const double *x,
                      double *out);
double energy_pairs_laplacian(energy *e, const double *y, const double *anchor);

/* energy_differences.c: the plugin's own functions, else central differences. */
void energy_values_open(energy *e);
double energy_values_value(energy *e, const double *y, const double *anchor);
double energy_values_gradient(energy *e, const double *y, const double *anchor, double *gradient);
void energy_values_hessian(energy *e, const double *y, const double *anchor, double *hessian);
void energy_values_hvp(energy *e, const double *y, const double *anchor, const double *x,
                       double *out);
double energy_values_laplacian(energy *e, const double *y, const double *anchor);

#endif
