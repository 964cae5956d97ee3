/* Files of points that are measured in place of points of the data set: dataset.test_path,
 * dataset.validation_path. They are read by each job that measures, and are not in the cache. */
#ifndef JOB_OWN_POINTS_H
#define JOB_OWN_POINTS_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/plugin.h"

/* How many points the file has: its rows. */
status_code own_points_count(const char *path, size_t *rows, failure *err);

/* The points of a kind (OWN_TEST, OWN_VALIDATION) that a resolved data set, which has a file of
 * them, asks for: the first rows of the file as test points, the last ones as validation points;
 * centred where the domain is. *points [count, domain->d] is released with free(). STATUS_BAD_INPUT
 * where the file has another content than was recorded (""; nothing was), where its rows are not
 * such points, all finite, or are fewer. */
status_code own_points_read(const value *dataset, size_t kind, const hifm_domain *domain,
                            double **points, size_t *count, failure *err);

/* The same for all kinds that the data set has a file of; the points are not kept. Messages begin
 * with the path of the setting. */
status_code own_points_check(const value *dataset, const hifm_domain *domain, failure *err);

/* STATUS_BAD_INPUT where test and validation points are of one file and share rows. */
status_code own_points_check_split(const value *dataset, failure *err);

#endif
