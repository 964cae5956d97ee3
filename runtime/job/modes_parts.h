/* The providers of modes, for modes.c and their tests. */
#ifndef JOB_MODES_PARTS_H
#define JOB_MODES_PARTS_H

#include "job/modes.h"

/* modes_identity.c: P = I, one record for all modes. */
void modes_open_identity(modes *m, size_t d);

/* modes_eigen.c: the files of a modes job. */
status_code modes_open_eigen(modes *m, const char *folder, size_t n, size_t d, failure *err);

#endif
