/* hifm --help and hifm COMMAND --help, from the tables of commands, options and exit codes. Lines
 * have at most 80 characters. */
#ifndef FRONT_HELP_H
#define FRONT_HELP_H

#include "front/command.h"

#include <stdio.h>

/* Variables of the environment that hifm reads. */
enum { HELP_VARIABLES = 7 };
extern const struct help_variable { const char *name, *meaning; } HELP_VARIABLE[HELP_VARIABLES];

void help_overview(FILE *out);
void help_command(command_id id, FILE *out);

#endif
