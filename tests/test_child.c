/* Children that do not return as they should: each is over in its time, and nothing is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/child.h"
#include "plan/confine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void answer(void *context, int fd) {
  child_write(fd, context);
}

static void its_text_is_the_answer(void **state) {
  char *bytes, word[] = "here";
  size_t length;
  (void)state;
  assert_int_equal(child_run(answer, word, 5, &bytes, &length, NULL), HIFM_OK);
  assert_string_equal(bytes, "here");
  assert_int_equal(length, 4);
  free(bytes);
}

static hifm_status work(void *context, const char **text, size_t *length, hifm_error *err) {
  (void)err;
  *text = context;
  *length = strlen(context);
  return HIFM_OK;
}

/* Where SIGCHLD is ignored, nobody learns how a child ended. */
static void an_unknown_end_is_no_success(void **state) {
  arena a = {0};
  hifm_error err;
  char *bytes, word[] = "here";
  const char *text;
  size_t length;
  (void)state;
  signal(SIGCHLD, SIG_IGN);
  hifm_status status = child_run(answer, word, 5, &bytes, &length, &err);
  hifm_status confined = confine_run(&a, "x", 5, 1 << 20, work, word, &text, &length, &err);
  signal(SIGCHLD, SIG_DFL);
  free(bytes);
  arena_close(&a);
  assert_int_equal(status, HIFM_NO_RESOURCE);
  assert_int_equal(confined, HIFM_NO_RESOURCE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(its_text_is_the_answer),
      cmocka_unit_test(an_unknown_end_is_no_success),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
