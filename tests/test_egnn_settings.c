/* Every setting of the egnn against the formulas in double, written out pair by pair: v, and by
 * differences of it all gradients and the divergence. */
#include "fixture.h"
#include "hifm/rng.h"
#include "host/network.h"

#include <math.h>

enum { N_MOST = 5, SPACE_MOST = 3, D_MOST = N_MOST * SPACE_MOST, FEW = 2, WIDE = 16 };

static hifm_domain domain = {.d = 12, .particles = 4, .space = 3, .centred = true};

typedef struct setup {
  const char *name;
  double layers, depth, width, log, silu, attention, tanh_range, sum, normalise, initial;
} setup;

typedef struct subject {
  const setup *set;
  hifm_bound bound;
  network net;
  float *w;
  double *exact;
} subject;

static void set_up(subject *s, const setup *set) {
  const fixture_setting settings[] = {{"layers", set->layers},
                                      {"depth", set->depth},
                                      {"width", set->width},
                                      {"distance", set->log},
                                      {"activation", set->silu},
                                      {"attention", set->attention},
                                      {"tanh_range", set->tanh_range},
                                      {"aggregation", set->sum},
                                      {"normalise", set->normalise},
                                      {"initial_distance", set->initial},
                                      {NULL, 0}};
  failure err = {0};
  s->set = set;
  s->bound = fixture_bind("networks/egnn", &domain, settings);
  assert_int_equal(network_open(&s->net, s->bound, &domain, false, FEW, &err), STATUS_OK);
  s->w = calloc(s->net.weights, sizeof *s->w);
  s->exact = calloc(s->net.weights, sizeof *s->exact);
  const double size = set->width > 8 ? 0.7 : 1.4;
  for (uint32_t k = 0; k < s->net.weights; k++) {
    s->w[k] = (float)(size * (hifm_uniform((hifm_stream){6, HIFM_RNG_CHECK}, 0, k) - 0.5));
    s->exact[k] = (double)s->w[k];
  }
}

static void tear_down(subject *s) {
  network_close(&s->net);
  fixture_drop(&s->bound);
  free(s->w);
  free(s->exact);
}

/* ---- the formulas ---- */

static const double *find(const subject *s, const char *format, unsigned layer, unsigned k) {
  char name[64];
  size_t at = 0;
  snprintf(name, sizeof name, format, layer, k);
  for (size_t i = 0; i < s->net.count; i++) {
    if (strcmp(s->net.tensors[i].name, name) == 0) return s->exact + at;
    at += s->net.tensors[i].rows * s->net.tensors[i].columns;
  }
  fail_msg("no tensor %s", name);
  return NULL;
}

static double activation(const setup *set, double x) {
  return set->silu > 0 ? x / (1 + exp(-x)) : log1p(exp(x));
}

static void dense(size_t in, size_t out, const double *x, const double *w, const double *b,
                  double *y) {
  for (size_t k = 0; k < out; k++) {
    y[k] = b ? b[k] : 0;
    for (size_t i = 0; i < in; i++) y[k] += x[i] * w[i * out + k];
  }
}

/* Dense layers `first` to `last` of a part, each with its activation, in place. */
static void layers(const subject *s, const char *kernel, const char *bias, unsigned l,
                   unsigned first, unsigned last, double *x) {
  const size_t width = (size_t)s->set->width;
  double y[WIDE];
  for (unsigned k = first; k <= last; k++) {
    dense(width, width, x, find(s, kernel, l, k), find(s, bias, l, k), y);
    for (size_t i = 0; i < width; i++) x[i] = activation(s->set, y[i]);
  }
}

