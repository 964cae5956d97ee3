/* The learning rate of a step, as optax's schedules have it.
 *
 * Step k of `steps`, counted from 0, with W = warmup and t = (k - W) / (steps - 1 - W):
 *
 *   k < W        lr k / W                                         optax.linear_schedule
 *   constant     lr
 *   cosine       lr ((1 - final) (1 + cos(pi t)) / 2 + final)     optax.cosine_decay_schedule
 *   linear       lr (1 + (final - 1) t)                           optax.linear_schedule
 *   exponential  lr final^t                                       optax.exponential_decay
 *
 * so that the first step of a warm-up has the rate 0 and the last step of a decay final * lr. In
 * optax this is join_schedules with the boundary W and a decay of steps - 1 - W steps. */
#ifndef JOB_LEARNING_RATE_H
#define JOB_LEARNING_RATE_H

#include "job/settings.h"

double learning_rate(const optimizer_settings *set, uint64_t steps, uint64_t k);

#endif
