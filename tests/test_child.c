/* Children that do not return as they should: each is over in its time, and nothing is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/child.h"
#include "plan/sandbox.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void answer(void *context, int fd) {
  child_write(fd, context);
}

static void its_text_is_the_answer(void **state) {
  char *bytes, word[] = "here";
  size_t length;
  (void)state;
  assert_int_equal(child_run(answer, word, 5, &bytes, &length, NULL), STATUS_OK);
  assert_string_equal(bytes, "here");
  assert_int_equal(length, 4);
  free(bytes);
}

static status_code work(void *context, const char **text, size_t *length, failure *err) {
  (void)err;
  *text = context;
  *length = strlen(context);
  return STATUS_OK;
}

/* Where SIGCHLD is ignored, the end of a child is unknown. */
static void an_unknown_end_is_no_success(void **state) {
  arena a = {0};
  failure err;
  char *bytes, word[] = "here";
  const char *text;
  size_t length;
  (void)state;
  signal(SIGCHLD, SIG_IGN);
  status_code status = child_run(answer, word, 5, &bytes, &length, &err);
  status_code confined = sandbox_run(&a, "x", 5, 1 << 20, work, word, &text, &length, &err);
  signal(SIGCHLD, SIG_DFL);
  free(bytes);
  arena_close(&a);
  assert_int_equal(status, STATUS_NO_RESOURCE);
  assert_int_equal(confined, STATUS_NO_RESOURCE);
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Answers with the number of a process that outlives it and keeps the pipe. */
static void fork_and_answer(void *context, int fd) {
  char text[20];
  (void)context;
  pid_t helper = fork();
  if (helper == 0) {
    sleep(60);
    _exit(0);
  }
  snprintf(text, sizeof text, "%d", (int)helper);
  child_write(fd, text);
}

static void a_helper_does_not_block_the_parent(void **state) {
  char *bytes;
  size_t length;
  (void)state;
  prctl(PR_SET_CHILD_SUBREAPER, 1); /* the helper is waited for here */
  const double start = seconds();
  assert_int_equal(child_run(fork_and_answer, NULL, 30, &bytes, &length, NULL), STATUS_OK);
  assert_true(seconds() - start < 10);
  int helper = atoi(bytes), ending = 0;
  free(bytes);
  assert_int_equal(waitpid(helper, &ending, 0), helper);
  assert_true(WIFSIGNALED(ending) && WTERMSIG(ending) == SIGKILL);
}

static void block_and_sleep(void *context, int fd) {
  sigset_t all;
  (void)context;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  child_write(fd, "begun");
  sleep(60);
}

static void a_deaf_child_is_killed(void **state) {
  failure err;
  char *bytes;
  size_t length;
  (void)state;
  const double start = seconds();
  assert_int_equal(child_run(block_and_sleep, NULL, 1, &bytes, &length, &err), STATUS_BAD_CONFIG);
  assert_true(seconds() - start < 10);
  assert_string_equal(err.message, "took longer than 1 s");
  assert_string_equal(bytes, "begun");
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(its_text_is_the_answer),
      cmocka_unit_test(an_unknown_end_is_no_success),
      cmocka_unit_test(a_helper_does_not_block_the_parent),
      cmocka_unit_test(a_deaf_child_is_killed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
