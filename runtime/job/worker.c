/* The body of `hifm worker`. */
#include "base/files.h"
#include "base/linear.h"
#include "job/job.h"
#include "job/prepare.h"
#include "job/progress.h"
#include "job/run.h"

#include <string.h>

hifm_status job_run(const char *path, hifm_error *err) {
  static const struct {
    const char *kind;
    hifm_status (*run)(arena *a, const job *work, hifm_error *err);
  } kinds[] = {{"data", prepare_data},
               {"modes", prepare_modes},
               {"train", run_train},
               {"measure", run_remeasure}};
  arena a = {0};
  job work;
  progress_start();
  progress_catch_signals();
  linear_one_thread();
  hifm_status status = job_read(&a, path, &work, err);
  if (status == HIFM_OK) status = files_make_folder(work.folder, err);
  if (status == HIFM_OK) {
    size_t k = 0;
    while (k < 4 && strcmp(kinds[k].kind, work.kind) != 0) k++;
    status = k < 4 ? kinds[k].run(&a, &work, err)
                   : hifm_fail(err, HIFM_BAD_INPUT,
                               "%s: \"%s\" is no kind of job (data, modes, train, measure)", path,
                               work.kind);
  }
  arena_close(&a);
  return status;
}
