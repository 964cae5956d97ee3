/* Which kinds of data points a plugin is for, and its checks on each. */
#include "base/text.h"
#include "host/check_parts.h"
#include "host/energy.h"
#include "host/plugins.h"

/* The kinds of data points there are: particles in space and in the plane, images, plain numbers;
 * of these so few that one written past the end of a short point is seen, too. */
static const struct {
  const char *name;
  hifm_domain domain;
} DOMAINS[] = {
    {"5 particles in 3 dimensions", {.d = 15, .particles = 5, .space = 3, .centred = true}},
    {"4 particles in 2 dimensions", {.d = 8, .particles = 4, .space = 2, .centred = true}},
    {"8 x 8 image", {.d = 64, .height = 8, .width = 8, .channels = 1}},
    {"1 number", {.d = 1}},
    {"2 numbers", {.d = 2}},
    {"3 numbers", {.d = 3}},
    {"4 numbers", {.d = 4}},
};

static status_code bind(check *c, const hifm_domain *domain, hifm_bound *bound, failure *err) {
  return plugins_bind_opened(c->memory, c->plugin, check_settings(c, NULL, 0), c->plugin->name,
                             domain, bound, err);
}

/* Binding is half the test of an energy: the host serves a pair energy on particles only. */
static status_code try_domain(check *c, const hifm_domain *domain, hifm_bound *bound,
                              failure *err) {
  status_code status = bind(c, domain, bound, err);
  if (status != STATUS_OK || c->plugin->kind != HIFM_ENERGY) return status;
  energy e;
  status = energy_open(&e, *bound, domain, err);
  energy_close(&e);
  if (status != STATUS_OK) plugins_drop(bound);
  return status;
}

static void check_kind(check *c, const hifm_bound *bound, const hifm_domain *domain) {
  if (c->plugin->kind == HIFM_ENERGY) check_energy(c, bound, domain);
  if (c->plugin->kind == HIFM_FLOW) check_flow(c, bound, domain);
  if (c->plugin->kind == HIFM_NETWORK) check_network(c, bound, domain);
}

enum { PARTICLES_MOST = 255, NUMBERS_MOST = 256 };

/* Sums over pairs of types once more, with particles of two types in turn. */
static void check_with_types(check *c, const char *name, const hifm_domain *domain) {
  static const uint16_t TYPES[PARTICLES_MOST] = {0, 1, 0, 1, 1, 0};
  hifm_domain typed = *domain;
  hifm_bound bound = {0};
  typed.types = TYPES;
  if (try_domain(c, &typed, &bound, NULL) != STATUS_OK) return; /* it has types of its kind */
  c->where = arena_format(c->memory, "%s, of two types", name);
  check_kind(c, &bound, &typed);
  plugins_drop(&bound);
}

/* What became of the kinds of data points. */
typedef struct kinds {
  const char *accepted, *refused;  /* names, with commas */
  bool particles;                  /* are some of the accepted ones */
  failure of_particles, of_others; /* the last refusals */
} kinds;

static const char *append(check *c, const char *names, const char *name) {
  return arena_format(c->memory, "%s%s%s", names, *names ? ", " : "", name);
}

/* Stages and solvers are bound for a domain, but see only modes and components of it. */
static bool sees_points(const check *c) {
  return c->plugin->kind == HIFM_ENERGY || c->plugin->kind == HIFM_NETWORK;
}

/* Energies that declare rotations or permutations but no translations are refused on centred
 * points: what they declare is tested on particles that lie uncentred. */
static bool needs_uncentred(const check *c) {
  if (c->plugin->kind != HIFM_ENERGY) return false;
  const uint32_t flags = energy_constant_invariances(c->plugin->ops.energy);
  return flags & (HIFM_INVARIANT_ROTATION | HIFM_INVARIANT_PERMUTATION) &&
         !(flags & HIFM_INVARIANT_TRANSLATION);
}

