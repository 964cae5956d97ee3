#include "host/energy.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static const hifm_energy_ops *ops_of(const energy *e) {
  return e->bound.plugin->ops.energy;
}

static size_t pair_count(const hifm_domain *domain) {
  const size_t n = domain->particles;
  return n ? n * (n - 1) / 2 : 0;
}

status_code energy_open(energy *e, hifm_bound bound, const hifm_domain *domain, failure *err) {
  const char *name = bound.plugin->name;
  const hifm_energy_ops *ops = bound.plugin->ops.energy;
  const size_t d = domain->d, k = pair_count(domain);
  *e = (energy){.bound = bound, .domain = *domain};
  if (ops->pair && (k == 0 || (size_t)domain->particles * domain->space != d))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "energy \"%s\" is a sum over pairs, but the points are %u particles in %u "
                       "dimensions (d = %u); set \"particles\" and \"space\" of the data set",
                       name, domain->particles, domain->space, domain->d);
  if (domain->centred && !ops->pair && !(ops->invariances & HIFM_INVARIANT_TRANSLATION))
    return failure_set(
        err, STATUS_BAD_CONFIG,
        "energy \"%s\" does not declare HIFM_INVARIANT_TRANSLATION, but the points have zero "
        "centre of mass: it would push them out of that subspace",
        name);
  size_t room = ops->pair ? 5 * k : 3 * d + (ops->hessian ? d * d : 0);
  e->scratch = memory_array(room, sizeof *e->scratch);
  return STATUS_OK;
}

void energy_close(energy *e) {
  free(e->scratch);
  *e = (energy){0};
}

/* ---- sums over pairs, in closed form ---- */

typedef struct pair_sums {
  size_t count;
  double *r2, *s2, *u, *du, *ddu; /* [count], pairs (0,1) (0,2) ... (1,2) ... */
} pair_sums;

/* The inliner turns a literal `space` into straight code, here and in push_apart. */
static inline void square_distances(size_t n, size_t space, const double *restrict y,
                                    double *restrict r2) {
  for (size_t i = 0, k = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++, k++) {
      double sum = 0;
      for (size_t c = 0; c < space; c++) {
        double r = y[i * space + c] - y[j * space + c];
        sum += r * r;
      }
      r2[k] = sum;
    }
}

static void measure(const hifm_domain *domain, const double *y, double *r2) {
  if (domain->space == 3)
    square_distances(domain->particles, 3, y, r2);
  else
    square_distances(domain->particles, domain->space, y, r2);
}

static pair_sums pairs_at(energy *e, const double *y, const double *anchor) {
  const hifm_energy_ops *ops = ops_of(e);
  const size_t k = pair_count(&e->domain);
  double *s = e->scratch;
  pair_sums p = {k, s, s, s + 2 * k, s + 3 * k, s + 4 * k};
  measure(&e->domain, y, p.r2);
  if (anchor && anchor != y && ops->invariances & HIFM_ANCHORED) {
    p.s2 = s + k;
    measure(&e->domain, anchor, p.s2);
  }
  ops->pair(e->bound.self, k, p.r2, p.s2, p.u, p.du, p.ddu);
  return p;
}

static double pairs_value(const pair_sums *p) {
  double sum = 0;
  for (size_t k = 0; k < p->count; k++) sum += p->u[k];
  return sum;
}

/* dV/dx_i = sum_j 2 u' (x_i - x_j) */
static inline void push_apart(size_t n, size_t space, const double *restrict y,
                              const double *restrict du, double *restrict gradient) {
  memset(gradient, 0, n * space * sizeof *gradient);
  for (size_t i = 0, first = 0; i < n; first += n - 1 - i, i++)
    for (size_t c = 0; c < space; c++) {
      double own = 0;
      for (size_t j = i + 1; j < n; j++) {
        double force = 2 * du[first + j - i - 1] * (y[i * space + c] - y[j * space + c]);
        own += force;
        gradient[j * space + c] -= force;
      }
      gradient[i * space + c] += own;
    }
}

