/* The hashes of data files: an identity has them in place of the files. */
#ifndef PLAN_FILE_HASHES_H
#define PLAN_FILE_HASHES_H

#include "plan/file_records.h"

typedef struct file_hashes {
  arena *memory;
  const char *name; /* of the script, for messages */
  value *known;     /* MAP path -> TEXT: sections may share files */
  file_records records;
  value *notes; /* LIST of TEXT: a line for each file that is missing */
} file_hashes;

/* results: see file_records.h, or NULL. */
void file_hashes_begin(file_hashes *h, arena *a, const char *name, const char *results);

/* Fills in the hashes of the files that a resolved section names: of data sets, and of plugins
 * (file values, host/params.h). A data set of a .npy file with repeated rows gets SETTINGS_REPEATS,
 * one with own points (job/own_points.h) the rows of these files.
 * Of a file that is missing the content that finished runs had is taken, with a note.
 * This is done outside of the child that runs a script, because it
 * may take longer than a script may. STATUS_BAD_CONFIG where a .npy file has another hash than
 * declared, STATUS_NO_INPUT or STATUS_BAD_INPUT where a file cannot be read. */
status_code file_hashes_fill(file_hashes *h, const value **section, failure *err);

#endif
