/* Energies that are sums over pairs of u(r^2): everything in closed form. */
#include "base/memory.h"
#include "host/energy_parts.h"
#include "host/surroundings.h"

#include <stdlib.h>
#include <string.h>

size_t energy_pair_count(const hifm_domain *domain) {
  const size_t n = domain->particles;
  return n ? n * (n - 1) / 2 : 0;
}

/* ---- pairs by the types of their particles ---- */

typedef struct pair_group {
  uint16_t type_i, type_j; /* type_i <= type_j */
  size_t first, count;     /* of the sorted pairs */
} pair_group;

struct energy_groups {
  size_t *order; /* [pairs]: the sorted pairs, by their number in the order (0,1) (0,2) ... (1,2) */
  double *sorted; /* r2, s2, u, du, ddu [pairs] in that order */
  pair_group *groups;
  size_t count;
};

typedef struct typed_pair {
  uint32_t types; /* type_i << 16 | type_j */
  size_t number;
} typed_pair;

static int by_types(const void *left, const void *right) {
  const typed_pair *x = left, *y = right;
  if (x->types != y->types) return x->types < y->types ? -1 : 1;
  return x->number < y->number ? -1 : x->number > y->number;
}

static uint32_t types_of(const hifm_domain *domain, size_t i, size_t j) {
  if (!domain->types) return 0;
  const uint32_t ti = domain->types[i], tj = domain->types[j];
  return ti < tj ? ti << 16 | tj : tj << 16 | ti;
}

static typed_pair *list_pairs(const hifm_domain *domain) {
  typed_pair *pairs = memory_array(energy_pair_count(domain), sizeof *pairs);
  for (size_t i = 0, k = 0; i < domain->particles; i++)
    for (size_t j = i + 1; j < domain->particles; j++, k++)
      pairs[k] = (typed_pair){types_of(domain, i, j), k};
  return pairs;
}

static struct energy_groups *make_groups(const hifm_domain *domain) {
  const size_t k = energy_pair_count(domain);
  struct energy_groups *g = memory_get(sizeof *g);
  typed_pair *pairs = list_pairs(domain);
  qsort(pairs, k, sizeof *pairs, by_types);
  g->order = memory_array(k, sizeof *g->order);
  g->sorted = memory_array(5 * k, sizeof *g->sorted);
  g->groups = memory_array(k, sizeof *g->groups); /* at most one for each pair */
  for (size_t i = 0; i < k; i++) {
    g->order[i] = pairs[i].number;
    if (i == 0 || pairs[i].types != pairs[i - 1].types)
      g->groups[g->count++] = (pair_group){.type_i = (uint16_t)(pairs[i].types >> 16),
                                           .type_j = (uint16_t)(pairs[i].types & 0xffff),
                                           .first = i};
    g->groups[g->count - 1].count++;
  }
  free(pairs);
  return g;
}

void energy_pairs_open(energy *e) {
  e->scratch = memory_array(5 * energy_pair_count(&e->domain), sizeof *e->scratch);
  if (e->bound.plugin->ops.energy->pair_typed) e->groups = make_groups(&e->domain);
}

void energy_pairs_close(energy *e) {
  if (!e->groups) return;
  free(e->groups->order);
  free(e->groups->sorted);
  free(e->groups->groups);
  free(e->groups);
}

/* ---- u, u' and u'' of all pairs ---- */

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

