#include "job/worker.h"

#include "base/blas.h"
#include "base/files.h"
#include "job/job.h"
#include "job/prepare.h"
#include "job/progress.h"
#include "job/run.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

/* A killed worker leaves the file it was writing under its temporary name (base/files.c). */
static void remove_leftovers(const char *path) {
  static const char ENDING[] = ".tmp";
  DIR *folder = opendir(path);
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    const size_t length = strlen(entry->d_name);
    if (length >= sizeof ENDING && strcmp(entry->d_name + length + 1 - sizeof ENDING, ENDING) == 0)
      unlinkat(dirfd(folder), entry->d_name, 0);
  }
  if (folder) closedir(folder);
}

status_code worker_run(const char *path, failure *err) {
  static const struct {
    const char *kind;
    status_code (*run)(arena *a, const job *work, failure *err);
  } kinds[] = {{"data", prepare_data},
               {"modes", prepare_modes},
               {"train", run_train},
               {"measure", run_evaluate},
               {"sample", run_sample}};
  const size_t count = sizeof kinds / sizeof *kinds;
  arena a = {0};
  job work;
  progress_start();
  progress_catch_signals();
  blas_one_thread();
  files_use(path); /* hifm ls finds running workers by it */
  status_code status = job_read(&a, path, &work, err);
  if (status == STATUS_OK) status = files_make_folder(work.folder, err);
  /* Measure jobs share the folder of their train job: a temporary file may be another job's. */
  if (status == STATUS_OK && strcmp(work.kind, "measure") != 0) remove_leftovers(work.folder);
  if (status == STATUS_OK) {
    size_t k = 0;
    while (k < count && strcmp(kinds[k].kind, work.kind) != 0) k++;
    status = k < count
                 ? kinds[k].run(&a, &work, err)
                 : failure_set(err, STATUS_BAD_INPUT,
                               "%s: \"%s\" is no kind of job (data, modes, train, measure, sample)",
                               path, work.kind);
  }
  arena_close(&a);
  return status;
}
