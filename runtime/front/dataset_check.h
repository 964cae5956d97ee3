/* The checks of `hifm dataset check`. */
#ifndef FRONT_DATASET_CHECK_H
#define FRONT_DATASET_CHECK_H

#include "base/failure.h"
#include "base/value.h"

/* Checks a finished data folder: arrays are finite, centred (particles), the pixels that were made
 * (images); training and test points are disjoint. Sampled data: the chains agree in energy, radius
 * and places (R-hat below 1.01 and at least 400 effective samples, Vehtari et al. 2021), <|grad
 * V|^2> = <laplacian V> by integration by parts, and the numbers agree with `expected`
 * (plan/recipe.h; may be NULL). A difference counts from 3 standard errors on.
 *
 * Prints a line per check, "ok" or "FAILED" first; *failed: how many failed. */
status_code dataset_check(const char *folder, const value *config, const value *expected, FILE *out,
                          size_t *failed, failure *err);

/* "-42.949 +- 0.021", two digits of the standard error; without one (NAN) six digits. */
const char *dataset_number(arena *a, double x, double se);

#endif
