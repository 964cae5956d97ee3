/* Running a function in a child process with hard limits, because a hook cannot stop everything
 * that Lua can do. */
#ifndef PLAN_SANDBOX_H
#define PLAN_SANDBOX_H

#include "base/failure.h"
#include "base/memory.h"

/* The work of the child: its answer is a text in the child's memory. */
typedef status_code (*sandbox_work)(void *context, const char **text, size_t *length, failure *err);

/* The child's answer (or its error), copied to the arena. A child that was stopped by a limit gives
 * STATUS_BAD_CONFIG with a message that begins with `name` and says which: CPU seconds (or many
 * more seconds of any kind), or bytes of address space beyond what this process has. The child ends
 * with its parent. */
status_code sandbox_run(arena *a, const char *name, unsigned cpu_seconds, size_t bytes,
                        sandbox_work work, void *context, const char **text, size_t *length,
                        failure *err);

#endif
