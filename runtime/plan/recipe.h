/* Data sets by name: "lj13" is the recipe datasets/lj13.lua, with the script's keys on top. */
#ifndef PLAN_RECIPE_H
#define PLAN_RECIPE_H

#include "plan/script.h"

typedef struct recipes {
  arena *memory;
  script *lua;        /* NULL where no recipe can be read */
  const char *folder; /* of recipes */
  const char *script_folder;
  value *known; /* MAP name -> what recipe_find found */
  bool placed;  /* the last error carries file:line already */
} recipes;

/* A declared data set becomes { "" : ["mcmc" or "file"], ... } with the recipe's settings filled
 * in, `path` made absolute (from the script's or the recipe's folder). *label is the name it was
 * declared by. */
hifm_status recipe_resolve(recipes *r, const value *declared, const value **out, const char **label,
                           hifm_error *err);

#endif
