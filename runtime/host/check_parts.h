/* What the checks of the four kinds share. Only for host/check*.c. */
#ifndef HOST_CHECK_PARTS_H
#define HOST_CHECK_PARTS_H

#include "base/value.h"
#include "hifm/plugin.h"
#include "host/check.h"

typedef struct check {
  check_report report;
  void *context;
  size_t failed;
  arena *memory;
  const hifm_plugin *plugin;
  const char *path;  /* of the plugin */
  const char *where; /* the data points of the checks that follow, in front of their details */
} check;

__attribute__((format(printf, 4, 5))) void check_verdict(check *c, const char *name, bool passed,
                                                         const char *format, ...);
/* Passed iff error <= bound (a NaN is not). */
void check_within(check *c, const char *name, double error, double bound);
/* Passed iff both hold the same bytes. */
void check_same(check *c, const char *name, const void *x, const void *y, size_t bytes);

/* A call of the plugin. Two such calls share nothing but constants. */
typedef struct check_call {
  void (*run)(void *context);
  void *context;
  const void *out; /* what it writes */
  size_t bytes;
} check_call;
/* Passed iff two threads that make these calls at once get the bytes that each call gives alone. */
void check_two_threads(check *c, const check_call calls[2]);

/* Settings with which the plugin can be bound: defaults, and for what must be given the smallest
 * number allowed, the first plugin found, or the file NAME.SETTING beside NAME.so. `key` (may be
 * NULL), a REAL or COUNT of the plugin, is set to number. */
const value *check_settings(check *c, const char *key, double number);
/* Does the plugin have a setting of this name and type? */
bool check_has(const check *c, const char *name, hifm_param_type type);

/* Zeroed memory with guard bytes on both sides; are they still as they were? */
void *check_guarded(check *c, size_t bytes);
bool check_intact(const void *guarded, size_t bytes);

/* Standard normals, the same for the same draw. */
void check_normals(uint32_t draw, size_t n, double *out);
/* A data point of the domain: particles near the sites of a cubic lattice, so that no two are close
 * (centred where the domain is), else normals. */
void check_point(const hifm_domain *domain, uint32_t draw, double *y);

/* check_domains.c: the checks of the plugin's kind, on every kind of data point that it accepts. */
void check_domains(check *c);

void check_energy(check *c, const hifm_bound *bound, const hifm_domain *domain);
/* For an energy that accepts no particles (refusal: its words on them): every invariance that it
 * declares fails. */
void check_energy_without_particles(check *c, const char *refusal);
void check_flow(check *c, const hifm_bound *bound, const hifm_domain *domain);
void check_network(check *c, const hifm_bound *bound, const hifm_domain *domain);
/* Binds by itself: some checks need other settings. */
void check_solver(check *c);

#endif
