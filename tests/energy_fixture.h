/* Points of a cluster, and an energy's derivatives against differences: for test_energy*.c. */
#ifndef TESTS_ENERGY_FIXTURE_H
#define TESTS_ENERGY_FIXTURE_H

#include "fixture.h"

#include "hifm/rng.h"
#include "host/energy.h"

enum { POINTS = 200, PARTICLES = 13, SPACE = 3, D = PARTICLES * SPACE };

static const hifm_domain cluster = {
    .d = D, .particles = PARTICLES, .space = SPACE, .centred = true};
static const hifm_stream draws = {17, HIFM_RNG_CHECK};

/* A lattice with spacing 1.1, each coordinate moved by a normal of deviation 0.1: no two particles
 * are so near that differences lose the digits compared here. */
static inline void cluster_point(uint64_t number, double *y) {
  hifm_normals(draws, number, 0, D, y);
  for (int i = 0; i < PARTICLES; i++)
    for (int c = 0, cell = i; c < SPACE; c++, cell /= 3)
      y[i * SPACE + c] = 0.1 * y[i * SPACE + c] + 1.1 * (cell % 3);
}

static inline energy open_energy(hifm_bound bound, const hifm_domain *domain) {
  energy e;
  failure err = {0};
  if (energy_open(&e, bound, domain, &err) != STATUS_OK) fail_msg("%s", err.message);
  return e;
}

static inline double size_of(const double *x, size_t n) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
  return largest;
}

static inline void assert_close(const double *x, const double *y, size_t n, double relative) {
  const double scale = size_of(y, n);
  for (size_t i = 0; i < n; i++) fixture_near(x[i], y[i], relative * scale);
}

/* Fourth-order central differences, independent of the second-order ones of the host. */
static const double STENCIL[4][2] = {{-2, 1}, {-1, -8}, {1, 8}, {2, -1}};
static const double STEP = 3e-4;

static inline void check_gradient(energy *e, const double *y, const double *anchor) {
  double gradient[D], expected[D], scrap[D], point[D];
  const size_t d = e->domain.d;
  const double value = energy_gradient(e, y, anchor, gradient);
  assert_true(value == energy_value(e, y, anchor));
  memcpy(point, y, d * sizeof *y);
  for (size_t i = 0; i < d; i++) {
    expected[i] = 0;
    for (int s = 0; s < 4; s++) {
      point[i] = y[i] + STENCIL[s][0] * STEP;
      expected[i] += STENCIL[s][1] * energy_gradient(e, point, anchor, scrap) / (12 * STEP);
    }
    point[i] = y[i];
  }
  assert_close(gradient, expected, d, 1e-6);
}

static inline void check_hessian(energy *e, const double *y, const double *anchor,
                                 double relative) {
  double hessian[D * D], expected[D * D], slope[D], point[D], trace = 0;
  const size_t d = e->domain.d;
  energy_hessian(e, y, anchor, hessian);
  memcpy(point, y, d * sizeof *y);
  memset(expected, 0, sizeof expected);
  for (size_t i = 0; i < d; i++) {
    for (int s = 0; s < 4; s++) {
      point[i] = y[i] + STENCIL[s][0] * STEP;
      energy_gradient(e, point, anchor, slope);
      for (size_t j = 0; j < d; j++) expected[i * d + j] += STENCIL[s][1] * slope[j] / (12 * STEP);
    }
    point[i] = y[i];
    trace += hessian[i * d + i];
    for (size_t j = 0; j < i; j++) assert_true(hessian[i * d + j] == hessian[j * d + i]);
  }
  assert_close(hessian, expected, d * d, relative);
  fixture_near(energy_laplacian(e, y, anchor), trace, 1e-6 * size_of(hessian, d * d));
}

/* The product with a vector is that with the matrix. */
static inline void check_hvp(energy *e, const double *y, const double *anchor, double relative) {
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

#endif