/* The checks on a kind that is accepted; drops `bound`. */
static void check_bound(check *c, const char *name, const hifm_domain *domain, hifm_bound *bound,
                        kinds *k) {
  k->accepted = append(c, k->accepted, name);
  k->particles = k->particles || domain->particles;
  c->where = sees_points(c) ? name : NULL;
  check_verdict(c, "defaults are accepted", true, "bound with every setting at its default");
  check_kind(c, bound, domain);
  plugins_drop(bound);
  if (c->plugin->kind == HIFM_ENERGY && c->plugin->ops.energy->pair_typed)
    check_with_types(c, name, domain);
}

/* A refusal says that the plugin is not for this kind. */
static void check_on(check *c, const char *name, const hifm_domain *domain, kinds *k) {
  hifm_bound bound = {0};
  failure *why = domain->particles ? &k->of_particles : &k->of_others;
  if (try_domain(c, domain, &bound, why) != STATUS_OK)
    k->refused = append(c, k->refused, name);
  else
    check_bound(c, name, domain, &bound, k);
}

/* An energy or network of one molecule accepts none of these: it is checked on the first count of
 * particles or numbers that it accepts. */
/* Does the plugin itself accept the domain? Then it is checked there, or the host's refusal is
 * kept.
 */
static bool check_if_bound(check *c, const char *name, const hifm_domain *domain, kinds *k) {
  hifm_bound bound = {0};
  if (bind(c, domain, &bound, NULL) != STATUS_OK) return false;
  plugins_drop(&bound);
  failure *why = domain->particles ? &k->of_particles : &k->of_others;
  if (try_domain(c, domain, &bound, why) == STATUS_OK) check_bound(c, name, domain, &bound, k);
  return true;
}

static void look_for_particles(check *c, bool uncentred, kinds *k) {
  for (uint32_t space = 3; space >= 1; space--)
    for (uint32_t n = 2; n <= PARTICLES_MOST; n++) {
      const hifm_domain domain = {
          .d = n * space, .particles = n, .space = space, .centred = !uncentred};
      const char *name = arena_format(c->memory, "%u particles in %u dimension%s%s", n, space,
                                      text_plural(space), uncentred ? " (not centred)" : "");
      if (check_if_bound(c, name, &domain, k)) return;
    }
}

static void look_for_numbers(check *c, kinds *k) {
  for (uint32_t d = 5; d <= NUMBERS_MOST; d++) {
    const hifm_domain domain = {.d = d};
    if (check_if_bound(c, arena_format(c->memory, "%u numbers", d), &domain, k)) return;
  }
}

static void report_kinds(check *c, const kinds *k) {
  if (*k->accepted)
    check_verdict(c, "kinds of data points", true, "%s %s%s%s",
                  sees_points(c) ? "checked on" : "sees none of them; bound for", k->accepted,
                  *k->refused ? "; not for " : "", k->refused);
  else
    check_verdict(c, "defaults are accepted", false,
                  "on no kind of data point; tried %s, up to %d particles and %d numbers; of "
                  "particles: %s; of the others: %s",
                  k->refused, PARTICLES_MOST, NUMBERS_MOST, k->of_particles.message,
                  k->of_others.message);
}

/* One kind is enough for what sees no points. */
void check_domains(check *c) {
  kinds k = {.accepted = "", .refused = ""};
  const bool uncentred = needs_uncentred(c);
  for (size_t i = 0; i < sizeof DOMAINS / sizeof *DOMAINS; i++) {
    hifm_domain domain = DOMAINS[i].domain;
    const char *name = DOMAINS[i].name;
    if (*k.accepted && !sees_points(c)) break;
    if (domain.centred && uncentred) {
      domain.centred = false;
      name = arena_format(c->memory, "%s (not centred)", name);
    }
    check_on(c, name, &domain, &k);
  }
  if (sees_points(c) && !k.particles) look_for_particles(c, uncentred, &k);
  if (sees_points(c) && !*k.accepted) look_for_numbers(c, &k);
  c->where = NULL;
  report_kinds(c, &k);
  if (!*k.accepted) return;
  if (c->plugin->kind == HIFM_SOLVER) check_solver(c);
  if (c->plugin->kind == HIFM_ENERGY && !k.particles)
    check_energy_without_particles(c, k.of_particles.message);
}
