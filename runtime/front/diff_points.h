/* hifm diff: the paired difference of two runs at their test points. */
#ifndef FRONT_DIFF_POINTS_H
#define FRONT_DIFF_POINTS_H

#include "front/runs.h"

/* Prints NLL(y) - NLL(x), point by point, with its standard error, for each audit that both runs
 * have; nothing where they have none. files: of these runs. STATUS_OK unless a file cannot be read
 * now. */
status_code diff_points_print(arena *a, const run_info *x, const run_info *y,
                              const run_files files[2], failure *err);

#endif
