/* Running a function in a child process with hard limits, because a hook cannot stop everything
 * that Lua can do. */
#ifndef PLAN_CONFINE_H
#define PLAN_CONFINE_H

#include "base/memory.h"
#include "hifm/status.h"

/* What the child does: its answer is a text in its own memory. */
typedef hifm_status (*confine_work)(void *context, const char **text, size_t *length,
                                    hifm_error *err);

/* The child's answer (or its error), copied to the arena. A child that was stopped by a limit gives
 * HIFM_BAD_CONFIG with a message that begins with `name` and says which: CPU seconds, or bytes of
 * address space beyond what this process has. */
hifm_status confine_run(arena *a, const char *name, unsigned cpu_seconds, size_t bytes,
                        confine_work work, void *context, const char **text, size_t *length,
                        hifm_error *err);

#endif
