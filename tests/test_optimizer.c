/* The optimizer: numbers that optax's formulas give in double, computed by a Python script that
 * writes out optax.join_schedules([linear_schedule(0, lr, W), decay], [W]) at each step, and
 * optax.chain(clip_by_global_norm, adamw). */
#include "fixture.h"

#include "job/adamw.h"
#include "job/learning_rate.h"

#include <math.h>
#include <string.h>

enum { STEPS = 11, WARMUP = 2 };

static const double RATES[][STEPS] = {
    [SCHEDULE_CONSTANT] = {0, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5},
    [SCHEDULE_COSINE] = {0, 0.25, 0.5, 0.48287289481503953, 0.4340990257669732, 0.3611037722821452,
                         0.275, 0.1888962277178548, 0.11590097423302682, 0.06712710518496048, 0.05},
    [SCHEDULE_LINEAR] = {0, 0.25, 0.5, 0.44375, 0.3875, 0.33125, 0.275, 0.21875, 0.1625,
                         0.10625000000000001, 0.05},
    [SCHEDULE_EXPONENTIAL] = {0, 0.25, 0.5, 0.37494710466622794, 0.28117066259517454,
                              0.21084825171429114, 0.15811388300841897, 0.11856868528308277,
                              0.08891397050194615, 0.0666760716081662, 0.05}};

static optimizer_settings settings(uint32_t schedule, uint64_t warmup) {
  return (optimizer_settings){.lr = 0.5,
                              .b1 = 0.9,
                              .b2 = 0.999,
                              .eps = 1e-8,
                              .weight_decay = 1e-2,
                              .schedule = schedule,
                              .warmup = warmup,
                              .final = schedule == SCHEDULE_CONSTANT ? 0 : 0.1};
}

static void rates_are_those_of_optax(void **state) {
  (void)state;
  for (uint32_t schedule = SCHEDULE_CONSTANT; schedule <= SCHEDULE_EXPONENTIAL; schedule++) {
    const optimizer_settings set = settings(schedule, WARMUP);
    for (uint64_t k = 0; k < STEPS; k++)
      assert_true(fabs(learning_rate(&set, STEPS, k) - RATES[schedule][k]) < 1e-15);
  }
}

/* Without a warm-up the first step has lr; the last one has final * lr, also of two steps. */
static void the_ends_are_exact(void **state) {
  static const uint64_t TOTALS[] = {2, 3, 1000, UINT64_C(1) << 40};
  (void)state;
  for (uint32_t schedule = SCHEDULE_COSINE; schedule <= SCHEDULE_EXPONENTIAL; schedule++) {
    const optimizer_settings set = settings(schedule, 0);
    for (size_t i = 0; i < sizeof TOTALS / sizeof *TOTALS; i++) {
      assert_true(learning_rate(&set, TOTALS[i], 0) == set.lr);
      assert_true(fabs(learning_rate(&set, TOTALS[i], TOTALS[i] - 1) - 0.05) < 1e-16);
    }
    assert_true(learning_rate(&set, 1, 0) == set.lr);
    const optimizer_settings late = settings(schedule, 4); /* the decay has no step */
    assert_true(learning_rate(&late, 5, 4) == late.lr);
  }
}

/* The paper's setting: the bits of lr itself. */
static void a_constant_rate_is_lr(void **state) {
  (void)state;
  optimizer_settings set = settings(SCHEDULE_CONSTANT, 0);
  set.lr = 1e-4;
  for (uint64_t k = 0; k < 100; k++) assert_true(learning_rate(&set, 100, k) == 1e-4);
}

/* Two steps of two weights at the rates 0.1 and 0.2. */
static void two_updates(double clip, float w[2]) {
  static const float GRADIENTS[2][2] = {{3, 4}, {-0.3F, 0.4F}};
  const optimizer_settings set = settings(SCHEDULE_CONSTANT, 0);
  float m[2] = {0}, v[2] = {0};
  for (uint64_t k = 1; k <= 2; k++) {
    float g[2];
    memcpy(g, GRADIENTS[k - 1], sizeof g);
    adamw_clip(clip, hypot(g[0], g[1]), 2, g);
    adamw_step(&set, 0.1 * (double)k, k, 2, g, w, m, v);
  }
}

static void updates_are_those_of_optax(void **state) {
  static const struct {
    double clip, w[2];
  } CASES[] = {{0, {0.7786722980379761, -2.2419661277926495}},
               {5, {0.7786722980379761, -2.2419661277926495}}, /* norms of 5 and 0.5 */
               {1, {0.8439345948543973, -2.2802399235665276}}};
  (void)state;
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    float w[2] = {1, -2};
    two_updates(CASES[i].clip, w);
    for (size_t k = 0; k < 2; k++) assert_true(fabs(w[k] - CASES[i].w[k]) < 1e-5);
  }
}

static void clipping_keeps_the_direction(void **state) {
  (void)state;
  float g[2] = {3, 4};
  adamw_clip(5, 5, 2, g);
  assert_true(g[0] == 3 && g[1] == 4); /* not a bit of a gradient within the limit */
  adamw_clip(0, 5, 2, g);
  assert_true(g[0] == 3 && g[1] == 4);
  adamw_clip(2.5, 5, 2, g);
  assert_true(g[0] == 1.5F && g[1] == 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rates_are_those_of_optax), cmocka_unit_test(the_ends_are_exact),
      cmocka_unit_test(a_constant_rate_is_lr), cmocka_unit_test(updates_are_those_of_optax),
      cmocka_unit_test(clipping_keeps_the_direction)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
