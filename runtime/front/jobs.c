#include "front/jobs.h"

#include "base/files.h"
#include "base/json.h"
#include "job/job.h"

#include <errno.h>
#include <fcntl.h>
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

size_t jobs_reset(schedule_job *jobs, size_t count) {
  size_t done = 0;
  for (schedule_job *it = jobs; it < jobs + count; it++) {
    it->state = job_is_done(it->result_path, it->done_id) ? JOB_DONE : JOB_WAITING;
    it->attempts = 0;
    it->ending[0] = 0;
    if (it->state == JOB_DONE) done++;
  }
  return done;
}

static bool name_file(char out[4096], const schedule_job *it, const char *name) {
  bool shared = strcmp(it->kind, "measure") == 0;
  int length = shared ? snprintf(out, 4096, "%s/measure-%.12s.%s", it->folder, it->done_id, name)
                      : snprintf(out, 4096, "%s/%s", it->folder, name);
  return length < 4096;
}

hifm_status jobs_prepare(const schedule_job *it, jobs_files *files, hifm_error *err) {
  files->descriptor = -1;
  if (!name_file(files->job, it, "job.json") || !name_file(files->log, it, "log.txt"))
    return hifm_fail(err, HIFM_CANNOT_CREATE, "%.200s...: the path of a run's folder is too long",
                     it->folder);
  hifm_status status = files_make_folder(it->folder, err);
  if (status != HIFM_OK) return status;
  arena memory = {0};
  const char *text = json_pretty(&memory, it->file);
  status = files_write(files->job, text, strlen(text), err);
  arena_close(&memory);
  if (status != HIFM_OK) return status;
  files->descriptor = open(files->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (files->descriptor < 0)
    return hifm_fail(err, HIFM_CANNOT_CREATE, "%.400s: cannot open the log: %s", files->log,
                     strerror(errno));
  files->log_start = (long)lseek(files->descriptor, 0, SEEK_END);
  return HIFM_OK;
}

extern char **environ;

char **jobs_environment(void) {
  static char progress[] = "HIFM_PROGRESS_FD=3", threads[] = "OPENBLAS_NUM_THREADS=1";
  size_t count = 0, kept = 0;
  while (environ[count]) count++;
  char **list = memory_array(count + 3, sizeof *list);
  for (char **entry = environ; *entry; entry++)
    if (strncmp(*entry, progress, sizeof "HIFM_PROGRESS_FD=" - 1) != 0 &&
        strncmp(*entry, threads, sizeof "OPENBLAS_NUM_THREADS=" - 1) != 0)
      list[kept++] = *entry;
  list[kept++] = progress;
  list[kept++] = threads;
  return list;
}
