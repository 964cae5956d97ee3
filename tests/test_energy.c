/* Energies: derivatives against central differences, invariances, null spaces, known values. */
#include "fixture.h"

#include "base/blas.h"
#include "hifm/rng.h"
#include "host/energy.h"

enum { POINTS = 200, PARTICLES = 13, SPACE = 3, D = PARTICLES * SPACE };

static const hifm_domain cluster = {
    .d = D, .particles = PARTICLES, .space = SPACE, .centred = true};
static const hifm_stream draws = {17, HIFM_RNG_CHECK};

/* A lattice with spacing 1.1, each coordinate moved by a normal of deviation 0.1: no two particles
 * are so near that differences lose the digits compared here. */
static void cluster_point(uint64_t number, double *y) {
  hifm_normals(draws, number, 0, D, y);
  for (int i = 0; i < PARTICLES; i++)
    for (int c = 0, cell = i; c < SPACE; c++, cell /= 3)
      y[i * SPACE + c] = 0.1 * y[i * SPACE + c] + 1.1 * (cell % 3);
}

static energy open_energy(hifm_bound bound, const hifm_domain *domain) {
  energy e;
  failure err = {0};
  if (energy_open(&e, bound, domain, &err)) fail_msg("%s", err.message);
  return e;
}

static double size_of(const double *x, size_t n) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
  return largest;
}

static void assert_close(const double *x, const double *y, size_t n, double relative) {
  const double scale = size_of(y, n);
  for (size_t i = 0; i < n; i++) fixture_near(x[i], y[i], relative * scale);
}

/* Fourth-order central differences, independent of the second-order ones of the host. */
static const double stencil[4][2] = {{-2, 1}, {-1, -8}, {1, 8}, {2, -1}};
static const double step = 3e-4;

static void check_gradient(energy *e, const double *y, const double *anchor) {
  double gradient[D], expected[D], scrap[D], point[D];
  const size_t d = e->domain.d;
  const double value = energy_gradient(e, y, anchor, gradient);
  assert_true(value == energy_value(e, y, anchor));
  memcpy(point, y, d * sizeof *y);
  for (size_t i = 0; i < d; i++) {
    expected[i] = 0;
    for (int s = 0; s < 4; s++) {
      point[i] = y[i] + stencil[s][0] * step;
      expected[i] += stencil[s][1] * energy_gradient(e, point, anchor, scrap) / (12 * step);
    }
    point[i] = y[i];
  }
  assert_close(gradient, expected, d, 1e-6);
}

static void check_hessian(energy *e, const double *y, const double *anchor, double relative) {
  double hessian[D * D], expected[D * D], slope[D], point[D], trace = 0;
  const size_t d = e->domain.d;
  energy_hessian(e, y, anchor, hessian);
  memcpy(point, y, d * sizeof *y);
  memset(expected, 0, sizeof expected);
  for (size_t i = 0; i < d; i++) {
    for (int s = 0; s < 4; s++) {
      point[i] = y[i] + stencil[s][0] * step;
      energy_gradient(e, point, anchor, slope);
      for (size_t j = 0; j < d; j++) expected[i * d + j] += stencil[s][1] * slope[j] / (12 * step);
    }
    point[i] = y[i];
    trace += hessian[i * d + i];
    for (size_t j = 0; j < i; j++) assert_true(hessian[i * d + j] == hessian[j * d + i]);
  }
  assert_close(hessian, expected, d * d, relative);
  fixture_near(energy_laplacian(e, y, anchor), trace, 1e-6 * size_of(hessian, d * d));
}

/* The product with a vector is that with the matrix. */
static void check_hvp(energy *e, const double *y, const double *anchor, double relative) {
  double hessian[D * D], x[D], product[D], expected[D];
  const size_t d = e->domain.d;
  hifm_normals(draws, 0, 8, d, x);
  energy_hessian(e, y, anchor, hessian);
  energy_hvp(e, y, anchor, x, product);
  for (size_t i = 0; i < d; i++) {
    expected[i] = 0;
    for (size_t j = 0; j < d; j++) expected[i] += hessian[i * d + j] * x[j];
  }
  for (size_t i = 0; i < d; i++)
    fixture_near(product[i], expected[i], relative * size_of(hessian, d * d));
}

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

