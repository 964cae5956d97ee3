#include "grid/logs.h"

#include "base/files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 8 << 20, SLACK = 1 << 20, TAIL = 8 << 10 }; /* bytes */

status_code logs_open(const grid_job *it, int *log, failure *err) {
  char path[JOBS_PATH];
  status_code status = jobs_path(it, "log.txt", path, err);
  return status == STATUS_OK ? files_open_to_append(path, log, err) : status;
}

static void cut(int log, off_t length) {
  static const char NOTE[] = "\n[a part is left out here: this log was longer than 8 MB]\n";
  char tail[TAIL];
  const ssize_t kept = pread(log, tail, sizeof tail, length - TAIL);
  if (kept <= 0 || ftruncate(log, MOST) != 0) return;
  if (files_write_all(log, NOTE, strlen(NOTE)) == 0) files_write_all(log, tail, (size_t)kept);
}

void logs_cap(const grid_job *it) {
  char path[JOBS_PATH];
  struct stat info;
  if (jobs_path(it, "log.txt", path, NULL) != STATUS_OK) return;
  if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= MOST + SLACK) return;
  const int log = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (log < 0) return;
  cut(log, info.st_size);
  close(log);
}
