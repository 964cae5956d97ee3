/* Is a data set what it should be? */
#ifndef FRONT_DATASET_CHECK_H
#define FRONT_DATASET_CHECK_H

#include "base/failure.h"
#include "base/value.h"

/* A finished data folder: its arrays are finite, centred (particles), the pixels those that were
 * made (images), training and test points disjoint; of sampled ones also whether the chains agree
 * (R-hat below 1.01 and at least 400 effective samples, Vehtari et al. 2021), whether <|grad V|^2>
 * = <laplacian V>, as integration by parts says, and whether the numbers are those of `expected`
 * (plan/recipe.h; may be NULL). Differences count from 3 standard errors on.
 *
 * Prints "ok" or "FAILED" and the check, one a line; *failed is how many did. */
status_code dataset_check(const char *folder, const value *config, const value *expected, FILE *out,
                          size_t *failed, failure *err);

/* "-42.949 +- 0.021", two digits of the standard error; without one (NAN) six digits. */
const char *dataset_number(arena *a, double x, double se);

#endif