/* ---- what the host derives by differences ---- */

/* sum_i exp(y_i / 2) sin(y_{i+1}) + |y - anchor|^2 */
static hifm_status waves(const void *self, const hifm_configuration *at, double *out,
                         hifm_error *err) {
  const uint32_t d = at->domain->d;
  double sum = 0;
  (void)self, (void)err;
  for (uint32_t i = 0; i < d; i++) {
    sum += exp(at->y[i] / 2) * sin(at->y[(i + 1) % d]);
    sum += (at->y[i] - at->anchor[i]) * (at->y[i] - at->anchor[i]);
  }
  *out = sum;
  return HIFM_OK;
}

static hifm_status waves_gradient(const void *self, const hifm_configuration *at, double *out,
                                  hifm_error *err) {
  const uint32_t d = at->domain->d;
  const double *y = at->y;
  (void)self, (void)err;
  for (uint32_t i = 0; i < d; i++)
    out[i] = exp(y[i] / 2) * sin(y[(i + 1) % d]) / 2 + exp(y[(i + d - 1) % d] / 2) * cos(y[i]) +
             2 * (y[i] - at->anchor[i]);
  return HIFM_OK;
}

/* Row i: d2/dy_i2, and the two neighbours that y_i is multiplied with. */
static hifm_status waves_hvp(const void *self, const hifm_configuration *at, const double *x,
                             double *out, hifm_error *err) {
  const uint32_t d = at->domain->d;
  const double *y = at->y;
  (void)self, (void)err;
  for (uint32_t i = 0; i < d; i++) {
    const uint32_t next = (i + 1) % d, last = (i + d - 1) % d;
    const double own = exp(y[i] / 2) * sin(y[next]) / 4 - exp(y[last] / 2) * sin(y[i]) + 2;
    out[i] = own * x[i] + exp(y[i] / 2) * cos(y[next]) / 2 * x[next] +
             exp(y[last] / 2) * cos(y[i]) / 2 * x[last];
  }
  return HIFM_OK;
}

static const hifm_energy_ops value_only = {.invariances = HIFM_ANCHORED, .value = waves};
static const hifm_energy_ops with_gradient = {
    .invariances = HIFM_ANCHORED, .value = waves, .gradient = waves_gradient};
static const hifm_energy_ops with_hvp = {
    .invariances = HIFM_ANCHORED, .value = waves, .gradient = waves_gradient, .hvp = waves_hvp};

/* Products with the Hessian, each way to have one against each other. */
static void products_agree(void **state) {
  (void)state;
  const hifm_domain domain = {.d = 6};
  const hifm_energy_ops *const ways[] = {&with_hvp, &with_gradient, &value_only};
  const double bounds[] = {1e-8, 1e-8, 1e-5};
  for (size_t k = 0; k < 3; k++) {
    const hifm_plugin plugin = {.name = "waves", .ops = {.energy = ways[k]}};
    const hifm_plugin exact = {.name = "exact", .ops = {.energy = &with_hvp}};
    energy e = open_energy((hifm_bound){&plugin, NULL}, &domain);
    energy f = open_energy((hifm_bound){&exact, NULL}, &domain);
    for (uint64_t p = 0; p < POINTS; p++) {
      double y[D], anchor[6], x[6], expected[6], product[6], hessian[36];
      hifm_normals(draws, p, 2, domain.d, y);
      hifm_normals(draws, p, 3, domain.d, anchor);
      hifm_normals(draws, p, 7, domain.d, x);
      energy_hessian(&f, y, anchor, hessian);
      for (size_t i = 0; i < 6; i++) {
        expected[i] = 0;
        for (size_t j = 0; j < 6; j++) expected[i] += hessian[i * 6 + j] * x[j];
      }
      energy_hvp(&e, y, anchor, x, product);
      assert_close(product, expected, 6, bounds[k]);
      if (p < 5) check_hessian(&e, y, anchor, 1e-6);
      memset(x, 0, sizeof x);
      energy_hvp(&e, y, anchor, x, product);
      assert_true(size_of(product, 6) == 0);
    }
    assert_int_equal(energy_hessian_source(&e),
                     k == 0 ? ENERGY_FROM_PLUGIN : ENERGY_FROM_DIFFERENCES);
    energy_close(&e);
    energy_close(&f);
  }
}

