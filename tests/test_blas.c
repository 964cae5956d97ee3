#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/blas.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 40 };

static void assert_near(double x, double y, double most) {
  if (fabs(x - y) <= most) return;
  fail_msg("%.17g is not within %g of %.17g", x, most, y);
}

/* A fixed sequence in (-1, 1). */
static double next_number(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 4503599627370496.0 - 1;
}

static void fill_symmetric(double *a, size_t d) {
  uint64_t state = 42 + d;
  for (size_t i = 0; i < d; i++) {
    for (size_t j = 0; j <= i; j++) a[i * d + j] = a[j * d + i] = next_number(&state);
  }
}

static void test_two_by_two(void **state) {
  (void)state;
  double a[4] = {2, 1, 1, 2}, alpha[2], p[4];
  assert_int_equal(blas_eigen(a, 2, alpha, p, NULL), STATUS_OK);
  assert_near(alpha[0], 1, 1e-15);
  assert_near(alpha[1], 3, 1e-15);
  /* column 0 is (1, -1) / sqrt 2, column 1 is (1, 1) / sqrt 2, up to signs */
  assert_near(p[0] * p[2], -0.5, 1e-15);
  assert_near(p[1] * p[3], 0.5, 1e-15);
}

/* The eigenvalue of column i is alpha[i]: a permuted p would pass a test of orthonormality. */
static void test_columns_belong_to_eigenvalues(void **state) {
  (void)state;
  double a[9] = {5, 0, 0, 0, -1, 0, 0, 0, 2}, alpha[3], p[9];
  assert_int_equal(blas_eigen(a, 3, alpha, p, NULL), STATUS_OK);
  const double values[3] = {-1, 2, 5};
  const double vectors[9] = {0, 0, 1, 1, 0, 0, 0, 1, 0};
  for (size_t i = 0; i < 3; i++) assert_near(alpha[i], values[i], 0);
  for (size_t i = 0; i < 9; i++) assert_near(fabs(p[i]), vectors[i], 0);
}

static void test_reconstruction(void **state) {
  (void)state;
  static double a[LARGEST * LARGEST], copy[LARGEST * LARGEST], p[LARGEST * LARGEST];
  double alpha[LARGEST];
  const size_t sizes[] = {1, 2, 7, 39, LARGEST};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    size_t d = sizes[s];
    fill_symmetric(a, d);
    memcpy(copy, a, d * d * sizeof *a);
    assert_int_equal(blas_eigen(a, d, alpha, p, NULL), STATUS_OK);
    for (size_t i = 1; i < d; i++) assert_true(alpha[i - 1] <= alpha[i]);
    for (size_t i = 0; i < d; i++) {
      for (size_t j = 0; j < d; j++) {
        double sum = 0, inner = 0;
        for (size_t k = 0; k < d; k++) {
          sum += p[i * d + k] * alpha[k] * p[j * d + k];
          inner += p[k * d + i] * p[k * d + j];
        }
        assert_near(sum, copy[i * d + j], 1e-13);
        assert_near(inner, i == j ? 1 : 0, 1e-13);
      }
    }
  }
}

static void test_extreme_matrices(void **state) {
  (void)state;
  double alpha[4], p[16], a[16] = {0};
  assert_int_equal(blas_eigen(a, 4, alpha, p, NULL), STATUS_OK);
  for (size_t i = 0; i < 4; i++) assert_near(alpha[i], 0, 0);
  double large[4] = {1e300, 0, 0, -1e300};
  assert_int_equal(blas_eigen(large, 2, alpha, p, NULL), STATUS_OK);
  assert_near(alpha[0] / -1e300, 1, 1e-14);
  assert_int_equal(blas_eigen(NULL, 0, NULL, NULL, NULL), STATUS_OK);
}

