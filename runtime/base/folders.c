#include "base/folders.h"

#include "base/files.h"
#include "base/text.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
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

static status_code refuse_links(const char *path, size_t own, failure *err) {
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
  status_code status = refuse_links(path, own, err);
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

void folders_clean(const char *path, const char *prefix) {
  DIR *folder = opendir(path);
  for (const struct dirent *entry; folder && (entry = readdir(folder));)
    if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && folders_is_temporary(entry->d_name))
      unlinkat(dirfd(folder), entry->d_name, 0);
  if (folder) closedir(folder);
}
