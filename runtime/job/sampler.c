#include "job/sampler.h"

#include "base/memory.h"
#include "base/numbers.h"
#include "hifm/rng.h"
#include "job/dataset.h"
#include "job/diagnostics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct chains {
  energy *e;
  const sampler_settings *settings;
  size_t d;
  double *x, *gradient, *value;    /* [chains, d], [chains, d], [chains] */
  double *next, *slope, *momentum; /* [d]: the trajectory under way */
  double step;
  uint64_t time, end;            /* transitions of every chain so far, and in all */
  double probability, accepted;  /* of the last sweep over all chains: their mean */
  bool (*stop)(double fraction); /* may be NULL */
} chains;

static void take_memory(chains *c) {
  const size_t d = c->d, n = (size_t)c->settings->chains;
  c->x = memory_array(2 * n * d + n + 3 * d, sizeof *c->x);
  c->gradient = c->x + n * d;
  c->value = c->gradient + n * d;
  c->next = c->value + n;
  c->slope = c->next + d;
  c->momentum = c->slope + d;
}

/* ---- starting points ---- */

/* Moves x downhill, no coordinate by more than `reach`; true where the energy *v fell. */
static bool descend(chains *c, double *x, double *gradient, double *v, double reach) {
  double largest = 0;
  for (size_t i = 0; i < c->d; i++) largest = fmax(largest, fabs(gradient[i]));
  for (size_t i = 0; i < c->d; i++) c->next[i] = x[i] - reach / largest * gradient[i];
  double lower = energy_gradient(c->e, c->next, NULL, c->slope);
  if (!(lower < *v)) return false;
  memcpy(x, c->next, c->d * sizeof *x);
  memcpy(gradient, c->slope, c->d * sizeof *x);
  *v = lower;
  return true;
}

/* Random points may have enormous forces (overlapping particles). Goes downhill until the force is
 * what equilibrium has on average, |grad V|^2 = trace V'', and no further: R-hat needs starts that
 * differ more than the target. */
static void relax(chains *c, double *x, double *gradient, double *v) {
  enum { TRIES = 1000 };
  double reach = 0.1 * c->settings->spread;
  for (int i = 0; i < TRIES; i++) {
    double force2 = numbers_square(gradient, c->d);
    if (force2 <= energy_laplacian(c->e, x, NULL) || force2 == 0) return;
    reach *= descend(c, x, gradient, v, reach) ? 1.2 : 0.5;
  }
}

static status_code start(chains *c, failure *err) {
  const hifm_stream stream = {c->settings->seed, HIFM_RNG_CHAINS};
  for (size_t chain = 0; chain < c->settings->chains; chain++) {
    double *x = c->x + chain * c->d, *gradient = c->gradient + chain * c->d;
    hifm_normals(stream, 0, (uint32_t)chain, c->d, x);
    for (size_t i = 0; i < c->d; i++) x[i] *= c->settings->spread;
    dataset_centre(&c->e->domain, x);
    c->value[chain] = energy_gradient(c->e, x, NULL, gradient);
    relax(c, x, gradient, &c->value[chain]);
    const status_code status = energy_status(c->e, err);
    if (status != STATUS_OK) return status;
    if (!isfinite(c->value[chain]) || !isfinite(numbers_square(gradient, c->d)))
      return failure_set(
          err, STATUS_DIVERGED,
          "chain %zu finds no finite start: the energy is %g after the descent from a normal of "
          "spread %g. Try another spread",
          chain, c->value[chain], c->settings->spread);
  }
  return STATUS_OK;
}

/* ---- Hamiltonian Monte Carlo (Neal, Handbook of MCMC, 2011, ch. 5) ---- */

/* Leapfrog from next, slope, momentum in place; returns the energy at the end. */
static double trajectory(chains *c, uint64_t steps, double v) {
  for (uint64_t s = 0; s < steps && isfinite(v); s++) {
    for (size_t i = 0; i < c->d; i++) {
      c->momentum[i] -= 0.5 * c->step * c->slope[i];
      c->next[i] += c->step * c->momentum[i];
    }
    v = energy_gradient(c->e, c->next, NULL, c->slope);
    for (size_t i = 0; i < c->d; i++) c->momentum[i] -= 0.5 * c->step * c->slope[i];
  }
  return v;
}