/* m_ij; seen: h_i, h_j, f(d2) and, with initial_distance, f of the input's. */
static void message(const subject *s, unsigned l, const double *seen, double *m) {
  const setup *set = s->set;
  const size_t width = (size_t)set->width, distances = set->initial > 0 ? 2 : 1;
  double part[WIDE];
  if (set->log > 0) {
    dense(width, width, seen, find(s, "layer%u.edge%u.kernel_i", l, 0),
          find(s, "layer%u.edge%u.bias", l, 0), m);
    dense(width, width, seen + width, find(s, "layer%u.edge%u.kernel_j", l, 0), NULL, part);
    for (size_t k = 0; k < width; k++) m[k] += part[k];
    dense(distances, width, seen + 2 * width, find(s, "layer%u.edge%u.kernel_d", l, 0), NULL, part);
    for (size_t k = 0; k < width; k++) m[k] += part[k];
  } else {
    dense(2 * width + distances, width, seen, find(s, "layer%u.edge%u.kernel", l, 0),
          find(s, "layer%u.edge%u.bias", l, 0), m);
  }
  for (size_t k = 0; k < width; k++) m[k] = activation(set, m[k]);
  layers(s, "layer%u.edge%u.kernel", "layer%u.edge%u.bias", l, 1, (unsigned)set->depth - 1, m);
  if (set->attention > 0) {
    double gate;
    dense(width, 1, m, find(s, "layer%u.gate%u.kernel", l, 0), find(s, "layer%u.gate%u.bias", l, 0),
          &gate);
    for (size_t k = 0; k < width; k++) m[k] /= 1 + exp(-gate);
  }
}

static double coordinate(const subject *s, unsigned l, const double *m) {
  const unsigned last = (unsigned)s->set->depth - 1;
  const double bound = s->set->tanh_range / s->set->layers;
  double c[WIDE], out;
  memcpy(c, m, sizeof c);
  layers(s, "layer%u.coord%u.kernel", "layer%u.coord%u.bias", l, 0, last - 1, c);
  dense((size_t)s->set->width, 1, c, find(s, "layer%u.coord%u.kernel", l, last), NULL, &out);
  return bound > 0 ? bound * tanh(out) : out;
}

/* h + phi_h(h, sum of messages) */
static void node(const subject *s, unsigned l, double *h, const double *sum) {
  const size_t width = (size_t)s->set->width;
  const unsigned last = (unsigned)s->set->depth - 1;
  double in[2 * WIDE], x[WIDE], y[WIDE];
  memcpy(in, h, width * sizeof *in);
  memcpy(in + width, sum, width * sizeof *in);
  dense(2 * width, width, in, find(s, "layer%u.node%u.kernel", l, 0),
        find(s, "layer%u.node%u.bias", l, 0), x);
  for (size_t k = 0; k < width; k++) x[k] = activation(s->set, x[k]);
  layers(s, "layer%u.node%u.kernel", "layer%u.node%u.bias", l, 1, last - 1, x);
  dense(width, width, x, find(s, "layer%u.node%u.kernel", l, last),
        find(s, "layer%u.node%u.bias", l, last), y);
  for (size_t k = 0; k < width; k++) h[k] += y[k];
}

static double square(const double *x, size_t i, size_t j) {
  double sum = 0;
  for (size_t c = 0; c < domain.space; c++)
    sum += pow(x[i * domain.space + c] - x[j * domain.space + c], 2);
  return sum;
}

static double feature(const setup *set, double d2) {
  return set->log > 0 ? log1p(d2) : d2;
}

/* One layer: moves x, h. */
static void layer(const subject *s, unsigned l, const double *x0, double *x,
                  double h[N_MOST][WIDE]) {
  const setup *set = s->set;
  const size_t width = (size_t)set->width;
  double next[D_MOST], sums[N_MOST][WIDE] = {{0}};
  memcpy(next, x, sizeof next);
  for (size_t i = 0; i < domain.particles; i++)
    for (size_t j = 0; j < domain.particles; j++) {
      if (i == j) continue;
      double seen[2 * WIDE + 2], m[WIDE] = {0};
      const double d2 = square(x, i, j);
      memcpy(seen, h[i], width * sizeof *seen);
      memcpy(seen + width, h[j], width * sizeof *seen);
      seen[2 * width] = feature(set, d2);
      seen[2 * width + 1] = feature(set, square(x0, i, j));
      message(s, l, seen, m);
      const double push = coordinate(s, l, m) / (set->sum > 0 ? 1 : domain.particles - 1) /
                          (set->normalise > 0 ? 1 + sqrt(d2 + 1e-8) : 1);
      for (size_t c = 0; c < domain.space; c++)
        next[i * domain.space + c] += push * (x[i * domain.space + c] - x[j * domain.space + c]);
      for (size_t k = 0; k < width; k++) sums[i][k] += m[k];
    }
  memcpy(x, next, sizeof next);
  for (size_t i = 0; l + 1 < (unsigned)set->layers && i < domain.particles; i++)
    node(s, l, h[i], sums[i]);
}

