/* The NLL of each test point at the weights that an audit measures, kept beside its result.
 *
 * measure-<first 12 digits>.npy is float64 [2, points], in the order of the test points: the best
 * weights, then the last ones; NaN where there is no value (the solver failed, or the weights were
 * not kept). The result has its size and hash under "files" (job/contents.h), and under "points"
 * the hash of the points themselves: values of two runs are of the same points if it is equal. */
#ifndef JOB_POINT_VALUES_H
#define JOB_POINT_VALUES_H

#include "job/result.h"

typedef struct point_values {
  double *best, *last; /* [count] */
  size_t count;
  const char *points; /* hash of the points [count, d], 32 hex digits */
} point_values;

/* Without a value; in the arena. points: [count, d]. */
point_values point_values_new(arena *a, const double *points, size_t count, size_t d);

/* NaN for all points. */
void point_values_clear(double *values, size_t count);

/* Is there a value for each point? */
bool point_values_are_whole(const double *values, size_t count);

/* Writes the file of this measurement, and says so in its result: "files" and "points". */
status_code point_values_write(arena *a, const char *folder, const char *id,
                               const point_values *values, result *measured, failure *err);

/* Of the result of a measurement in this folder. *out is in the arena; NULL where the result has
 * none: of a training, or of an earlier version. STATUS_NO_INPUT, STATUS_BAD_INPUT: the file is
 * missing, or is damaged. */
status_code point_values_read(arena *a, const char *folder, const value *measured,
                              const point_values **out, failure *err);

/* Bytes of the file. */
double point_values_bytes(double points);

#endif
