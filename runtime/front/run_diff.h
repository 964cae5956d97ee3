/* In which settings runs differ, for people. */
#ifndef FRONT_RUN_DIFF_H
#define FRONT_RUN_DIFF_H

#include "base/value.h"

/* out[i]: the settings of configs[i] in which the `count` configurations are not all alike, such as
 * "optimizer.lr=0.003 seed=1"; "" where there are none. How they are measured is left out. Entries
 * of configs may be NULL. */
void run_diff_find(arena *a, const value *const *configs, size_t count, const char **out);

#endif
