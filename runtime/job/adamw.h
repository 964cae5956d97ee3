/* AdamW as optax.adamw has it (Loshchilov and Hutter 2019). */
#ifndef JOB_ADAMW_H
#define JOB_ADAMW_H

#include "job/settings.h"

/* One step, number `step` counted from 1, on n weights w with gradient g and moments m, v. */
void adamw_step(const optimizer_settings *set, uint64_t step, size_t n, const float *g, float *w,
                float *m, float *v);

#endif
