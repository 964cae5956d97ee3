/* Networks: backward against differences, divergence against the Jacobian. All in float: every
 * bound is stated where it is used. */
#include "host/check_network.h"

#include <string.h>

/* ---- backward ---- */

/* L = sum of v times fixed numbers, whose gradients backward gives. */
static double loss(const check_subject *s) {
  const hifm_batch batch = check_batch(s);
  double sum = 0;
  check_forward(s, &batch, s->v);
  for (size_t i = 0; i < CHECK_POINTS * s->outputs; i++)
    sum += (double)s->weight_of_v[i] * (double)s->v[i];
  return sum;
}

static double norm(const float *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sqrt(sum);
}

/* Half a random direction, half along the gradient: a wrong component shows in the first, and the
 * second keeps the signal above the rounding of floats. */
static void direction(const float *gradient, size_t n, uint32_t draw, double *out) {
  double length = fmax(norm(gradient, n), DBL_MIN);
  check_normals(draw, n, out);
  for (size_t i = 0; i < n; i++) out[i] = out[i] / sqrt((double)n) + (double)gradient[i] / length;
}

/* The fourth-order central difference, times 12 h. */
static const double SHIFT[] = {-2, -1, 1, 2}, SHARE[] = {1, -8, 8, -1};

/* Differences of L along u against the change that the gradient predicts, relative to it. The steps
 * compared are those really taken, after rounding to float. */
static double step_error(const check_subject *s, float *p, const float *gradient, size_t n,
                         const double *u, double h, double floor_slope, float *kept) {
  double change = 0, predicted = 0, length = 0;
  memcpy(kept, p, n * sizeof *p);
  for (size_t m = 0; m < 4; m++) {
    for (size_t i = 0; i < n; i++) {
      p[i] = (float)((double)kept[i] + SHIFT[m] * h * u[i]);
      predicted += SHARE[m] * ((double)p[i] - (double)kept[i]) * (double)gradient[i];
    }
    change += SHARE[m] * loss(s);
  }
  for (size_t i = 0; i < n; i++) length += 144 * h * h * u[i] * u[i];
  memcpy(p, kept, n * sizeof *p);
  double error =
      fabs(change - predicted) / fmax(fmax(fabs(predicted), floor_slope * sqrt(length)), DBL_MIN);
  return isnan(error) ? INFINITY : error;
}

/* The best of a ladder of steps: large ones suffer from curvature, small ones from rounding. */
static double slope_error(const check_subject *s, float *p, const float *gradient, size_t n,
                          uint32_t draw, double floor_slope, double bound) {
  double *u = arena_get(s->c->memory, n * sizeof *u), best = INFINITY;
  float *kept = arena_get(s->c->memory, n * sizeof *kept);
  direction(gradient, n, draw, u);
  for (double h = 0.5; h > 1e-4 && !(best <= bound); h /= 4)
    best = fmin(best, step_error(s, p, gradient, n, u, h, floor_slope, kept));
  return best;
}

static const double SLOPE_BOUND = 1e-3;

static void weight_gradient(check_subject *s, const float *dw) {
  double worst = 0, all = norm(dw, s->weights);
  const char *which = "none";
  size_t first = 0;
  for (size_t t = 0; t < s->count; t++) {
    size_t size = s->tensors[t].rows * s->tensors[t].columns;
    double error = slope_error(s, s->w + first, dw + first, size, (uint32_t)(200 + t), 1e-2 * all,
                               SLOPE_BOUND);
    if (!(error <= worst)) {
      worst = error;
      which = s->tensors[t].name;
    }
    first += size;
  }
  check_verdict(s->c, "dw agrees with differences", all > 0 && worst <= SLOPE_BOUND,
                "largest error %.2g (tensor %s), allowed %.2g", worst, which, SLOPE_BOUND);
}

static void input_gradient(check_subject *s, const float *dx) {
  const size_t n = CHECK_POINTS * s->d;
  double worst = 0, all = norm(dx, n);
  const bool some = all > 0 || s->vz_alone; /* v_z may be a function of z */
  for (uint32_t draw = 0; draw < 4; draw++)
    worst = fmax(worst, slope_error(s, s->x, dx, n, 300 + draw, 1e-2 * all, SLOPE_BOUND));
  check_verdict(s->c, "dx agrees with differences", some && worst <= SLOPE_BOUND,
                "largest error %.2g, allowed %.2g", worst, SLOPE_BOUND);
}

/* dw is added to, dx is written, and either may be left out. Sums in another order: 1e-5. */
static void backward_forms(check_subject *s, const float *dw, const float *dx) {
  const hifm_batch batch = check_batch(s);
  const size_t n = CHECK_POINTS * s->d;
  float *twice = check_floats(s->c, s->weights), *alone = check_floats(s->c, n);
  memcpy(twice, dw, s->weights * sizeof *dw);
  for (size_t i = 0; i < n; i++) alone[i] = 7;
  s->ops->backward(s->self, &s->task, s->w, &batch, s->weight_of_v, twice, NULL, s->work);
  s->ops->backward(s->self, &s->task, s->w, &batch, s->weight_of_v, NULL, alone, s->work);
  for (size_t i = 0; i < s->weights; i++) twice[i] /= 2;
  check_within(s->c, "dw is added to, with and without dx", check_difference(dw, twice, s->weights),
               1e-5);
  check_within(s->c, "dx is written, with and without dw", check_difference(dx, alone, n), 1e-5);
}

