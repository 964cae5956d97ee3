#include "job/flow_print.h"

#include "base/numbers.h"
#include "hifm/rng.h"
#include "host/flow.h"
#include "host/params.h"

#include <math.h>
#include <string.h>

enum {
  TIMES = 8,
  MODES_MOST = 32, /* of a point: a stage treats all modes alike (hifm/flow.h) */
  VALUES = 5,      /* of a mode at a time: m, s, their slopes, is it visible? */
  POINTS_LEAST = 4,
  SPECTRA = 64 /* eigenvalues of all points, at least */
};

/* A number that no path has: the stage refuses the point. */
static const double REFUSED = 1e300;

typedef struct printing {
  flow path;
  hifm_spectrum spectrum;
  const hifm_domain *domain;
  bool clock_t, infinite;
  double *m, *s, *dm, *ds; /* [modes] */
  double *next;            /* number to write */
} printing;

/* Points of all lengths from 0.1 to 1000. */
static hifm_point make_point(arena *a, const hifm_domain *domain, size_t k, size_t points) {
  double *y = arena_get(a, domain->d * sizeof *y);
  const double length = pow(10, -1 + 4 * ((double)k + 0.5) / (double)points);
  for (size_t i = 0; i < domain->d; i++) y[i] = length / sqrt((double)domain->d);
  return (hifm_point){.domain = domain, .y1 = y, .norm = numbers_norm(y, domain->d)};
}

/* Rates over twelve powers of ten, so that thresholds show; every other point has negative ones. */
static const double *make_eigenvalues(arena *a, const printing *p, size_t k) {
  const hifm_stream stream = {0, HIFM_RNG_NOISE};
  const size_t modes = p->domain->d;
  double *made = arena_get(a, modes * sizeof *made);
  if (!p->path.hessian) return NULL;
  for (size_t i = 0; i < modes; i++) {
    const double draw = hifm_uniform(stream, k, (uint32_t)(2 * i));
    const double sign = hifm_uniform(stream, k, (uint32_t)(2 * i + 1));
    made[i] = (k % 2 && sign < 0.2 ? -1 : 1) * pow(10, 12 * draw - 9);
  }
  return made;
}

static void print_time(printing *p, double draw, size_t shown) {
  const double q = p->clock_t ? flow_q_at(&p->path, &p->spectrum, draw) : draw;
  const double vz = p->infinite ? flow_vz(&p->path, &p->spectrum, q) : 1;
  flow_path(&p->path, &p->spectrum, q, p->m, p->s, p->dm, p->ds);
  *p->next++ = q;
  *p->next++ = p->infinite ? vz : -1;
  for (size_t i = 0; i < shown; i++) {
    const double values[VALUES] = {p->m[i], p->s[i], vz * p->dm[i], vz * p->ds[i],
                                   p->spectrum.visible[i] ? 1 : 0};
    memcpy(p->next, values, sizeof values);
    p->next += VALUES;
  }
}

static void print_point(arena *a, printing *p, size_t k, size_t points, size_t shown) {
  const hifm_point point = make_point(a, p->domain, k, points);
  failure refused;
  const bool fits =
      flow_shape(&p->path, &point, make_eigenvalues(a, p, k), &p->spectrum, &refused) == STATUS_OK;
  const size_t size = TIMES * (2 + VALUES * shown);
  double *end = p->next + size;
  for (size_t j = 0; fits && j < TIMES; j++) print_time(p, ((double)j + 0.1) / TIMES, shown);
  for (; p->next < end; p->next++) *p->next = REFUSED;
}

static void take_memory(arena *a, printing *p, size_t modes) {
  p->spectrum = (hifm_spectrum){.alpha = arena_get(a, modes * sizeof(double)),
                                .beta = arena_get(a, modes * sizeof(double)),
                                .null = arena_get(a, modes * sizeof(bool)),
                                .visible = arena_get(a, modes * sizeof(bool))};
  p->m = arena_get(a, modes * sizeof *p->m);
  p->s = arena_get(a, modes * sizeof *p->s);
  p->dm = arena_get(a, modes * sizeof *p->dm);
  p->ds = arena_get(a, modes * sizeof *p->ds);
}

static const value *energy_of(const flow *path, const value *stages) {
  const hifm_param *setting = path->hessian ? params_energy(path->stages[0].plugin->params) : NULL;
  return setting ? value_get(stages->items[0], setting->name) : NULL;
}

static bool has_word(const value *section, const char *key, const char *word) {
  return strcmp(value_get_text(section, key, ""), word) == 0;
}

status_code flow_print_make(arena *a, const value *section, const hifm_domain *domain,
                            flow_print *out, failure *err) {
  const value *stages = value_get(section, "stages");
  printing p = {.domain = domain,
                .clock_t = has_word(section, "clock", "t"),
                .infinite = has_word(section, "scheme", "infinite")};
  arena scratch = {0};
  status_code status = flow_open(&p.path, &scratch, stages, domain, err);
  if (status == STATUS_OK) {
    const size_t modes = flow_modes(&p.path), shown = modes < MODES_MOST ? modes : MODES_MOST;
    const size_t points = SPECTRA / shown > POINTS_LEAST ? SPECTRA / shown : POINTS_LEAST;
    out->count = points * TIMES * (2 + VALUES * shown);
    out->numbers = p.next = arena_get(a, out->count * sizeof *out->numbers);
    out->energy = energy_of(&p.path, stages);
    take_memory(&scratch, &p, modes);
    for (size_t k = 0; k < points; k++) print_point(&scratch, &p, k, points, shown);
    flow_close(&p.path);
  }
  arena_close(&scratch);
  return status;
}

double flow_print_difference(const flow_print *x, const flow_print *y) {
  double largest = 0;
  if (!x->energy != !y->energy || x->count != y->count) return INFINITY;
  if (x->energy && !value_equal(x->energy, y->energy)) return INFINITY;
  for (size_t i = 0; i < x->count; i++) {
    const double size = fmax(1, fmax(fabs(x->numbers[i]), fabs(y->numbers[i])));
    const double difference = fabs(x->numbers[i] - y->numbers[i]) / size;
    if (!(difference <= largest)) largest = difference;
  }
  return isnan(largest) ? INFINITY : largest;
}
