#include "job/sample.h"

#include "base/memory.h"
#include "hifm/rng.h"
#include "job/dataset.h"
#include "job/flow_ode.h"
#include "job/likelihood.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An egnn of one layer is almost twice as fast on 128 points as on 64, one of three layers as fast;
 * beyond, a block of few samples would cost more than it gains. Networks on images are not faster
 * on larger batches, and few are asked for. */
size_t sample_block(const hifm_domain *domain) {
  enum { IMAGES = 8 };
  return domain->height > 0 ? IMAGES : SAMPLE_BLOCK_MOST;
}

/* y(0) of n samples, the first of which is number `first`. */
static void draw_prior(const hifm_domain *domain, uint32_t seed, size_t first, size_t n,
                       double *y) {
  const hifm_stream stream = {seed, HIFM_RNG_PRIOR};
  for (size_t b = 0; b < n; b++) {
    hifm_normals(stream, 0, (uint32_t)(first + b), domain->d, y + b * domain->d);
    dataset_centre(domain, y + b * domain->d);
  }
}

/* y is the state at z = 0; each step goes on from a copy of the state before it. */
static status_code integrate(flow_ode *f, size_t steps, double *y, uint64_t *nfe, failure *err) {
  const size_t size = flow_ode_size(f);
  const double end = flow_ode_data_end(f->net);
  status_code status = STATUS_OK;
  for (size_t k = 0; k < steps && status == STATUS_OK; k++, y += size) {
    hifm_solve_stats stats;
    memcpy(y + size, y, size * sizeof *y);
    status = flow_ode_integrate(f, end * (double)k / (double)steps,
                                end * (double)(k + 1) / (double)steps, y + size, &stats, err);
    *nfe += stats.nfev;
  }
  for (size_t i = 0; i < size && status == STATUS_OK; i++)
    if (!isfinite(y[i])) status = failure_set(err, STATUS_DIVERGED, "y is not finite at z = 1");
  return status;
}

/* The samples of a block that are asked for, state by state, into y [steps + 1, count, d], and
 * their densities and lengths. */
static void keep(const sample_request *request, size_t first, const flow_ode *f,
                 const double *block, double *y) {
  const size_t d = f->d, size = flow_ode_size(f), left = request->count - first;
  const size_t n = left < f->n ? left : f->n;
  const double *more = block + request->steps * size + f->n * d;
  for (size_t k = 0; k <= request->steps; k++)
    memcpy(y + (k * request->count + first) * d, block + k * size, n * d * sizeof *y);
  for (size_t b = 0; request->log_density && b < n; b++)
    request->log_density[first + b] = more[b] - likelihood_prior(&f->net->domain, block + b * d);
  if (request->log_density) more += f->n;
  if (request->lengths) memcpy(request->lengths + first, more, n * sizeof *more);
}

static void open_ode(flow_ode *f, const sample_request *request, size_t size) {
  if (request->log_density)
    flow_ode_open_density(f, request->net, request->w, request->settings, size, request->seed);
  else
    flow_ode_open(f, request->net, request->w, request->settings, size);
  if (request->lengths) flow_ode_add_length(f);
}

status_code sample_draw(const sample_request *request, double *y, double *nfe, failure *err) {
  const hifm_domain *domain = &request->net->domain;
  const size_t size = sample_block(domain);
  uint64_t evaluations = 0, blocks = 0;
  status_code status = STATUS_OK;
  flow_ode f;
  open_ode(&f, request, size);
  double *block = memory_array((request->steps + 1) * flow_ode_size(&f), sizeof *block);
  for (size_t first = 0; first < request->count && status == STATUS_OK; first += size) {
    memset(block, 0, flow_ode_size(&f) * sizeof *block); /* l(0) = s(0) = 0 */
    draw_prior(domain, request->seed, first, size, block);
    status = integrate(&f, request->steps, block, &evaluations, err);
    if (status == STATUS_OK) keep(request, first, &f, block, y);
    blocks++;
  }
  *nfe = (double)evaluations / (double)blocks;
  flow_ode_close(&f);
  free(block);
  return status;
}
