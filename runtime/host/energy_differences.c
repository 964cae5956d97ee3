/* Energies that answer with `value`: the plugin's own gradient and Hessian, else central
 * differences. */
#include "base/memory.h"
#include "host/energy_parts.h"
#include "host/plugin_status.h"
#include "host/surroundings.h"

#include <string.h>

/* The scratch: five arrays [d], and a matrix [d, d] where the plugin has one. */
static double *array(const energy *e, size_t number) {
  return e->scratch + number * e->domain.d;
}

enum { POINT, COLUMN, LOWER, MOVED, UNIT, MATRIX };

static const hifm_energy_ops *ops_of(const energy *e) {
  return e->bound.plugin->ops.energy;
}

void energy_values_open(energy *e) {
  const size_t d = e->domain.d;
  e->scratch = memory_array(MATRIX * d + (ops_of(e)->hessian ? d * d : 0), sizeof *e->scratch);
}

/* ---- the plugin's functions: they may fail ---- */

static hifm_configuration at(const energy *e, const double *y, const double *anchor) {
  return (hifm_configuration){.domain = &e->domain,
                              .y = y,
                              .anchor = e->invariances & HIFM_ANCHORED ? anchor : y,
                              .work = e->work};
}

static bool has_failed(const energy *e) {
  return e->failed.status != STATUS_OK;
}

/* Keeps the first failure; the numbers of a call that failed are NaN. */
static void settle(energy *e, hifm_status status, const hifm_error *why, double *out, size_t n) {
  surroundings_keep_numbers(e->bound.plugin->name, "a callback");
  plugin_status_in(status, why, &e->failed);
  for (size_t i = 0; i < n && has_failed(e); i++) out[i] = NAN;
}

#define NO_WORDS                                                                                   \
  (hifm_error) {                                                                                   \
    .message = "it does not say why"                                                               \
  }

static double value_at(energy *e, const double *y, const double *anchor) {
  const hifm_configuration here = at(e, y, anchor);
  hifm_error why = NO_WORDS;
  double value = NAN;
  if (has_failed(e)) return NAN;
  settle(e, ops_of(e)->value(e->bound.self, &here, &value, &why), &why, &value, 1);
  return value;
}

typedef hifm_status (*derivative)(const void *self, const hifm_configuration *at, double *out,
                                  hifm_error *err);

/* n numbers from the plugin's gradient or Hessian. */
static void ask(energy *e, derivative f, const double *y, const double *anchor, double *out,
                size_t n) {
  const hifm_configuration here = at(e, y, anchor);
  hifm_error why = NO_WORDS;
  const hifm_status status = has_failed(e) ? HIFM_OK : f(e->bound.self, &here, out, &why);
  settle(e, status, &why, out, n);
}

static void ask_hvp(energy *e, const double *y, const double *anchor, const double *x,
                    double *out) {
  const hifm_configuration here = at(e, y, anchor);
  hifm_error why = NO_WORDS;
  const hifm_status status =
      has_failed(e) ? HIFM_OK : ops_of(e)->hvp(e->bound.self, &here, x, out, &why);
  settle(e, status, &why, out, e->domain.d);
}

/* ---- central differences ---- */

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
  double *point = array(e, POINT);
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

static void gradient_at(energy *e, const double *y, const double *anchor, double *gradient) {
  if (ops_of(e)->gradient)
    ask(e, ops_of(e)->gradient, y, anchor, gradient, e->domain.d);
  else
    differ_value(e, y, anchor, gradient);
}

