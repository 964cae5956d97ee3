#include "base/folders.h"

#include "base/files.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* Where the first of the last `own` parts begins. */
static size_t find_own(const char *path, size_t own) {
  size_t at = strlen(path);
  while (own-- > 0) {
    while (at > 0 && path[at - 1] == '/') at--;
    while (at > 0 && path[at - 1] != '/') at--;
  }
  return at;
}

status_code folders_check(const char *path, size_t own, failure *err) {
  char part[PATH_MAX];
  struct stat info;
  const size_t length = strlen(path);
  if (length >= sizeof part) return STATUS_OK; /* files_make_folder refuses it */
  memcpy(part, path, length + 1);
  for (size_t i = find_own(path, own) + 1; i <= length; i++) {
    if (path[i] != '/' && path[i] != '\0') continue;
    part[i] = '\0';
    if (lstat(part, &info) == 0 && S_ISLNK(info.st_mode))
      return failure_set(err, STATUS_CANNOT_CREATE,
                         "cannot write into %s: it is a symbolic link. Only the results folder "
                         "itself may be one; remove the link",
                         part);
    part[i] = path[i];
  }
  return STATUS_OK;
}

status_code folders_make(const char *path, size_t own, failure *err) {
  status_code status = folders_check(path, own, err);
  return status == STATUS_OK ? files_make_folder(path, err) : status;
}

bool folders_is_temporary(const char *name) {
  const char *dash = strrchr(name, '-');
  if (!dash || !text_ends_with(name, ".tmp")) return false;
  const char *start = dash;
  while (start > name && start[-1] >= '0' && start[-1] <= '9') start--;
  const size_t digits = strspn(dash + 1, "0123456789");
  return start < dash && start > name && start[-1] == '.' && digits > 0 &&
         strcmp(dash + 1 + digits, ".tmp") == 0;
}

/* Some file systems let a signal interrupt it. */
static DIR *open_folder(const char *path) {
  DIR *folder;
  do folder = opendir(path);
  while (!folder && errno == EINTR);
  return folder;
}

void folders_clean(const char *path, const char *prefix) {
  DIR *folder = open_folder(path);
  for (const struct dirent *entry; folder && (entry = readdir(folder));)
    if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && folders_is_temporary(entry->d_name))
      unlinkat(dirfd(folder), entry->d_name, 0);
  if (folder) closedir(folder);
}

/* A folder is marked as used a moment after it is made. */
enum { YOUNG = 60 }; /* seconds */

static bool is_left(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
         time(NULL) - info.st_mtime > YOUNG && !files_is_used(path);
}

void folders_clean_temporaries(const char *place, const char *name) {
  enum { LETTERS = 6 }; /* of mkdtemp */
  const size_t length = strlen(name);
  char path[PATH_MAX];
  DIR *folder = open_folder(place);
  for (const struct dirent *entry; folder && (entry = readdir(folder));) {
    const char *item = entry->d_name;
    if (strncmp(item, name, length) != 0 || item[length] != '-') continue;
    if (strlen(item) != length + 1 + LETTERS) continue;
    if (snprintf(path, sizeof path, "%s/%s", place, item) >= (int)sizeof path) continue;
    if (is_left(path)) files_remove(path, NULL);
  }
  if (folder) closedir(folder);
}

static int by_name(const void *x, const void *y) {
  const value *const *one = x, *const *other = y;
  return strcmp((*one)->text, (*other)->text);
}

status_code folders_list(arena *a, const char *path, const value **names, failure *err) {
  value *list = value_new(a, VALUE_LIST);
  DIR *folder = open_folder(path);
  *names = list;
  if (!folder) return errno == ENOENT ? STATUS_OK : files_cannot_read(err, path, errno);
  errno = 0;
  for (const struct dirent *item; (item = readdir(folder)); errno = 0)
    if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
      value_push(a, list, value_text(a, item->d_name));
  const int code = errno;
  closedir(folder);
  if (code) return files_cannot_read(err, path, code);
  if (list->count) qsort(list->items, list->count, sizeof *list->items, by_name);
  return STATUS_OK;
}

uint64_t folders_free_bytes(const char *path) {
  char place[PATH_MAX];
  size_t length = strlen(path);
  if (length >= sizeof place) return 0;
  memcpy(place, path, length + 1);
  struct statvfs info;
  while (statvfs(place, &info) != 0) {
    if (errno != ENOENT || strcmp(place, ".") == 0 || strcmp(place, "/") == 0) return 0;
    char *slash = strrchr(place, '/');
    if (!slash)
      strcpy(place, ".");
    else if (slash == place)
      strcpy(place, "/");
    else
      *slash = '\0';
  }
  return (uint64_t)info.f_bavail * info.f_frsize;
}
