/* The two files of an image data set: where they are, and the moments of their pixels. */
#ifndef JOB_IMAGES_H
#define JOB_IMAGES_H

#include "base/failure.h"
#include "base/value.h"

#include <stdint.h>

/* The first of NAME and NAME.gz that exists in the folders of `places` (separated by colons), or
 * NULL. In the arena. */
const char *images_find(arena *a, const char *places, const char *name);

/* STATUS_NO_INPUT: says where the file was looked for and what to do. */
status_code images_missing(const char *places, const char *name, failure *err);

/* Can the data job of this resolved data set begin? STATUS_NO_INPUT where files are missing and
 * nothing would fetch them; STATUS_OK for all other kinds. */
status_code images_ready(const value *config, failure *err);

/* Mean and standard deviation of all pixels (255 is 1) of n images of `size` bytes, images
 * order[0..n) (NULL: the first n). Sums are exact, so the order does not matter. */
void images_moments(const uint8_t *images, size_t size, const size_t *order, size_t n, double *mean,
                    double *deviation);

#endif
