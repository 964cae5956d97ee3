/* The identity basis: all modes have the same record, so that no product with P is needed. */
#include "base/memory.h"
#include "job/modes_parts.h"

#include <stdlib.h>

typedef struct identity {
  size_t d;
} identity;

static const double *rates(const void *self, size_t row) {
  (void)self, (void)row;
  return NULL;
}

static void mix(const void *self, size_t row, const double *x, const double *y,
                const modes_term *terms, size_t term_count, double *scratch) {
  const size_t d = ((const identity *)self)->d;
  (void)row, (void)scratch;
  for (const modes_term *t = terms; t < terms + term_count; t++)
    for (size_t i = 0; i < d; i++)
      t->out[i] = t->scale * (y ? t->a[0] * x[i] + t->b[0] * y[i] : t->a[0] * x[i]);
}

static const modes_ops OPS = {.rates = rates, .mix = mix, .close = free};

void modes_open_identity(modes *m, size_t d) {
  identity *self = memory_get(sizeof *self);
  self->d = d;
  *m = (modes){.ops = &OPS, .self = self, .count = 1};
}
