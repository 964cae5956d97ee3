/* The distance between two sets of numbers. */
#ifndef JOB_WASSERSTEIN_H
#define JOB_WASSERSTEIN_H

#include <stddef.h>

/* The Wasserstein-1 distance of the empirical distributions of x [n] and y [m]: the integral of
 * |F_x - F_y|. Both are sorted in place. NAN where one is empty or has a number that is not finite.
 */
double wasserstein_distance(double *x, size_t n, double *y, size_t m);

#endif
