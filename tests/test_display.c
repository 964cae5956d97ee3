/* The lines of progress: plain ones where there is no terminal, and what a terminal is sent. */
#include "folder.h"

#include "grid/display.h"

#include <fcntl.h>
#include <unistd.h>

static FILE *out;
static char *text;
static size_t length;

static display *start(void) {
  out = open_memstream(&text, &length);
  assert_non_null(out);
  display *d = display_open(out, 2, 0);
  for (int i = 0; i < 3; i++) display_expect(d, JOB_TRAIN);
  return d;
}

static void news(folder *f, display *d, size_t line, const char *json, double now) {
  display_progress(d, line, folder_value(f, json), now);
}

static void plain_lines(void **state) {
  folder *f = *state;
  display *d = start();
  size_t a = display_start(d, "formation seed 0", JOB_TRAIN, 0);
  size_t b = display_start(d, "OT seed 0", JOB_TRAIN, 0);
  news(f, d, a, "{'phase':'train','done':0,'total':100,'points':500,'epoch':0,'epochs':10}", 1);
  news(f, d, b, "{'note':'no Hessian:\\u001b[2J differences'}", 2);
  display_refresh(d, 9);
  news(f, d, a, "{'phase':'train','done':10,'total':100,'epoch':1,'epochs':10,'loss':0.5}", 11);
  news(f, d, a, "{'phase':'train','done':10,'total':100,'nll':25.5,'nfe':26,'best':24.25}", 11);
  display_refresh(d, 11);
  display_refresh(d, 12); /* a job has a line every ten seconds */
  news(f, d, b, "{'done':1}", 12);
  news(f, d, b, "7", 12);
  display_end(d, a, "done", false, 75);
  display_end(d, b, NULL, true, 75);
  display_close(d);
  assert_string_equal(text, "start: formation seed 0\n"
                            "start: OT seed 0\n"
                            "OT seed 0: no Hessian:?[2J differences\n"
                            "running: formation seed 0: train 1/10, 1 min 30 s left, NLL 25.500, "
                            "NFE 26, loss 0.5000, 500 points/s\n"
                            "running: OT seed 0: train\n"
                            "done: formation seed 0, NLL 25.500 (best 24.250), NFE 26 (1 min 15 s) "
                            "[1 of 3]\n");
}

static void quiet_shows_nothing(void **state) {
  folder *f = *state;
  out = open_memstream(&text, &length);
  display *d = display_open(NULL, 2, 0);
  size_t a = display_start(d, "a", JOB_TRAIN, 0);
  news(f, d, a, "{'note':'x'}", 1);
  display_say(d, "failed: a");
  display_refresh(d, 100);
  display_end(d, a, "done", false, 100);
  display_close(d);
  assert_int_equal(length, 0);
}

/* The first status line that a terminal of 80 columns is sent. */
static const char *status_line(folder *f, const char *label, const char *line) {
  char *sent = arena_get(&f->memory, 1000);
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  assert_int_equal(grantpt(terminal) | unlockpt(terminal), 0);
  out = fopen(ptsname(terminal), "r+");
  assert_non_null(out);
  setenv("TERM", "xterm", 1);
  display *d = display_open(out, 1, 0);
  size_t a = display_start(d, label, JOB_TRAIN, 0);
  news(f, d, a, "{'phase':'train','done':0,'total':100}", 0);
  news(f, d, a, line, 1);
  display_refresh(d, 1);
  for (size_t all = 0; !strstr(sent, "\r\n"); sent[all] = 0) { /* it may come in pieces */
    const ssize_t got = read(terminal, sent + all, 999 - all);
    assert_true(got > 0);
    all += (size_t)got;
  }
  display_close(d);
  close(terminal);
  *strstr(sent, "\r\n") = 0;
  return sent;
}

/* Status lines are one line each, whatever their labels hold. */
static void labels_are_harmless(void **state) {
  folder *f = *state;
  const char *line = status_line(f, "red\033[31m\nseed\t0", "{'phase':'train','done':10}");
  assert_string_equal(line, "  red?[31m?seed?0  train 10 %, 9 s left");
  line = status_line(f, "a\302\23331m \303\251", "{'phase':'train','done':10}"); /* CSI; e acute */
  assert_string_equal(line, "  a??31m \303\251  train 10 %, 9 s left");
}

/* Runs differ at the end of their labels: what is cut are numbers. */
static void labels_come_first(void **state) {
  folder *f = *state;
  const char *news =
      "{'phase':'train','done':10,'epoch':1,'epochs':10,'loss':0.5,'nll':25.5,'nfe':26}";
  assert_string_equal(
      status_line(f, "formation hyperbolize isotropize seed 2", news),
      "  formation hyperbolize isotropize seed 2  train 1/10, 9 s left, NLL 25.500, ..");
  fclose(out);
  assert_string_equal(
      status_line(f, "formation hyperbolize isotropize project optimizer.lr 0.001 seed 2", news),
      "  formation hyperbolize isotropize project optimi..  train 1/10, 9 s left, NL..");
}

static int free_text(void **state) {
  fclose(out);
  free(text);
  text = NULL;
  length = 0;
  return folder_tear_down(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(plain_lines, folder_set_up, free_text),
      cmocka_unit_test_setup_teardown(quiet_shows_nothing, folder_set_up, free_text),
      cmocka_unit_test_setup_teardown(labels_are_harmless, folder_set_up, free_text),
      cmocka_unit_test_setup_teardown(labels_come_first, folder_set_up, free_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