static void pairs_gradient(const energy *e, const pair_sums *p, const double *y, double *gradient) {
  if (e->domain.space == 3)
    push_apart(e->domain.particles, 3, y, p->du, gradient);
  else
    push_apart(e->domain.particles, e->domain.space, y, p->du, gradient);
}

/* The pair's block 2 u' I + 4 u'' r r' is added at (i, i) and (j, j), subtracted at (i, j) and
 * (j, i). r_c r_e is multiplied first, so the result is symmetric to the last bit. */
static void add_block(const hifm_domain *domain, size_t i, size_t j, const double *y, double du,
                      double ddu, double *hessian) {
  const size_t d = domain->d, space = domain->space;
  const double *yi = y + i * space, *yj = y + j * space;
  for (size_t c = 0; c < space; c++)
    for (size_t b = 0; b < space; b++) {
      double block = 4 * ddu * ((yi[c] - yj[c]) * (yi[b] - yj[b])) + (b == c ? 2 * du : 0);
      hessian[(i * space + c) * d + i * space + b] += block;
      hessian[(j * space + c) * d + j * space + b] += block;
      hessian[(i * space + c) * d + j * space + b] = -block;
      hessian[(j * space + c) * d + i * space + b] = -block;
    }
}

static void pairs_hessian(const energy *e, const pair_sums *p, const double *y, double *hessian) {
  const size_t n = e->domain.particles, d = e->domain.d;
  memset(hessian, 0, d * d * sizeof *hessian);
  for (size_t i = 0, k = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++, k++)
      add_block(&e->domain, i, j, y, p->du[k], p->ddu[k], hessian);
}

static double pairs_laplacian(const energy *e, const pair_sums *p) {
  double sum = 0;
  for (size_t k = 0; k < p->count; k++)
    sum += 2 * (2 * e->domain.space * p->du[k] + 4 * p->ddu[k] * p->r2[k]);
  return sum;
}

/* ---- the plugin's own value, gradient and Hessian, else central differences ---- */

static double value_at(const energy *e, const double *y, const double *anchor) {
  const hifm_energy_ops *ops = ops_of(e);
  return ops->value(e->bound.self, &e->domain, y, ops->invariances & HIFM_ANCHORED ? anchor : y);
}

static void gradient_at(const energy *e, const double *y, const double *anchor, double *out) {
  const hifm_energy_ops *ops = ops_of(e);
  ops->gradient(e->bound.self, &e->domain, y, ops->invariances & HIFM_ANCHORED ? anchor : y, out);
}

/* Steps that balance cut-off and rounding: eps^(1/3) for a first difference, eps^(1/4) for a
 * second one (Press et al., Numerical Recipes, 5.7), in units of the coordinate. */
static double first_step(double y) {
  return cbrt(DBL_EPSILON) * fmax(1, fabs(y));
}

static double second_step(double y) {
  return sqrt(sqrt(DBL_EPSILON)) * fmax(1, fabs(y));
}

static void differ_value(energy *e, const double *y, const double *anchor, double *gradient) {
  const size_t d = e->domain.d;
  double *point = e->scratch;
  memcpy(point, y, d * sizeof *point);
  for (size_t i = 0; i < d; i++) {
    const double above = y[i] + first_step(y[i]), below = y[i] - first_step(y[i]);
    point[i] = above;
    double rise = value_at(e, point, anchor);
    point[i] = below;
    rise -= value_at(e, point, anchor);
    point[i] = y[i];
    gradient[i] = rise / (above - below);
  }
}

/* Column i of the Hessian from two gradients; point is a copy of y. */
static const double *differ_gradient(energy *e, size_t i, const double *y, const double *anchor) {
  const size_t d = e->domain.d;
  double *point = e->scratch, *column = point + d, *lower = column + d;
  const double above = y[i] + first_step(y[i]), below = y[i] - first_step(y[i]);
  memcpy(point, y, d * sizeof *point);
  point[i] = above;
  gradient_at(e, point, anchor, column);
  point[i] = below;
  gradient_at(e, point, anchor, lower);
  for (size_t j = 0; j < d; j++) column[j] = (column[j] - lower[j]) / (above - below);
  return column;
}

