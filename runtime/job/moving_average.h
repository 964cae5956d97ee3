/* The moving average of the weights of a training (train.ema).
 *
 * After the step that follows k others: average <- d average + (1 - d) w, with
 * d = min(ema, (1 + k) / (10 + k)), so that the first steps do not weigh longer than later ones.
 *
 * The average is in double. In float a step is lost where (1 - d) (w - average) is below half a
 * unit in the last place of the average: at d = 0.9999 a weight that moves by 5e-4 of itself does
 * not move its average at all (test_moving_average.c). */
#ifndef JOB_MOVING_AVERAGE_H
#define JOB_MOVING_AVERAGE_H

#include <stddef.h>
#include <stdint.h>

void moving_average_add(double ema, uint64_t k, size_t n, const float *w, double *average);

#endif
