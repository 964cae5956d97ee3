/* AdamW as optax.adamw has it (Loshchilov and Hutter 2019), and the clipping before it. */
#ifndef JOB_ADAMW_H
#define JOB_ADAMW_H

#include "job/settings.h"

/* One update, number `update` counted from 1, on n weights w with gradient g and moments m, v. lr:
 * of this step (job/learning_rate.h). */
void adamw_step(const optimizer_settings *set, double lr, uint64_t update, size_t n, const float *g,
                float *w, float *m, float *v);

/* optax.clip_by_global_norm: g [n], whose norm is this, times min(1, clip / norm). clip 0: no
 * limit. */
void adamw_clip(double clip, double norm, size_t n, float *g);

#endif
