#include "job/contents.h"

#include "base/blake2b.h"
#include "base/files.h"
#include "base/npy.h"
#include "job/losses.h"
#include "job/modes_eigen.h"
#include "job/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

static const char *const DATA_FILES[] = {"train.npy", "test.npy"}, *const TRAIN_FILES[] = {
                                                                       LOSSES_FILE};
static const struct {
  const char *const *names;
  size_t count;
} FILES[JOB_KIND_COUNT] = {
    [JOB_DATA] = {DATA_FILES, 2}, [JOB_MODES] = {MODES_FILES, 2}, [JOB_TRAIN] = {TRAIN_FILES, 1}};

static const char *path_in(arena *a, const char *folder, const char *name) {
  return arena_format(a, "%s/%s", folder, name);
}

/* Where contents_drop puts a result. */
static const char *dropped_in(arena *a, const char *folder) {
  return path_in(a, folder, "dropped.json");
}

/* Some file systems let a signal interrupt a read. */
static ssize_t read_piece(int fd, char *piece) {
  ssize_t length;
  do length = read(fd, piece, PIECE);
  while (length < 0 && errno == EINTR);
  return length;
}

static status_code fail(failure *err, const char *doing, const char *path, int code) {
  return failure_set(err, files_status(code, STATUS_IO_FAILED), "cannot %s %s: %s", doing, path,
                     strerror(code));
}

/* Read, not mapped: a disk that fails then gives an error, not a signal. */
static status_code hash_file(const char *path, char hex[33], failure *err) {
  blake2b hash;
  ssize_t length;
  int fd;
  size_t size;
  status_code status = files_open_to_read(path, &fd, &size, err);
  if (status != STATUS_OK) return status;
  char *piece = memory_get(PIECE);
  blake2b_begin(&hash, BLAKE2B_HEX);
  while ((length = read_piece(fd, piece)) > 0) blake2b_add(&hash, piece, (size_t)length);
  const int code = errno;
  close(fd);
  free(piece);
  blake2b_end_hex(&hash, hex);
  return length == 0 ? STATUS_OK : fail(err, "read", path, code);
}

/* ---- recording ---- */

status_code contents_describe_file(arena *a, const char *folder, const char *name, value *files,
                                   failure *err) {
  char hex[33];
  struct stat info;
  const char *path = path_in(a, folder, name);
  status_code status = hash_file(path, hex, err);
  if (status == STATUS_OK && stat(path, &info) != 0) status = fail(err, "read", path, errno);
  if (status != STATUS_OK) return status;
  value *file = value_new(a, VALUE_MAP);
  value_put_number(a, file, "bytes", (double)info.st_size);
  value_put_text(a, file, "content", hex);
  value_put(a, files, name, file);
  return STATUS_OK;
}

static status_code describe(arena *a, const job *work, const value **out, failure *err) {
  value *files = value_new(a, VALUE_MAP);
  status_code status = STATUS_OK;
  for (size_t i = 0; i < FILES[work->kind].count && status == STATUS_OK; i++)
    status = contents_describe_file(a, work->folder, FILES[work->kind].names[i], files, err);
  *out = files;
  return status;
}

/* Runs that read the file before were trained on other numbers than those that read it now. */
static void compare(arena *a, const job *work, const value *files) {
  const value *before = NULL;
  if (result_read(a, dropped_in(a, work->folder), work->id, &before, NULL) != STATUS_OK) return;
  const value *old = value_get(before, "files");
  for (size_t i = 0; old && i < FILES[work->kind].count; i++) {
    const char *name = FILES[work->kind].names[i];
    const value *was = value_get(old, name), *is = value_get(files, name);
    if (was && !value_equal(was, is))
      progress_note("%s, made again, has other bytes than before (another LAPACK, BLAS or "
                    "compiler): runs that used it before are of other numbers",
                    name);
  }
}

status_code contents_record(arena *a, const job *work, const result *made, failure *err) {
  result whole = *made;
  status_code status = describe(a, work, &whole.files, err);
  if (status != STATUS_OK) return status;
  compare(a, work, whole.files);
  status = result_write(path_in(a, work->folder, "result.json"), &whole, err);
  return status == STATUS_OK ? files_remove(dropped_in(a, work->folder), err) : status;
}

/* ---- checking ---- */

static status_code damaged(const char *name, failure *err) {
  return failure_set(err, STATUS_BAD_INPUT, "%s is damaged", name);
}

/* recorded: NULL where nothing is. */
static status_code check_size(const char *path, const char *name, const value *recorded,
                              failure *err) {
  struct stat info;
  npy_array array;
  if (stat(path, &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      return failure_set(err, STATUS_NO_INPUT, "%s is missing", name);
    return fail(err, "read", path, errno);
  }
  if (!S_ISREG(info.st_mode)) return damaged(name, err);
  if (recorded)
    return (double)info.st_size == value_get_number(recorded, "bytes", -1) ? STATUS_OK
                                                                           : damaged(name, err);
  status_code status = npy_open(&array, path, err);
  npy_close(&array);
  return status == STATUS_BAD_INPUT ? damaged(name, err) : status;
}

static status_code check_bytes(const char *path, const char *name, const value *recorded,
                               failure *err) {
  char hex[33];
  status_code status = hash_file(path, hex, err);
  if (status != STATUS_OK || strcmp(hex, value_get_text(recorded, "content", "")) == 0)
    return status;
  return damaged(name, err);
}

status_code contents_check(job_kind kind, const char *folder, const value *made, failure *err) {
  arena a = {0};
  const char *const *names = FILES[kind].names;
  const size_t count = FILES[kind].count;
  const value *files = value_get(made, "files");
  status_code status = STATUS_OK;
  for (size_t i = 0; i < count && status == STATUS_OK; i++)
    status = check_size(path_in(&a, folder, names[i]), names[i], value_get(files, names[i]), err);
  for (size_t i = 0; i < count && status == STATUS_OK && files; i++)
    status = check_bytes(path_in(&a, folder, names[i]), names[i], value_get(files, names[i]), err);
  arena_close(&a);
  return status;
}

status_code contents_check_file(const char *folder, const char *name, const value *files,
                                failure *err) {
  arena a = {0};
  const char *path = path_in(&a, folder, name);
  const value *recorded = value_get(files, name);
  status_code status = check_size(path, name, recorded, err);
  if (status == STATUS_OK) status = check_bytes(path, name, recorded, err);
  arena_close(&a);
  return status;
}

status_code contents_check_data(const char *folder, failure *err) {
  arena a = {0};
  failure why;
  const value *made = NULL;
  status_code status = result_read(&a, path_in(&a, folder, "result.json"), NULL, &made, &why);
  const char *where = status == STATUS_OK ? arena_format(&a, "%s: ", folder) : "";
  if (made) status = contents_check(JOB_DATA, folder, made, &why);
  if (files_is_lost(status))
    failure_set(err, status,
                "%s%s. hifm run with a script of this data set and a run that is not "
                "done makes it again",
                where, why.message);
  else if (status != STATUS_OK)
    failure_set(err, status, "%s", why.message);
  arena_close(&a);
  return status;
}

status_code contents_drop(const char *folder, failure *err) {
  arena a = {0};
  status_code status = STATUS_OK;
  const char *path = path_in(&a, folder, "result.json");
  if (rename(path, dropped_in(&a, folder)) != 0) status = fail(err, "rename", path, errno);
  arena_close(&a);
  return status;
}
