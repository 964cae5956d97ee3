/* Flow stages: the elementwise rule, the role they claim, their own path. */
#include "hifm/flow.h"
#include "host/check_parts.h"

#include <string.h>

enum {
  MODES_MAX = 64,
  NULLS = 2
}; /* the domains of check_domains.c have at most so many numbers */

/* Arrays of t->n modes, and what they were before the stage ran. */
typedef struct modes {
  hifm_spectrum spectrum;
  double alpha[MODES_MAX], beta[MODES_MAX];
  bool null[MODES_MAX], visible[MODES_MAX];
} modes;

typedef struct tested_stage {
  check *c;
  const hifm_flow_ops *ops;
  const void *self;
  bool source, hessian;
  size_t n; /* modes: as many as coordinates */
  hifm_point point;
} tested_stage;

/* low and high as the host sets them: over modes that are not null, or raw before a source. */
static void set_range(const tested_stage *t, modes *m) {
  m->spectrum.low = INFINITY;
  m->spectrum.high = 0;
  for (size_t i = 0; i < t->n; i++) {
    if (m->null[i]) continue;
    m->spectrum.low = fmin(m->spectrum.low, m->alpha[i]);
    m->spectrum.high = fmax(m->spectrum.high, fabs(m->alpha[i]));
  }
  if (t->source && !t->hessian) m->spectrum.low = m->spectrum.high = 0;
}

static size_t nulls(const tested_stage *t) {
  return t->hessian && t->n > NULLS ? NULLS : 0;
}

/* What a stage of this role finds: rates 1, 1.7, ... with null modes only behind a Hessian. */
static void start(const tested_stage *t, modes *m) {
  memset(m, 0, sizeof *m);
  m->spectrum = (hifm_spectrum){.modes = t->n, .kappa = t->source ? 1 : 1.3};
  for (size_t i = 0; i < t->n; i++) {
    const bool none = i < nulls(t);
    m->alpha[i] = none || (t->source && !t->hessian) ? 0 : 1 + 0.7 * (double)((7 * i) % t->n);
    m->null[i] = none && !t->source;
    m->visible[i] = true;
  }
  set_range(t, m);
}

/* Runs the stage on arrays between guards; m holds the outcome. */
static hifm_status shape(const tested_stage *t, modes *m, bool *intact, hifm_error *why) {
  check *c = t->c;
  const size_t reals = t->n * sizeof(double), flags = t->n * sizeof(bool);
  hifm_spectrum work = m->spectrum;
  work.alpha = check_guarded(c, reals);
  work.beta = check_guarded(c, reals);
  work.null = check_guarded(c, flags);
  work.visible = check_guarded(c, flags);
  memcpy(work.alpha, m->alpha, reals);
  memcpy(work.beta, m->beta, reals);
  memcpy(work.null, m->null, flags);
  memcpy(work.visible, m->visible, flags);
  const hifm_status status = t->ops->shape(t->self, &t->point, &work, why);
  *intact = check_intact(work.alpha, reals) && check_intact(work.beta, reals) &&
            check_intact(work.null, flags) && check_intact(work.visible, flags);
  memcpy(m->alpha, work.alpha, reals);
  memcpy(m->beta, work.beta, reals);
  memcpy(m->null, work.null, flags);
  memcpy(m->visible, work.visible, flags);
  m->spectrum = work;
  return status;
}

/* Once more, where the first run has shown that it works. */
static void reshape(const tested_stage *t, modes *m) {
  bool intact;
  hifm_error why;
  shape(t, m, &intact, &why);
}

static bool same_mode(const modes *x, size_t i, const modes *y, size_t j) {
  return x->alpha[i] == y->alpha[j] && x->beta[i] == y->beta[j] && x->null[i] == y->null[j] &&
         x->visible[i] == y->visible[j];
}

/* Reversed modes come out reversed. */
static void permutation(const tested_stage *t, const modes *plain) {
  modes m, before;
  bool same = true;
  start(t, &before);
  m = before;
  for (size_t i = 0; i < t->n; i++) {
    m.alpha[i] = before.alpha[t->n - 1 - i];
    m.null[i] = before.null[t->n - 1 - i];
  }
  reshape(t, &m);
  for (size_t i = 0; i < t->n; i++) same = same && same_mode(&m, i, plain, t->n - 1 - i);
  check_verdict(t->c, "permuted modes give permuted results", same, "%zu modes, bit for bit", t->n);
}

/* One mode inside the range changes; low and high stay, and so must every other mode. */
static void neighbours(const tested_stage *t, const modes *plain) {
  modes m;
  bool same = true;
  size_t inner = t->n;
  start(t, &m);
  for (size_t i = 0; i < t->n; i++)
    if (inner == t->n && m.alpha[i] > m.spectrum.low && m.alpha[i] < m.spectrum.high) inner = i;
  m.alpha[inner] *= 1 + 1e-3;
  reshape(t, &m);
  for (size_t i = 0; i < t->n; i++) same = same && (i == inner || same_mode(&m, i, plain, i));
  check_verdict(t->c, "one mode changed leaves the others alone", same, "mode %zu", inner);
}

