/* What finished runs of a results folder, and their measurements, record about data files, for
 * files that are missing.
 *
 * A record that is wrong can make no wrong number: the identity of a run has the content of its
 * file, and results of another identity are not used. */
#ifndef PLAN_FILE_RECORDS_H
#define PLAN_FILE_RECORDS_H

#include "base/failure.h"
#include "base/value.h"

typedef struct file_records {
  arena *memory;
  const char *results;   /* the folder; NULL: nothing is recorded */
  const value *datasets; /* LIST of the different data sets of finished runs; NULL: not read yet */
} file_records;

/* A recorded data set with the same settings `keys` (NULL-ended) as this one, NULL where there is
 * none. STATUS_BAD_CONFIG where those that are recorded differ in the setting `content`. */
status_code file_records_find(file_records *r, const value *dataset, const char *const *keys,
                              const char *content, const value **found, failure *err);

#endif
