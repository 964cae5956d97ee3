#include "job/modes.h"

#include "job/modes_parts.h"

#include <string.h>

status_code modes_open(modes *m, const char *folder, size_t n, size_t d, failure *err) {
  if (folder) return modes_open_eigen(m, folder, n, d, err);
  modes_open_identity(m, d);
  return STATUS_OK;
}

void modes_close(modes *m) {
  if (m->ops) m->ops->close(m->self);
  memset(m, 0, sizeof *m);
}

const double *modes_rates(const modes *m, size_t row) {
  return m->ops->rates(m->self, row);
}

void modes_mix(const modes *m, size_t row, const double *x, const double *y,
               const modes_term *terms, size_t term_count, double *scratch) {
  m->ops->mix(m->self, row, x, y, terms, term_count, scratch);
}