static void transition(chains *c, size_t chain) {
  const size_t d = c->d;
  const uint32_t seed = c->settings->seed, index = (uint32_t)chain;
  double *x = c->x + chain * d, *gradient = c->gradient + chain * d;
  uint32_t word[4];
  hifm_words((hifm_stream){seed, HIFM_RNG_ACCEPT}, c->time, index, 0, word);
  hifm_normals((hifm_stream){seed, HIFM_RNG_MOMENTA}, c->time, index, d, c->momentum);
  dataset_centre(&c->e->domain, c->momentum);
  memcpy(c->next, x, d * sizeof *x);
  memcpy(c->slope, gradient, d * sizeof *x);
  const double before = c->value[chain] + 0.5 * numbers_square(c->momentum, d);
  const double v = trajectory(c, 1 + (word[2] * c->settings->leapfrog >> 32), c->value[chain]);
  const double after = v + 0.5 * numbers_square(c->momentum, d);
  const double probability = isfinite(after) ? fmin(1, exp(before - after)) : 0;
  c->probability += probability;
  if (hifm_unit(word[0], word[1]) > probability) return;
  c->accepted += 1;
  c->value[chain] = v;
  dataset_centre(&c->e->domain, c->next);
  memcpy(x, c->next, d * sizeof *x);
  memcpy(gradient, c->slope, d * sizeof *x);
}

/* One transition of every chain. */
static status_code sweep(chains *c, failure *err) {
  const size_t n = (size_t)c->settings->chains;
  c->probability = c->accepted = 0;
  for (size_t chain = 0; chain < n; chain++) transition(c, chain);
  c->probability /= (double)n;
  c->accepted /= (double)n;
  c->time++;
  const status_code status = energy_status(c->e, err);
  if (status != STATUS_OK) return status;
  if (c->stop && c->stop((double)c->time / (double)c->end))
    return failure_set(err, STATUS_INTERRUPTED, "sampling stopped after %llu of %llu transitions",
                       (unsigned long long)c->time, (unsigned long long)c->end);
  return STATUS_OK;
}

/* The first half of the warm-up tunes the step, one for all chains, by dual averaging with the
 * constants of Hoffman and Gelman (JMLR 15, 2014, section 3.2); the second half runs with it. */
static status_code warm_up(chains *c, failure *err) {
  const double gamma = 0.05, t0 = 10, kappa = 0.75, mu = log(c->settings->spread);
  const uint64_t tuned = (c->settings->warmup + 1) / 2;
  double shortfall = 0, mean_log_step = mu;
  c->step = c->settings->spread;
  for (uint64_t t = 1; t <= c->settings->warmup; t++) {
    status_code status = sweep(c, err);
    if (status != STATUS_OK) return status;
    if (t > tuned) continue;
    const double weight = 1 / ((double)t + t0), fade = pow((double)t, -kappa);
    shortfall += weight * (c->settings->acceptance - c->probability - shortfall);
    const double log_step = mu - sqrt((double)t) / gamma * shortfall;
    mean_log_step += fade * (log_step - mean_log_step);
    c->step = exp(t < tuned ? log_step : mean_log_step);
  }
  return STATUS_OK;
}

/* ---- kept samples ---- */

typedef struct traces {
  double *energy, *radius, *gradient2, *laplacian; /* [chains, draws] */
} traces;

static void keep(chains *c, uint64_t draws, uint64_t draw, double *samples, traces *kept) {
  for (size_t chain = 0; chain < c->settings->chains; chain++) {
    const size_t row = chain * (size_t)draws + (size_t)draw;
    const double *x = c->x + chain * c->d;
    memcpy(samples + row * c->d, x, c->d * sizeof *x);
    kept->energy[row] = c->value[chain];
    kept->radius[row] = numbers_square(x, c->d);
    kept->gradient2[row] = numbers_square(c->gradient + chain * c->d, c->d);
    kept->laplacian[row] = energy_laplacian(c->e, x, NULL);
  }
}

