/* read, write, fsync and rename, defined in front of libc's: disks fill up, break, and processes
 * die exactly where a test says. For the one .c file of a test program. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { READ = 1, WRITE, FSYNC, RENAME };

static struct {
  size_t room;      /* bytes the disk still takes */
  int call, nth;    /* the nth (from 1) of this call ... */
  int code;         /* ... fails with this errno */
  int kill_at;      /* the process ends just before this call of any kind, from 1; 0 never */
  int interruption; /* every other write is interrupted, the others take 3 bytes */
  int calls;
} fault;

static void no_fault(void) {
  memset(&fault, 0, sizeof fault);
  fault.room = SIZE_MAX;
}

static int fails(int call) {
  if (fault.kill_at && ++fault.calls == fault.kill_at) _exit(9);
  if (fault.call != call || --fault.nth != 0) return 0;
  errno = fault.code;
  return 1;
}

ssize_t read(int fd, void *bytes, size_t length) {
  return fails(READ) ? -1 : syscall(SYS_read, fd, bytes, length);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (fails(WRITE)) return -1;
  if (fault.interruption && fault.interruption++ % 2) {
    errno = EINTR;
    return -1;
  }
  if (fault.interruption && length > 3) length = 3;
  if (length && fault.room == 0) {
    errno = ENOSPC;
    return -1;
  }
  if (length > fault.room) length = fault.room;
  fault.room -= length;
  return syscall(SYS_write, fd, bytes, length);
}

int fsync(int fd) {
  return fails(FSYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to) {
  return fails(RENAME) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

#endif