static double shifted(energy *e, const double *y, const double *anchor, size_t i, double hi,
                      size_t j, double hj) {
  double *point = e->scratch;
  memcpy(point, y, e->domain.d * sizeof *point);
  point[i] += hi;
  point[j] += hj;
  return value_at(e, point, anchor);
}

/* d2V / dy_i dy_j from four values; i = j gives the usual second difference over twice the step. */
static double differ_twice(energy *e, size_t i, size_t j, const double *y, const double *anchor) {
  const double hi = second_step(y[i]), hj = second_step(y[j]);
  return (shifted(e, y, anchor, i, hi, j, hj) - shifted(e, y, anchor, i, hi, j, -hj) -
          shifted(e, y, anchor, i, -hi, j, hj) + shifted(e, y, anchor, i, -hi, j, -hj)) /
         (4 * hi * hj);
}

static void symmetrise(double *a, size_t d) {
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < i; j++)
      a[i * d + j] = a[j * d + i] = 0.5 * (a[i * d + j] + a[j * d + i]);
}

static void value_hessian(energy *e, const double *y, const double *anchor, double *hessian) {
  const hifm_energy_ops *ops = ops_of(e);
  const size_t d = e->domain.d;
  if (ops->hessian)
    ops->hessian(e->bound.self, &e->domain, y, ops->invariances & HIFM_ANCHORED ? anchor : y,
                 hessian);
  else if (ops->gradient)
    for (size_t i = 0; i < d; i++)
      memcpy(hessian + i * d, differ_gradient(e, i, y, anchor), d * sizeof *hessian);
  else
    for (size_t i = 0; i < d; i++)
      for (size_t j = 0; j <= i; j++)
        hessian[i * d + j] = hessian[j * d + i] = differ_twice(e, i, j, y, anchor);
  symmetrise(hessian, d);
}

static double value_laplacian(energy *e, const double *y, const double *anchor) {
  const hifm_energy_ops *ops = ops_of(e);
  const size_t d = e->domain.d;
  double *hessian = e->scratch + 3 * d, sum = 0;
  if (ops->hessian) value_hessian(e, y, anchor, hessian);
  for (size_t i = 0; i < d; i++)
    sum += ops->hessian    ? hessian[i * d + i]
           : ops->gradient ? differ_gradient(e, i, y, anchor)[i]
                           : differ_twice(e, i, i, y, anchor);
  return sum;
}

/* ---- either kind ---- */

double energy_value(energy *e, const double *y, const double *anchor) {
  if (!ops_of(e)->pair) return value_at(e, y, anchor ? anchor : y);
  const pair_sums p = pairs_at(e, y, anchor);
  return pairs_value(&p);
}

double energy_gradient(energy *e, const double *y, const double *anchor, double *gradient) {
  if (ops_of(e)->pair) {
    const pair_sums p = pairs_at(e, y, anchor);
    pairs_gradient(e, &p, y, gradient);
    return pairs_value(&p);
  }
  if (!anchor) anchor = y;
  if (ops_of(e)->gradient)
    gradient_at(e, y, anchor, gradient);
  else
    differ_value(e, y, anchor, gradient);
  return value_at(e, y, anchor);
}

void energy_hessian(energy *e, const double *y, const double *anchor, double *hessian) {
  if (ops_of(e)->pair) {
    const pair_sums p = pairs_at(e, y, anchor);
    pairs_hessian(e, &p, y, hessian);
  } else {
    value_hessian(e, y, anchor ? anchor : y, hessian);
  }
}

double energy_laplacian(energy *e, const double *y, const double *anchor) {
  if (!ops_of(e)->pair) return value_laplacian(e, y, anchor ? anchor : y);
  const pair_sums p = pairs_at(e, y, anchor);
  return pairs_laplacian(e, &p);
}

const char *energy_hessian_source(const energy *e) {
  const hifm_energy_ops *ops = ops_of(e);
  return ops->pair ? "closed form" : ops->hessian ? "plugin" : "central differences";
}
