/* The basis P in which the conditional path of a training point is diagonal (eq. 13), and the
 * eigenvalues that belong to its columns. The rest of the program sees P through modes_mix alone.
 *
 * Shapes: n training points of d coordinates; a spectrum has `count` records, d of them or 1 where
 * all modes are alike. To add a provider: a file with its modes_ops, and a case in modes_open. */
#ifndef JOB_MODES_H
#define JOB_MODES_H

#include "base/failure.h"

#include <stddef.h>

/* One result of modes_mix: out = P (scale (a . P'x + b . P'y)), products by element. */
typedef struct modes_term {
  const double *a, *b; /* [count]; b is not read where y is NULL */
  double scale;
  double *out; /* [d] */
} modes_term;

/* What a provider answers for training point `row`. */
typedef struct modes_ops {
  const double *(*rates)(const void *self, size_t row);
  void (*mix)(const void *self, size_t row, const double *x, const double *y,
              const modes_term *terms, size_t term_count, double *scratch);
  void (*close)(void *self);
} modes_ops;

typedef struct modes {
  const modes_ops *ops;
  void *self;
  size_t count; /* records of a spectrum */
} modes;

/* folder: of a finished modes job for these n points of d coordinates, read as it is mapped; or
 * NULL for the identity basis. STATUS_BAD_INPUT where the folder has other data. */
status_code modes_open(modes *m, const char *folder, size_t n, size_t d, failure *err);
void modes_close(modes *m);

/* Eigenvalues [d] at this point, ascending; NULL for the identity basis, which has none. */
const double *modes_rates(const modes *m, size_t row);

/* Every term for x and y [d] of this point (y NULL: x alone). P'x and P'y are computed once for all
 * terms. With one term, out may be x or y. scratch: [3, count], of one thread. */
void modes_mix(const modes *m, size_t row, const double *x, const double *y,
               const modes_term *terms, size_t term_count, double *scratch);

#endif
