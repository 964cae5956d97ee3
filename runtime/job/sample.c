#include "job/sample.h"

#include "base/memory.h"
#include "hifm/rng.h"
#include "hifm/solver.h"
#include "job/dataset.h"
#include "job/likelihood.h"
#include "job/progress.h"

#include <stdlib.h>
#include <string.h>

typedef struct field {
  network *net;
  const float *w;
  size_t n;
  float *x, *v; /* [n, d] */
} field;

static hifm_status slope(void *context, double t, const double *y, double *dy, hifm_error *err) {
  field *f = context;
  const float z = (float)t;
  const size_t count = f->n * f->net->domain.d;
  const hifm_batch batch = {.n = f->n, .nz = 1, .x = f->x, .z = &z};
  if (progress_stop_asked()) return hifm_fail(err, HIFM_INTERRUPTED, "stopped by a signal");
  for (size_t i = 0; i < count; i++) f->x[i] = (float)y[i];
  network_field(f->net, f->w, &batch, f->v);
  for (size_t i = 0; i < count; i++) dy[i] = (double)f->v[i];
  return HIFM_OK;
}

static void draw_prior(const hifm_domain *domain, uint32_t seed, size_t n, double *y) {
  const hifm_stream stream = {seed, HIFM_RNG_PRIOR};
  for (size_t b = 0; b < n; b++) {
    hifm_normals(stream, 0, (uint32_t)b, domain->d, y + b * domain->d);
    dataset_centre(domain, y + b * domain->d);
  }
}

/* y holds the state at z = 0; each step goes on from a copy of the one before. */
static hifm_status integrate(field *f, const measure_settings *set, size_t steps, double *y,
                             uint64_t *nfe, hifm_error *err) {
  const hifm_solver_ops *ops = set->solver.plugin->ops.solver;
  const size_t size = f->n * f->net->domain.d;
  double *scratch = memory_array(ops->scratch(set->solver.self, size), sizeof *scratch);
  const hifm_problem problem = {
      .size = size, .slope = slope, .context = f, .max_attempts = set->max_attempts};
  const double end = likelihood_start(f->net);
  hifm_status status = HIFM_OK;
  *nfe = 0;
  for (size_t k = 0; k < steps && status == HIFM_OK; k++, y += size) {
    hifm_solve_stats stats;
    memcpy(y + size, y, size * sizeof *y);
    status = ops->advance(set->solver.self, &problem, end * (double)k / (double)steps,
                          end * (double)(k + 1) / (double)steps, y + size, scratch, &stats, err);
    *nfe += stats.nfev;
  }
  for (size_t i = 0; i < size && status == HIFM_OK; i++)
    if (!isfinite(y[i])) status = hifm_fail(err, HIFM_DIVERGED, "y is not finite at z = 1");
  free(scratch);
  return status;
}

hifm_status sample_draw(network *net, const float *w, const measure_settings *set, uint32_t seed,
                        size_t n, size_t steps, double *y, uint64_t *nfe, hifm_error *err) {
  field f = {.net = net, .w = w, .n = n};
  f.x = memory_array(n * net->domain.d, sizeof *f.x);
  f.v = memory_array(n * net->domain.d, sizeof *f.v);
  draw_prior(&net->domain, seed, n, y);
  hifm_status status = integrate(&f, set, steps, y, nfe, err);
  free(f.x);
  free(f.v);
  return status;
}
