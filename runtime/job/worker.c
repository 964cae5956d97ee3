#include "job/worker.h"

#include "base/blas.h"
#include "base/files.h"
#include "base/folders.h"
#include "job/job.h"
#include "job/prepare.h"
#include "job/progress.h"
#include "job/result.h"
#include "job/run.h"

/* A killed worker leaves the file it was writing under its temporary name. Measure jobs share the
 * folder of their train job and may run at the same time: each removes what begins with its name.
 * The train job runs before them. */
static void remove_leftovers(arena *a, const job *work) {
  const char *own = work->kind == JOB_MEASURE ? arena_format(a, "measure-%.12s.", work->id) : "";
  folders_clean(work->folder, own);
}

/* Another processor or library may give other last digits (job/result.h). */
static status_code check_machine(arena *a, const job *work, failure *err) {
  const value *made;
  if (!work->strict_bits || !work->data) return STATUS_OK;
  const char *path = arena_format(a, "%s/result.json", work->data);
  const status_code status = result_read(a, path, NULL, &made, err);
  const char *other = status == STATUS_OK && made ? result_other_maker(a, made) : NULL;
  if (!other) return status;
  return failure_set(err, STATUS_NO_RESOURCE,
                     "--strict-bits: this machine is of another kind than the one that made the "
                     "data: its \"%s\" differs (%s)",
                     other, path);
}

typedef status_code job_body(arena *a, const job *work, failure *err);
static job_body *const BODIES[JOB_KIND_COUNT] = {
    [JOB_DATA] = prepare_data,    [JOB_MODES] = prepare_modes, [JOB_TRAIN] = run_train,
    [JOB_MEASURE] = run_evaluate, [JOB_SAMPLE] = run_sample,   [JOB_EVALUATE] = run_points,
};

status_code worker_run(const char *path, failure *err) {
  arena a = {0};
  job work;
  progress_start();
  progress_catch_signals();
  files_use(path); /* hifm ls finds running jobs by this mark */
  status_code status = job_read(&a, path, &work, err);
  if (status == STATUS_OK) status = files_sync(path, err); /* before any result: it belongs to it */
  if (status == STATUS_OK) status = blas_start(err);
  if (status == STATUS_OK) status = check_machine(&a, &work, err);
  if (status == STATUS_OK) status = files_make_folder(work.folder, err);
  if (status == STATUS_OK) remove_leftovers(&a, &work);
  if (status == STATUS_OK) status = BODIES[work.kind](&a, &work, err);
  if (status != STATUS_OK && status != STATUS_INTERRUPTED && err) progress_failure(err->message);
  arena_close(&a);
  return status;
}