static void scalars(const tested_stage *t, const modes *before, const modes *after) {
  const hifm_spectrum *x = &before->spectrum, *y = &after->spectrum;
  const bool same = x->modes == y->modes && x->low == y->low && x->high == y->high;
  check_verdict(t->c, "modes and range are only read", same,
                "%zu modes, low %g, high %g afterwards", y->modes, y->low, y->high);
  bool kappa = t->source ? y->kappa > 0 && isfinite(y->kappa) : x->kappa == y->kappa;
  check_verdict(t->c, "kappa is set by sources only", kappa, "%g before, %g afterwards", x->kappa,
                y->kappa);
}

static void ranges(const tested_stage *t, const modes *after) {
  bool rates = true, noises = true;
  for (size_t i = 0; i < t->n; i++) {
    rates = rates && after->alpha[i] >= 0 && isfinite(after->alpha[i]);
    noises = noises && after->beta[i] >= 0 && isfinite(after->beta[i]);
  }
  check_verdict(t->c, "rates are finite and not negative", rates, "alpha of %zu modes", t->n);
  check_verdict(t->c, "diffusions are finite and not negative", noises, "beta of %zu modes", t->n);
}

/* A stage does what its role says and nothing else. */
static void role(const tested_stage *t, const modes *before, const modes *after) {
  const uint32_t claims = t->ops->role;
  bool rates = memcmp(before->alpha, after->alpha, sizeof before->alpha) != 0;
  bool nulls = memcmp(before->null, after->null, sizeof before->null) != 0;
  bool noises = memcmp(before->beta, after->beta, sizeof before->beta) != 0;
  bool hides = memcmp(before->visible, after->visible, sizeof before->visible) != 0;
  check_verdict(t->c, "rates change only as RATES or SOURCE",
                !rates || claims & (HIFM_STAGE_RATES | HIFM_STAGE_SOURCE), "%s",
                rates ? "changed" : "unchanged");
  check_verdict(t->c, "diffusions change exactly as NOISE",
                noises == ((claims & HIFM_STAGE_NOISE) != 0), "%s", noises ? "set" : "unchanged");
  check_verdict(t->c, "null modes are named by Hessian sources only",
                !nulls || (t->source && t->hessian), "%s", nulls ? "changed" : "unchanged");
  check_verdict(t->c, "modes are hidden by stages after the source only", !hides || !t->source,
                "%s", hides ? "some hidden" : "unchanged");
}

static void null_modes(const tested_stage *t, const modes *after) {
  bool found = true, others = false;
  for (size_t i = 0; i < t->n; i++) {
    const bool expected = i < nulls(t);
    found = found && (!expected || (after->null[i] && after->alpha[i] == 0));
    others = others || (!expected && after->null[i]);
  }
  check_verdict(t->c, "zero eigenvalues are null modes", found && !others, "%zu of %zu", nulls(t),
                t->n);
}

/* A source gives rates to work with: low is what the path divides by. */
static void moving(const tested_stage *t, const modes *after) {
  bool any = false;
  for (size_t i = 0; i < t->n; i++) any = any || after->alpha[i] > 0;
  check_verdict(t->c, "some mode has a positive rate", any, "alpha of %zu modes", t->n);
}

/* ---- a path's own form ---- */

typedef struct path_values {
  double m[MODES_MAX], s[MODES_MAX], dm[MODES_MAX], ds[MODES_MAX];
} path_values;

static path_values path_at(const tested_stage *t, const modes *m, double q) {
  modes copy = *m;
  hifm_spectrum spectrum = m->spectrum;
  path_values p;
  spectrum.alpha = copy.alpha;
  spectrum.beta = copy.beta;
  spectrum.null = copy.null;
  spectrum.visible = copy.visible;
  t->ops->path(t->self, &spectrum, q, p.m, p.s, p.dm, p.ds);
  return p;
}

/* At z = 0 every flow is at the prior: mean factor 0, deviation 1. */
static void path_start(const tested_stage *t, const modes *m) {
  const path_values p = path_at(t, m, 1);
  double error = 0;
  for (size_t i = 0; i < t->n; i++) error = fmax(error, fabs(p.m[i]) + fabs(p.s[i] - 1));
  check_within(t->c, "path starts at the prior", error, 1e-12);
}

/* As near to the data as the host ever goes. */
static void path_end(const tested_stage *t, const modes *m) {
  const path_values p = path_at(t, m, 0x1p-53);
  bool sound = true;
  for (size_t i = 0; i < t->n; i++)
    sound = sound && isfinite(p.m[i]) && isfinite(p.dm[i]) && isfinite(p.ds[i]) && p.s[i] > 0;
  check_verdict(t->c, "path is finite near the data", sound, "1 - z = 2^-53");
}

