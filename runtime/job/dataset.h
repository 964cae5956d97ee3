/* A finished data folder, mapped; and what its points are. */
#ifndef JOB_DATASET_H
#define JOB_DATASET_H

#include "base/npy.h"
#include "base/value.h"
#include "hifm/plugin.h"

typedef struct dataset {
  hifm_domain domain;
  npy_array train_file, test_file;
  const double *train, *test;     /* [n, d], centred where the domain is; in the mapping */
  size_t train_count, test_count; /* the prefixes a run uses */
} dataset;

/* What the resolved dataset setting says a point is (d is 0 where only the file knows). */
hifm_domain dataset_domain(const value *config);

/* folder: of a finished data job; config: the resolved dataset. HIFM_BAD_INPUT where fewer points
 * are there than the run asks for. */
hifm_status dataset_open(dataset *data, const char *folder, const value *config, hifm_error *err);
void dataset_close(dataset *data);

/* Subtracts the centre of mass from one point of a centred domain. */
void dataset_centre(const hifm_domain *domain, double *point);

#endif
