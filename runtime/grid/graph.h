/* A plan's rows as a graph of jobs: data sets and eigendecompositions first, each once; one
 * training per train id, which measures for all of its rows; a measurement alone where only that is
 * new. */
#ifndef GRID_GRAPH_H
#define GRID_GRAPH_H

#include "base/failure.h"
#include "grid/jobs.h"
#include "plan/run_row.h"

typedef struct graph {
  grid_job *jobs; /* in an order in which every job comes after those it needs */
  size_t job_count;
  run_row *rows;    /* one per row of the plan, in grid order */
  size_t *row_jobs; /* [row_count]: the job that ends with the row's measurement; SIZE_MAX: the
                       measurement exists, nothing needs to run */
  size_t row_count;
  size_t rows_done; /* rows that were done when the graph was built, audits included */
  value *notes;     /* LIST of TEXT: a line per damaged result, which counts as missing */
} graph;

/* out: the results folder. Folders: <out>/runs/<slug>-<12 digits of the train id> and
 * <out>/cache/<data set or energy>-<12 digits>. STATUS_BAD_CONFIG where the name of an
 * audit cannot begin a column. again: no row counts as done. Everything lives in
 * the arena. */
status_code graph_build(arena *a, const value *plan, const value *catalogue, const char *out,
                        bool again, graph *g, failure *err);

/* The job alone that makes a data set, the same as in a graph. config: { "dataset": ... } */
status_code graph_data_job(arena *a, const value *config, const value *catalogue, const char *out,
                           grid_job *made, failure *err);

/* Sets the status of each row from its job's state; after schedule_run. */
void graph_set_states(graph *g);

#endif
