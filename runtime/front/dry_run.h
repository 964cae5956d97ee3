/* hifm run --dry-run: what is to do, why, and what it will need. */
#ifndef FRONT_DRY_RUN_H
#define FRONT_DRY_RUN_H

#include "front/session.h"

/* Prints it. facts: of session_try. */
status_code dry_run(const session *s, const trial_facts *facts, failure *err);

#endif
