#include "grid/late_results.h"

#include <time.h>

enum { TRIES = 180, PAUSE = 500 }; /* ms */

/* *left: how many were not seen. */
static status_code look(const grid_job *jobs, bool *expected, size_t count, size_t *left,
                        failure *err) {
  *left = 0;
  for (size_t i = 0; i < count; i++) {
    bool found = false;
    if (!expected[i]) continue;
    const status_code status = job_look(jobs[i].result_path, jobs[i].id, &found, err);
    if (status != STATUS_OK) return status;
    expected[i] = !found;
    *left += !found;
  }
  return STATUS_OK;
}

status_code late_results_wait(const grid_job *jobs, bool *expected, size_t count, failure *err) {
  size_t left;
  status_code status = look(jobs, expected, count, &left, err);
  for (int i = 0; status == STATUS_OK && left && i < TRIES; i++) {
    nanosleep(&(struct timespec){.tv_nsec = PAUSE * 1000000L}, NULL);
    status = look(jobs, expected, count, &left, err);
  }
  return status;
}
