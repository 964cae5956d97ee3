#include "base/files.h"

#include "base/folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

status_code files_status(int code, status_code otherwise) {
  if (code == ENOSPC || code == EIO || code == EDQUOT || code == EFBIG) return STATUS_IO_FAILED;
  if (code == EACCES || code == EPERM || code == EROFS) return STATUS_NO_PERMISSION;
  if (code == EMFILE || code == ENFILE || code == ENOMEM) return STATUS_NO_RESOURCE;
  return otherwise;
}

/* A change of the file system has failed. */
static status_code fail_change(failure *err, const char *doing, const char *path, int code) {
  return failure_set(err, files_status(code, STATUS_CANNOT_CREATE), "cannot %s %s: %s", doing, path,
                     strerror(code));
}

status_code files_cannot_read(failure *err, const char *path, int code) {
  const bool missing = code == ENOENT || code == ENOTDIR;
  const bool is_other = code == EISDIR || code == ELOOP || code == ENAMETOOLONG || code == ENXIO;
  status_code status = is_other ? STATUS_BAD_INPUT : files_status(code, STATUS_IO_FAILED);
  if (missing) status = STATUS_NO_INPUT;
  return failure_set(err, status, "cannot read %s: %s", path, strerror(code));
}

bool files_is_lost(status_code status) {
  return status == STATUS_BAD_INPUT || status == STATUS_NO_INPUT;
}

/* Some file systems let a signal interrupt open. */
static int open_at(int parent, const char *path, int flags) {
  int fd;
  do fd = openat(parent, path, flags | O_CLOEXEC, 0666);
  while (fd < 0 && errno == EINTR);
  return fd;
}

static status_code make_one(const char *part, failure *err) {
  if (mkdir(part, 0777) == 0) return STATUS_OK;
  int code = errno;
  struct stat info;
  if (stat(part, &info) != 0)
    return fail_change(err, "create the folder", part, code == EEXIST ? errno : code);
  if (!S_ISDIR(info.st_mode)) return fail_change(err, "create the folder", part, ENOTDIR);
  return STATUS_OK;
}

status_code files_make_folder(const char *path, failure *err) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  if (length == 0) return fail_change(err, "create the folder", "\"\"", ENOENT);
  if (length >= sizeof part) return fail_change(err, "create the folder", path, ENAMETOOLONG);
  memcpy(part, path, length + 1);
  for (size_t i = 1; i <= length; i++) {
    if (path[i] != '/' && path[i] != '\0') continue;
    part[i] = '\0';
    status_code status = make_one(part, err);
    if (status != STATUS_OK) return status;
    part[i] = path[i];
  }
  return STATUS_OK;
}

status_code files_make_temporary(arena *a, const char *name, const char **path, failure *err) {
  const char *chosen = getenv("TMPDIR"), *place = chosen && *chosen ? chosen : "/tmp";
  char *made = arena_format(a, "%s/%s-XXXXXX", place, name);
  folders_clean_temporaries(place, name);
  if (!mkdtemp(made)) return fail_change(err, "create the folder", made, errno);
  files_use(made);
  *path = made;
  return STATUS_OK;
}

status_code files_begin(files_writer *writer, const char *path, failure *err) {
  static atomic_uint serial;
  writer->fd = -1;
  writer->temporary[0] = '\0';
  size_t length = strlen(path);
  if (length >= sizeof writer->path) return fail_change(err, "create", path, ENAMETOOLONG);
  memcpy(writer->path, path, length + 1);
  do {
    snprintf(writer->temporary, sizeof writer->temporary, "%s.%d-%u.tmp", path, (int)getpid(),
             atomic_fetch_add(&serial, 1u));
    writer->fd = open_at(AT_FDCWD, writer->temporary, O_WRONLY | O_CREAT | O_EXCL);
  } while (writer->fd < 0 && errno == EEXIST);
  if (writer->fd >= 0) return STATUS_OK;
  int code = errno;
  writer->temporary[0] = '\0';
  return fail_change(err, "create", path, code);
}

/* A disk that fills up first takes a part of the bytes and refuses only the next call. */
int files_write_all(int fd, const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    const ssize_t done = write(fd, at, length);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    if (done == 0) return EIO;
    at += done;
    length -= (size_t)done;
  }
  return 0;
}

status_code files_append(files_writer *writer, const void *bytes, size_t length, failure *err) {
  int code = files_write_all(writer->fd, bytes, length);
  return code ? fail_change(err, "write", writer->path, code) : STATUS_OK;
}

void files_abandon(files_writer *writer) {
  if (!writer->temporary[0]) return;
  if (writer->fd >= 0) close(writer->fd);
  unlink(writer->temporary);
  writer->fd = -1;
  writer->temporary[0] = '\0';
}

static int open_folder_of(const char *path) {
  char folder[PATH_MAX] = ".";
  const char *slash = strrchr(path, '/');
  if (slash) {
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    memcpy(folder, path, length);
    folder[length] = '\0';
  }
  return open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY);
}

