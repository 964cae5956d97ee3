/* hifm --help and hifm COMMAND --help, from the tables of commands, options and exit codes. Lines
 * have at most 80 characters. */
#ifndef FRONT_HELP_H
#define FRONT_HELP_H

#include "front/command.h"

#include <stdio.h>

void help_overview(FILE *out);
void help_command(command_id id, FILE *out);

#endif
