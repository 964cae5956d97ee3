/* What a script may set: a section's declared value, grids decided, becomes its resolved one. */
#ifndef PLAN_SCHEMA_H
#define PLAN_SCHEMA_H

#include "base/failure.h"
#include "host/catalogue.h"
#include "plan/recipe.h"

/* The sections of a run, in the order of their axes: the seed outermost, so that the first full
 * table appears early. */
enum {
  SECTION_SEED,
  SECTION_DATASET,
  SECTION_NETWORK,
  SECTION_OPTIMIZER,
  SECTION_TRAIN,
  SECTION_MEASURE,
  SECTION_FLOW,
  SECTIONS
};
extern const char *const SCHEMA_SECTIONS[SECTIONS];

/* The section of a path such as "train.epochs" or "seed": its index, or SECTIONS. */
size_t schema_section_of(const char *path);

typedef struct schema {
  arena *memory;
  const value *catalogue;
  catalogue_context context;
  params_lookup lookup;
  recipes recipes;
} schema;

/* A schema must not be copied: its lookup points into it. */
void schema_open(schema *s, arena *a, const value *catalogue, recipes found);

/* The resolved section (see plan.h) of a declared one (NULL: nothing given). Messages begin with
 * the setting's path. */
status_code schema_resolve(schema *s, size_t section, const value *declared, const value **out,
                           failure *err);

/* The same for a plugin value alone, whose setting is `where`. */
status_code schema_resolve_plugin(schema *s, hifm_kind kind, const char *where,
                                  const value *declared, const value **out, failure *err);

/* The settings that a declared section (or plugin value) has; NULL where the name is missing or
 * unknown. */
const hifm_param *schema_settings(schema *s, size_t section, const value *declared);
const hifm_param *schema_plugin_settings(schema *s, hifm_kind kind, const char *name);

/* A declared data set with its recipe's settings filled in, or NULL where that fails. */
const value *schema_dataset(schema *s, const value *declared);

/* The names of all plugins of a kind, NULL-ended. */
const char *const *schema_names(arena *a, const value *catalogue, hifm_kind kind);

#endif
