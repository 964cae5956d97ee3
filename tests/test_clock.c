/* The clocks and schemes of training: which z are drawn, and what is matched there. */
#include "base/numbers.h"
#include "minibatch_fixture.h"

/* ---- clocks ---- */

enum { STEPS = 1000, DRAWS = STEPS * BATCH };

/* Every z is that of its draw and data point, to the rounding of a float. The times that belong
 * to them are uniform: Kolmogorov's statistic is below its 1% point, 1.63 / sqrt(n), up to the time
 * where float z no longer distinguish times. */
static void check_clock(const char *stages, double kappa, bool data) {
  static double times[DRAWS];
  scene s;
  scene_open_path(&s, stages, (flow_settings){CLOCK_T, SCHEME_FINITE}, false);
  for (uint64_t step = 0; step < STEPS; step++) {
    assert_int_equal(minibatch_fill(&s.batches, step, NULL), STATUS_OK);
    for (uint32_t k = 0; k < BATCH; k++) {
      const double y =
          numbers_norm((const double *)s.data.train_file.data + s.batches.index[k] * D, D);
      const double rate = data ? kappa * log(y / 1e-5) : log(1e5);
      const double t = hifm_uniform((hifm_stream){7, HIFM_RNG_CLOCK}, step, k);
      fixture_near(s.batches.z[k], 1 - exp(-rate * t), 6e-8);
      times[step * BATCH + k] = -log(1 - (double)s.batches.z[k]) / rate;
    }
  }
  scene_close(&s);
  double worst = 0;
  qsort(times, DRAWS, sizeof *times, numbers_ascend);
  for (size_t i = 0; times[i] < 0.7; i++)
    worst = fmax(worst, fmax(times[i] - (double)i / DRAWS, (double)(i + 1) / DRAWS - times[i]));
  assert_true(worst < 1.63 / sqrt(DRAWS));
}

static void clock_t_draws_uniform_times(void **state) {
  (void)state;
  check_clock(INTERPOLANT(0.5), 0.5, false);
  check_clock(INTERPOLANT(1), 1, false);
  check_clock(INTERPOLANT(1.5), 1.5, false);
  check_clock(DATA(0.5), 0.5, true);
  check_clock(DATA(1), 1, true);
  check_clock(DATA(1.5), 1.5, true);
}

static void clock_z_and_transport_draw_uniform_z(void **state) {
  (void)state;
  static const char *const PATHS[] = {TRANSPORT, TRANSPORT, INTERPOLANT(1.5)};
  static const uint32_t CLOCKS[] = {CLOCK_Z, CLOCK_T, CLOCK_Z};
  for (size_t i = 0; i < 3; i++) {
    scene s;
    scene_open_path(&s, PATHS[i], (flow_settings){CLOCKS[i], SCHEME_FINITE}, false);
    for (uint64_t step = 0; step < 10; step++) {
      assert_int_equal(minibatch_fill(&s.batches, step, NULL), STATUS_OK);
      for (uint32_t k = 0; k < BATCH; k++) {
        const double draw = hifm_uniform((hifm_stream){7, HIFM_RNG_CLOCK}, step, k);
        assert_true(s.batches.z[k] == (float)(1 - draw));
      }
    }
    scene_close(&s);
  }
}

/* ---- schemes ---- */

/* kappa alpha_min of a data point. */
static double rate_of(const scene *s, size_t k, double kappa) {
  const size_t row = s->batches.index[k];
  if (!s->path.hessian)
    return kappa * log(numbers_norm((const double *)s->data.train_file.data + row * D, D) / 1e-5);
  const double *alpha = modes_rates(&s->batches.modes, row);
  size_t i = 0;
  while (alpha[i] < 1e-6 * alpha[D - 1]) i++;
  return alpha[i];
}

/* Both schemes on the same draws: v_z = kappa alpha_min q, or 1 for transport, and v_y is the
 * finite target times it. */
static void compare_schemes(const char *stages, uint32_t clock, double kappa) {
  scene finite, infinite;
  scene_open_path(&finite, stages, (flow_settings){clock, SCHEME_FINITE}, false);
  scene_open_path(&infinite, stages, (flow_settings){clock, SCHEME_INFINITE}, false);
  for (uint64_t step = 0; step < 5; step++) {
    assert_int_equal(minibatch_fill(&finite.batches, step, NULL), STATUS_OK);
    assert_int_equal(minibatch_fill(&infinite.batches, step, NULL), STATUS_OK);
    assert_memory_equal(finite.batches.x, infinite.batches.x, BATCH * D * sizeof(float));
    assert_memory_equal(finite.batches.z, infinite.batches.z, BATCH * sizeof(float));
    for (uint32_t k = 0; k < BATCH; k++) {
      const float *small = finite.batches.target + k * D;
      const float *large = infinite.batches.target + k * (D + 1);
      const double draw = hifm_uniform((hifm_stream){7, HIFM_RNG_CLOCK}, step, k);
      const double rate = kappa > 0 ? rate_of(&finite, k, kappa) : 0;
      const double q = clock == CLOCK_T && kappa > 0 ? exp(-rate * draw) : draw;
      const double speed = kappa > 0 ? rate * q : 1;
      fixture_near(large[D], speed, 1e-6 * speed);
      for (size_t i = 0; i < D; i++)
        fixture_near(large[i], speed * (double)small[i], 2e-6 * (1 + fabs((double)large[i])));
    }
  }
  scene_close(&finite);
  scene_close(&infinite);
}

static void infinite_targets_are_finite_ones_times_v_z(void **state) {
  char hessian[1024];
  (void)state;
  snprintf(hessian, sizeof hessian, STAGES, "");
  compare_schemes(hessian, CLOCK_Z, 1);
  compare_schemes(DATA(0.5), CLOCK_Z, 0.5);
  compare_schemes(DATA(1.5), CLOCK_Z, 1.5);
  compare_schemes(DATA(1.5), CLOCK_T, 1.5);
  compare_schemes(TRANSPORT, CLOCK_Z, 0);
  compare_schemes(TRANSPORT, CLOCK_T, 0);
}

/* `project` removes directions of y, never v_z. */
static void projected_loss_sees_v_z(void **state) {
  enum { O = D + 1 };
  scene s;
  char stages[1024];
  float v[BATCH * O], dv[BATCH * O];
  (void)state;
  snprintf(stages, sizeof stages, STAGES, ",{\"\":\"project\"}");
  scene_open_path(&s, stages, (flow_settings){CLOCK_Z, SCHEME_INFINITE}, false);
  assert_int_equal(minibatch_fill(&s.batches, 0, NULL), STATUS_OK);
  memcpy(v, s.batches.target, sizeof v);
  fixture_near(minibatch_loss(&s.batches, 0, 0, BATCH, v, dv), 0, 0);
  v[D] += 0.5f;
  v[2 * O + D] -= 2;
  fixture_near(minibatch_loss(&s.batches, 0, 0, BATCH, v, dv), 0.25 + 4, 1e-5);
  fixture_near(dv[2 * O + D], 2 * -2.0 / BATCH, 1e-6);
  scene_close(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clock_t_draws_uniform_times),
      cmocka_unit_test(clock_z_and_transport_draw_uniform_z),
      cmocka_unit_test(infinite_targets_are_finite_ones_times_v_z),
      cmocka_unit_test(projected_loss_sees_v_z),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