static void differences_stand_in(void **state) {
  (void)state;
  const hifm_domain domain = {.d = 6};
  const hifm_plugin bare = {.name = "bare", .ops = {.energy = &value_only}};
  const hifm_plugin full = {.name = "full", .ops = {.energy = &with_gradient}};
  energy e = open_energy((hifm_bound){&bare, NULL}, &domain);
  energy f = open_energy((hifm_bound){&full, NULL}, &domain);
  for (uint64_t p = 0; p < POINTS; p++) {
    double y[D], anchor[6], derived[6], exact[6], second[36], third[36];
    hifm_normals(draws, p, 2, domain.d, y);
    hifm_normals(draws, p, 3, domain.d, anchor);
    check_hessian(&f, y, anchor, 1e-6);
    assert_true(energy_gradient(&e, y, anchor, derived) == energy_gradient(&f, y, anchor, exact));
    assert_close(derived, exact, domain.d, 1e-8);
    energy_hessian(&e, y, anchor, second);
    energy_hessian(&f, y, anchor, third);
    assert_close(second, third, 36, 1e-6);
    fixture_near(energy_laplacian(&e, y, anchor), energy_laplacian(&f, y, anchor),
                 1e-6 * size_of(third, 36));
    for (int i = 0; i < 36; i++) assert_true(second[i] == second[i % 6 * 6 + i / 6]);
  }
  assert_int_equal(energy_hessian_source(&e), ENERGY_FROM_DIFFERENCES);
  energy_close(&e);
  energy_close(&f);
}

/* ---- pairs of types ---- */

/* u = (1 + type_i + 3 type_j) (r2 + r2^2 / 8): every pair of types has another stiffness. */
static double stiffness(uint16_t type_i, uint16_t type_j) {
  return 1 + type_i + 3 * type_j;
}

static size_t typed_calls;

static void typed(const void *self, uint16_t type_i, uint16_t type_j, size_t k, const double *r2,
                  const double *s2, double *u, double *du, double *ddu) {
  const double c = stiffness(type_i, type_j);
  (void)self;
  assert_true(type_i <= type_j && k > 0);
  typed_calls++;
  for (size_t i = 0; i < k; i++) {
    assert_true(s2[i] == r2[i]);
    u[i] = c * (r2[i] + r2[i] * r2[i] / 8);
    du[i] = c * (1 + r2[i] / 4);
    ddu[i] = c / 4;
  }
}

static double typed_value_by_hand(const double *y, const uint16_t *types) {
  double sum = 0;
  for (int i = 0; i < PARTICLES; i++)
    for (int j = 0; j < i; j++) {
      const uint16_t low = types && types[i] < types[j] ? types[i] : types ? types[j] : 0;
      const uint16_t high = types && types[i] < types[j] ? types[j] : types ? types[i] : 0;
      double r2 = 0;
      for (int c = 0; c < SPACE; c++) r2 += pow(y[i * SPACE + c] - y[j * SPACE + c], 2);
      sum += stiffness(low, high) * (r2 + r2 * r2 / 8);
    }
  return sum;
}

