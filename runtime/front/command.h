/* What the commands of the program share. Each returns the exit code; a failure also fills err. */
#ifndef FRONT_COMMAND_H
#define FRONT_COMMAND_H

#include "base/value.h"
#include "front/options.h"

int command_run(arena *a, const options *given, hifm_error *err);
int command_table(arena *a, const options *given, hifm_error *err);
int command_ls(arena *a, const options *given, hifm_error *err);
int command_log(arena *a, const options *given, hifm_error *err);
int command_plugin(arena *a, const options *given, hifm_error *err);
int command_dataset(arena *a, const options *given, hifm_error *err);

/* This executable, and the folder of data set recipes beside the one it lies in. */
const char *command_program(arena *a);
const char *command_recipes(arena *a);

#endif
