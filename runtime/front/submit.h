/* hifm run --executor slurm, and --print-commands: a grid is cut into slices, which run elsewhere.
 * All of them hold the lock of the results folder, but submit_show. */
#ifndef FRONT_SUBMIT_H
#define FRONT_SUBMIT_H

#include "front/session.h"
#include "grid/schedule.h"

/* Writes the submission and gives it to Slurm, or makes the data here and prints commands. With
 * --wait it returns when all has ended; summary then says how (schedule_run). */
status_code submit_grid(session *s, const trial_facts *facts, schedule_summary *summary,
                        failure *err);

/* What submit_grid would do: batch scripts, commands, slices. Nothing is written. */
status_code submit_show(session *s, const trial_facts *facts, failure *err);

#endif