static void reference(const subject *s, const double *x0, double z, double *v) {
  const size_t width = (size_t)s->set->width;
  double x[D_MOST], h[N_MOST][WIDE] = {{0}};
  memcpy(x, x0, sizeof x);
  for (size_t i = 0; i < domain.particles; i++)
    dense(1, width, &z, find(s, "layer%u.embed%u.kernel", 0, 0),
          find(s, "layer%u.embed%u.bias", 0, 0), h[i]);
  for (unsigned l = 0; l < (unsigned)s->set->layers; l++) layer(s, l, x0, x, h);
  for (size_t c = 0; c < domain.space; c++) {
    double mean = 0;
    for (size_t i = 0; i < domain.particles; i++)
      mean += (x[i * domain.space + c] - x0[i * domain.space + c]) / domain.particles;
    for (size_t i = 0; i < domain.particles; i++)
      v[i * domain.space + c] = x[i * domain.space + c] - x0[i * domain.space + c] - mean;
  }
}

/* ---- comparisons ---- */

typedef struct points {
  float x[FEW * D_MOST], z[FEW], weight[FEW * D_MOST];
  double exact[FEW * D_MOST];
} points;

static points draw(void) {
  points p;
  double normals[2 * D_MOST];
  for (uint32_t b = 0; b < FEW; b++) {
    hifm_normals((hifm_stream){1, HIFM_RNG_CHECK}, 0, b, 2 * domain.d, normals);
    p.z[b] = 0.3f * (float)(b + 1);
    for (size_t i = 0; i < domain.d; i++) {
      p.x[b * domain.d + i] = (float)normals[i];
      p.exact[b * domain.d + i] = (double)p.x[b * domain.d + i];
      p.weight[b * domain.d + i] = (float)normals[domain.d + i];
    }
  }
  return p;
}

static double weighted(const subject *s, const points *p) {
  double sum = 0, v[D_MOST];
  for (size_t b = 0; b < FEW; b++) {
    reference(s, p->exact + b * domain.d, (double)p->z[b], v);
    for (size_t i = 0; i < domain.d; i++) sum += (double)p->weight[b * domain.d + i] * v[i];
  }
  return sum;
}

static double slope_by(const subject *s, const points *p, double *number) {
  const double h = 1e-5, kept = *number;
  *number = kept + h;
  const double above = weighted(s, p);
  *number = kept - h;
  const double below = weighted(s, p);
  *number = kept;
  return (above - below) / (2 * h);
}

static void compare(const char *name, const char *what, const float *got, const double *expected,
                    size_t n) {
  double most = 0, size = 0;
  for (size_t i = 0; i < n; i++) {
    most = fmax(most, fabs((double)got[i] - expected[i]));
    size = fmax(size, fabs(expected[i]));
  }
  if (!(most <= 1e-5 * size)) fail_msg("%s: %s off by %g of %g", name, what, most, size);
}

/* A few weights of every tensor. */
static void compare_weights(subject *s, const points *p, const float *dw) {
  enum { SOME = 4, MOST = SOME * NETWORK_TENSORS_MAX };
  static float got[MOST];
  static double expected[MOST];
  size_t count = 0, at = 0;
  for (size_t i = 0; i < s->net.count; i++) {
    const size_t size = s->net.tensors[i].rows * s->net.tensors[i].columns;
    for (size_t k = 0; k < size; k += size / SOME + 1) {
      got[count] = dw[at + k];
      expected[count++] = slope_by(s, p, s->exact + at + k);
    }
    at += size;
  }
  compare(s->set->name, "gradient by weights", got, expected, count);
}

static void compare_gradients(subject *s, points *p, const hifm_batch *batch) {
  const hifm_network_ops *ops = s->bound.plugin->ops.network;
  float *dw = calloc(s->net.weights, sizeof *dw), dx[FEW * D_MOST], v[FEW * D_MOST];
  double by_x[FEW * D_MOST];
  assert_int_equal(s->net.chunk, FEW);
  network_forward(&s->net, s->w, batch, v);
  ops->backward(s->bound.self, &s->net.task, s->w, batch, p->weight, dw, dx, s->net.lanes[0].work);
  compare_weights(s, p, dw);
  for (size_t k = 0; k < FEW * domain.d; k++) by_x[k] = slope_by(s, p, p->exact + k);
  compare(s->set->name, "gradient by points", dx, by_x, FEW * domain.d);
  free(dw);
}