static void test_not_finite(void **state) {
  (void)state;
  const double wrong[] = {NAN, INFINITY, -INFINITY};
  for (size_t w = 0; w < 3; w++) {
    for (size_t at = 0; at < 9; at++) {
      double a[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, alpha[3], p[9];
      failure err = {0};
      a[at] = wrong[w];
      assert_int_equal(blas_eigen(a, 3, alpha, p, &err), STATUS_DIVERGED);
      char place[64];
      snprintf(place, sizeof place, "row %zu, column %zu", at / 3, at % 3);
      assert_non_null(strstr(err.message, place));
    }
  }
}

static void test_too_large(void **state) {
  (void)state;
  assert_int_equal(blas_eigen(NULL, 40000, NULL, NULL, NULL), STATUS_NO_RESOURCE);
}

static void test_apply(void **state) {
  (void)state;
  const float p[4] = {1, 2, 3, 4};
  const double x[2] = {10, 100};
  double out[2];
  blas_apply(p, 2, x, out);
  assert_near(out[0], 210, 0);
  assert_near(out[1], 430, 0);
  blas_apply_transposed(p, 2, x, out);
  assert_near(out[0], 310, 0);
  assert_near(out[1], 420, 0);
}

static void test_apply_all_sizes(void **state) {
  (void)state;
  uint64_t seed = 7;
  static float p[LARGEST * LARGEST];
  double x[LARGEST], out[LARGEST + 1], transposed[LARGEST + 1];
  for (size_t d = 1; d <= LARGEST; d++) {
    for (size_t i = 0; i < d * d; i++) p[i] = (float)next_number(&seed);
    for (size_t i = 0; i < d; i++) x[i] = next_number(&seed);
    out[d] = transposed[d] = 17;
    blas_apply(p, d, x, out);
    blas_apply_transposed(p, d, x, transposed);
    for (size_t i = 0; i < d; i++) {
      long double straight = 0, across = 0;
      for (size_t j = 0; j < d; j++) {
        straight += (long double)p[i * d + j] * x[j];
        across += (long double)p[j * d + i] * x[j];
      }
      assert_near(out[i], (double)straight, 1e-14);
      assert_near(transposed[i], (double)across, 1e-14);
    }
    assert_true(out[d] == 17 && transposed[d] == 17);
  }
}

/* All three forms of one product; integers in float are exact. */
static void test_multiply(void **state) {
  (void)state;
  const float a[6] = {1, 2, 3, 4, 5, 6}, at[6] = {1, 4, 2, 5, 3, 6}; /* [2, 3] */
  const float b[12] = {1, 0, 2, -1, 3, 1, 0, 2, -2, 4, 1, 1};        /* [3, 4] */
  const float bt[12] = {1, 3, -2, 0, 1, 4, 2, 0, 1, -1, 2, 1};
  const float product[8] = {1, 14, 5, 6, 7, 29, 14, 12};
  float c[8];
  blas_multiply(BLAS_NN, 2, 4, 3, a, b, c);
  assert_memory_equal(c, product, sizeof c);
  blas_multiply(BLAS_NT, 2, 4, 3, a, bt, c);
  assert_memory_equal(c, product, sizeof c);
  blas_multiply(BLAS_TN, 2, 4, 3, at, b, c);
  assert_memory_equal(c, product, sizeof c);
}

static void test_library(void **state) {
  (void)state;
  assert_int_equal(blas_start(NULL), STATUS_OK);
  assert_non_null(strstr(blas_library(), "OpenBLAS"));
  assert_string_equal(blas_library(), blas_library());
}

/* The file is there, and nothing in the path still is a link to another LAPACK. */
static void test_lapack(void **state) {
  (void)state;
  char path[PATH_MAX];
  assert_non_null(realpath(blas_lapack(), path));
  assert_string_equal(path, blas_lapack());
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_two_by_two),     cmocka_unit_test(test_columns_belong_to_eigenvalues),
      cmocka_unit_test(test_reconstruction), cmocka_unit_test(test_extreme_matrices),
      cmocka_unit_test(test_not_finite),     cmocka_unit_test(test_too_large),
      cmocka_unit_test(test_apply),          cmocka_unit_test(test_apply_all_sizes),
      cmocka_unit_test(test_multiply),       cmocka_unit_test(test_library),
      cmocka_unit_test(test_lapack),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
