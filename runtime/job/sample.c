#include "job/sample.h"

#include "base/memory.h"
#include "hifm/rng.h"
#include "host/solver.h"
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

static status_code slope(void *context, double t, const double *y, double *dy, failure *err) {
  field *f = context;
  const float z = (float)t;
  const size_t count = f->n * f->net->domain.d;
  const hifm_batch batch = {.n = f->n, .nz = 1, .x = f->x, .z = &z};
  if (progress_stop_asked()) return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
  for (size_t i = 0; i < count; i++) f->x[i] = (float)y[i];
  network_velocity(f->net, f->w, &batch, f->v);
  for (size_t i = 0; i < count; i++) dy[i] = (double)f->v[i];
  return STATUS_OK;
}

static void draw_prior(const hifm_domain *domain, uint32_t seed, size_t n, double *y) {
  const hifm_stream stream = {seed, HIFM_RNG_PRIOR};
  for (size_t b = 0; b < n; b++) {
    hifm_normals(stream, 0, (uint32_t)b, domain->d, y + b * domain->d);
    dataset_centre(domain, y + b * domain->d);
  }
}

/* y holds the state at z = 0; each step goes on from a copy of the one before. */
static status_code integrate(field *f, const measure_settings *set, size_t steps, double *y,
                             uint64_t *nfe, failure *err) {
  const size_t size = f->n * f->net->domain.d;
  const solver_problem problem = {
      .size = size, .slope = slope, .context = f, .max_attempts = set->max_attempts};
  const double end = likelihood_start(f->net);
  status_code status = STATUS_OK;
  *nfe = 0;
  for (size_t k = 0; k < steps && status == STATUS_OK; k++, y += size) {
    hifm_solve_stats stats;
    memcpy(y + size, y, size * sizeof *y);
    status = solver_advance(&set->solver, &problem, end * (double)k / (double)steps,
                            end * (double)(k + 1) / (double)steps, y + size, &stats, err);
    *nfe += stats.nfev;
  }
  for (size_t i = 0; i < size && status == STATUS_OK; i++)
    if (!isfinite(y[i])) status = failure_set(err, STATUS_DIVERGED, "y is not finite at z = 1");
  return status;
}

status_code sample_draw(network *net, const float *w, const measure_settings *set, uint32_t seed,
                        size_t n, size_t steps, double *y, uint64_t *nfe, failure *err) {
  field f = {.net = net, .w = w, .n = n};
  f.x = memory_array(n * net->domain.d, sizeof *f.x);
  f.v = memory_array(n * net->domain.d, sizeof *f.v);
  draw_prior(&net->domain, seed, n, y);
  status_code status = integrate(&f, set, steps, y, nfe, err);
  free(f.x);
  free(f.v);
  return status;
}
