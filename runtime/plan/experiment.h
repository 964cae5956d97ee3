/* A script's declaration, its rules and the options of the command line become the rows of a plan.
 */
#ifndef PLAN_EXPERIMENT_H
#define PLAN_EXPERIMENT_H

#include "base/failure.h"
#include "plan/plan.h"
#include "plan/schema.h"
#include "plan/sets.h"

typedef struct experiment {
  schema *schema;
  script *lua;
  const plan_request *request;
  const value *sections, *rules; /* of script_experiment; experiment_plan merges the profiles */
  set_options sets;              /* set by experiment_plan */
  double most_runs;
} experiment;

/* The plan in a form where rows share what they have in common:
 *   { "columns": [...], "parts": [ resolved section ... ],
 *     "rows": [ { "cells": [text per column], "parts": [index per section], "number",
 *                 "audits": [ [index of its dataset, of its measure] per audit ] } ... ],
 *     "unselected": [ { "parts", "number" } ... ],
 *     "schedule", "tables", "figures", "audits" }
 * Messages begin with file:line, or with the --set they are about. */
status_code experiment_plan(experiment *e, const value **out, failure *err);

#endif
