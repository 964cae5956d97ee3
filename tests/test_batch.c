/* Training batches: functions of the Hessian alone, and losses that see what they should. */
#include "base/files.h"
#include "base/json.h"
#include "base/npy.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "host/energy.h"
#include "job/batch.h"

#include "base/linear.h"

#include <math.h>
#include <stdio.h>

enum { N = 5, D = 3 * N, POINTS = 6, BATCH = 4 };

static const hifm_domain domain = {.d = D, .particles = N, .space = 3, .centred = true};

typedef struct scene {
  char folder[256];
  arena a;
  dataset data;
  flow path;
  batcher batches;
} scene;

#define STAGES                                                                                     \
  "[{\"\":\"hessian\",\"energy\":{\"\":\"formation\"},\"kappa\":1,\"negative\":\"refuse\","        \
  "\"tol\":1e-6},{\"\":\"condition\",\"c\":2},{\"\":\"hyperbolize\"},"                             \
  "{\"\":\"anisotropic\",\"gamma\":1e-10}%s]"

static void write_array(const char *folder, const char *name, npy_type type, const void *bytes,
                        size_t rank, const size_t *shape) {
  char path[512];
  npy_writer writer;
  size_t count = 1;
  for (size_t i = 0; i < rank; i++) count *= shape[i];
  snprintf(path, sizeof path, "%s/%s.npy", folder, name);
  assert_int_equal(npy_begin(&writer, path, type, rank, shape, NULL), HIFM_OK);
  assert_int_equal(npy_append(&writer, bytes, count * (size_t)type, NULL), HIFM_OK);
  assert_int_equal(npy_commit(&writer, NULL), HIFM_OK);
}

static void draw_points(double *points) {
  for (uint32_t b = 0; b < POINTS; b++) {
    hifm_normals((hifm_stream){5, HIFM_RNG_CHECK}, 0, b, D, points + b * D);
    dataset_centre(&domain, points + b * D);
  }
}

/* Mixes the eigenvectors of equal eigenvalues (all null ones) by a rotation and flips signs. */
static void disguise(const double *alpha, double *p) {
  const double c = cos(0.7), s = sin(0.7);
  for (size_t i = 0; i + 1 < D; i += 2) {
    if (fabs(alpha[i]) > 1e-8 || fabs(alpha[i + 1]) > 1e-8) continue;
    for (size_t r = 0; r < D; r++) {
      const double x = p[r * D + i], y = p[r * D + i + 1];
      p[r * D + i] = c * x - s * y;
      p[r * D + i + 1] = s * x + c * y;
    }
  }
  for (size_t i = 0; i < D; i += 3)
    for (size_t r = 0; r < D; r++) p[r * D + i] = -p[r * D + i];
}

static void write_modes(const char *folder, const double *points, bool disguised) {
  static double alpha[POINTS * D];
  static float basis[POINTS * D * D];
  const size_t shape[] = {POINTS, D, D};
  hifm_bound bound = fixture_bind("energies/formation", &domain, NULL);
  energy e;
  assert_int_equal(energy_open(&e, bound, &domain, NULL), HIFM_OK);
  for (size_t b = 0; b < POINTS; b++) {
    double hessian[D * D], vectors[D * D];
    energy_hessian(&e, points + b * D, NULL, hessian);
    assert_int_equal(linear_eigen(hessian, D, alpha + b * D, vectors, NULL), HIFM_OK);
    if (disguised) disguise(alpha + b * D, vectors);
    for (size_t i = 0; i < D * D; i++) basis[b * D * D + i] = (float)vectors[i];
  }
  write_array(folder, "alpha", NPY_FLOAT64, alpha, 2, shape);
  write_array(folder, "basis", NPY_FLOAT32, basis, 3, shape);
  energy_close(&e);
  fixture_drop(&bound);
}

static void open_scene(scene *s, const char *last_stage, bool disguised) {
  const size_t shape[] = {POINTS, D};
  double points[POINTS * D];
  hifm_error err = {0};
  const value *stages, *config;
  *s = (scene){0};
  snprintf(s->folder, sizeof s->folder, "%s/hifm-batch-XXXXXX", P_tmpdir);
  assert_non_null(mkdtemp(s->folder));
  draw_points(points);
  write_array(s->folder, "train", NPY_FLOAT64, points, 2, shape);
  write_array(s->folder, "test", NPY_FLOAT64, points, 2, shape);
  write_modes(s->folder, points, disguised);
  const char *text = arena_format(&s->a, STAGES, last_stage);
  assert_int_equal(json_parse(&s->a, text, strlen(text), "stages", &stages, &err), HIFM_OK);
  text = arena_format(&s->a, "{\"particles\":%d,\"space\":3,\"train\":%d,\"test\":1}", N, POINTS);
  assert_int_equal(json_parse(&s->a, text, strlen(text), "data", &config, &err), HIFM_OK);
  if (dataset_open(&s->data, s->folder, config, &err) ||
      flow_open(&s->path, &s->a, stages, &domain, &err) ||
      batcher_open(&s->batches, &s->data, &s->path, s->folder, 7, BATCH, &err))
    fail_msg("%s", err.message);
}

