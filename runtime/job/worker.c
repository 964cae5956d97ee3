/* The body of `hifm worker`. */
#include "base/files.h"
#include "base/linear.h"
#include "job/job.h"
#include "job/prepare.h"
#include "job/progress.h"
#include "job/run.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

/* A worker that was killed leaves the file it was writing under its temporary name (base/files.c).
 */
static void remove_leftovers(const char *path) {
  static const char ending[] = ".tmp";
  DIR *folder = opendir(path);
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    const size_t length = strlen(entry->d_name);
    if (length >= sizeof ending && strcmp(entry->d_name + length + 1 - sizeof ending, ending) == 0)
      unlinkat(dirfd(folder), entry->d_name, 0);
  }
  if (folder) closedir(folder);
}

hifm_status job_run(const char *path, hifm_error *err) {
  static const struct {
    const char *kind;
    hifm_status (*run)(arena *a, const job *work, hifm_error *err);
  } kinds[] = {{"data", prepare_data},
               {"modes", prepare_modes},
               {"train", run_train},
               {"measure", run_remeasure},
               {"sample", run_sample}};
  const size_t count = sizeof kinds / sizeof *kinds;
  arena a = {0};
  job work;
  progress_start();
  progress_catch_signals();
  linear_one_thread();
  files_use(path); /* hifm ls tells who is running by it */
  hifm_status status = job_read(&a, path, &work, err);
  if (status == HIFM_OK) status = files_make_folder(work.folder, err);
  /* Measure jobs share the folder of their train job: what lies there may be another one's. */
  if (status == HIFM_OK && strcmp(work.kind, "measure") != 0) remove_leftovers(work.folder);
  if (status == HIFM_OK) {
    size_t k = 0;
    while (k < count && strcmp(kinds[k].kind, work.kind) != 0) k++;
    status = k < count
                 ? kinds[k].run(&a, &work, err)
                 : hifm_fail(err, HIFM_BAD_INPUT,
                             "%s: \"%s\" is no kind of job (data, modes, train, measure, sample)",
                             path, work.kind);
  }
  arena_close(&a);
  return status;
}
