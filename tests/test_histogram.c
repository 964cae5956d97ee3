/* Histograms of samples against data: counts by hand, and what a history row keeps of them. */
#include "folder.h"

#include "job/histogram.h"

#include <math.h>

enum { LAST = HISTOGRAM_BINS + 1 };

static void assert_near(double x, double y) {
  if (!(fabs(x - y) <= 1e-9)) fail_msg("%.17g is not %.17g", x, y);
}

static double sum(const double *counts) {
  double out = 0;
  for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) out += counts[i];
  return out;
}

/* Data from 0 to 100: bins of 110 / 80 from -5 to 105. */
static void counts_by_hand(void **state) {
  (void)state;
  const double data[] = {0, 100, 50, 50}, samples[] = {-5, 50, -6, 105, NAN, INFINITY};
  const double weights[] = {0.5, 1, 1.5};
  histogram h;
  histogram_data(&h, data, 4);
  assert_near(h.low, -5);
  assert_near(h.high, 105);
  assert_true(h.data[1 + 3] == 1);  /* 0 is 3.6 bins from the low end */
  assert_true(h.data[1 + 40] == 2); /* 50, at the low end of its bin */
  assert_true(h.data[1 + 76] == 1);
  assert_true(sum(h.data) == 4);
  histogram_samples(&h, samples, 3, 2, weights); /* two numbers of each sample */
  assert_true(h.samples[1] == 1 && h.samples[1 + 40] == 1);
  assert_true(h.samples[0] == 1 && h.samples[LAST] == 3);
  assert_near(h.reweighted[1], 0.5);
  assert_near(h.reweighted[0], 1);
  assert_near(h.reweighted[LAST], 1 + 1.5 + 1.5);
}

static void equal_and_missing_numbers(void **state) {
  (void)state;
  const double equal[] = {7, 7}, nothing[] = {NAN, INFINITY};
  histogram h;
  histogram_data(&h, equal, 2);
  assert_true(h.low < 7 && h.high > 7 && h.data[1 + 40] == 2);
  histogram_data(&h, nothing, 2);
  assert_true(sum(h.data) == 0);
}

static void a_row_keeps_them(void **state) {
  folder *f = *state;
  const double data[] = {0, 1, 1}, samples[] = {0.5, 2, 0.25}, weights[] = {1.0 / 3, 2.0 / 3, 2};
  histogram h, back;
  histogram_data(&h, data, 3);
  histogram_samples(&h, samples, 3, 1, weights);
  value *row = value_new(&f->memory, VALUE_MAP);
  histogram_put(&f->memory, row, "energy", &h);
  assert_true(histogram_get(row, "energy", &back));
  assert_true(back.low >= h.low && back.low <= h.low && back.high >= h.high && back.high <= h.high);
  for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
    assert_true(back.data[i] == h.data[i] && back.samples[i] == h.samples[i]);
    assert_near(back.reweighted[i], h.reweighted[i]);
  }
  assert_false(histogram_get(row, "distance", &back));
  memset(&h, 0, sizeof h);
  histogram_put(&f->memory, row, "distance", &h); /* points without particles */
  assert_false(histogram_get(row, "distance", &back));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(counts_by_hand), TEST(equal_and_missing_numbers),
                                     TEST(a_row_keeps_them)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
