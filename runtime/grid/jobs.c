#include "grid/jobs.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "grid/failed.h"
#include "job/images.h"

#include <string.h>
#include <sys/stat.h>

/* How much of the path of a job's folder is hifm's own: runs/NAME or cache/NAME, but only NAME of
 * jobs on a run, which have a temporary folder. */
static size_t own_parts(const grid_job *it) {
  return job_is_on_run(it->kind) ? 1 : 2;
}

static bool is_ready(const grid_job *jobs, grid_job *it) {
  bool ready = true;
  for (size_t k = 0; k < it->need_count; k++) {
    const job_state state = jobs[it->needs[k]].state;
    if (state != JOB_DONE) ready = false;
    if (state == JOB_FAILED || state == JOB_BLOCKED) it->state = JOB_BLOCKED;
  }
  return ready;
}

grid_job *jobs_next(grid_job *jobs, size_t count, size_t *first) {
  while (*first < count && jobs[*first].state != JOB_WAITING) ++*first;
  for (size_t i = *first; i < count; i++)
    if (jobs[i].state == JOB_WAITING && is_ready(jobs, &jobs[i])) return &jobs[i];
  return NULL;
}

status_code jobs_reset(grid_job *jobs, size_t count, size_t *done, failure *err) {
  *done = 0;
  for (grid_job *it = jobs; it < jobs + count; it++) {
    bool found;
    status_code status = job_look(it->result_path, it->id, &found, err);
    if (status != STATUS_OK) return status;
    it->state = found ? JOB_DONE : it->skip ? JOB_FAILED : JOB_WAITING;
    it->attempts = 0;
    it->attempt_reserved = false;
    it->facts = (exit_facts){0};
    it->ending[0] = 0;
    *done += found;
  }
  return STATUS_OK;
}

status_code jobs_begin_again(const grid_job *jobs, size_t count, failure *err) {
  status_code status = STATUS_OK;
  for (const grid_job *it = jobs; it < jobs + count && status == STATUS_OK; it++)
    if (it->again) status = files_remove(it->result_path, err);
  return status;
}

status_code jobs_check_inputs(const grid_job *jobs, size_t count, failure *err) {
  for (const grid_job *it = jobs; it < jobs + count; it++) {
    if (it->kind != JOB_DATA || job_is_done(it->result_path, it->id)) continue;
    status_code status = images_ready(value_get(it->file, "config"), err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

void jobs_ask_for_same_machine(arena *a, grid_job *jobs, size_t count) {
  for (grid_job *it = jobs; it < jobs + count; it++) {
    if (it->kind != JOB_TRAIN && it->kind != JOB_MEASURE) continue;
    value *file = value_copy(a, it->file);
    value_put(a, file, "strict_bits", value_bool(a, true));
    it->file = file;
  }
}

status_code jobs_path(const grid_job *it, const char *name, char out[JOBS_PATH], failure *err) {
  const bool shared = it->kind == JOB_MEASURE;
  const int length = shared
                         ? snprintf(out, JOBS_PATH, "%s/measure-%.12s.%s", it->folder, it->id, name)
                         : snprintf(out, JOBS_PATH, "%s/%s", it->folder, name);
  if (length < JOBS_PATH) return STATUS_OK;
  return failure_set(err, STATUS_CANNOT_CREATE, "%.200s...: the path of a run's folder is too long",
                     it->folder);
}

/* Attempts are counted in the job file, so that the count outlives a killed scheduler. */
static double attempts_before(arena *a, const char *path, const char *id) {
  const value *before = NULL;
  if (json_read_sealed(a, path, &before, NULL) != STATUS_OK) return 0;
  if (strcmp(value_get_text(before, "id", ""), id) != 0) return 0;
  return value_get_number(before, "attempt", 0);
}

static status_code write_job_file(const grid_job *it, const char *path, failure *err) {
  arena memory = {0};
  value *file = value_copy(&memory, it->file);
  value_put_number(&memory, file, "attempt", attempts_before(&memory, path, it->id) + 1);
  const char *text = json_sealed(&memory, file);
  /* The worker syncs it before it writes a result: the scheduler does not wait for the disk. */
  status_code status = files_write_unsynced(path, text, strlen(text), err);
  arena_close(&memory);
  return status;
}

status_code jobs_prepare(grid_job *it, failure *err) {
  char path[JOBS_PATH], log[JOBS_PATH];
  struct stat info;
  if (it->attempt_reserved) return STATUS_OK;
  status_code status = jobs_path(it, "job.json", path, err);
  if (status == STATUS_OK) status = jobs_path(it, "log.txt", log, err);
  if (status == STATUS_OK) status = folders_make(it->folder, own_parts(it), err);
  if (status == STATUS_OK) status = write_job_file(it, path, err);
  if (status == STATUS_OK) status = failed_remove(it, err);
  if (status != STATUS_OK) return status;
  it->log_start = stat(log, &info) == 0 ? (long)info.st_size : 0;
  it->attempt_reserved = true;
  return STATUS_OK;
}
