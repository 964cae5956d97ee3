#include "job/sample.h"

#include "hifm/rng.h"
#include "job/dataset.h"
#include "job/flow_ode.h"

#include <math.h>
#include <string.h>

static void draw_prior(const hifm_domain *domain, uint32_t seed, size_t n, double *y) {
  const hifm_stream stream = {seed, HIFM_RNG_PRIOR};
  for (size_t b = 0; b < n; b++) {
    hifm_normals(stream, 0, (uint32_t)b, domain->d, y + b * domain->d);
    dataset_centre(domain, y + b * domain->d);
  }
}

/* y [n, d] is the state at z = 0; each step goes on from a copy of the state before it. */
static status_code integrate(flow_ode *f, size_t steps, double *y, uint64_t *nfe, failure *err) {
  const size_t size = f->n * f->d;
  const double end = flow_ode_data_end(f->net);
  status_code status = STATUS_OK;
  *nfe = 0;
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

status_code sample_draw(const sample_request *request, double *y, uint64_t *nfe, failure *err) {
  flow_ode f;
  flow_ode_open(&f, request->net, request->w, request->settings, request->count);
  draw_prior(&request->net->domain, request->seed, request->count, y);
  status_code status = integrate(&f, request->steps, y, nfe, err);
  flow_ode_close(&f);
  return status;
}
