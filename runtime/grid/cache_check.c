#include "grid/cache_check.h"

#include "base/files.h"
#include "job/contents.h"

static status_code check_job(const grid_job *it, FILE *log, failure *err) {
  arena a = {0};
  const value *made;
  failure why;
  status_code status = result_read(&a, it->result_path, it->id, &made, &why);
  const bool has_result = made != NULL;
  if (has_result) status = contents_check(it->kind, it->folder, made, &why);
  arena_close(&a);
  if (status == STATUS_OK) return STATUS_OK;
  if (!files_is_lost(status)) return failure_set(err, status, "%s", why.message);
  if (log) fprintf(log, "%s: %s; made again\n", it->label, why.message);
  /* A damaged result counts as none already (job_look). */
  return has_result ? contents_drop(it->folder, err) : STATUS_OK;
}

status_code cache_check(const grid_job *jobs, size_t count, FILE *log, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < count && status == STATUS_OK; i++)
    if (jobs[i].kind == JOB_DATA || jobs[i].kind == JOB_MODES)
      status = check_job(&jobs[i], log, err);
  return status;
}
