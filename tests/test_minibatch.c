/* Training batches: functions of the Hessian alone, and losses that see what they should. */
#include "minibatch_fixture.h"

static void field_does_not_depend_on_the_basis(void **state) {
  (void)state;
  scene plain, disguised;
  scene_open(&plain, "", false);
  scene_open(&disguised, "", true);
  for (uint64_t step = 0; step < 3; step++) {
    assert_int_equal(minibatch_fill(&plain.batches, step, NULL), STATUS_OK);
    assert_int_equal(minibatch_fill(&disguised.batches, step, NULL), STATUS_OK);
    for (size_t i = 0; i < BATCH * D; i++) {
      fixture_near(disguised.batches.x[i], plain.batches.x[i], 2e-5);
      fixture_near(disguised.batches.target[i], plain.batches.target[i], 5e-5);
    }
  }
  scene_close(&plain);
  scene_close(&disguised);
}

/* The mean of x at fixed z is m y1: translations never appear. */
static void points_stay_centred(void **state) {
  (void)state;
  scene s;
  scene_open(&s, "", false);
  assert_int_equal(minibatch_fill(&s.batches, 1, NULL), STATUS_OK);
  for (size_t b = 0; b < BATCH; b++)
    for (size_t k = 0; k < 3; k++) {
      double sum = 0;
      for (size_t i = 0; i < N; i++) sum += s.batches.x[b * D + i * 3 + k];
      fixture_near(sum, 0, 1e-5);
    }
  scene_close(&s);
}

/* Adds an infinitesimal rotation of the data point about `axis` to v. */
static void add_rotation(const double *y, size_t axis, double size, float *v) {
  const size_t a = (axis + 1) % 3, b = (axis + 2) % 3;
  for (size_t i = 0; i < N; i++) {
    v[i * 3 + a] += (float)(-size * y[i * 3 + b]);
    v[i * 3 + b] += (float)(size * y[i * 3 + a]);
  }
}

static double loss_with_rotation(const char *stage, double size) {
  scene s;
  float v[BATCH * D], dv[BATCH * D];
  scene_open(&s, stage, false);
  assert_int_equal(minibatch_fill(&s.batches, 0, NULL), STATUS_OK);
  memset(v, 0, sizeof v);
  for (size_t b = 0; b < BATCH; b++)
    for (size_t axis = 0; axis < 3; axis++)
      add_rotation(dataset_train_point(&s.data, s.batches.index[b], 0, 0, 0, NULL), axis, size,
                   v + b * D);
  const double loss = minibatch_loss(&s.batches, 0, 0, BATCH, v, dv);
  scene_close(&s);
  return loss;
}

static void projected_loss_is_blind_to_rotations(void **state) {
  (void)state;
  const char *project = ",{\"\":\"project\"}";
  fixture_near(loss_with_rotation(project, 0.5), loss_with_rotation(project, 0), 1e-3);
  assert_true(fabs(loss_with_rotation("", 0.5) - loss_with_rotation("", 0)) > 1);
}

/* Gives one training point eigenvalues without a zero; the others keep theirs. */
static void fill_null_space(scene *s, size_t whole) {
  static double alpha[POINTS * D];
  const size_t shape[] = {POINTS, D};
  memcpy(alpha, modes_rates(&s->batches.modes, 0), sizeof alpha);
  for (size_t i = 0; i < D; i++) alpha[whole * D + i] = fmax(alpha[whole * D + i], 1);
  minibatch_close(&s->batches);
  scene_write_array(s->folder, "alpha", NPY_FLOAT64, alpha, 2, shape);
  const flow_settings settings = {CLOCK_Z, SCHEME_FINITE};
  assert_int_equal(scene_open_batches(s, &settings, NULL), STATUS_OK);
}

/* Of a batch of points with rotations added: how much their loss depends on those of point k. */
static double sight_of(scene *s, size_t k) {
  float still[BATCH * D] = {0}, moved[BATCH * D] = {0}, unused[BATCH * D];
  const double *y = dataset_train_point(&s->data, s->batches.index[k], 0, 0, 0, NULL);
  for (size_t axis = 0; axis < 3; axis++) add_rotation(y, axis, 0.5, moved + k * D);
  return fabs(minibatch_loss(&s->batches, 0, 0, BATCH, moved, unused) -
              minibatch_loss(&s->batches, 0, 0, BATCH, still, unused));
}

