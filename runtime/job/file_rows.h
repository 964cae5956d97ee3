/* The rows of a .npy or .npz file as the points of a data set, and which of them are equal. */
#ifndef JOB_FILE_ROWS_H
#define JOB_FILE_ROWS_H

#include "base/number_array.h"
#include "base/value.h"
#include "hifm/plugin.h"

/* Opens the file of a resolved "file" data set: [points, coordinates] or [points, particles,
 * space], all finite; domain: of its points. STATUS_BAD_INPUT also as of number_array_open. */
status_code file_rows_open(number_array *file, const value *config, hifm_domain *domain,
                           failure *err);

/* Row i as numbers [domain->d], centred where the domain is. */
void file_rows_get(const number_array *file, const hifm_domain *domain, size_t i, double *out);

/* The number of each row among the distinct rows, which are counted from 0 in the order in which
 * they first appear; *distinct: how many there are. Rows are equal where their numbers are (-0 is
 * 0), by a hash of 64 bits. Released with free(). */
size_t *file_rows_groups(const number_array *file, const hifm_domain *domain, size_t *distinct);

/* The first 10 % of a fixed permutation of the distinct rows (at least one) are test points with
 * all their copies: which ones, [distinct]. Released with free(). */
bool *file_rows_draw_tests(size_t distinct, uint32_t seed);

/* Do some rows of the file of this data set repeat others? False also where the file is not an
 * array of such points, which its data job reports. */
bool file_rows_repeat(const value *config);

#endif
