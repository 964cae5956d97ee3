/* The lock of a results folder: one holder, who is named; no link is followed. */
#include "faults.h"
#include "folder.h"

#include <signal.h>
#include <sys/wait.h>

/* A process that holds the lock until it is killed. */
static pid_t start_holder(const folder *f) {
  int ready[2];
  char byte = 0;
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (files_lock(f->path, NULL) != STATUS_OK || write(ready[1], "r", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(ready[1]);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  return child;
}

static void test_lock(void **state) {
  folder *f = *state;
  char host[256] = "", expected[400];
  gethostname(host, sizeof host - 1);
  pid_t child = start_holder(f);
  failure err;
  status_code busy = files_lock(f->path, &err);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  assert_int_equal(busy, STATUS_BUSY);
  snprintf(expected, sizeof expected, "process %d on %s;", (int)child, host);
  assert_non_null(strstr(err.message, expected));
  assert_non_null(strstr(err.message, f->path));
  assert_int_equal(files_lock(f->path, &err), STATUS_OK);
  snprintf(expected, sizeof expected, "%d %s\n", (int)getpid(), host);
  assert_string_equal(folder_read(f, ".lock"), expected);
  assert_int_equal(files_lock(f->path, &err), STATUS_BUSY);
}

static void test_lock_refuses(void **state) {
  folder *f = *state;
  failure err;
  assert_int_equal(files_lock(folder_path(f, "missing"), &err), STATUS_CANNOT_CREATE);
  assert_int_equal(symlink("elsewhere", folder_path(f, ".lock")), 0);
  assert_int_equal(files_lock(f->path, &err), STATUS_CANNOT_CREATE);
  assert_false(files_exists(folder_path(f, "elsewhere")));
  assert_int_equal(unlink(folder_path(f, ".lock")), 0);
  fault.room = 0;
  status_code full = files_lock(f->path, &err);
  no_fault();
  assert_int_equal(full, STATUS_IO_FAILED);
  assert_int_equal(files_lock(f->path, &err), STATUS_OK); /* the failed one holds nothing */
}

/* Nothing is written into a file that has another name, too: it may be somebody's. */
static void test_lock_is_a_hard_link(void **state) {
  folder *f = *state;
  failure err;
  folder_write(f, "mine", "precious");
  assert_int_equal(link(folder_path(f, "mine"), folder_path(f, ".lock")), 0);
  assert_int_equal(files_lock(f->path, &err), STATUS_OK);
  assert_string_equal(folder_read(f, "mine"), "precious");
  assert_int_equal(files_lock(f->path, &err), STATUS_BUSY);
}

int main(void) {
  no_fault();
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(test_lock), TEST(test_lock_refuses),
                                     TEST(test_lock_is_a_hard_link)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
