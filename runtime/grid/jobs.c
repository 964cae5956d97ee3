#include "grid/jobs.h"

#include "base/files.h"
#include "base/json.h"
#include "host/plugins.h"
#include "job/images.h"
#include "job/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_ready(const schedule_job *jobs, schedule_job *it) {
  bool ready = true;
  for (size_t k = 0; k < it->need_count; k++) {
    job_state state = jobs[it->needs[k]].state;
    if (state != JOB_DONE) ready = false;
    if (state == JOB_FAILED || state == JOB_BLOCKED) it->state = JOB_BLOCKED;
  }
  return ready;
}

schedule_job *jobs_next(schedule_job *jobs, size_t count, size_t *first) {
  while (*first < count && jobs[*first].state != JOB_WAITING) ++*first;
  for (size_t i = *first; i < count; i++)
    if (jobs[i].state == JOB_WAITING && is_ready(jobs, &jobs[i])) return &jobs[i];
  return NULL;
}

status_code jobs_reset(schedule_job *jobs, size_t count, size_t *done, failure *err) {
  *done = 0;
  for (schedule_job *it = jobs; it < jobs + count; it++) {
    bool there;
    status_code status = job_look(it->result_path, it->done_id, &there, err);
    if (status != STATUS_OK) return status;
    it->state = there ? JOB_DONE : JOB_WAITING;
    it->attempts = 0;
    it->unstarted = false;
    it->ending[0] = 0;
    *done += there;
  }
  return STATUS_OK;
}

status_code jobs_check_inputs(const schedule_job *jobs, size_t count, failure *err) {
  for (const schedule_job *it = jobs; it < jobs + count; it++) {
    if (strcmp(it->kind, "data") != 0 || job_is_done(it->result_path, it->done_id)) continue;
    status_code status = images_ready(value_get(it->file, "config"), err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

static bool name_file(char out[4096], const schedule_job *it, const char *name) {
  bool shared = strcmp(it->kind, "measure") == 0;
  int length = shared ? snprintf(out, 4096, "%s/measure-%.12s.%s", it->folder, it->done_id, name)
                      : snprintf(out, 4096, "%s/%s", it->folder, name);
  return length < 4096;
}

/* Counted in the job file, so that a scheduler that was killed forgets none. */
static double attempts_before(arena *a, const char *path, const char *id) {
  const value *before = NULL;
  if (json_read(a, path, &before, NULL) != STATUS_OK) return 0;
  if (strcmp(value_get_text(before, "id", ""), id) != 0) return 0;
  return value_get_number(before, "attempt", 0);
}

status_code jobs_prepare(const schedule_job *it, jobs_files *files, failure *err) {
  files->descriptor = -1;
  if (!name_file(files->job, it, "job.json") || !name_file(files->log, it, "log.txt"))
    return failure_set(err, STATUS_CANNOT_CREATE,
                       "%.200s...: the path of a run's folder is too long", it->folder);
  status_code status = files_make_folder(it->folder, err);
  if (status != STATUS_OK) return status;
  arena memory = {0};
  value *file = value_copy(&memory, it->file);
  const double before = attempts_before(&memory, files->job, it->id);
  value_put_number(&memory, file, "attempt", before + !it->unstarted);
  const char *text = json_pretty(&memory, file);
  status = files_write(files->job, text, strlen(text), err);
  arena_close(&memory);
  if (status != STATUS_OK) return status;
  files->descriptor = open(files->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (files->descriptor < 0)
    return failure_set(err, STATUS_CANNOT_CREATE, "%.400s: cannot open the log: %s", files->log,
                       strerror(errno));
  files->log_start = (long)lseek(files->descriptor, 0, SEEK_END);
  return STATUS_OK;
}

extern char **environ;

/* OpenBLAS picks its kernels by the names of processors it knows, and takes newer ones with AVX-512
 * for machines without: those run sgemm at half their speed. What was chosen is in every result. */
static char *blas_kernels(void) {
  static char wide[] = "OPENBLAS_CORETYPE=SkylakeX";
#ifdef __x86_64__
  const bool able = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  const bool able = false;
#endif
  return able && !getenv("OPENBLAS_CORETYPE") ? wide : NULL;
}

static bool sets_same(const char *x, const char *y) {
  return strncmp(x, y, strcspn(y, "=") + 1) == 0;
}

static bool is_own(const char *entry, char *const *own, size_t count) {
  for (size_t k = 0; k < count; k++)
    if (own[k] && sets_same(entry, own[k])) return true;
  return false;
}

char **jobs_environment(const char *plugins) {
  static char progress[] = "HIFM_PROGRESS_FD=3", threads[] = "OPENBLAS_NUM_THREADS=1";
  static char scheduler[40], folder[4200];
  char *const own[] = {progress, threads, scheduler, plugins ? folder : NULL, blas_kernels()};
  const size_t own_count = sizeof own / sizeof *own;
  size_t count = 0, kept = 0;
  snprintf(scheduler, sizeof scheduler, "HIFM_SCHEDULER_PID=%ld", (long)getpid());
  snprintf(folder, sizeof folder, PLUGINS_COPIES "=%s", plugins ? plugins : "");
  while (environ[count]) count++;
  char **list = memory_array(count + own_count + 1, sizeof *list);
  for (char **entry = environ; *entry; entry++)
    if (!is_own(*entry, own, own_count)) list[kept++] = *entry;
  for (size_t k = 0; k < own_count; k++)
    if (own[k]) list[kept++] = own[k];
  return list;
}