static double divergence_of(const subject *s, double *x, double z) {
  const double h = 1e-5;
  double sum = 0, above[D_MOST], below[D_MOST];
  for (size_t k = 0; k < domain.d; k++) {
    const double kept = x[k];
    x[k] = kept + h;
    reference(s, x, z, above);
    x[k] = kept - h;
    reference(s, x, z, below);
    x[k] = kept;
    sum += (above[k] - below[k]) / (2 * h);
  }
  return sum;
}

static void compare_all(const setup *set) {
  subject s;
  points p = draw();
  float v[FEW * D_MOST] = {0}, again[FEW * D_MOST] = {0}, divergence[FEW];
  double expected[FEW * D_MOST], exact[FEW];
  set_up(&s, set);
  const hifm_batch batch = {FEW, FEW, p.x, p.z};
  network_forward(&s.net, s.w, &batch, v);
  network_divergence(&s.net, s.w, &batch, again, divergence);
  assert_memory_equal(v, again, sizeof v);
  for (size_t b = 0; b < FEW; b++) {
    reference(&s, p.exact + b * domain.d, (double)p.z[b], expected + b * domain.d);
    exact[b] = divergence_of(&s, p.exact + b * domain.d, (double)p.z[b]);
  }
  compare(set->name, "v", v, expected, FEW * domain.d);
  compare(set->name, "divergence", divergence, exact, FEW);
  compare_gradients(&s, &p, &batch);
  tear_down(&s);
}

/* layers, depth, width, log, silu, attention, tanh_range, sum, normalise, initial */
static void settings_are_their_formulas(void **state) {
  static const setup CASES[] = {
      {"two layers", 2, 3, 5, 0, 0, 0, 0, 0, 0, 0},
      {"three layers, tiles", 3, 2, 16, 0, 0, 0, 0, 0, 0, 0},
      {"four layers", 4, 2, 4, 1, 0, 0, 0, 0, 0, 0},
      {"silu", 2, 2, 5, 0, 1, 0, 0, 0, 0, 0},
      {"attention", 3, 3, 5, 0, 0, 1, 0, 0, 0, 0},
      {"tanh", 3, 2, 5, 0, 0, 0, 3, 0, 0, 0},
      {"sum", 2, 2, 5, 0, 0, 0, 0, 1, 0, 0},
      {"normalise", 3, 2, 5, 0, 0, 0, 0, 0, 1, 0},
      {"initial distance", 3, 2, 5, 0, 0, 0, 0, 0, 0, 1},
      {"initial distance, log", 3, 2, 5, 1, 0, 0, 0, 0, 0, 1},
      {"Satorras et al. 2021", 3, 2, 16, 0, 1, 1, 0, 0, 0, 0},
      {"Klein et al. 2023", 3, 2, 16, 0, 1, 1, 15, 1, 1, 1},
      {"one layer", 1, 3, 5, 0, 0, 0, 0, 0, 0, 0},
      {"one layer, all", 1, 3, 5, 1, 1, 1, 2, 1, 1, 1},
  };
  (void)state;
  for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) compare_all(&CASES[k]);
}

/* The derivatives of layers with others around them differ from those at either end. */
static void any_particles_and_layers(void **state) {
  static const setup CASES[] = {
      {"two layers, all", 2, 3, 16, 0, 1, 1, 2, 1, 1, 1},
      {"three layers, all", 3, 3, 5, 1, 1, 1, 2, 1, 1, 1},
      {"five layers, all", 5, 2, 5, 0, 1, 1, 2, 0, 1, 1},
  };
  static const unsigned PARTICLES[] = {2, 3, 5}, SPACES[] = {1, 2, 3};
  const hifm_domain kept = domain;
  (void)state;
  for (size_t shape = 0; shape < 3; shape++) {
    domain.particles = PARTICLES[shape];
    domain.space = SPACES[shape];
    domain.d = domain.particles * domain.space;
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) compare_all(&CASES[k]);
  }
  domain = kept;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(settings_are_their_formulas),
                                     cmocka_unit_test(any_particles_and_layers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
