/* hifm man: the manual page, from the tables of commands, options and exit codes. */
#ifndef FRONT_MANUAL_H
#define FRONT_MANUAL_H

#include <stdio.h>

/* For man or groff -man. */
void manual_print(FILE *out);

#endif
