#include "job/metrics.h"

#include "job/progress.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

status_code measurement_likelihood(measurement *m, const likelihood **out, failure *err) {
  *out = &m->solved;
  if (m->has_likelihood) return STATUS_OK;
  const likelihood_request request = {.net = m->net,
                                      .w = m->w,
                                      .points = m->points,
                                      .count = m->count,
                                      .settings = m->settings,
                                      .seed = m->seed,
                                      .each = m->each};
  status_code status = likelihood_measure(&request, &m->solved, err);
  m->has_likelihood = status == STATUS_OK;
  return status;
}

static status_code measure_nll(const metric *self, measurement *m, double *out, double *se,
                               failure *err) {
  const likelihood *found;
  (void)self;
  status_code status = measurement_likelihood(m, &found, err);
  if (status != STATUS_OK) return status;
  *out = found->nll;
  *se = found->nll_se;
  return STATUS_OK;
}

static status_code measure_nfe(const metric *self, measurement *m, double *out, double *se,
                               failure *err) {
  const likelihood *found;
  (void)self;
  (void)se;
  status_code status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) *out = (double)found->stats.nfev;
  return status;
}

static status_code measure_attempts(const metric *self, measurement *m, double *out, double *se,
                                    failure *err) {
  const likelihood *found;
  (void)self;
  (void)se;
  status_code status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) *out = (double)found->stats.attempts;
  return status;
}

static status_code measure_rejected(const metric *self, measurement *m, double *out, double *se,
                                    failure *err) {
  const likelihood *found;
  (void)self;
  (void)se;
  status_code status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) *out = (double)found->stats.rejected;
  return status;
}

status_code measurement_scores(measurement *m, const scorecard **out, failure *err) {
  const likelihood *found;
  failure why;
  status_code status = measurement_likelihood(m, &found, err);
  *out = m->has_scores ? &m->scores : NULL;
  if (status != STATUS_OK || m->has_scores || isnan(found->nll)) return status;
  const scorecard_request request = {.net = m->net,
                                     .w = m->w,
                                     .settings = m->settings,
                                     .seed = m->seed,
                                     .target = m->target,
                                     .points = m->points,
                                     .nll = m->each,
                                     .count = m->count};
  status = scorecard_measure(&request, &m->scores, &why);
  if (status != STATUS_OK && status != STATUS_DIVERGED)
    return failure_set(err, status, "%s", why.message);
  if (status == STATUS_DIVERGED) progress_note("no ESS and KL: %s", why.message);
  m->has_scores = status == STATUS_OK;
  *out = m->has_scores ? &m->scores : NULL;
  return STATUS_OK;
}

static status_code measure_score(const metric *self, measurement *m, double *out, double *se,
                                 failure *err) {
  const scorecard *found;
  status_code status = measurement_scores(m, &found, err);
  if (status != STATUS_OK || !found) return status;
  memcpy(out, (const char *)found + self->score, sizeof *out);
  if (self->has_se) memcpy(se, (const char *)found + self->score_se, sizeof *se);
  return STATUS_OK;
}

/* A number of the scorecard that has no error, and one that has. */
#define SCORE(field, says, head, in)                                                               \
  .name = #field, .meaning = says, .title = head, .unit = in, .needs_samples = true,               \
  .needs_solution = true, .measure = measure_score, .score = offsetof(scorecard, field)
#define SCORE_SE(field, says, head, in)                                                            \
  SCORE(field, says, head, in), .has_se = true, .score_se = offsetof(scorecard, field##_se)

const metric METRICS[] = {
    {.name = "nll",
     .meaning = "mean negative log-likelihood of the test points, or of the validation points",
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
    {SCORE(samples, "samples that ESS, log Z and KL are of", "samples", ""), .count = true},
    {SCORE(ess, "effective sample size of the samples, as a share", "ESS", "")},
    {SCORE(ess_low, "lower end of its 95 % interval", "ESS, lower end", "")},
    {SCORE(ess_high, "upper end of its 95 % interval", "ESS, upper end", "")},
    {SCORE(ess_clipped, "ESS with the largest 0.2 % of the weights clipped", "ESS, clipped", "")},
    {SCORE(largest_weight, "share of the largest importance weight", "largest weight", "")},
    {SCORE_SE(log_z, "log Z by importance sampling", "log Z", "nats")},
    {SCORE_SE(log_z_bennett, "log Z by Bennett's acceptance ratio", "log Z (Bennett)", "nats")},
    {SCORE_SE(entropy, "entropy of the target, which no NLL is below", "entropy", "nats")},
    {SCORE_SE(kl_forward, "KL(target | flow): NLL less entropy", "KL(target | flow)", "nats")},
    {SCORE_SE(kl_reverse, "KL(flow | target)", "KL(flow | target)", "nats")},
    {SCORE(energy_w1, "Wasserstein-1 distance of energies, samples to points",
           "distance of energies", "")},
    {SCORE(distance_w1, "the same of all distances of particles", "distance of pair distances",
           "")},
    {SCORE_SE(path_length, "mean length of the paths from noise to samples", "path length", "")},
    {SCORE_SE(path_ratio, "the same over the mean distance of their ends; 1 if straight",
              "path length over distance", "")},
    {.name = NULL}};
_Static_assert(sizeof METRICS / sizeof *METRICS <= METRICS_MAX + 1, "raise METRICS_MAX");

/* For figures: what the numbers of the scorecard summarise. */
static status_code put_histograms(measurement *m, arena *a, value *row, failure *err) {
  const scorecard *found;
  if (!m->target) return STATUS_OK;
  status_code status = measurement_scores(m, &found, err);
  if (status != STATUS_OK || !found) return status;
  histogram_put(a, row, "energy", &found->energies);
  histogram_put(a, row, "distance", &found->distances);
  return STATUS_OK;
}

/* One metric as one or two numbers of the row. */
static status_code put_metric(const metric *each, measurement *m, arena *a, value *row,
                              failure *err) {
  double number = NAN, se = NAN;
  if (each->needs_samples && !m->target) return STATUS_OK;
  status_code status = each->measure(each, m, &number, &se, err);
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
  if (status == STATUS_OK) status = put_histograms(m, a, row, err);
  if (status == STATUS_OK) status = measurement_likelihood(m, &found, err);
  if (status == STATUS_OK) value_put_text(a, row, "solver", found->solver);
  return status;
}

double metrics_get(const metric *each, const value *row) {
  if (each->needs_solution && strcmp(value_get_text(row, "solver", "ok"), "ok") != 0) return NAN;
  return value_get_number(row, each->name, NAN);
}

const metric *metrics_without_samples(arena *a) {
  metric *out = arena_get(a, sizeof METRICS);
  size_t count = 0;
  while (METRICS[count].name && !METRICS[count].needs_samples) count++;
  memcpy(out, METRICS, count * sizeof *out);
  return out;
}
