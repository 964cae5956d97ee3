/* What the commands of the program share. Each returns the exit code; a failure also fills err. */
#ifndef FRONT_COMMAND_H
#define FRONT_COMMAND_H

#include "base/failure.h"
#include "base/value.h"
#include "front/options.h"
#include "grid/schedule.h"

status_code command_run(arena *a, const options *given, failure *err);
status_code command_table(arena *a, const options *given, failure *err);
status_code command_ls(arena *a, const options *given, failure *err);
status_code command_log(arena *a, const options *given, failure *err);
status_code command_describe(arena *a, const options *given, failure *err);
status_code command_plugin(arena *a, const options *given, failure *err);
status_code command_dataset(arena *a, const options *given, failure *err);
status_code command_bench(arena *a, const options *given, failure *err);
status_code command_sample(arena *a, const options *given, failure *err);

/* The folder of the one run in <out>/runs that has `word` in its name; a word with a slash is the
 * path of a run's folder. STATUS_NO_INPUT where there is none, STATUS_USAGE where there are
 * several. */
status_code command_find_run(arena *a, const char *out, const char *word, const char **folder,
                             failure *err);

/* Runs the jobs as workers of this machine, at most `parallel` at a time. plugins: the only folder
 * where they look for plugins, or NULL. Returns as schedule_run does. */
status_code command_schedule(arena *a, grid_job *jobs, size_t count, size_t parallel,
                             const char *plugins, const schedule_options *how,
                             schedule_summary *summary, failure *err);

/* The exit code of a schedule that came to its end: 1 where jobs failed, 74 where one of them could
 * not read or write, 128 + the signal that stopped it. */
status_code command_exit_code(const schedule_summary *summary);

/* This executable (without /proc, a message and STATUS_NO_RESOURCE), and the folder of data set
 * recipes: HIFM_DATASETS, or the one beside the one it lies in. */
const char *command_program(arena *a);
const char *command_recipes(arena *a);

#endif
