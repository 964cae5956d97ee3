/* Which finished run is most like another one? */
#ifndef FRONT_NEAREST_H
#define FRONT_NEAREST_H

#include "front/run_settings.h"

#define NEAREST_NONE SIZE_MAX

/* out[i]: the place in `among` of the settings that differ from wanted[i] in the fewest paths, the
 * first of equals; NEAREST_NONE where `among` is empty. What is aside (run_settings.h) does not
 * count. */
void nearest_find(const run_settings *const *wanted, size_t count, const run_settings *const *among,
                  size_t among_count, size_t *out);

#endif