/* Gathers the pairs of each two types, asks once for each, and puts the answers back. */
static void ask_by_types(energy *e, const pair_sums *p) {
  const hifm_energy_ops *ops = e->bound.plugin->ops.energy;
  const struct energy_groups *g = e->groups;
  const size_t k = p->count;
  double *r2 = g->sorted, *s2 = p->s2 == p->r2 ? r2 : r2 + k;
  double *u = g->sorted + 2 * k, *du = u + k, *ddu = du + k;
  for (size_t i = 0; i < k; i++) {
    r2[i] = p->r2[g->order[i]];
    s2[i] = p->s2[g->order[i]];
  }
  for (size_t n = 0; n < g->count; n++) {
    const pair_group *group = &g->groups[n];
    const size_t at = group->first;
    ops->pair_typed(e->bound.self, group->type_i, group->type_j, group->count, r2 + at, s2 + at,
                    u + at, du + at, ddu + at);
  }
  for (size_t i = 0; i < k; i++) {
    p->u[g->order[i]] = u[i];
    p->du[g->order[i]] = du[i];
    p->ddu[g->order[i]] = ddu[i];
  }
}

static pair_sums pairs_at(energy *e, const double *y, const double *anchor) {
  const size_t k = energy_pair_count(&e->domain);
  double *s = e->scratch;
  pair_sums p = {k, s, s, s + 2 * k, s + 3 * k, s + 4 * k};
  measure(&e->domain, y, p.r2);
  if (anchor != y && e->invariances & HIFM_ANCHORED) {
    p.s2 = s + k;
    measure(&e->domain, anchor, p.s2);
  }
  if (e->groups)
    ask_by_types(e, &p);
  else
    e->bound.plugin->ops.energy->pair(e->bound.self, k, p.r2, p.s2, p.u, p.du, p.ddu);
  surroundings_keep_numbers(e->bound.plugin->name, "a callback");
  return p;
}

/* ---- V and its derivatives ---- */

static double sum_of(const pair_sums *p) {
  double sum = 0;
  for (size_t k = 0; k < p->count; k++) sum += p->u[k];
  return sum;
}

double energy_pairs_value(energy *e, const double *y, const double *anchor) {
  const pair_sums p = pairs_at(e, y, anchor);
  return sum_of(&p);
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

double energy_pairs_gradient(energy *e, const double *y, const double *anchor, double *gradient) {
  const pair_sums p = pairs_at(e, y, anchor);
  if (e->domain.space == 3)
    push_apart(e->domain.particles, 3, y, p.du, gradient);
  else
    push_apart(e->domain.particles, e->domain.space, y, p.du, gradient);
  return sum_of(&p);
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

void energy_pairs_hessian(energy *e, const double *y, const double *anchor, double *hessian) {
  const pair_sums p = pairs_at(e, y, anchor);
  const size_t n = e->domain.particles, d = e->domain.d;
  memset(hessian, 0, d * d * sizeof *hessian);
  for (size_t i = 0, k = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++, k++)
      add_block(&e->domain, i, j, y, p.du[k], p.ddu[k], hessian);
}

/* Each pair's block times x_i - x_j, added to particle i and taken from j. */
void energy_pairs_hvp(energy *e, const double *y, const double *anchor, const double *x,
                      double *out) {
  const pair_sums p = pairs_at(e, y, anchor);
  const size_t n = e->domain.particles, space = e->domain.space;
  memset(out, 0, e->domain.d * sizeof *out);
  for (size_t i = 0, k = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++, k++) {
      const double *yi = y + i * space, *yj = y + j * space;
      const double *xi = x + i * space, *xj = x + j * space;
      double along = 0; /* r . (x_i - x_j) */
      for (size_t c = 0; c < space; c++) along += (yi[c] - yj[c]) * (xi[c] - xj[c]);
      for (size_t c = 0; c < space; c++) {
        const double push = 2 * p.du[k] * (xi[c] - xj[c]) + 4 * p.ddu[k] * along * (yi[c] - yj[c]);
        out[i * space + c] += push;
        out[j * space + c] -= push;
      }
    }
}

double energy_pairs_laplacian(energy *e, const double *y, const double *anchor) {
  const pair_sums p = pairs_at(e, y, anchor);
  double sum = 0;
  for (size_t k = 0; k < p.count; k++)
    sum += 2 * (2 * e->domain.space * p.du[k] + 4 * p.ddu[k] * p.r2[k]);
  return sum;
}
