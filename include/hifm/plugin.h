/* The record that every plugin exports: its name, its settings, its functions.
 *
 * A plugin is one shared object with one exported constant, written with HIFM_PLUGIN at the end of
 * its file, in C or in C++20. The host reads abi, kind, ops_size and instance_size before it runs
 * any code of the plugin; it refuses a mismatch with a message that has both numbers. A plugin
 * calls no function of the host but the callbacks that it is given.
 *
 * Growth: structs are only extended, at their end (those that come in arrays, hifm_param and
 * hifm_tensor, are not), and `abi` changes when anything else changes. A plugin built with older
 * headers has a shorter table of operations: those that it lacks are taken as NULL. A longer table
 * than the host's is refused.
 *
 * Memory: the host owns it. An instance is instance_size zeroed bytes, into which the settings are
 * stored. Output arrays are not zeroed: a function writes every item of them, and nothing else.
 * Arguments are valid during the call only. No function but init may allocate.
 *
 * Threads: a function with `const void *self` may be called by any number of threads at once, so it
 * keeps nothing outside of its arguments (no static variables). init and drop run alone.
 *
 * Files: a grid of runs is computed with a copy of the shared object that is taken at its start. A
 * plugin that is rebuilt meanwhile serves the next grid. */
#ifndef HIFM_PLUGIN_H
#define HIFM_PLUGIN_H

#include "hifm/settings.h"
#include "hifm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HIFM_ABI   3u
#define HIFM_ENTRY "hifm_plugin_record"

/* What a data point is. d = particles * space for particle systems (row-major: particle, then
 * coordinate), height * width * channels for images; otherwise only d is set. */
typedef struct hifm_domain {
  uint32_t d;
  uint32_t particles, space;
  uint32_t height, width, channels;
  bool centred;          /* every point has zero centre of mass (particles only) */
  const uint16_t *types; /* [particles], the type of each; NULL: all particles are alike */
} hifm_domain;

struct hifm_energy_ops;
struct hifm_flow_ops;
struct hifm_network_ops;
struct hifm_solver_ops;

typedef struct hifm_plugin {
  uint32_t abi, kind, ops_size, instance_size; /* these four never move */
  uint32_t revision;          /* raise it when equal settings give other numbers: it is part of a
                                 run's identity, so that old results are not taken for new ones */
  const char *name, *summary; /* name: [a-z][a-z0-9_]*, the name of the file; summary: one line */
  const hifm_param *params;   /* NULL: no settings */
  union {
    const struct hifm_energy_ops *energy;
    const struct hifm_flow_ops *flow;
    const struct hifm_network_ops *network;
    const struct hifm_solver_ops *solver;
  } ops;
  /* Optional. Called once, when all settings are stored: files are read, plugins in HIFM_REF
   * settings are ready. Checks the settings against the domain and derives what the functions need.
   * Any status but HIFM_OK refuses the domain or the settings, with the words in err. drop is not
   * called after a failed init: init frees what it has allocated. */
  hifm_status (*init)(void *self, const hifm_domain *domain, hifm_error *err);
  void (*drop)(void *self); /* optional: frees what init has allocated */
} hifm_plugin;

/* A plugin with its settings: `self` is what its functions are called with. */
typedef struct hifm_bound {
  const hifm_plugin *plugin;
  void *self;
} hifm_bound;

extern __attribute__((visibility("default"))) const hifm_plugin hifm_plugin_record;

#ifdef __cplusplus
}
#endif

/* HIFM_PLUGIN(energy, HIFM_ENERGY, morse, .revision = 1, .name = "morse", .summary = "...",
 *             .params = params, .ops = {.energy = &ops}, .init = init);
 * The second argument is the kind of the first; `morse` is the type of an instance (char: none). */
#define HIFM_PLUGIN(kind_word, kind_value, instance, ...)                                          \
  const hifm_plugin hifm_plugin_record = {.abi = HIFM_ABI,                                         \
                                          .kind = kind_value,                                      \
                                          .ops_size =                                              \
                                              (uint32_t)sizeof(struct hifm_##kind_word##_ops),     \
                                          .instance_size = (uint32_t)sizeof(instance),             \
                                          __VA_ARGS__}

#endif
