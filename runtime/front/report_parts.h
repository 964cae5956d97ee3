/* A report while it is made: what the files report*.c share. */
#ifndef FRONT_REPORT_PARTS_H
#define FRONT_REPORT_PARTS_H

#include "base/csv_table.h"
#include "front/report.h"
#include "front/runs.h"
#include "report/page.h"

typedef struct report {
  arena memory;
  const session *s;
  text_buffer text;
  csv_table runs, timings;
  run_info *found;  /* [runs.count] what the run's folder says */
  value *facts;     /* MAP "blas", ... -> MAP of its texts -> how many trainings */
  value *plugins;   /* MAP "flow/project", ... -> MAP of hashes of its code -> how many */
  size_t trainings; /* whose results have been read */
} report;

/* report_runs.c: the list of runs. */
void report_add_runs(report *r);

/* report_origin.c: reads the folders of the runs; how the results were made; the commands. */
void report_look(report *r);
void report_add_origin(report *r);
void report_add_commands(report *r);

#endif
