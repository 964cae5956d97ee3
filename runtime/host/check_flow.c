/* Flow stages: the elementwise rule, the role they claim, their own path. */
#include "hifm/flow.h"
#include "host/check_parts.h"

#include <string.h>

enum { MODES = 9, NULLS = 2 };

/* Arrays between guards, and what they were before the stage ran. */
typedef struct modes {
  hifm_spectrum spectrum;
  double alpha[MODES], beta[MODES];
  bool null[MODES], visible[MODES];
} modes;

typedef struct stage {
  check *c;
  const hifm_flow_ops *ops;
  const void *self;
  bool source, hessian;
} stage;

/* low and high as the host sets them: over modes that are not null, or raw before a source. */
static void set_range(const stage *s, modes *m) {
  m->spectrum.low = INFINITY;
  m->spectrum.high = 0;
  for (size_t i = 0; i < MODES; i++) {
    if (m->null[i]) continue;
    m->spectrum.low = fmin(m->spectrum.low, m->alpha[i]);
    m->spectrum.high = fmax(m->spectrum.high, fabs(m->alpha[i]));
  }
  if (s->source && !s->hessian) m->spectrum.low = m->spectrum.high = 0;
}

/* What a stage of this role finds: rates 1, 1.7, ... with null modes only behind a Hessian. */
static void start(const stage *s, modes *m) {
  memset(m, 0, sizeof *m);
  m->spectrum = (hifm_spectrum){.modes = MODES, .norm = 3, .kappa = s->source ? 1 : 1.3};
  for (size_t i = 0; i < MODES; i++) {
    bool none = s->hessian && i < NULLS;
    m->alpha[i] = none || (s->source && !s->hessian) ? 0 : 1 + 0.7 * (double)((5 * i) % MODES);
    m->null[i] = none && !s->source;
    m->visible[i] = true;
  }
  set_range(s, m);
}

/* Runs the stage on arrays between guards; m holds the outcome. */
static hifm_status shape(const stage *s, modes *m, bool *intact, hifm_error *why) {
  check *c = s->c;
  hifm_spectrum work = m->spectrum;
  work.alpha = check_guarded(c, sizeof m->alpha);
  work.beta = check_guarded(c, sizeof m->beta);
  work.null = check_guarded(c, sizeof m->null);
  work.visible = check_guarded(c, sizeof m->visible);
  memcpy(work.alpha, m->alpha, sizeof m->alpha);
  memcpy(work.beta, m->beta, sizeof m->beta);
  memcpy(work.null, m->null, sizeof m->null);
  memcpy(work.visible, m->visible, sizeof m->visible);
  const hifm_status status = s->ops->shape(s->self, &work, why);
  *intact = check_intact(work.alpha, sizeof m->alpha) && check_intact(work.beta, sizeof m->beta) &&
            check_intact(work.null, sizeof m->null) &&
            check_intact(work.visible, sizeof m->visible);
  memcpy(m->alpha, work.alpha, sizeof m->alpha);
  memcpy(m->beta, work.beta, sizeof m->beta);
  memcpy(m->null, work.null, sizeof m->null);
  memcpy(m->visible, work.visible, sizeof m->visible);
  m->spectrum = work;
  return status;
}

/* Once more, where the first run has shown that it works. */
static void reshape(const stage *s, modes *m) {
  bool intact;
  hifm_error why;
  shape(s, m, &intact, &why);
}

static bool same_mode(const modes *x, size_t i, const modes *y, size_t j) {
  return x->alpha[i] == y->alpha[j] && x->beta[i] == y->beta[j] && x->null[i] == y->null[j] &&
         x->visible[i] == y->visible[j];
}

/* Reversed modes come out reversed. */
static void permutation(const stage *s, const modes *plain) {
  modes m, before;
  bool same = true;
  start(s, &before);
  m = before;
  for (size_t i = 0; i < MODES; i++) {
    m.alpha[i] = before.alpha[MODES - 1 - i];
    m.null[i] = before.null[MODES - 1 - i];
  }
  reshape(s, &m);
  for (size_t i = 0; i < MODES; i++) same = same && same_mode(&m, i, plain, MODES - 1 - i);
  check_verdict(s->c, "permuted modes give permuted results", same, "%d modes, bit for bit", MODES);
}