static status_code collect(chains *c, uint64_t draws, double *samples, traces *kept,
                           double *acceptance, failure *err) {
  double accepted = 0;
  for (uint64_t draw = 0; draw < draws; draw++) {
    for (uint64_t t = 0; t < c->settings->thin; t++) {
      status_code status = sweep(c, err);
      if (status != STATUS_OK) return status;
      accepted += c->accepted;
    }
    keep(c, draws, draw, samples, kept);
  }
  *acceptance = accepted / (double)(draws * c->settings->thin);
  if (accepted > 0) return energy_status(c->e, err); /* of the last Laplacian */
  return failure_set(err, STATUS_DIVERGED,
                     "no proposal was accepted with the leapfrog step %g: the warm-up of %llu "
                     "transitions is too short, or the energy too rough",
                     c->step, (unsigned long long)c->settings->warmup);
}

typedef struct summary {
  double mean, se, ess, rhat;
} summary;

static summary summarise(const double *x, size_t n_chains, size_t draws) {
  const size_t n = n_chains * draws;
  summary s = {.ess = diagnostics_ess(x, n_chains, draws),
               .rhat = diagnostics_rhat(x, n_chains, draws)};
  double sum2 = 0;
  for (size_t i = 0; i < n; i++) s.mean += x[i] / (double)n;
  for (size_t i = 0; i < n; i++) sum2 += (x[i] - s.mean) * (x[i] - s.mean);
  s.se = sqrt(sum2 / (double)(n - 1) / s.ess);
  return s;
}

static void put_report(const traces *kept, size_t n_chains, size_t draws, sampler_report *out) {
  const summary v = summarise(kept->energy, n_chains, draws);
  const summary r = summarise(kept->radius, n_chains, draws);
  const summary g = summarise(kept->gradient2, n_chains, draws);
  const summary l = summarise(kept->laplacian, n_chains, draws);
  *out = (sampler_report){
      .step = out->step,
      .acceptance = out->acceptance,
      .places = out->places,
      .rhat_energy = v.rhat,
      .rhat_radius = r.rhat,
      .ess_energy = v.ess,
      .ess_radius = r.ess,
      .mean_energy = v.mean,
      .mean_energy_se = v.se,
      .mean_radius = r.mean,
      .mean_radius_se = r.se,
      .mean_gradient2 = g.mean,
      .mean_gradient2_se = g.se,
      .mean_laplacian = l.mean,
      .mean_laplacian_se = l.se,
  };
}

status_code sampler_check(const energy *e, failure *err) {
  if (!(e->invariances & HIFM_ANCHORED)) return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "energy \"%s\" is defined relative to a data point: exp(-V) is not a density, so it "
      "cannot be sampled",
      e->bound.plugin->name);
}

status_code sampler_run(energy *e, const sampler_settings *settings, uint64_t draws,
                        bool (*stop)(double fraction), double *samples, sampler_report *report,
                        failure *err) {
  assert(settings->chains && settings->thin && settings->leapfrog && draws);
  const status_code sampled = sampler_check(e, err);
  if (sampled != STATUS_OK) return sampled;
  const size_t n = (size_t)settings->chains, rows = n * (size_t)draws;
  chains c = {.e = e,
              .settings = settings,
              .d = e->domain.d,
              .stop = stop,
              .end = settings->warmup + draws * settings->thin};
  double *kept = memory_array(rows, 4 * sizeof *kept);
  traces t = {kept, kept + rows, kept + 2 * rows, kept + 3 * rows};
  take_memory(&c);
  status_code status = start(&c, err);
  if (status == STATUS_OK) status = warm_up(&c, err);
  if (status == STATUS_OK) status = collect(&c, draws, samples, &t, &report->acceptance, err);
  report->step = c.step;
  if (status == STATUS_OK) {
    report->places = chain_places_compare(&e->domain, samples, n, (size_t)draws);
    put_report(&t, n, (size_t)draws, report);
  }
  free(kept);
  free(c.x);
  return status;
}
