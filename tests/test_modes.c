/* Bases of conditional paths: both providers, and the files of eigendecompositions. */
#include "folder.h"

#include "base/npy.h"
#include "fixture.h"
#include "job/modes.h"
#include "job/modes_eigen.h"

enum { POINTS = 3, D = 6 };

typedef struct numbers {
  double x[D], y[D], a[D], b[D];
} numbers;

static double scratch[3 * D]; /* of modes_mix */

/* The same a and b in every mode where `alike`. */
static numbers draw(unsigned seed, bool alike) {
  numbers out;
  for (size_t i = 0; i < D; i++) {
    out.x[i] = (double)fixture_next(&seed);
    out.y[i] = (double)fixture_next(&seed);
    out.a[i] = alike && i > 0 ? out.a[0] : (double)fixture_next(&seed);
    out.b[i] = alike && i > 0 ? out.b[0] : (double)fixture_next(&seed);
  }
  return out;
}

/* A rotation of coordinates k and k + 1 by `angle`, else the identity. */
static void rotate(double *p, size_t k, double angle) {
  memset(p, 0, D * D * sizeof *p);
  for (size_t i = 0; i < D; i++) p[i * D + i] = 1;
  p[k * D + k] = p[(k + 1) * D + k + 1] = cos(angle);
  p[k * D + k + 1] = -sin(angle);
  p[(k + 1) * D + k] = sin(angle);
}

/* Point b has the eigenvalues 10 b, 10 b + 1, ... and a rotation by b * angle. */
static void write_points(folder *f, double angle) {
  modes_writer writer;
  double alpha[D], p[D * D];
  assert_int_equal(modes_writer_open(&writer, f->path, POINTS, D, NULL), STATUS_OK);
  for (size_t b = 0; b < POINTS; b++) {
    for (size_t i = 0; i < D; i++) alpha[i] = (double)(10 * b + i);
    rotate(p, b, (double)b * angle);
    assert_int_equal(modes_writer_add(&writer, alpha, p, NULL), STATUS_OK);
  }
  assert_int_equal(modes_writer_close(&writer, STATUS_OK, NULL), STATUS_OK);
}

static modes open_modes(const char *path) {
  modes m;
  failure err = {0};
  if (modes_open(&m, path, POINTS, D, &err) != STATUS_OK) fail_msg("%s", err.message);
  return m;
}

static void identity_equals_eigenvectors_of_the_identity(void **state) {
  folder *f = *state;
  write_points(f, 0);
  modes plain = open_modes(NULL), eigen = open_modes(f->path);
  const numbers n = draw(1, true);
  double one[2][D], other[2][D];
  const modes_term terms[] = {{n.a, n.b, 1, one[0]}, {n.b, n.a, 0.3, one[1]}};
  const modes_term same[] = {{n.a, n.b, 1, other[0]}, {n.b, n.a, 0.3, other[1]}};
  assert_int_equal(plain.count, 1);
  assert_int_equal(eigen.count, D);
  modes_mix(&plain, 1, n.x, n.y, terms, 2, scratch);
  modes_mix(&eigen, 1, n.x, n.y, same, 2, scratch);
  assert_memory_equal(one, other, sizeof one);
  modes_mix(&plain, 2, n.x, NULL, terms, 1, scratch);
  modes_mix(&eigen, 2, n.x, NULL, same, 1, scratch);
  assert_memory_equal(one, other, sizeof one);
  fixture_near(one[0][D - 1], n.a[0] * n.x[D - 1], 1e-15);
  modes_close(&plain);
  modes_close(&eigen);
}

static void rates_are_those_of_the_point(void **state) {
  folder *f = *state;
  write_points(f, 0.7);
  modes plain = open_modes(NULL), eigen = open_modes(f->path);
  assert_null(modes_rates(&plain, 2));
  for (size_t b = 0; b < POINTS; b++)
    for (size_t i = 0; i < D; i++) fixture_near(modes_rates(&eigen, b)[i], (double)(10 * b + i), 0);
  modes_close(&plain);
  modes_close(&eigen);
}

