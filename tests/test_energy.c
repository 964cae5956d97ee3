/* Energies: derivatives against central differences, invariances, null spaces, known values. */
#include "energy_fixture.h"

#include "base/blas.h"

static void check_cluster_energy(const char *name) {
  hifm_bound bound = fixture_bind(name, &cluster, NULL);
  energy e = open_energy(bound, &cluster);
  double y[D], anchor[D];
  for (uint64_t p = 0; p < POINTS; p++) {
    cluster_point(2 * p, y);
    cluster_point(2 * p + 1, anchor);
    check_gradient(&e, y, anchor);
    check_hessian(&e, y, anchor, 1e-6);
    check_hvp(&e, y, anchor, 1e-12);
  }
  assert_int_equal(energy_hessian_source(&e), ENERGY_CLOSED_FORM);
  assert_string_equal(energy_source_text(ENERGY_CLOSED_FORM), "closed form");
  energy_close(&e);
  fixture_drop(&bound);
}

static void formation_derivatives(void **state) {
  (void)state;
  check_cluster_energy("energies/formation");
}

static void lennard_jones_derivatives(void **state) {
  (void)state;
  check_cluster_energy("energies/lennard_jones");
}

static void double_well_derivatives(void **state) {
  (void)state;
  const hifm_domain domain = {.d = 5};
  hifm_bound bound = fixture_bind("energies/double_well", &domain, NULL);
  energy e = open_energy(bound, &domain);
  double y[D];
  for (uint64_t p = 0; p < POINTS; p++) {
    hifm_normals(draws, p, 1, domain.d, y);
    check_gradient(&e, y, NULL);
    check_hessian(&e, y, NULL, 1e-6);
    check_hvp(&e, y, NULL, 1e-14);
  }
  assert_int_equal(energy_hessian_source(&e), ENERGY_FROM_PLUGIN);
  memset(y, 0, sizeof y);
  y[0] = 2, y[1] = 3;
  fixture_near(energy_value(&e, y, NULL), 4 - 12 + 2 + 4.5, 0);
  energy_close(&e);
  fixture_drop(&bound);
}

static void dw4_derivatives(void **state) {
  (void)state;
  const hifm_domain plane = {.d = 8, .particles = 4, .space = 2, .centred = true};
  const double square[8] = {2, 2, 2, -2, -2, 2, -2, -2}; /* sides of 4 = d0 */
  hifm_bound bound = fixture_bind("energies/dw4", &plane, NULL);
  energy e = open_energy(bound, &plane);
  double y[D];
  for (uint64_t p = 0; p < POINTS; p++) {
    hifm_normals(draws, p, 2, plane.d, y);
    for (size_t i = 0; i < plane.d; i++) y[i] = 0.3 * y[i] + square[i];
    check_gradient(&e, y, NULL);
    check_hessian(&e, y, NULL, 1e-6);
    check_hvp(&e, y, NULL, 1e-12);
  }
  const double t = sqrt(32) - 4; /* only the diagonals count */
  fixture_near(energy_value(&e, square, NULL), 2 * (-4 * t * t + 0.9 * t * t * t * t), 1e-13);
  energy_close(&e);
  fixture_drop(&bound);
}

/* Of exp(-V) the means of |grad V|^2 and of the Laplacian are equal: here of two particles in the
 * plane, whose distance r has the density r exp(-u(r)), by the midpoint rule. */
static void dw4_virial(void **state) {
  (void)state;
  const hifm_domain two = {.d = 4, .particles = 2, .space = 2, .centred = true};
  hifm_bound bound = fixture_bind("energies/dw4", &two, NULL);
  energy e = open_energy(bound, &two);
  double squares = 0, laplacian = 0, norm = 0;
  for (double h = 1e-3, r = h / 2; r < 10; r += h) {
    double hessian[16], gradient[4];
    const double y[4] = {r / 2, 0, -r / 2, 0};
    const double weight = r * exp(-energy_gradient(&e, y, NULL, gradient));
    energy_hessian(&e, y, NULL, hessian);
    for (size_t i = 0; i < 4; i++) squares += weight * gradient[i] * gradient[i];
    for (size_t i = 0; i < 4; i++) laplacian += weight * hessian[i * 4 + i];
    norm += weight;
  }
  assert_true(laplacian / norm > 1);
  fixture_near(squares / laplacian, 1, 1e-6);
  energy_close(&e);
  fixture_drop(&bound);
}

