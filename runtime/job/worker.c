#include "job/worker.h"

#include "base/blas.h"
#include "base/files.h"
#include "base/text.h"
#include "job/job.h"
#include "job/prepare.h"
#include "job/progress.h"
#include "job/run.h"

#include <dirent.h>
#include <unistd.h>

/* A killed worker leaves the file it was writing under its temporary name (base/files.c). */
static void remove_leftovers(const char *path) {
  DIR *folder = opendir(path);
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (text_ends_with(entry->d_name, ".tmp")) unlinkat(dirfd(folder), entry->d_name, 0);
  if (folder) closedir(folder);
}

typedef status_code job_body(arena *a, const job *work, failure *err);
static job_body *const BODIES[JOB_KIND_COUNT] = {
    [JOB_DATA] = prepare_data,    [JOB_MODES] = prepare_modes, [JOB_TRAIN] = run_train,
    [JOB_MEASURE] = run_evaluate, [JOB_SAMPLE] = run_sample,
};

status_code worker_run(const char *path, failure *err) {
  arena a = {0};
  job work;
  progress_start();
  progress_catch_signals();
  blas_one_thread();
  files_use(path); /* hifm ls finds running jobs by this mark */
  status_code status = job_read(&a, path, &work, err);
  if (status == STATUS_OK) status = files_make_folder(work.folder, err);
  /* A measure job shares the folder of its train job, so a file there may belong to another job. */
  if (status == STATUS_OK && work.kind != JOB_MEASURE) remove_leftovers(work.folder);
  if (status == STATUS_OK) status = BODIES[work.kind](&a, &work, err);
  if (status != STATUS_OK && status != STATUS_INTERRUPTED && err) progress_failure(err->message);
  arena_close(&a);
  return status;
}
