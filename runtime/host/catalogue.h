/* What plugins there are, learned from children: the scheduler's knowledge without dlopen. */
#ifndef HOST_CATALOGUE_H
#define HOST_CATALOGUE_H

#include "base/failure.h"
#include "host/params.h"

/* Opens every plugin found, each in its own child process, and gathers a LIST of MAPs, sorted
 * by kind and name:
 *   { "kind", "name", "path",
 *     "hash":      BLAKE2b-128 of the file, 32 hex digits (absent: unreadable)
 *     "libraries": LIST of MAPs { "name", "hash" }: those that it loads from its folder, by their
 *                  path from there (absent: none)
 *     "summary", "revision",
 *     "params":    LIST, as params_describe says
 *     "role", "own_path" (flow: HIFM_STAGE_... flags as a NUMBER; BOOL: brings its own path)
 *     "speed" (network, BOOL: can answer v_z)
 *     "invariances", "more_invariances", "pair" (energy: HIFM_... flags as a NUMBER, those that
 *                  follow from a sum over pairs included; BOOL: settings may add further ones;
 *                  BOOL: is it a sum over pairs) }
 * or { "kind", "name", "path", "hash", "error" } for those that were refused or killed their child;
 * kind is "" there when neither folder nor record says it. */
const value *catalogue_collect(arena *a);

/* The entry of a plugin; STATUS_BAD_CONFIG with "did you mean", or with the reason it was refused,
 * or with both paths when there are two. */
status_code catalogue_find(arena *a, const value *catalogue, hifm_kind kind, const char *name,
                           const value **entry, failure *err);

/* The energy whose Hessian a resolved path stage brings (a plugin value, params.h), found by its
 * kind and not by the name of the setting; NULL where the stage brings no Hessian. */
status_code catalogue_energy_of(arena *a, const value *catalogue, const value *stage,
                                const value **out, failure *err);

/* A lookup for params_check; the context must outlive it. */
typedef struct catalogue_context {
  arena *memory;
  const value *catalogue;
} catalogue_context;
params_lookup catalogue_lookup(catalogue_context *context);

#endif
