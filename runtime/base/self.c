#include "base/self.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The mapping with the code of this program, of /proc/self/maps. */
typedef struct mapping {
  uint64_t inode;
  char path[4096];
} mapping;

/* "start-end rwxp offset major:minor inode   path" */
static bool is_of_program(const char *line, mapping *out) {
  uintptr_t start, end;
  const uintptr_t here = (uintptr_t)self_is_exe;
  out->path[0] = 0;
  return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %" SCNu64 " %4095[^\n]", &start, &end,
                &out->inode, out->path) >= 3 &&
         start <= here && here < end;
}

static bool find_mapping(mapping *out) {
  char line[4300];
  FILE *maps = fopen("/proc/self/maps", "re");
  bool found = false;
  while (maps && !found && fgets(line, sizeof line, maps)) found = is_of_program(line, out);
  if (maps) fclose(maps);
  return found;
}

/* A file that was replaced has another path or none, but its inode; file systems in layers show
 * another inode in maps. */
bool self_is_exe(void) {
  struct stat exe, file;
  mapping own;
  if (!find_mapping(&own) || stat("/proc/self/exe", &exe) != 0) return true; /* not known better */
  if (own.inode == exe.st_ino) return true;
  return stat(own.path, &file) == 0 && file.st_ino == exe.st_ino && file.st_dev == exe.st_dev;
}

bool self_path(char *path, size_t room) {
  mapping own;
  const char *deleted = " (deleted)";
  if (!find_mapping(&own)) return false;
  const size_t length = strlen(own.path), ending = strlen(deleted);
  if (length > ending && strcmp(own.path + length - ending, deleted) == 0)
    own.path[length - ending] = 0;
  snprintf(path, room, "%s", own.path);
  return *path == '/';
}

const char *self_executable(const char *path) {
  return self_is_exe() ? "/proc/self/exe" : path;
}