static void path_slopes(const tested_stage *t, const modes *m) {
  const double h = 1e-5, where[] = {0.9, 0.5, 0.1, 1e-3};
  double error = 0;
  bool spread = true;
  for (size_t k = 0; k < sizeof where / sizeof *where; k++) {
    const double q = where[k];
    const path_values here = path_at(t, m, q), up = path_at(t, m, q - h),
                      down = path_at(t, m, q + h);
    for (size_t i = 0; i < t->n; i++) { /* z = 1 - q rises as q falls */
      double dm = (up.m[i] - down.m[i]) / (2 * h), ds = (up.s[i] - down.s[i]) / (2 * h);
      error = fmax(error, fabs(dm - here.dm[i]) / fmax(1, fabs(dm)));
      error = fmax(error, fabs(ds - here.ds[i]) / fmax(1, fabs(ds)));
      spread = spread && here.s[i] > 0 && isfinite(here.m[i]);
      if (isnan(here.dm[i]) || isnan(here.ds[i])) error = INFINITY;
    }
  }
  check_within(t->c, "dm and ds agree with differences of m and s by z", error, 1e-6);
  check_verdict(t->c, "path keeps a positive deviation", spread, "z from 0.1 to 0.999");
}

/* ---- threads ---- */

typedef struct shaping {
  tested_stage stage; /* with its own point */
  modes m;
} shaping;

static void shape_once(void *context) {
  shaping *work = context;
  hifm_spectrum *spectrum = &work->m.spectrum;
  hifm_error why;
  start(&work->stage, &work->m);
  spectrum->alpha = work->m.alpha;
  spectrum->beta = work->m.beta;
  spectrum->null = work->m.null;
  spectrum->visible = work->m.visible;
  work->stage.ops->shape(work->stage.self, &work->stage.point, spectrum, &why);
}

/* The data point of this number, between guards. */
static hifm_point take_point(check *c, const hifm_domain *domain, uint32_t draw) {
  double *y1 = check_guarded(c, domain->d * sizeof *y1), sum = 0;
  check_point(domain, draw, y1);
  for (size_t i = 0; i < domain->d; i++) sum += y1[i] * y1[i];
  return (hifm_point){.domain = domain, .y1 = y1, .norm = sqrt(sum)};
}

static void thread_safety(const tested_stage *t) {
  shaping both[2];
  check_call calls[2];
  for (uint32_t k = 0; k < 2; k++) {
    both[k] = (shaping){.stage = *t};
    both[k].stage.point = take_point(t->c, t->point.domain, k);
    calls[k] =
        (check_call){shape_once, &both[k], both[k].m.alpha, sizeof(modes) - offsetof(modes, alpha)};
  }
  check_two_threads(t->c, calls);
}

/* Once the stage is known to work on such a spectrum. */
static void check_stage(tested_stage *t, const modes *before, const modes *after) {
  modes again = *before;
  reshape(t, &again);
  check_same(t->c, "same spectrum, same answer", after->alpha, again.alpha,
             sizeof after->alpha + sizeof after->beta);
  permutation(t, after);
  if (t->n > NULLS + 2 && (!t->source || t->hessian)) neighbours(t, after);
  scalars(t, before, after);
  ranges(t, after);
  role(t, before, after);
  if (t->source && t->hessian) null_modes(t, after);
  if (t->source) moving(t, after);
  thread_safety(t);
  if (!t->ops->path) return;
  path_start(t, after);
  path_end(t, after);
  path_slopes(t, after);
}

void check_flow(check *c, const hifm_bound *bound, const hifm_domain *domain) {
  const hifm_flow_ops *ops = bound->plugin->ops.flow;
  tested_stage t = {.c = c,
                    .ops = ops,
                    .self = bound->self,
                    .source = ops->role & HIFM_STAGE_SOURCE,
                    .hessian = ops->role & HIFM_STAGE_HESSIAN,
                    .n = domain->d,
                    .point = take_point(c, domain, 0)};
  modes before, after;
  bool intact = false;
  hifm_error why = {.message = ""};
  start(&t, &before);
  after = before;
  const hifm_status status = shape(&t, &after, &intact, &why);
  check_verdict(c, "shape accepts a plain spectrum", status == HIFM_OK, "%s",
                status == HIFM_OK ? "ok" : why.message);
  if (status != HIFM_OK) return;
  const hifm_point fresh = take_point(c, domain, 0);
  check_verdict(c, "buffers are not overrun", intact, "guard bytes around every array");
  check_same(c, "the data point stays untouched", t.point.y1, fresh.y1,
             domain->d * sizeof *fresh.y1);
  check_stage(&t, &before, &after);
}
