/* Data sets by name: "lj13" is the recipe datasets/lj13.lua, with the script's keys on top.
 *
 * A recipe may also say what its points should give, with standard errors:
 *   check = { mean_energy = { -43.06, 0.05 } }
 * That is for `hifm dataset check`; it is not a setting of the data set. */
#ifndef PLAN_RECIPE_H
#define PLAN_RECIPE_H

#include "base/failure.h"
#include "plan/file_records.h"
#include "plan/script.h"

typedef struct recipes {
  arena *memory;
  script *lua;        /* NULL where no recipe can be read */
  const char *folder; /* of recipes */
  const char *script_folder;
  file_records records; /* for data files that are missing */
  value *known;         /* MAP name -> what recipe_find found */
  bool has_line;        /* the last error has its file:line already */
} recipes;

/* The recipe's own table, `check` included, which is a MAP name -> LIST of two numbers. */
status_code recipe_find(recipes *r, const char *name, const value **out, failure *err);

/* A declared data set becomes { "" : ["mcmc", "file" or "images"], ... } with the recipe's settings
 * filled in; paths are made absolute, from the folder of the script or recipe that names them:
 * `path`, `test_path` and `validation_path`, each part of `folder`, to which the data set's own
 * (datasets/NAME) is added, and `fetch`, which only a recipe may name. *label is the name it was
 * declared by. */
status_code recipe_resolve(recipes *r, const value *declared, const value **out, const char **label,
                           failure *err);

#endif
