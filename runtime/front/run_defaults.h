/* The settings of a run that a script had to give. */
#ifndef FRONT_RUN_DEFAULTS_H
#define FRONT_RUN_DEFAULTS_H

#include "base/value.h"

/* A copy of a resolved configuration without the settings that are the defaults of today. The names
 * of plugins stay, and settings of plugins that the catalogue lacks. */
const value *run_defaults_drop(arena *a, const value *catalogue, const value *config);

#endif
