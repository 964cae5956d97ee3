/* This program as its commands use it: its own path, its workers, its exit codes. */
#ifndef FRONT_PROGRAM_H
#define FRONT_PROGRAM_H

#include "grid/schedule.h"

/* The path of this executable. Without /proc the program ends with a message and
 * STATUS_NO_RESOURCE. */
const char *program_path(arena *a);

/* The folder of data set recipes: HIFM_DATASETS, or datasets/ beside the executable's folder. */
const char *program_recipes(arena *a);

/* Runs the jobs as workers of this machine, at most `parallel` at a time. plugins: the only folder
 * where they look for plugins, or NULL. Returns as schedule_run does. */
status_code program_run_jobs(arena *a, grid_job *jobs, size_t count, size_t parallel,
                             const char *plugins, const schedule_options *how,
                             schedule_summary *summary, failure *err);

/* The exit code after a schedule that came to its end: 1 where jobs failed or were skipped, 74
 * where one of them could not read or write, 128 + the signal that stopped it. */
status_code program_exit_code(const schedule_summary *summary);

#endif
