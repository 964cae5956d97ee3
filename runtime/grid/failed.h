/* What a failed job leaves in its folder: failed.json, or measure-<first 12 digits>.failed.json of
 * a measure job. It goes when the job is tried again.
 *
 * { "job", "id", "ending": in words, "exit_code" | "signal" | "timeout": seconds | "lost": true,
 *   "message": the last one of the worker, "attempts": of that call, "plugins": the hash of all
 *   plugins, "hifm": version } */
#ifndef GRID_FAILED_H
#define GRID_FAILED_H

#include "grid/jobs.h"

/* message: "" where the worker sent none. plugins: NULL where it is not known. */
status_code failed_write(const grid_job *it, const char *message, const char *plugins,
                         failure *err);

/* Missing is not an error. */
status_code failed_remove(const grid_job *it, failure *err);

/* NULL where there is none that can be read, or it is of another identity. */
const value *failed_read(arena *a, const grid_job *it);
const value *failed_read_file(arena *a, const char *path);

/* Why it failed, in one line. */
const char *failed_reason(arena *a, const value *failed);

/* Would the job fail again in the same way? So it is where the worker refused its settings or its
 * data with a message (exit codes 65 and 78), and neither hifm nor a plugin has changed since:
 * settings and data are in the identity. All else (crash, timeout, memory, disk, a file that was
 * missing) depends on the machine at that time. */
bool failed_for_good(const value *failed, const char *plugins);

#endif
