/* A list of runs for programs, on standard output. */
#ifndef FRONT_RUN_EXPORT_H
#define FRONT_RUN_EXPORT_H

#include "front/run_list.h"

/* A row for each run: numbers in full, times in UTC, the settings in which the runs differ. */
void run_export_csv(arena *a, const run_list *list);

/* A list of tables with the same names; "settings" has all of a run. */
void run_export_json(arena *a, const run_list *list);

#endif