static int sync_fully(int fd) {
  while (fsync(fd) != 0)
    if (errno != EINTR) return errno == EINVAL ? 0 : errno; /* some file systems sync no folders */
  return 0;
}

/* Closes the file, which then has its own name. */
static int give_name(files_writer *writer) {
  const int code = close(writer->fd) != 0 && errno != EINTR ? errno : 0;
  writer->fd = -1;
  if (code) return code;
  if (rename(writer->temporary, writer->path) != 0) return errno;
  writer->temporary[0] = '\0';
  return 0;
}

/* Steps in the order that makes a power cut harmless: the bytes, then the name, then the folder.
 * The folder is opened first, so that only its fsync can still fail once the name is changed. */
static int commit_steps(files_writer *writer, int folder) {
  int code = sync_fully(writer->fd);
  if (!code) code = give_name(writer);
  if (code) return code;
  return sync_fully(folder);
}

status_code files_commit(files_writer *writer, failure *err) {
  int folder = open_folder_of(writer->path);
  int code = folder < 0 ? errno : commit_steps(writer, folder);
  if (folder >= 0) close(folder);
  files_abandon(writer);
  return code ? fail_change(err, "write", writer->path, code) : STATUS_OK;
}

status_code files_write(const char *path, const void *bytes, size_t length, failure *err) {
  files_writer writer;
  status_code status = files_begin(&writer, path, err);
  if (status != STATUS_OK) return status;
  status = files_append(&writer, bytes, length, err);
  if (status == STATUS_OK) return files_commit(&writer, err);
  files_abandon(&writer);
  return status;
}

status_code files_write_unsynced(const char *path, const void *bytes, size_t length, failure *err) {
  files_writer writer;
  status_code status = files_begin(&writer, path, err);
  if (status != STATUS_OK) return status;
  status = files_append(&writer, bytes, length, err);
  const int code = status == STATUS_OK ? give_name(&writer) : 0;
  files_abandon(&writer);
  return code ? fail_change(err, "write", path, code) : status;
}

status_code files_sync(const char *path, failure *err) {
  const int fd = open_at(AT_FDCWD, path, O_RDONLY);
  const int code = fd < 0 ? errno : sync_fully(fd);
  if (fd >= 0) close(fd);
  return code ? fail_change(err, "write", path, code) : STATUS_OK;
}

status_code files_open_to_append(const char *path, int *fd, failure *err) {
  *fd = open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
  return *fd >= 0 ? STATUS_OK : fail_change(err, "create", path, errno);
}

/* O_NONBLOCK: a pipe under the name of a data file must be refused, not waited for. */
status_code files_open_to_read(const char *path, int *fd, size_t *size, failure *err) {
  *fd = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
  if (*fd < 0) return files_cannot_read(err, path, errno);
  struct stat info;
  int code = fstat(*fd, &info) == 0 ? 0 : errno;
  if (!code && S_ISREG(info.st_mode)) {
    *size = (size_t)info.st_size;
    return STATUS_OK;
  }
  close(*fd);
  if (code) return files_cannot_read(err, path, code);
  return failure_set(err, STATUS_BAD_INPUT, "cannot read %s: it is not a plain file", path);
}

/* Reads to the end whatever size fstat reports: files of /proc report 0. */
static int read_all(int fd, size_t size, size_t limit, char **bytes, size_t *length) {
  size_t room = size + 2, used = 0;
  char *buffer = memory_get(room);
  while (used <= limit) {
    if (used + 1 == room) {
      char *larger = memory_get(room + room / 2 + 4096);
      memcpy(larger, buffer, used);
      free(buffer);
      buffer = larger;
      room += room / 2 + 4096;
    }
    ssize_t done = read(fd, buffer + used, room - 1 - used);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      int code = errno;
      free(buffer);
      return code;
    }
    if (done == 0) break;
    used += (size_t)done;
  }
  buffer[used] = '\0';
  *bytes = buffer;
  *length = used;
  return 0;
}

status_code files_read(const char *path, size_t limit, char **bytes, size_t *length, failure *err) {
  int fd;
  size_t size = 0;
  *bytes = NULL;
  *length = 0;
  status_code status = files_open_to_read(path, &fd, &size, err);
  if (status != STATUS_OK) return status;
  int code = size > limit ? 0 : read_all(fd, size, limit, bytes, length);
  close(fd);
  if (code) return files_cannot_read(err, path, code);
  if (size <= limit && *length <= limit) return STATUS_OK;
  free(*bytes);
  *bytes = NULL;
  *length = 0;
  return failure_set(err, STATUS_BAD_INPUT, "%s is longer than the %zu bytes such a file may have",
                     path, limit);
}

status_code files_map_open(files_map *map, const char *path, failure *err) {
  int fd;
  size_t size = 0;
  *map = (files_map){0};
  status_code status = files_open_to_read(path, &fd, &size, err);
  if (status != STATUS_OK) return status;
  /* mmap refuses length 0; an empty file is a zeroed map. */
  void *bytes = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
  int code = bytes == MAP_FAILED ? errno : 0;
  close(fd);
  if (code) return files_cannot_read(err, path, code);
  *map = (files_map){.bytes = bytes, .length = size};
  return STATUS_OK;
}

