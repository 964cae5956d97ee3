/* The environment of workers. OpenBLAS reads its settings when it is loaded, before main, so they
 * must be in the environment that a process starts with. */
#ifndef GRID_ENVIRONMENT_H
#define GRID_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* A copy of this process's environment in which OpenBLAS has one thread and the right kernels for
 * this processor, and with `more`, entries NAME=value that replace those of the same name. Released
 * with free(); the entries are not copied. */
char **environment_of_workers(char *const *more, size_t count);

/* Does this process have these settings of OpenBLAS already? */
bool environment_is_of_workers(void);

#endif
