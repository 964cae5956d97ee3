#include "job/metrics.h"

#include <math.h>
#include <string.h>

status_code measurement_likelihood(measurement *m, const likelihood **out, failure *err) {
  *out = &m->solved;
  if (m->has_likelihood) return STATUS_OK;
  const likelihood_request request = {.net = m->net,
                                      .w = m->w,
                                      .points = m->points,
                                      .count = m->count,
                                      .settings = m->settings,
                                      .seed = m->seed};
  status_code status = likelihood_measure(&request, &m->solved, err);
  m->has_likelihood = status == STATUS_OK;
  return status;
}

static status_code measure_nll(measurement *m, double *out, double *se, failure *err) {
  const likelihood *found;
  status_code status = measurement_likelihood(m, &found, err);
  if (status != STATUS_OK) return status;
  *out = found->nll;
  *se = found->nll_se;
  return STATUS_OK;
}

static status_code measure_nfe(measurement *m, double *out, double *se, failure *err) {
  const likelihood *found;
  (void)se;
  status_code status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) *out = (double)found->stats.nfev;
  return status;
}

static status_code measure_attempts(measurement *m, double *out, double *se, failure *err) {
  const likelihood *found;
  (void)se;
  status_code status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) *out = (double)found->stats.attempts;
  return status;
}

static status_code measure_rejected(measurement *m, double *out, double *se, failure *err) {
  const likelihood *found;
  (void)se;
  status_code status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) *out = (double)found->stats.rejected;
  return status;
}

const metric METRICS[] = {{.name = "nll",
                           .meaning = "mean negative log-likelihood of the test points",
                           .title = "NLL",
                           .unit = "nats",
                           .label = "NLL",
                           .has_se = true,
                           .needs_solution = true,
                           .measure = measure_nll},
                          {.name = "nfe",
                           .meaning = "evaluations of the network that the solver needed",
                           .title = "function evaluations (NFE)",
                           .unit = "",
                           .label = "NFE",
                           .count = true,
                           .needs_solution = true,
                           .measure = measure_nfe},
                          {.name = "attempts",
                           .meaning = "steps the solver tried",
                           .title = "solver steps tried",
                           .unit = "",
                           .count = true,
                           .history_only = true,
                           .measure = measure_attempts},
                          {.name = "rejected",
                           .meaning = "steps the solver tried and rejected",
                           .title = "solver steps rejected",
                           .unit = "",
                           .count = true,
                           .history_only = true,
                           .measure = measure_rejected},
                          {.name = NULL}};
_Static_assert(sizeof METRICS / sizeof *METRICS <= METRICS_MAX + 1, "raise METRICS_MAX");

/* One metric as one or two numbers of the row. */
static status_code put_metric(const metric *each, measurement *m, arena *a, value *row,
                              failure *err) {
  double number = NAN, se = NAN;
  status_code status = each->measure(m, &number, &se, err);
  if (status != STATUS_OK || !isfinite(number)) return status;
  value_put_number(a, row, each->name, number);
  if (each->has_se && isfinite(se))
    value_put_number(a, row, arena_format(a, "%s_se", each->name), se);
  return STATUS_OK;
}

status_code metrics_measure(const metric *table, measurement *m, arena *a, value *row,
                            failure *err) {
  const likelihood *found;
  status_code status = STATUS_OK;
  for (size_t i = 0; table[i].name && status == STATUS_OK; i++)
    status = put_metric(&table[i], m, a, row, err);
  if (status == STATUS_OK) status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) value_put_text(a, row, "solver", found->solver);
  return status;
}

double metrics_get(const metric *each, const value *row) {
  if (each->needs_solution && strcmp(value_get_text(row, "solver", "ok"), "ok") != 0) return NAN;
  return value_get_number(row, each->name, NAN);
}
