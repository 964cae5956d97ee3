#include "host/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { MOST = 256 }; /* of each; more are not compared */

typedef struct open_file {
  int number;
  dev_t device;
  ino_t inode;
} open_file;

typedef struct state {
  open_file files[MOST];
  size_t file_count;
  int threads[MOST];
  size_t thread_count;
  bool unread; /* what is open is not known: nothing can be compared */
} state;

static state before;

/* The numbers that are the names in a folder of /proc, without the descriptor that reads it. false:
 * it cannot be read, as where no descriptor is left. */
static bool list_numbers(const char *folder, int out[MOST], size_t *count) {
  DIR *entries = opendir(folder);
  *count = 0;
  errno = 0;
  for (struct dirent *entry; entries && *count < MOST && (entry = readdir(entries)); errno = 0) {
    const int number = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && number != dirfd(entries)) out[(*count)++] = number;
  }
  const bool read = entries && errno == 0;
  if (entries) closedir(entries);
  return read;
}

static state look(void) {
  state now = {.file_count = 0};
  int numbers[MOST];
  size_t count;
  now.unread = !list_numbers("/proc/self/fd", numbers, &count);
  for (size_t i = 0; i < count; i++) {
    struct stat info;
    if (fstat(numbers[i], &info) == 0)
      now.files[now.file_count++] = (open_file){numbers[i], info.st_dev, info.st_ino};
  }
  now.unread = !list_numbers("/proc/self/task", now.threads, &now.thread_count) || now.unread;
  return now;
}

void leftovers_remember(void) {
  before = look();
}

static const open_file *find_file(const state *s, int number) {
  for (size_t i = 0; i < s->file_count; i++)
    if (s->files[i].number == number) return &s->files[i];
  return NULL;
}

static void put_nothing(int number) {
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0 || nowhere == number) return;
  dup2(nowhere, number);
  close(nowhere);
}

/* Or replaced by another one. */
static bool any_closed(const state *now) {
  bool any = false;
  for (size_t i = 0; i < before.file_count; i++) {
    const open_file *old = &before.files[i], *same = find_file(now, old->number);
    if (same && same->device == old->device && same->inode == old->inode) continue;
    any = true;
    if (!same) put_nothing(old->number);
  }
  return any;
}

static bool any_opened(const state *now) {
  for (size_t i = 0; i < now->file_count; i++)
    if (!find_file(&before, now->files[i].number)) return true;
  return false;
}

/* A thread that was joined may still be listed, but its flags say that it ends. */
static bool is_running(int thread) {
  enum { EXITING = 4 }; /* PF_EXITING of the kernel */
  char path[64], text[512] = "";
  unsigned flags = EXITING;
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  const char *name_end = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
  fclose(file);
  if (name_end) sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %u", &flags);
  return (flags & EXITING) == 0;
}

static bool was_there(int thread) {
  for (size_t i = 0; i < before.thread_count; i++)
    if (before.threads[i] == thread) return true;
  return thread == getpid(); /* in a child that has not remembered anything */
}

static bool any_started(const state *now) {
  for (size_t i = 0; i < now->thread_count; i++)
    if (!was_there(now->threads[i]) && is_running(now->threads[i])) return true;
  return false;
}

size_t leftovers_find(const char *found[LEFTOVERS_MOST]) {
  const state now = look();
  size_t count = 0;
  if (before.unread || now.unread) return 0;
  if (any_closed(&now)) found[count++] = "closed a file of hifm";
  if (any_opened(&now)) found[count++] = "left a file open";
  if (any_started(&now)) found[count++] = "left a thread running";
  if (count) before = look();
  return count;
}