/* Types 0, 4 and 65535, the last one once: five pairs of types, one of them of no pair. */
static void types_decide(void **state) {
  (void)state;
  const hifm_energy_ops typed_ops = {.pair_typed = typed};
  const hifm_plugin plugin = {.name = "typed", .ops = {.energy = &typed_ops}};
  uint16_t types[PARTICLES];
  for (int i = 0; i < PARTICLES; i++) types[i] = i == 5 ? 65535 : i % 3 ? 4 : 0;
  for (int with = 0; with < 2; with++) {
    hifm_domain domain = cluster;
    domain.types = with ? types : NULL;
    energy e = open_energy((hifm_bound){&plugin, NULL}, &domain);
    double y[D];
    cluster_point(3, y);
    typed_calls = 0;
    const double value = energy_value(&e, y, NULL);
    assert_int_equal(typed_calls, with ? 5 : 1);
    fixture_near(value, typed_value_by_hand(y, domain.types), 1e-12 * fabs(value));
    check_gradient(&e, y, NULL);
    check_hessian(&e, y, NULL, 1e-6);
    check_hvp(&e, y, NULL, 1e-12);
    energy_close(&e);
  }
}

/* ---- failures, state, flags of the settings ---- */

typedef struct engine {
  size_t calls; /* that succeed */
  uint32_t flags;
} engine;

/* Counts its calls in the work block. */
static hifm_status engine_value(const void *self, const hifm_configuration *at, double *out,
                                hifm_error *err) {
  const engine *set = self;
  size_t *calls = at->work;
  if (++*calls > set->calls) return hifm_fail(err, HIFM_NO_MEMORY, "call %zu is too many", *calls);
  *out = at->y[0] * at->y[0];
  return HIFM_OK;
}

static size_t engine_work(const void *self, const hifm_domain *domain) {
  (void)self, (void)domain;
  return sizeof(size_t);
}

static uint32_t engine_flags(const void *self, const hifm_domain *domain) {
  (void)domain;
  return ((const engine *)self)->flags;
}

static const hifm_energy_ops engine_ops = {
    .value = engine_value, .work = engine_work, .invariances_of = engine_flags};
static const hifm_plugin engine_plugin = {.name = "engine", .ops = {.energy = &engine_ops}};

static void failures_are_kept(void **state) {
  (void)state;
  const hifm_domain domain = {.d = 2};
  const double y[2] = {3, 1};
  double gradient[2], hessian[4], product[2];
  failure err = {.message = ""};
  engine set = {.calls = 2};
  energy e = open_energy((hifm_bound){&engine_plugin, &set}, &domain);
  assert_true(energy_value(&e, y, NULL) == 9 && energy_value(&e, y, NULL) == 9);
  assert_int_equal(energy_status(&e, &err), STATUS_OK);
  assert_true(isnan(energy_value(&e, y, NULL)));
  assert_int_equal(energy_status(&e, &err), STATUS_NO_RESOURCE);
  assert_true(isnan(energy_gradient(&e, y, NULL, gradient)) && isnan(gradient[0]));
  energy_hessian(&e, y, NULL, hessian);
  energy_hvp(&e, y, NULL, y, product);
  assert_true(isnan(hessian[3]) && isnan(product[1]) && isnan(energy_laplacian(&e, y, NULL)));
  assert_int_equal(energy_status(&e, &err), STATUS_NO_RESOURCE);
  assert_string_equal(err.message, "energy engine: call 3 is too many"); /* and no further call */
  energy_close(&e);
}

static void settings_may_add_invariances(void **state) {
  (void)state;
  engine set = {.calls = 1, .flags = 0};
  failure err;
  energy e;
  assert_int_equal(energy_open(&e, (hifm_bound){&engine_plugin, &set}, &cluster, &err),
                   STATUS_BAD_CONFIG);
  set.flags = HIFM_INVARIANT_TRANSLATION;
  e = open_energy((hifm_bound){&engine_plugin, &set}, &cluster);
  assert_int_equal(e.invariances, HIFM_INVARIANT_TRANSLATION);
  energy_close(&e);
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
      cmocka_unit_test(differences_stand_in),
      cmocka_unit_test(products_agree),
      cmocka_unit_test(types_decide),
      cmocka_unit_test(failures_are_kept),
      cmocka_unit_test(settings_may_add_invariances),
      cmocka_unit_test(rigid_motions_change_nothing),
      cmocka_unit_test(formation_hessian_is_the_rigidity_matrix_squared),
      cmocka_unit_test(formation_ranks),
      cmocka_unit_test(lennard_jones_of_two),
      cmocka_unit_test(refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
