/* A process that can open nothing more, as when it has too many open files. */
#ifndef TESTS_DESCRIPTORS_H
#define TESTS_DESCRIPTORS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
/* cmocka wants those and this before it */
#include <setjmp.h>

#include <cmocka.h>

static struct rlimit descriptors_before;

static inline void descriptors_forbid(void) {
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &descriptors_before), 0);
  struct rlimit none = descriptors_before;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

static inline void descriptors_allow(void) {
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &descriptors_before), 0);
}

#endif