/* The loss of each point ignores that point's null space, whatever the others of the batch have. */
static void every_point_has_its_own_null_space(void **state) {
  (void)state;
  for (size_t whole = 0; whole < POINTS; whole++) {
    scene s;
    scene_open(&s, ",{\"\":\"project\"}", false);
    fill_null_space(&s, whole);
    assert_int_equal(minibatch_fill(&s.batches, 0, NULL), STATUS_OK);
    for (size_t k = 0; k < BATCH; k++) {
      if (s.batches.index[k] == whole)
        assert_true(sight_of(&s, k) > 0.1);
      else
        fixture_near(sight_of(&s, k), 0, 1e-3);
    }
    scene_close(&s);
  }
}

/* dv is the derivative of the loss divided by the batch size. */
static void check_gradient(uint32_t scheme) {
  enum { MOST = BATCH * (D + 1) };
  scene s;
  char stages[1024];
  float v[MOST], dv[MOST], unused[MOST];
  snprintf(stages, sizeof stages, STAGES, ",{\"\":\"project\"}");
  scene_open_path(&s, stages, (flow_settings){CLOCK_Z, scheme}, false);
  assert_int_equal(minibatch_fill(&s.batches, 2, NULL), STATUS_OK);
  const size_t count = BATCH * s.batches.outputs;
  for (size_t i = 0; i < count; i++) v[i] = 0.01f * (float)i;
  minibatch_loss(&s.batches, 0, 0, BATCH, v, dv);
  for (size_t i = 0; i < count; i++) {
    const float keep = v[i], h = 0.5f; /* the loss is quadratic: no truncation error */
    v[i] = keep + h;
    const double more = minibatch_loss(&s.batches, 0, 0, BATCH, v, unused);
    v[i] = keep - h;
    const double less = minibatch_loss(&s.batches, 0, 0, BATCH, v, unused);
    v[i] = keep;
    fixture_near(dv[i], (more - less) / (2 * (double)h) / BATCH, 1e-4);
  }
  scene_close(&s);
}

static void gradient_is_difference_of_loss(void **state) {
  (void)state;
  check_gradient(SCHEME_FINITE);
  check_gradient(SCHEME_INFINITE);
}

static void check_repeats(const char *stages, flow_settings set) {
  scene s;
  enum { MOST = BATCH * (D + 1) };
  float x[BATCH * D], z[BATCH], target[MOST];
  scene_open_path(&s, stages, set, false);
  const size_t targets = BATCH * s.batches.outputs * sizeof *target;
  assert_int_equal(minibatch_fill(&s.batches, 5, NULL), STATUS_OK);
  memcpy(x, s.batches.x, sizeof x);
  memcpy(z, s.batches.z, sizeof z);
  memcpy(target, s.batches.target, targets);
  assert_int_equal(minibatch_fill(&s.batches, 0, NULL), STATUS_OK);
  assert_memory_not_equal(x, s.batches.x, sizeof x);
  assert_int_equal(minibatch_fill(&s.batches, 5, NULL), STATUS_OK);
  assert_memory_equal(x, s.batches.x, sizeof x);
  assert_memory_equal(z, s.batches.z, sizeof z);
  assert_memory_equal(target, s.batches.target, targets);
  scene_close(&s);
}

static void batches_are_functions_of_the_step(void **state) {
  char hessian[1024];
  (void)state;
  snprintf(hessian, sizeof hessian, STAGES, "");
  check_repeats(hessian, (flow_settings){CLOCK_Z, SCHEME_FINITE});
  check_repeats(hessian, (flow_settings){CLOCK_Z, SCHEME_INFINITE});
  for (uint32_t clock = CLOCK_Z; clock <= CLOCK_T; clock++)
    for (uint32_t scheme = SCHEME_FINITE; scheme <= SCHEME_INFINITE; scheme++)
      check_repeats(DATA(1.5), (flow_settings){clock, scheme});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(field_does_not_depend_on_the_basis),
      cmocka_unit_test(points_stay_centred),
      cmocka_unit_test(projected_loss_is_blind_to_rotations),
      cmocka_unit_test(every_point_has_its_own_null_space),
      cmocka_unit_test(gradient_is_difference_of_loss),
      cmocka_unit_test(batches_are_functions_of_the_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
