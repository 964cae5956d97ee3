/* The rows of a .npy file as the points of a data set, and which of them are equal. */
#ifndef JOB_FILE_ROWS_H
#define JOB_FILE_ROWS_H

#include "base/npy.h"
#include "base/value.h"
#include "hifm/plugin.h"

/* Row i of a float file [points, ...] as numbers [domain->d], centred where the domain is. */
void file_rows_get(const npy_array *file, const hifm_domain *domain, size_t i, double *out);

/* The number of each row among the distinct rows, which are counted from 0 in the order in which
 * they first appear; *distinct: how many there are. Rows are equal where their numbers are (-0 is
 * 0), by a hash of 64 bits. Released with free(). */
size_t *file_rows_groups(const npy_array *file, const hifm_domain *domain, size_t *distinct);

/* Do some rows of this file repeat others, as points of the data set that `config` resolves? False
 * also where the file is not an array of such points, which its data job reports. */
bool file_rows_repeat(const char *path, const value *config);

#endif
