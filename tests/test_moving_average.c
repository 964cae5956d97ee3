/* The moving average of weights: its formula, and why it is in double. */
#include "fixture.h"

#include "job/moving_average.h"

#include <math.h>

static void the_first_steps_weigh_little(void **state) {
  static const float W[] = {1, 2, 4};
  (void)state;
  double average = 10;
  /* d = 1/10, 2/11, 3/12: from (1 + k) / (10 + k) */
  const double want[] = {0.1 * 10 + 0.9 * 1, 2. / 11 * 1.9 + 9. / 11 * 2,
                         0.25 * (2. / 11 * 1.9 + 9. / 11 * 2) + 0.75 * 4};
  for (uint64_t k = 0; k < 3; k++) {
    moving_average_add(0.999, k, 1, &W[k], &average);
    assert_true(fabs(average - want[k]) < 1e-15);
  }
}

static void later_steps_have_the_decay(void **state) {
  (void)state;
  const float w[] = {1, -1};
  double average[] = {0, 0};
  moving_average_add(0.9, 1000, 2, w, average);
  assert_true(fabs(average[0] - 0.1) < 1e-15 && fabs(average[1] + 0.1) < 1e-15);
  moving_average_add(1, 0, 1, w, average); /* 1: always (1 + k) / (10 + k) */
  assert_true(fabs(average[0] - 0.91) < 1e-15);
}

/* A weight of 1 becomes 1.0005 late in a training with d = 0.9999: its average after 10000 more
 * steps, against long double. See moving_average.h. */
static void a_float_average_is_not_enough(void **state) {
  (void)state;
  const double ema = 0.9999;
  double average = 1;
  float single = 1;
  long double exact = 1;
  const float w = 1.0005F;
  for (uint64_t k = 100000; k < 110000; k++) {
    moving_average_add(ema, k, 1, &w, &average);
    single += (float)(1 - ema) * (w - single);
    exact += (1 - (long double)ema) * ((long double)w - exact);
  }
  assert_true(fabsl(exact - 1.000316L) < 1e-6L);
  assert_true(fabsl(average - exact) < 1e-14L);
  assert_true(single == 1); /* it has not moved at all */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_steps_weigh_little),
                                     cmocka_unit_test(later_steps_have_the_decay),
                                     cmocka_unit_test(a_float_average_is_not_enough)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
