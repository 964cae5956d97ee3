/* Training batches of six small clusters of particles, in a temporary data folder. */
#ifndef TESTS_MINIBATCH_FIXTURE_H
#define TESTS_MINIBATCH_FIXTURE_H

#include "base/blas.h"
#include "base/files.h"
#include "base/json.h"
#include "base/npy.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "host/energy.h"
#include "job/minibatch.h"
#include "job/modes_eigen.h"

#include <math.h>
#include <stdio.h>

enum { N = 5, D = 3 * N, POINTS = 6, BATCH = 4 };

static const hifm_domain domain = {.d = D, .particles = N, .space = 3, .centred = true};

typedef struct scene {
  char folder[256];
  arena a;
  dataset data;
  flow path;
  minibatch batches;
} scene;

#define STAGES                                                                                     \
  "[{\"\":\"hessian\",\"energy\":{\"\":\"formation\"},\"kappa\":1,\"negative\":\"refuse\","        \
  "\"tol\":1e-6},{\"\":\"condition\",\"c\":2},{\"\":\"hyperbolize\"},"                             \
  "{\"\":\"anisotropic\",\"gamma\":1e-10}%s]"

#define INTERPOLANT(kappa)                                                                         \
  "[{\"\":\"interpolant\",\"kappa\":" #kappa ",\"epsilon\":1e-5},"                                 \
  "{\"\":\"anisotropic\",\"gamma\":1e-10}]"
#define DATA(kappa)                                                                                \
  "[{\"\":\"data\",\"kappa\":" #kappa ",\"epsilon\":1e-5},"                                        \
  "{\"\":\"anisotropic\",\"gamma\":1e-10}]"
#define TRANSPORT "[{\"\":\"transport\",\"sigma_min\":1e-5}]"

static inline void scene_write_array(const char *folder, const char *name, npy_type type,
                                     const void *bytes, size_t rank, const size_t *shape) {
  char path[512];
  npy_writer writer;
  size_t count = 1;
  for (size_t i = 0; i < rank; i++) count *= shape[i];
  snprintf(path, sizeof path, "%s/%s.npy", folder, name);
  assert_int_equal(npy_begin(&writer, path, type, rank, shape, NULL), STATUS_OK);
  assert_int_equal(npy_append(&writer, bytes, count * (size_t)type, NULL), STATUS_OK);
  assert_int_equal(npy_commit(&writer, NULL), STATUS_OK);
}

static inline void scene_draw_points(double *points) {
  for (uint32_t b = 0; b < POINTS; b++) {
    hifm_normals((hifm_stream){5, HIFM_RNG_CHECK}, 0, b, D, points + b * D);
    dataset_centre(&domain, points + b * D);
  }
}

/* Mixes the eigenvectors of equal eigenvalues (all null ones) by a rotation and flips signs. */
static inline void scene_disguise(const double *alpha, double *p) {
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

static inline void scene_write_modes(const char *folder, const double *points, bool disguised) {
  modes_writer writer;
  hifm_bound bound = fixture_bind("energies/formation", &domain, NULL);
  energy e;
  assert_int_equal(energy_open(&e, bound, &domain, NULL), STATUS_OK);
  assert_int_equal(modes_writer_open(&writer, folder, POINTS, D, NULL), STATUS_OK);
  for (size_t b = 0; b < POINTS; b++) {
    double hessian[D * D], vectors[D * D], alpha[D];
    energy_hessian(&e, points + b * D, NULL, hessian);
    assert_int_equal(blas_eigen(hessian, D, alpha, vectors, NULL), STATUS_OK);
    if (disguised) scene_disguise(alpha, vectors);
    assert_int_equal(modes_writer_add(&writer, alpha, vectors, NULL), STATUS_OK);
  }
  assert_int_equal(modes_writer_close(&writer, STATUS_OK, NULL), STATUS_OK);
  energy_close(&e);
  fixture_drop(&bound);
}

static inline status_code scene_open_batches(scene *s, const flow_settings *settings,
                                             failure *err) {
  const minibatch_request request = {.data = &s->data,
                                     .path = &s->path,
                                     .settings = settings,
                                     .modes = s->folder,
                                     .seed = 7,
                                     .size = BATCH};
  return minibatch_open(&s->batches, &request, err);
}

static inline void scene_open_path(scene *s, const char *text, flow_settings set, bool disguised) {
  const size_t shape[] = {POINTS, D};
  double points[POINTS * D];
  failure err = {0};
  const value *stages, *config;
  *s = (scene){0};
  snprintf(s->folder, sizeof s->folder, "%s/hifm-batch-XXXXXX", P_tmpdir);
  assert_non_null(mkdtemp(s->folder));
  scene_draw_points(points);
  scene_write_array(s->folder, "train", NPY_FLOAT64, points, 2, shape);
  scene_write_array(s->folder, "test", NPY_FLOAT64, points, 2, shape);
  scene_write_modes(s->folder, points, disguised);
  assert_int_equal(json_parse(&s->a, text, strlen(text), "stages", &stages, &err), STATUS_OK);
  const char *recipe =
      arena_format(&s->a, "{\"particles\":%d,\"space\":3,\"train\":%d,\"test\":1}", N, POINTS);
  assert_int_equal(json_parse(&s->a, recipe, strlen(recipe), "data", &config, &err), STATUS_OK);
  status_code status = dataset_open(&s->data, s->folder, config, &err);
  if (status == STATUS_OK) status = flow_open(&s->path, &s->a, stages, &domain, &err);
  if (status == STATUS_OK) status = scene_open_batches(s, &set, &err);
  if (status != STATUS_OK) fail_msg("%s", err.message);
}

static inline void scene_open(scene *s, const char *last_stage, bool disguised) {
  char text[1024];
  snprintf(text, sizeof text, STAGES, last_stage);
  scene_open_path(s, text, (flow_settings){CLOCK_Z, SCHEME_FINITE}, disguised);
}

static inline void scene_close(scene *s) {
  minibatch_close(&s->batches);
  flow_close(&s->path);
  dataset_close(&s->data);
  assert_int_equal(files_remove(s->folder, NULL), STATUS_OK);
  arena_close(&s->a);
}

#endif