/* One mode inside the range changes; low and high stay, and so must every other mode. */
static void neighbours(const stage *s, const modes *plain) {
  modes m;
  bool same = true;
  size_t inner = MODES;
  start(s, &m);
  for (size_t i = 0; i < MODES; i++)
    if (inner == MODES && m.alpha[i] > m.spectrum.low && m.alpha[i] < m.spectrum.high) inner = i;
  m.alpha[inner] *= 1 + 1e-3;
  reshape(s, &m);
  for (size_t i = 0; i < MODES; i++) same = same && (i == inner || same_mode(&m, i, plain, i));
  check_verdict(s->c, "one mode changed leaves the others alone", same, "mode %zu", inner);
}

static void scalars(const stage *s, const modes *before, const modes *after) {
  const hifm_spectrum *x = &before->spectrum, *y = &after->spectrum;
  bool same = x->modes == y->modes && x->norm == y->norm && x->low == y->low && x->high == y->high;
  check_verdict(s->c, "norm and range are only read", same, "norm %g, low %g, high %g afterwards",
                y->norm, y->low, y->high);
  bool kappa = s->source ? y->kappa > 0 && isfinite(y->kappa) : x->kappa == y->kappa;
  check_verdict(s->c, "kappa is set by sources only", kappa, "%g before, %g afterwards", x->kappa,
                y->kappa);
}

static void ranges(const stage *s, const modes *after) {
  bool rates = true, noises = true;
  for (size_t i = 0; i < MODES; i++) {
    rates = rates && after->alpha[i] >= 0 && isfinite(after->alpha[i]);
    noises = noises && after->beta[i] >= 0 && isfinite(after->beta[i]);
  }
  check_verdict(s->c, "rates are finite and not negative", rates, "alpha of %d modes", MODES);
  check_verdict(s->c, "diffusions are finite and not negative", noises, "beta of %d modes", MODES);
}

/* A stage does what its role says and nothing else. */
static void role(const stage *s, const modes *before, const modes *after) {
  const uint32_t claims = s->ops->role;
  bool rates = memcmp(before->alpha, after->alpha, sizeof before->alpha) != 0;
  bool nulls = memcmp(before->null, after->null, sizeof before->null) != 0;
  bool noises = memcmp(before->beta, after->beta, sizeof before->beta) != 0;
  check_verdict(s->c, "rates change only as RATES or SOURCE",
                !rates || claims & (HIFM_STAGE_RATES | HIFM_STAGE_SOURCE), "%s",
                rates ? "changed" : "unchanged");
  check_verdict(s->c, "diffusions change exactly as NOISE",
                noises == ((claims & HIFM_STAGE_NOISE) != 0), "%s", noises ? "set" : "unchanged");
  check_verdict(s->c, "null modes are named by Hessian sources only",
                !nulls || (s->source && s->hessian), "%s", nulls ? "changed" : "unchanged");
}

static void null_modes(const stage *s, const modes *after) {
  bool found = true, others = false;
  for (size_t i = 0; i < MODES; i++) {
    found = found && (i >= NULLS || (after->null[i] && after->alpha[i] == 0));
    others = others || (i >= NULLS && after->null[i]);
  }
  check_verdict(s->c, "zero eigenvalues are null modes", found && !others, "%d of %d", NULLS,
                MODES);
}

/* A source gives rates to work with: low is what the path divides by. */
static void moving(const stage *s, const modes *after) {
  bool any = false;
  for (size_t i = 0; i < MODES; i++) any = any || after->alpha[i] > 0;
  check_verdict(s->c, "some mode has a positive rate", any, "alpha of %d modes", MODES);
}

/* A path's own form ------------------------------------------------------------------------- */

typedef struct point {
  double m[MODES], s[MODES], dm[MODES], ds[MODES];
} point;

static point path_at(const stage *s, const modes *m, double q) {
  modes copy = *m;
  hifm_spectrum spectrum = m->spectrum;
  point p;
  spectrum.alpha = copy.alpha;
  spectrum.beta = copy.beta;
  spectrum.null = copy.null;
  spectrum.visible = copy.visible;
  s->ops->path(s->self, &spectrum, q, p.m, p.s, p.dm, p.ds);
  return p;
}