static void close_scene(scene *s) {
  batcher_close(&s->batches);
  flow_close(&s->path);
  dataset_close(&s->data);
  assert_int_equal(files_remove(s->folder, NULL), HIFM_OK);
  arena_close(&s->a);
}

static void field_does_not_depend_on_the_basis(void **state) {
  (void)state;
  scene plain, disguised;
  open_scene(&plain, "", false);
  open_scene(&disguised, "", true);
  for (uint64_t step = 0; step < 3; step++) {
    assert_int_equal(batcher_fill(&plain.batches, step, NULL), HIFM_OK);
    assert_int_equal(batcher_fill(&disguised.batches, step, NULL), HIFM_OK);
    for (size_t i = 0; i < BATCH * D; i++) {
      fixture_near(disguised.batches.x[i], plain.batches.x[i], 2e-5);
      fixture_near(disguised.batches.target[i], plain.batches.target[i], 5e-5);
    }
  }
  close_scene(&plain);
  close_scene(&disguised);
}

/* The mean of x at fixed z is m y1: translations never appear. */
static void points_stay_centred(void **state) {
  (void)state;
  scene s;
  open_scene(&s, "", false);
  assert_int_equal(batcher_fill(&s.batches, 1, NULL), HIFM_OK);
  for (size_t b = 0; b < BATCH; b++)
    for (size_t k = 0; k < 3; k++) {
      double sum = 0;
      for (size_t i = 0; i < N; i++) sum += s.batches.x[b * D + i * 3 + k];
      fixture_near(sum, 0, 1e-5);
    }
  close_scene(&s);
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
  open_scene(&s, stage, false);
  assert_int_equal(batcher_fill(&s.batches, 0, NULL), HIFM_OK);
  memset(v, 0, sizeof v);
  for (size_t b = 0; b < BATCH; b++)
    for (size_t axis = 0; axis < 3; axis++)
      add_rotation(dataset_train_point(&s.data, s.batches.index[b], 0, 0, 0, NULL), axis, size,
                   v + b * D);
  const double loss = batcher_loss(&s.batches, 0, BATCH, v, dv);
  close_scene(&s);
  return loss;
}

static void projected_loss_is_blind_to_rotations(void **state) {
  (void)state;
  const char *project = ",{\"\":\"project\"}";
  fixture_near(loss_with_rotation(project, 0.5), loss_with_rotation(project, 0), 1e-3);
  assert_true(fabs(loss_with_rotation("", 0.5) - loss_with_rotation("", 0)) > 1);
}

/* dv is the derivative of the loss divided by the batch size. */
static void gradient_is_difference_of_loss(void **state) {
  (void)state;
  scene s;
  float v[BATCH * D], dv[BATCH * D], unused[BATCH * D];
  open_scene(&s, ",{\"\":\"project\"}", false);
  assert_int_equal(batcher_fill(&s.batches, 2, NULL), HIFM_OK);
  for (size_t i = 0; i < BATCH * D; i++) v[i] = 0.01f * (float)i;
  batcher_loss(&s.batches, 0, BATCH, v, dv);
  for (size_t i = 0; i < BATCH * D; i += 7) {
    const float keep = v[i], h = 0.5f; /* the loss is quadratic: no truncation error */
    v[i] = keep + h;
    const double more = batcher_loss(&s.batches, 0, BATCH, v, unused);
    v[i] = keep - h;
    const double less = batcher_loss(&s.batches, 0, BATCH, v, unused);
    v[i] = keep;
    fixture_near(dv[i], (more - less) / (2 * (double)h) / BATCH, 1e-4);
  }
  close_scene(&s);
}

static void batches_are_functions_of_the_step(void **state) {
  (void)state;
  scene s;
  float x[BATCH * D];
  open_scene(&s, "", false);
  assert_int_equal(batcher_fill(&s.batches, 5, NULL), HIFM_OK);
  memcpy(x, s.batches.x, sizeof x);
  assert_int_equal(batcher_fill(&s.batches, 0, NULL), HIFM_OK);
  assert_memory_not_equal(x, s.batches.x, sizeof x);
  assert_int_equal(batcher_fill(&s.batches, 5, NULL), HIFM_OK);
  assert_memory_equal(x, s.batches.x, sizeof x);
  close_scene(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(field_does_not_depend_on_the_basis),
      cmocka_unit_test(points_stay_centred),
      cmocka_unit_test(projected_loss_is_blind_to_rotations),
      cmocka_unit_test(gradient_is_difference_of_loss),
      cmocka_unit_test(batches_are_functions_of_the_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