/* ---- invariances ---- */

static double dot(const double *x, const double *y) {
  return x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
}

/* Rows: two random vectors made orthonormal (Gram-Schmidt), and their cross product. */
static void random_rotation(uint64_t number, double q[3][3]) {
  double x[6];
  hifm_normals(draws, number, 4, 6, x);
  const double along = dot(x, x + 3) / dot(x, x);
  for (int c = 0; c < 3; c++) x[3 + c] -= along * x[c];
  for (int c = 0; c < 3; c++) {
    q[0][c] = x[c] / sqrt(dot(x, x));
    q[1][c] = x[3 + c] / sqrt(dot(x + 3, x + 3));
  }
  for (int c = 0; c < 3; c++)
    q[2][c] = q[0][(c + 1) % 3] * q[1][(c + 2) % 3] - q[0][(c + 2) % 3] * q[1][(c + 1) % 3];
}

/* Particle i becomes particle (5 i + 3) mod 13, rotated and moved. */
static void move(const double *y, double q[3][3], const double *shift, double *out) {
  for (int i = 0; i < PARTICLES; i++)
    for (int c = 0; c < SPACE; c++)
      out[(5 * i + 3) % PARTICLES * SPACE + c] = dot(q[c], y + i * SPACE) + shift[c];
}

static void rigid_motions_change_nothing(void **state) {
  (void)state;
  static const char *const names[] = {"energies/formation", "energies/lennard_jones"};
  for (int k = 0; k < 2; k++) {
    hifm_bound bound = fixture_bind(names[k], &cluster, NULL);
    energy e = open_energy(bound, &cluster);
    for (uint64_t p = 0; p < POINTS; p++) {
      double y[D], anchor[D], moved[D], moved_anchor[D], q[3][3], shift[3];
      cluster_point(2 * p, y);
      cluster_point(2 * p + 1, anchor);
      random_rotation(p, q);
      hifm_normals(draws, p, 5, 3, shift);
      move(y, q, shift, moved);
      move(anchor, (double[3][3]){{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, shift, moved_anchor);
      const double value = energy_value(&e, y, anchor);
      fixture_near(energy_value(&e, moved, moved_anchor), value, 1e-12 * (1 + fabs(value)));
    }
    energy_close(&e);
    fixture_drop(&bound);
  }
}

/* ---- formation at its own anchor ---- */

static void formation_hessian_is_the_rigidity_matrix_squared(void **state) {
  (void)state;
  hifm_bound bound = fixture_bind("energies/formation", &cluster, NULL);
  energy e = open_energy(bound, &cluster);
  double y[D], gradient[D], hessian[D * D], expected[D * D] = {0};
  cluster_point(0, y);
  for (int i = 0; i < PARTICLES; i++)
    for (int j = 0; j < PARTICLES; j++)
      for (int c = 0; j != i && c < SPACE; c++)
        for (int b = 0; b < SPACE; b++) {
          const double *yi = y + i * SPACE, *yj = y + j * SPACE;
          const double block = 2 * ((yi[c] - yj[c]) * (yi[b] - yj[b]));
          expected[(i * SPACE + c) * D + j * SPACE + b] = -block;
          expected[(i * SPACE + c) * D + i * SPACE + b] += block;
        }
  assert_true(energy_gradient(&e, y, NULL, gradient) == 0);
  assert_true(size_of(gradient, D) == 0);
  energy_hessian(&e, y, NULL, hessian);
  assert_close(hessian, expected, (size_t)D * D, 1e-14);
  energy_close(&e);
  fixture_drop(&bound);
}

static int formation_rank(const double *y) {
  hifm_bound bound = fixture_bind("energies/formation", &cluster, NULL);
  energy e = open_energy(bound, &cluster);
  double hessian[D * D], basis[D * D], alpha[D];
  failure err;
  int rank = 0;
  energy_hessian(&e, y, NULL, hessian);
  assert_int_equal(blas_eigen(hessian, D, alpha, basis, &err), STATUS_OK);
  for (int i = 0; i < D; i++) {
    assert_true(alpha[i] > -1e-12 * alpha[D - 1]);
    rank += alpha[i] > 1e-10 * alpha[D - 1];
  }
  energy_close(&e);
  fixture_drop(&bound);
  return rank;
}

/* Ranks of the complete graph: D N - D (D + 1) / 2 in general position, the plane's or the line's
 * own rank when all particles lie in one. */
static void formation_ranks(void **state) {
  (void)state;
  for (uint64_t p = 0; p < 20; p++) {
    double y[D], plane[D], line[D], q[3][3];
    hifm_normals(draws, p, 6, D, y);
    random_rotation(p, q);
    for (int i = 0; i < PARTICLES; i++)
      for (int c = 0; c < SPACE; c++) {
        const double *yi = y + i * SPACE;
        line[i * SPACE + c] = yi[0] * q[0][c];
        plane[i * SPACE + c] = yi[0] * q[0][c] + yi[1] * q[1][c];
      }
    assert_int_equal(formation_rank(y), D - 6);
    assert_int_equal(formation_rank(plane), 2 * PARTICLES - 3);
    assert_int_equal(formation_rank(line), PARTICLES - 1);
  }
}

/* ---- values worked out by hand, refusals ---- */

/* Two particles at distance r: u = c (r^-12 - 2 r^-6) + r^2 / 4, every number a sum of powers of
 * two. */
static void lennard_jones_of_two(void **state) {
  (void)state;
  const hifm_domain two = {.d = 6, .particles = 2, .space = 3, .centred = true};
  const double touching[6] = {0.5, 0, 0, -0.5, 0, 0};
  const double apart[6] = {0.5, 0, 0.5, -0.5, 0, -0.5}; /* r^2 = 2 */
  for (int unordered = 0; unordered < 2; unordered++) {
    const fixture_setting settings[] = {{"pairs", unordered}, {NULL, 0}};
    hifm_bound bound = fixture_bind("energies/lennard_jones", &two, settings);
    energy e = open_energy(bound, &two);
    const double c = unordered ? 1 : 2;
    double gradient[6];
    assert_true(energy_value(&e, touching, NULL) == -c + 0.25);
    assert_true(energy_value(&e, apart, NULL) == c * (1. / 64 - 2. / 8) + 0.5);
    energy_gradient(&e, touching, NULL, gradient);
    assert_true(gradient[0] == 0.5 && gradient[3] == -0.5 && gradient[1] == 0);
    energy_close(&e);
    fixture_drop(&bound);
  }
}

static void refusals(void **state) {
  (void)state;
  const hifm_domain image = {.d = 12, .height = 3, .width = 4, .channels = 1};
  const hifm_domain one = {.d = 3, .particles = 1, .space = 3};
  hifm_error said = {0};
  failure err = {0};
  energy e;
  hifm_bound bound = fixture_bind("energies/formation", &cluster, NULL);
  assert_int_equal(energy_open(&e, bound, &image, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "formation"));
  fixture_drop(&bound);
  bound = fixture_bind("energies/double_well", &cluster, NULL);
  assert_int_equal(energy_open(&e, bound, &cluster, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "HIFM_INVARIANT_TRANSLATION"));
  fixture_drop(&bound);
  assert_int_equal(fixture_try("energies/lennard_jones", &one, NULL, &bound, &said),
                   HIFM_BAD_SETTINGS);
  fixture_drop(&bound);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(formation_derivatives),
      cmocka_unit_test(lennard_jones_derivatives),
      cmocka_unit_test(double_well_derivatives),
      cmocka_unit_test(dw4_derivatives),
      cmocka_unit_test(dw4_virial),
      cmocka_unit_test(rigid_motions_change_nothing),
      cmocka_unit_test(formation_hessian_is_the_rigidity_matrix_squared),
      cmocka_unit_test(formation_ranks),
      cmocka_unit_test(lennard_jones_of_two),
      cmocka_unit_test(refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
