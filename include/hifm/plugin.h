/* The record every plugin exports: who it is, which settings it takes, where its functions are.
 *
 * A plugin is one shared object with one exported constant, written with HIFM_PLUGIN at the end of
 * its file. The host reads abi, kind, ops_size and instance_size before it runs any code of the
 * plugin, and refuses a mismatch with a message that names both sides. A plugin calls no function
 * of the host. The host owns all memory: it allocates instance_size zeroed bytes per instance,
 * stores the declared settings in them, then calls init where there is one.
 *
 * A `const void *self` promises that any number of threads may be inside the function at once. */
#ifndef HIFM_PLUGIN_H
#define HIFM_PLUGIN_H

#include "hifm/status.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIFM_ABI   2u
#define HIFM_ENTRY "hifm_plugin_record"

typedef enum hifm_kind { HIFM_ENERGY = 1, HIFM_FLOW, HIFM_NETWORK, HIFM_SOLVER } hifm_kind;

/* What a data point is. d = particles * space for particle systems (row-major: particle, then
 * coordinate), height * width * channels for images; otherwise only d is set. */
typedef struct hifm_domain {
  uint32_t d;
  uint32_t particles, space;
  uint32_t height, width, channels;
  bool centred; /* every point has zero centre of mass (particles only) */
} hifm_domain;

/* The type decides what lies at `offset` in the instance: */
typedef enum hifm_param_type {
  HIFM_REAL,   /* double */
  HIFM_COUNT,  /* uint64_t */
  HIFM_FLAG,   /* bool */
  HIFM_CHOICE, /* uint32_t, the index into choices */
  HIFM_TEXT,   /* const char *, owned by the host, lives as long as the instance */
  HIFM_REF     /* hifm_bound, another plugin of the kind `kind` with its own settings */
} hifm_param_type;

typedef struct hifm_param {
  const char *name, *meaning; /* name NULL ends a table */
  size_t offset;
  hifm_param_type type;
  double default_value;       /* REAL, COUNT, FLAG (0 or 1), CHOICE (index); NAN: must be given */
  double low, high;           /* REAL, COUNT: both ends allowed; HIFM_POSITIVE as low means "> 0" */
  const char *const *choices; /* CHOICE: ended by NULL */
  const char *text;           /* TEXT, REF: default; NULL: must be given */
  hifm_kind kind;             /* REF */
} hifm_param;

#define HIFM_POSITIVE DBL_MIN

#define HIFM_PARAM_REAL(S, field, default_, low_, high_, meaning_)                                 \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = offsetof(S, field), .type = HIFM_REAL,          \
    .default_value = default_, .low = low_, .high = high_                                          \
  }
#define HIFM_PARAM_COUNT(S, field, default_, low_, high_, meaning_)                                \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = offsetof(S, field), .type = HIFM_COUNT,         \
    .default_value = default_, .low = low_, .high = high_                                          \
  }
#define HIFM_PARAM_FLAG(S, field, default_, meaning_)                                              \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = offsetof(S, field), .type = HIFM_FLAG,          \
    .default_value = default_, .high = 1                                                           \
  }
#define HIFM_PARAM_CHOICE(S, field, default_, choices_, meaning_)                                  \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = offsetof(S, field), .type = HIFM_CHOICE,        \
    .default_value = default_, .choices = choices_                                                 \
  }
#define HIFM_PARAM_TEXT(S, field, text_, meaning_)                                                 \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = offsetof(S, field), .type = HIFM_TEXT,          \
    .text = text_                                                                                  \
  }
#define HIFM_PARAM_REF(S, field, kind_, text_, meaning_)                                           \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = offsetof(S, field), .type = HIFM_REF,           \
    .text = text_, .kind = kind_                                                                   \
  }
#define HIFM_PARAM_END                                                                             \
  { .name = NULL }

struct hifm_energy_ops;
struct hifm_flow_ops;
struct hifm_network_ops;
struct hifm_solver_ops;

typedef struct hifm_plugin {
  uint32_t abi, kind, ops_size, instance_size; /* these four never move */
  uint32_t revision;          /* raise when equal settings give other numbers: it is part of a run's
                                 identity, so that old results are not taken for new ones */
  const char *name, *summary; /* name: [a-z][a-z0-9_]*, the name of the file */
  const hifm_param *params;   /* NULL: no settings */
  union {
    const struct hifm_energy_ops *energy;
    const struct hifm_flow_ops *flow;
    const struct hifm_network_ops *network;
    const struct hifm_solver_ops *solver;
  } ops;
  /* Optional. Called once, with the settings stored: checks them against the domain, derives what
   * the kernels need. Returns a status and writes err. Must not allocate unless drop frees. */
  hifm_status (*init)(void *self, const hifm_domain *domain, hifm_error *err);
  void (*drop)(void *self); /* optional */
} hifm_plugin;

/* A plugin with its settings: what `self` means to its functions. */
typedef struct hifm_bound {
  const hifm_plugin *plugin;
  void *self;
} hifm_bound;

/* HIFM_PLUGIN(energy, HIFM_ENERGY, instance, .name = "morse", ..., .ops.energy = &ops); */
#define HIFM_PLUGIN(kind_word, kind_value, instance, ...)                                          \
  extern const hifm_plugin hifm_plugin_record;                                                     \
  __attribute__((visibility("default"))) const hifm_plugin hifm_plugin_record = {                  \
      .abi = HIFM_ABI,                                                                             \
      .kind = kind_value,                                                                          \
      .ops_size = (uint32_t)sizeof(struct hifm_##kind_word##_ops),                                 \
      .instance_size = (uint32_t)sizeof(instance),                                                 \
      __VA_ARGS__}

#endif
