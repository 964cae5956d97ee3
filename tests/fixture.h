/* What several tests need: plugins bound without the loader, numbers compared with a message. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "hifm/plugin.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those and this before it */
#include <setjmp.h>

#include <cmocka.h>

/* A number setting that is not at its default; name NULL ends a list. */
typedef struct fixture_setting {
  const char *name;
  double number;
} fixture_setting;

static inline void fixture_store(const hifm_param *param, double number, void *instance) {
  void *place = (char *)instance + param->offset;
  switch (param->type) {
  case HIFM_REAL:
    memcpy(place, &number, sizeof number);
    break;
  case HIFM_COUNT:
    memcpy(place, &(uint64_t){(uint64_t)number}, sizeof(uint64_t));
    break;
  case HIFM_FLAG:
    memcpy(place, &(bool){number > 0}, sizeof(bool));
    break;
  case HIFM_CHOICE:
    memcpy(place, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
    break;
  case HIFM_TEXT:
  case HIFM_REF:
  case HIFM_FILE:
  case HIFM_LIST:
    fail_msg("setting %s is not a number", param->name);
  }
}

/* The record of the built plugin `name`, such as "energies/formation". */
static inline const hifm_plugin *fixture_open(const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/plugins/%s.so", TEST_BINARY_DIR, name);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail_msg("%s", dlerror());
  const hifm_plugin *plugin = dlsym(library, HIFM_ENTRY);
  assert_non_null(plugin);
  return plugin;
}

/* Defaults, then `settings` (NULL: none), then init, whose status is returned. Give the instance
 * back with fixture_drop. */
static inline hifm_status fixture_try(const char *name, const hifm_domain *domain,
                                      const fixture_setting *settings, hifm_bound *out,
                                      hifm_error *err) {
  const hifm_plugin *plugin = fixture_open(name);
  *out = (hifm_bound){plugin, calloc(1, plugin->instance_size)};
  assert_non_null(out->self);
  for (const hifm_param *p = plugin->params; p && p->name; p++) {
    double number = p->default_value;
    for (const fixture_setting *s = settings; s && s->name; s++)
      if (strcmp(s->name, p->name) == 0) number = s->number;
    fixture_store(p, number, out->self);
  }
  return plugin->init ? plugin->init(out->self, domain, err) : HIFM_OK;
}

static inline hifm_bound fixture_bind(const char *name, const hifm_domain *domain,
                                      const fixture_setting *settings) {
  hifm_bound bound;
  hifm_error err = {0};
  if (fixture_try(name, domain, settings, &bound, &err) != HIFM_OK)
    fail_msg("%s: %s", name, err.message);
  return bound;
}

static inline void fixture_drop(hifm_bound *bound) {
  if (bound->plugin->drop) bound->plugin->drop(bound->self);
  free(bound->self);
}

/* Numbers in [-1, 1), the same on every machine. */
static inline float fixture_next(unsigned *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return (float)(*seed >> 8) / 8388608.0f - 1;
}

static inline float *fixture_floats(size_t n, unsigned seed) {
  float *x = calloc(n, sizeof *x);
  assert_non_null(x);
  for (size_t i = 0; i < n; i++) x[i] = fixture_next(&seed);
  return x;
}

/* Fails with both numbers unless |actual - expected| <= tolerance. */
#define fixture_near(actual, expected, tolerance)                                                  \
  do {                                                                                             \
    const double fixture_a = (actual), fixture_e = (expected), fixture_t = (tolerance);            \
    if (!(fabs(fixture_a - fixture_e) <= fixture_t))                                               \
      fail_msg("%s is %.17g, not %.17g +- %g", #actual, fixture_a, fixture_e, fixture_t);          \
  } while (0)

#endif
