/* Work that several threads share is done once, whatever the number of parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/threads.h"

typedef struct share {
  unsigned *done; /* how often each thing was worked on */
  size_t first, end;
} share;

static void work(void *context) {
  const share *s = context;
  for (size_t i = s->first; i < s->end; i++) s->done[i]++;
}

static void each_part_is_done_once(void **state) {
  (void)state;
  for (size_t parts = 1; parts <= THREADS_MOST; parts++) {
    unsigned done[100] = {0};
    share shares[THREADS_MOST];
    for (size_t i = 0; i < parts; i++)
      shares[i] = (share){done, i * 100 / parts, (i + 1) * 100 / parts};
    threads_run(work, shares, sizeof *shares, parts);
    for (size_t i = 0; i < 100; i++) assert_int_equal(done[i], 1);
  }
}

typedef struct each_work {
  unsigned done[100], threads;
} each_work;

static void count_one(void *context, size_t thread, size_t i) {
  each_work *w = context;
  assert_true(thread < w->threads);
  w->done[i]++;
}

static void each_thing_is_done_once(void **state) {
  (void)state;
  for (unsigned threads = 1; threads <= THREADS_MOST; threads += 3) {
    each_work w = {.threads = threads};
    threads_each(count_one, &w, 99, threads);
    for (size_t i = 0; i < 99; i++) assert_int_equal(w.done[i], 1);
    assert_int_equal(w.done[99], 0);
  }
}

static void few_things_are_one_part(void **state) {
  (void)state;
  assert_int_equal(threads_parts(0, 32), 1);
  assert_int_equal(threads_parts(31, 32), 1);
  const size_t most = threads_parts(SIZE_MAX / 2, 1), processors = threads_processors();
  assert_int_equal(most, processors < THREADS_MOST ? processors : THREADS_MOST);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_part_is_done_once),
                                     cmocka_unit_test(each_thing_is_done_once),
                                     cmocka_unit_test(few_things_are_one_part)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