static void backward(check_subject *s) {
  const hifm_batch batch = check_batch(s);
  float *dw = check_floats(s->c, s->weights), *dx = check_floats(s->c, CHECK_POINTS * s->d);
  check_forward(s, &batch, s->v);
  s->ops->backward(s->self, &s->task, s->w, &batch, s->weight_of_v, dw, dx, s->work);
  backward_forms(s, dw, dx);
  weight_gradient(s, dw);
  input_gradient(s, dx);
}

/* ---- divergence ---- */

/* trace[i] = sum over coordinates of dv_k / dx_k, by differences; returns the largest sum of
 * absolute values, the scale of its rounding. */
static double trace_by_differences(check_subject *s, const hifm_batch *batch, double *trace) {
  const double h = 0.03;
  float *x = s->x;
  double sizes[CHECK_POINTS] = {0}, top = 0, slopes[CHECK_POINTS];
  memset(trace, 0, CHECK_POINTS * sizeof *trace);
  for (size_t k = 0; k < s->d; k++) {
    memset(slopes, 0, sizeof slopes);
    for (size_t m = 0; m < 4; m++) {
      float kept[CHECK_POINTS];
      for (size_t i = 0; i < CHECK_POINTS; i++) {
        kept[i] = x[i * s->d + k];
        x[i * s->d + k] = (float)((double)kept[i] + SHIFT[m] * h);
      }
      check_forward(s, batch, s->v);
      for (size_t i = 0; i < CHECK_POINTS; i++) {
        slopes[i] += SHARE[m] / (12 * h) * (double)s->v[i * s->d + k];
        x[i * s->d + k] = kept[i];
      }
    }
    for (size_t i = 0; i < CHECK_POINTS; i++) {
      trace[i] += slopes[i];
      sizes[i] += fabs(slopes[i]);
    }
  }
  for (size_t i = 0; i < CHECK_POINTS; i++) top = fmax(top, sizes[i]);
  return top;
}

/* One backward pass a coordinate: exact up to the rounding of floats. */
static void trace_by_backward(check_subject *s, const hifm_batch *batch, double *trace) {
  const size_t n = CHECK_POINTS * s->d;
  float *unit = check_floats(s->c, n), *dx = check_floats(s->c, n);
  memset(trace, 0, CHECK_POINTS * sizeof *trace);
  check_forward(s, batch, s->v);
  for (size_t k = 0; k < s->d; k++) {
    for (size_t i = 0; i < n; i++) unit[i] = i % s->d == k;
    s->ops->backward(s->self, &s->task, s->w, batch, unit, NULL, dx, s->work);
    for (size_t i = 0; i < CHECK_POINTS; i++) trace[i] += (double)dx[i * s->d + k];
  }
}

static double trace_error(const float *divergence, const double *trace, double scale) {
  double worst = 0;
  for (size_t i = 0; i < CHECK_POINTS; i++) {
    double error = fabs((double)divergence[i] - trace[i]) / fmax(scale, DBL_MIN);
    worst = isnan(error) ? INFINITY : fmax(worst, error);
  }
  return worst;
}

static void divergence(check_subject *s, size_t nz) {
  const size_t n = CHECK_POINTS * s->d;
  const hifm_batch batch = {.n = CHECK_POINTS, .nz = nz, .x = s->x, .z = s->z};
  float *v = check_floats(s->c, n), *plain = check_floats(s->c, n),
        *sum = check_floats(s->c, CHECK_POINTS);
  double trace[CHECK_POINTS];
  if (!s->ops->divergence(s->self, &s->task, s->w, &batch, v, sum, s->work)) return;
  bool intact = check_intact(v, n * sizeof *v) && check_intact(sum, CHECK_POINTS * sizeof *sum) &&
                check_intact(s->work, s->work_bytes);
  check_verdict(s->c, "divergence keeps inside its buffers", intact, "nz = %zu", nz);
  check_forward(s, &batch, plain);
  check_within(s->c, "divergence gives the v of forward", check_difference(plain, v, n), 2e-5);
  double scale = trace_by_differences(s, &batch, trace);
  check_within(s->c, "divergence agrees with the differenced Jacobian",
               trace_error(sum, trace, scale), 1e-3);
  trace_by_backward(s, &batch, trace);
  check_within(s->c, "divergence agrees with the trace of backward", trace_error(sum, trace, scale),
               1e-4);
}

/* The gradient of v_z alone: beside that of v_y, which may be much larger, an error would not show.
 */
static void backward_of_vz(check_subject *s) {
  const char *where = s->c->where;
  for (size_t i = 0; i < CHECK_POINTS * s->outputs; i++)
    if (i % s->outputs < s->d) s->weight_of_v[i] = 0;
  s->vz_alone = true;
  s->c->where = arena_format(s->c->memory, "%s alone", where);
  backward(s);
  s->c->where = where;
}

void check_network_slopes(check_subject *s) {
  backward(s);
  if (s->task.vz) backward_of_vz(s);
  if (!s->ops->divergence || s->task.vz) return;
  divergence(s, CHECK_POINTS);
  divergence(s, 1);
}
