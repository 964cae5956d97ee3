/* What plugins there are, learned from children: the scheduler's knowledge without dlopen. */
#ifndef HOST_CATALOGUE_H
#define HOST_CATALOGUE_H

#include "host/params.h"

/* Opens every plugin found, each in a child process of its own, and gathers a LIST of MAPs {kind,
 * name, path, summary, revision, params, role or invariances, hash of the file} or {kind, name,
 * path, error} for those that were refused or killed their child. Sorted by kind and name. */
const value *catalogue_collect(arena *a);

/* The entry of a plugin; HIFM_BAD_CONFIG with "did you mean", or with the reason it was refused. */
hifm_status catalogue_find(arena *a, const value *catalogue, hifm_kind kind, const char *name,
                           const value **entry, hifm_error *err);

/* A lookup for params_check; the context must outlive it. */
typedef struct catalogue_context {
  arena *memory;
  const value *catalogue;
} catalogue_context;
params_lookup catalogue_lookup(catalogue_context *context);

#endif