/* At z = 0 every flow is at the prior: mean factor 0, deviation 1. */
static void path_start(const stage *s, const modes *m) {
  point p = path_at(s, m, 1);
  double error = 0;
  for (size_t i = 0; i < MODES; i++) error = fmax(error, fabs(p.m[i]) + fabs(p.s[i] - 1));
  check_within(s->c, "path starts at the prior", error, 1e-12);
}

static void path_slopes(const stage *s, const modes *m) {
  const double h = 1e-5, where[] = {0.9, 0.5, 0.1, 1e-3};
  double error = 0;
  bool spread = true;
  for (size_t k = 0; k < sizeof where / sizeof *where; k++) {
    const double q = where[k];
    point here = path_at(s, m, q), up = path_at(s, m, q - h), down = path_at(s, m, q + h);
    for (size_t i = 0; i < MODES; i++) { /* z = 1 - q rises as q falls */
      double dm = (up.m[i] - down.m[i]) / (2 * h), ds = (up.s[i] - down.s[i]) / (2 * h);
      error = fmax(error, fabs(dm - here.dm[i]) / fmax(1, fabs(dm)));
      error = fmax(error, fabs(ds - here.ds[i]) / fmax(1, fabs(ds)));
      spread = spread && here.s[i] > 0 && isfinite(here.m[i]);
      if (isnan(here.dm[i]) || isnan(here.ds[i])) error = INFINITY;
    }
  }
  check_within(s->c, "dm and ds agree with differences of m and s by z", error, 1e-6);
  check_verdict(s->c, "path keeps a positive deviation", spread, "z from 0.1 to 0.999");
}

/* Threads -------------------------------------------------------------------------------------- */

typedef struct shaping {
  const stage *s;
  double norm;
  modes m;
} shaping;

static void shape_once(void *context) {
  shaping *t = context;
  hifm_spectrum *spectrum = &t->m.spectrum;
  hifm_error why;
  start(t->s, &t->m);
  spectrum->norm = t->norm;
  spectrum->alpha = t->m.alpha;
  spectrum->beta = t->m.beta;
  spectrum->null = t->m.null;
  spectrum->visible = t->m.visible;
  t->s->ops->shape(t->s->self, spectrum, &why);
}

static void together(const stage *s) {
  shaping both[2];
  check_call calls[2];
  for (size_t k = 0; k < 2; k++) {
    both[k] = (shaping){.s = s, .norm = 3 + (double)k};
    calls[k] =
        (check_call){shape_once, &both[k], both[k].m.alpha, sizeof(modes) - offsetof(modes, alpha)};
  }
  check_together(s->c, calls);
}

void check_flow(check *c, const hifm_bound *bound) {
  const hifm_flow_ops *ops = bound->plugin->ops.flow;
  stage s = {.c = c,
             .ops = ops,
             .self = bound->self,
             .source = ops->role & HIFM_STAGE_SOURCE,
             .hessian = ops->role & HIFM_STAGE_HESSIAN};
  modes before, after, again;
  bool intact = false;
  hifm_error why = {.message = ""};
  start(&s, &before);
  after = again = before;
  const hifm_status status = shape(&s, &after, &intact, &why);
  check_verdict(c, "shape accepts a plain spectrum", !status, "%s", status ? why.message : "ok");
  if (status) return;
  check_verdict(c, "buffers are not overrun", intact, "guard bytes around every array");
  reshape(&s, &again);
  check_same(c, "same spectrum, same answer", after.alpha, again.alpha,
             sizeof after.alpha + sizeof after.beta);
  permutation(&s, &after);
  if (!s.source || s.hessian) neighbours(&s, &after);
  scalars(&s, &before, &after);
  ranges(&s, &after);
  role(&s, &before, &after);
  if (s.source && s.hessian) null_modes(&s, &after);
  if (s.source) moving(&s, &after);
  together(&s);
  if (!ops->path) return;
  path_start(&s, &after);
  path_slopes(&s, &after);
}