void files_map_close(files_map *map) {
  if (map->bytes) munmap((void *)(uintptr_t)map->bytes, map->length);
  *map = (files_map){0};
}

bool files_exists(const char *path) {
  struct stat info;
  return stat(path, &info) == 0;
}

static int remove_at(int parent, const char *name, char where[NAME_MAX + 1]);

static int remove_content(DIR *folder, char where[NAME_MAX + 1]) {
  int code = errno = 0;
  for (struct dirent *item; !code && (item = readdir(folder)); errno = 0)
    if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
      code = remove_at(dirfd(folder), item->d_name, where);
  return code ? code : errno;
}

/* unlinkat before opendir: a link to a folder is removed as a link, never entered. Returns errno,
 * and in `where` the name that could not be removed. */
static int remove_at(int parent, const char *name, char where[NAME_MAX + 1]) {
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;
  int code = errno == EISDIR ? 0 : errno;
  int fd = code ? -1 : open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  if (!folder && !code) code = errno;
  snprintf(where, NAME_MAX + 1, "%s", name);
  if (!folder && fd >= 0) close(fd);
  if (!folder) return code;
  code = remove_content(folder, where);
  closedir(folder);
  if (code || unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return code;
  code = errno;
  snprintf(where, NAME_MAX + 1, "%s", name);
  return code;
}

status_code files_remove(const char *path, failure *err) {
  char bare[PATH_MAX], where[NAME_MAX + 1];
  size_t length = strlen(path);
  if (length >= sizeof bare) return fail_change(err, "remove", path, ENAMETOOLONG);
  /* "link/" would name the folder behind the link. */
  while (length > 1 && path[length - 1] == '/') length--;
  memcpy(bare, path, length);
  bare[length] = '\0';
  int code = remove_at(AT_FDCWD, bare, where);
  if (!code) return STATUS_OK;
  char doing[NAME_MAX + 32];
  snprintf(doing, sizeof doing, "remove %s of", where);
  return fail_change(err, doing, path, code);
}

/* The holder writes its line just after taking the lock: the waits let that happen. */
static status_code fail_busy(int fd, const char *folder, failure *err) {
  char line[300];
  for (int attempt = 0; attempt < 10; attempt++) {
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    ssize_t length = pread(fd, line, sizeof line - 1, 0);
    line[length > 0 ? length : 0] = '\0';
    char *end = strchr(line, '\n'), *space = strchr(line, ' ');
    if (!end || !space || space > end) continue;
    *end = *space = '\0';
    return failure_set(err, STATUS_BUSY, "%s is held by process %s on %s; wait for it or stop it",
                       folder, line, space + 1);
  }
  return failure_set(err, STATUS_BUSY, "%s is held by another process", folder);
}

/* Who holds the lock, for others' messages; not into a file that has other names, too. */
static int name_holder(int fd) {
  char host[256] = "", line[300];
  struct stat info;
  if (fstat(fd, &info) == 0 && info.st_nlink > 1) return 0;
  gethostname(host, sizeof host - 1);
  const int length = snprintf(line, sizeof line, "%d %s\n", (int)getpid(), host);
  const int code = files_write_all(fd, line, (size_t)length);
  return !code && ftruncate(fd, length) != 0 ? errno : code;
}

static int lock = -1; /* the descriptor that holds it */

status_code files_lock(const char *folder, failure *err) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/.lock", folder) >= (int)sizeof path)
    return fail_change(err, "lock", folder, ENAMETOOLONG);
  int fd = open_at(AT_FDCWD, path, O_RDWR | O_CREAT | O_NOFOLLOW);
  if (fd < 0) return fail_change(err, "create", path, errno);
  status_code status = STATUS_OK;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    status =
        errno == EWOULDBLOCK ? fail_busy(fd, folder, err) : fail_change(err, "lock", path, errno);
    close(fd);
    return status;
  }
  const int code = name_holder(fd);
  if (!code) {
    lock = fd;
    return STATUS_OK;
  }
  close(fd);
  return fail_change(err, "write", path, code);
}

void files_unlock(void) {
  if (lock >= 0) close(lock);
  lock = -1;
}

void files_use(const char *path) {
  const int fd = open_at(AT_FDCWD, path, O_RDONLY);
  struct flock mark = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
  if (fd >= 0) fcntl(fd, F_OFD_SETLK, &mark); /* fd stays open: it is the mark */
}

bool files_is_used(const char *path) {
  const int fd = open_at(AT_FDCWD, path, O_RDONLY);
  if (fd < 0) return false;
  struct flock mark = {.l_type = F_WRLCK, .l_whence = SEEK_SET}; /* asks, and takes nothing */
  const bool used = fcntl(fd, F_OFD_GETLK, &mark) == 0 && mark.l_type != F_UNLCK;
  close(fd);
  return used;
}
