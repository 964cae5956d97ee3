/* Energies: what the host derives, by differences and by types; failures; flags of the settings. */
#include "energy_fixture.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(differences_stand_in),
      cmocka_unit_test(products_agree),
      cmocka_unit_test(types_decide),
      cmocka_unit_test(failures_are_kept),
      cmocka_unit_test(settings_may_add_invariances),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