/* P (scale (a . P'x + b . P'y)), coordinate by coordinate. */
static double expected(const numbers *n, const double *p, double scale, size_t row) {
  double sum = 0;
  for (size_t i = 0; i < D; i++) {
    double x = 0, y = 0;
    for (size_t k = 0; k < D; k++) {
      x += p[k * D + i] * n->x[k];
      y += p[k * D + i] * n->y[k];
    }
    sum += p[row * D + i] * scale * (n->a[i] * x + n->b[i] * y);
  }
  return sum;
}

/* Basis files are float. */
static void mixes_are_products_with_the_basis(void **state) {
  folder *f = *state;
  write_points(f, 0.7);
  modes m = open_modes(f->path);
  const numbers n = draw(2, false);
  for (size_t b = 0; b < POINTS; b++) {
    double p[D * D], out[2][D];
    const modes_term terms[] = {{n.a, n.b, 1, out[0]}, {n.a, n.b, -2, out[1]}};
    rotate(p, b, (double)b * 0.7);
    modes_mix(&m, b, n.x, n.y, terms, 2, scratch);
    for (size_t i = 0; i < D; i++) {
      fixture_near(out[0][i], expected(&n, p, 1, i), 1e-6);
      fixture_near(out[1][i], expected(&n, p, -2, i), 2e-6);
    }
  }
  modes_close(&m);
}

/* P diag(kept) P' in place: what is projected once stays as it is. */
static void one_term_may_write_into_x(void **state) {
  folder *f = *state;
  write_points(f, 0.7);
  modes m = open_modes(f->path);
  const numbers n = draw(3, false);
  const double kept[D] = {1, 0, 1, 1, 0, 1};
  double r[D], once[D];
  const modes_term term = {.a = kept, .scale = 1, .out = r};
  memcpy(r, n.x, sizeof r);
  modes_mix(&m, 1, r, NULL, &term, 1, scratch);
  memcpy(once, r, sizeof r);
  assert_true(fabs(once[1] - n.x[1]) > 1e-3);
  modes_mix(&m, 1, r, NULL, &term, 1, scratch);
  for (size_t i = 0; i < D; i++) fixture_near(r[i], once[i], 1e-6);
  modes_close(&m);
}

static void refused(const char *path, size_t n, size_t d, status_code status, const char *words) {
  modes m;
  failure err = {0};
  assert_int_equal(modes_open(&m, path, n, d, &err), status);
  if (!strstr(err.message, words)) fail_msg("no \"%s\" in: %s", words, err.message);
}

static void files_of_other_data_are_refused(void **state) {
  folder *f = *state;
  refused(f->path, POINTS, D, STATUS_NO_INPUT, "alpha.npy");
  write_points(f, 0);
  refused(f->path, POINTS + 1, D, STATUS_BAD_INPUT, "belong to other data");
  refused(f->path, POINTS, D - 1, STATUS_BAD_INPUT, "belong to other data");
}

static void a_failed_job_leaves_no_files(void **state) {
  folder *f = *state;
  modes_writer writer;
  assert_int_equal(modes_writer_open(&writer, f->path, POINTS, D, NULL), STATUS_OK);
  assert_int_equal(modes_writer_close(&writer, STATUS_INTERRUPTED, NULL), STATUS_INTERRUPTED);
  refused(f->path, POINTS, D, STATUS_NO_INPUT, "alpha.npy");
  assert_false(files_exists(folder_path(f, "basis.npy")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(identity_equals_eigenvectors_of_the_identity, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(rates_are_those_of_the_point, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(mixes_are_products_with_the_basis, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(one_term_may_write_into_x, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(files_of_other_data_are_refused, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(a_failed_job_leaves_no_files, folder_set_up,
                                      folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
