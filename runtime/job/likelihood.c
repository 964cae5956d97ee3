#include "job/likelihood.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "job/flow_ode.h"

#include <stdlib.h>
#include <string.h>

static const double LOG_TWO_PI = 1.8378770664093453;

double likelihood_dimensions(const hifm_domain *domain) {
  return domain->centred ? (domain->particles - 1.0) * domain->space : domain->d;
}

/* l - log p0(y), summed in this order: the bits of every NLL depend on it. */
static double sum_prior(const hifm_domain *domain, double l, const double *y) {
  double nll = 0.5 * likelihood_dimensions(domain) * LOG_TWO_PI + l;
  for (size_t i = 0; i < domain->d; i++) nll += 0.5 * y[i] * y[i];
  return nll;
}

double likelihood_prior(const hifm_domain *domain, const double *y) {
  return sum_prior(domain, 0, y);
}

/* From y [n, d] and l [n] at z = 0; mean and variance by Welford's update. */
static status_code summarise(const flow_ode *f, const double *y, double *each, likelihood *out,
                             failure *err) {
  double mean = 0, squares = 0;
  for (size_t b = 0; b < f->n; b++) {
    const double nll = sum_prior(&f->net->domain, y[f->n * f->d + b], y + b * f->d);
    const double step = nll - mean;
    if (each) each[b] = nll;
    mean += step / (double)(b + 1);
    squares += step * (nll - mean);
  }
  if (!isfinite(mean))
    return failure_set(err, STATUS_DIVERGED, "the solution is not finite at z = 0");
  out->nll = mean;
  out->nll_se = f->n > 1 ? sqrt(squares / (double)(f->n - 1) / (double)f->n) : NAN;
  snprintf(out->solver, sizeof out->solver, "ok");
  return STATUS_OK;
}

static status_code integrate(flow_ode *f, const likelihood_request *request, likelihood *out,
                             failure *err) {
  const size_t count = f->n * f->d;
  double *y = memory_array(count + f->n, sizeof *y);
  memcpy(y, request->points, count * sizeof *y);
  status_code status = flow_ode_integrate(f, flow_ode_data_end(f->net), 0, y, &out->stats, err);
  if (status == STATUS_OK) status = summarise(f, y, request->each, out, err);
  free(y);
  return status;
}

status_code likelihood_measure(const likelihood_request *request, likelihood *out, failure *err) {
  flow_ode f;
  failure inner = {0};
  *out = (likelihood){.nll = NAN, .nll_se = NAN};
  flow_ode_open_density(&f, request->net, request->w, request->settings, request->count,
                        request->seed);
  status_code status = integrate(&f, request, out, &inner);
  flow_ode_close(&f);
  if (status == STATUS_OK) return STATUS_OK;
  if (status != STATUS_DIVERGED) return failure_set(err, status, "%s", inner.message);
  snprintf(out->solver, sizeof out->solver, "%.*s", (int)sizeof out->solver - 1, inner.message);
  return STATUS_OK;
}

void likelihood_baselines(const hifm_domain *domain, const double *points, size_t n,
                          double *identity, double *gaussian) {
  const double freedom = likelihood_dimensions(domain);
  const double variance = numbers_square(points, n * domain->d) / (double)n / freedom;
  *identity = 0.5 * freedom * (LOG_TWO_PI + variance);
  *gaussian = 0.5 * freedom * (LOG_TWO_PI + log(variance) + 1);
}
