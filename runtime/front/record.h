/* runs.csv, history.csv and timings.csv of a grid, from the results in its runs' folders. */
#ifndef FRONT_RECORD_H
#define FRONT_RECORD_H

#include "base/value.h"
#include "hifm/status.h"

typedef struct record_row {
  const value *cells; /* column -> text, of the plan */
  const char *folder; /* of the train job */
  const char *train_id, *measure_id;
  const char *state; /* "done", "diverged", "failed", "missing" */
} record_row;

/* Writes the three files into `view`. runs.csv and history.csv hold no time, host, pid, attempt or
 * path, rows in grid order: byte-identical however the grid was run. */
hifm_status record_write(const char *view, const value *columns, const record_row *rows,
                         size_t count, hifm_error *err);

#endif