/* Column i of the Hessian from two gradients of the plugin. */
static const double *differ_gradient(energy *e, size_t i, const double *y, const double *anchor) {
  const size_t d = e->domain.d;
  double *point = array(e, POINT), *column = array(e, COLUMN), *lower = array(e, LOWER);
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
  double *point = array(e, POINT);
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

static double largest(const double *x, size_t n) {
  double most = 0;
  for (size_t i = 0; i < n; i++) most = fmax(most, fabs(x[i]));
  return most;
}

/* Two gradients on either side of y along x. Gradients that are differences themselves have a
 * rounding error that asks for the longer step. */
static void differ_along(energy *e, const double *y, const double *anchor, const double *x,
                         double *out) {
  const size_t d = e->domain.d;
  const double size = largest(x, d), reach = largest(y, d);
  const double h = (ops_of(e)->gradient ? first_step(reach) : second_step(reach)) / size;
  double *moved = array(e, MOVED), *lower = array(e, LOWER);
  memset(out, 0, d * sizeof *out);
  if (size == 0) return;
  for (size_t i = 0; i < d; i++) moved[i] = y[i] + h * x[i];
  gradient_at(e, moved, anchor, out);
  for (size_t i = 0; i < d; i++) moved[i] = y[i] - h * x[i];
  gradient_at(e, moved, anchor, lower);
  for (size_t i = 0; i < d; i++) out[i] = (out[i] - lower[i]) / (2 * h);
}

/* Column i of the Hessian from the plugin's product with a unit vector. */
static const double *hvp_column(energy *e, size_t i, const double *y, const double *anchor) {
  double *unit = array(e, UNIT), *column = array(e, COLUMN);
  memset(unit, 0, e->domain.d * sizeof *unit);
  unit[i] = 1;
  ask_hvp(e, y, anchor, unit, column);
  return column;
}

/* ---- V and its derivatives ---- */

double energy_values_value(energy *e, const double *y, const double *anchor) {
  return value_at(e, y, anchor);
}

double energy_values_gradient(energy *e, const double *y, const double *anchor, double *gradient) {
  gradient_at(e, y, anchor, gradient);
  return value_at(e, y, anchor);
}

static void symmetrise(double *a, size_t d) {
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < i; j++)
      a[i * d + j] = a[j * d + i] = 0.5 * (a[i * d + j] + a[j * d + i]);
}

void energy_values_hessian(energy *e, const double *y, const double *anchor, double *hessian) {
  const hifm_energy_ops *ops = ops_of(e);
  const size_t d = e->domain.d;
  if (ops->hessian)
    ask(e, ops->hessian, y, anchor, hessian, d * d);
  else if (ops->hvp)
    for (size_t i = 0; i < d; i++)
      memcpy(hessian + i * d, hvp_column(e, i, y, anchor), d * sizeof *hessian);
  else if (ops->gradient)
    for (size_t i = 0; i < d; i++)
      memcpy(hessian + i * d, differ_gradient(e, i, y, anchor), d * sizeof *hessian);
  else
    for (size_t i = 0; i < d; i++)
      for (size_t j = 0; j <= i; j++)
        hessian[i * d + j] = hessian[j * d + i] = differ_twice(e, i, j, y, anchor);
  symmetrise(hessian, d);
}

void energy_values_hvp(energy *e, const double *y, const double *anchor, const double *x,
                       double *out) {
  const hifm_energy_ops *ops = ops_of(e);
  const size_t d = e->domain.d;
  if (ops->hvp) {
    ask_hvp(e, y, anchor, x, out);
  } else if (ops->hessian) {
    double *hessian = array(e, MATRIX);
    energy_values_hessian(e, y, anchor, hessian);
    for (size_t i = 0; i < d; i++) {
      out[i] = 0;
      for (size_t j = 0; j < d; j++) out[i] += hessian[i * d + j] * x[j];
    }
  } else {
    differ_along(e, y, anchor, x, out);
  }
}

double energy_values_laplacian(energy *e, const double *y, const double *anchor) {
  const hifm_energy_ops *ops = ops_of(e);
  const size_t d = e->domain.d;
  double *hessian = array(e, MATRIX), sum = 0;
  if (ops->hessian) energy_values_hessian(e, y, anchor, hessian);
  for (size_t i = 0; i < d; i++)
    sum += ops->hessian    ? hessian[i * d + i]
           : ops->hvp      ? hvp_column(e, i, y, anchor)[i]
           : ops->gradient ? differ_gradient(e, i, y, anchor)[i]
                           : differ_twice(e, i, i, y, anchor);
  return sum;
}
