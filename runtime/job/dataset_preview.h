/* What a data set will be, before its job has made it: found in the settings and the files. */
#ifndef JOB_DATASET_PREVIEW_H
#define JOB_DATASET_PREVIEW_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/plugin.h"

typedef struct dataset_preview {
  hifm_domain domain; /* d is 0: not known yet, since its files are to be fetched */
  size_t train, test; /* how many points there will be, of images at most; SIZE_MAX: not known */
} dataset_preview;

/* config: the resolved data set; folder: of its data job where that is done, or NULL. The failure
 * is that which the data job would end with. */
status_code dataset_preview_make(const value *config, const char *folder, dataset_preview *out,
                                 failure *err);

/* The domain of points that are sampled. STATUS_BAD_CONFIG: they have no coordinates. */
status_code dataset_preview_sampled(const value *config, hifm_domain *domain, failure *err);

#endif
