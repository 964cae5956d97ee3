/* hifm completion: completions for a shell, from the tables of commands and options. */
#ifndef FRONT_COMPLETION_H
#define FRONT_COMPLETION_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdio.h>

/* shell: bash, zsh or fish. STATUS_USAGE for another one. */
status_code completion_print(arena *a, const char *shell, FILE *out, failure *err);

#endif
