/* A plan's rows as a graph of jobs: data sets and eigendecompositions first, each once; one
 * training per train id, which measures for all of its rows; a measurement alone where only that is
 * new. */
#ifndef GRID_GRAPH_H
#define GRID_GRAPH_H

#include "base/failure.h"
#include "grid/jobs.h"
#include "plan/run_row.h"

typedef enum graph_mode {
  GRAPH_PLAIN,
  GRAPH_RETRAIN,   /* every row is trained in its successor's folder (grid/successor.h) */
  GRAPH_GO_ON,     /* the same for rows that have such a folder; the others as in GRAPH_PLAIN */
  GRAPH_PER_POINT, /* audits without the NLL of each point are to do, too */
  GRAPH_NAMES      /* nothing is read, no row counts as done: for the folders of the rows */
} graph_mode;

typedef struct graph {
  arena *a;
  grid_job *jobs; /* in an order in which every job comes after those it needs */
  size_t job_count;
  run_row *rows;    /* one per row of the plan, in grid order */
  size_t *row_jobs; /* [row_count]: the job that ends with the row's measurement; SIZE_MAX: the
                       measurement exists, nothing needs to run */
  size_t row_count;
  const char *const *audits; /* [audit_count] their names */
  size_t audit_count;
  size_t *audit_jobs; /* [row_count * audit_count]: the job of each audit; SIZE_MAX: it exists */
  size_t rows_done;   /* rows that were done when the graph was built, audits included */
  value *notes;       /* LIST of TEXT: a line per damaged result, which counts as missing */
} graph;

/* out: the results folder. Folders: <out>/runs/<slug>-<12 digits of the train id> and
 * <out>/cache/<data set or energy>-<12 digits>. STATUS_BAD_CONFIG where the name of an
 * audit cannot begin a column. Everything lives in the arena. */
status_code graph_build(arena *a, const value *plan, const value *catalogue, const char *out,
                        graph_mode mode, graph *g, failure *err);

/* The job alone that makes a data set, the same as in a graph. config: { "dataset": ... } */
status_code graph_data_job(arena *a, const value *config, const value *catalogue, const char *out,
                           grid_job *made, failure *err);

/* Cells of a row as words: "formation hyperbolize isotropize seed 0". */
const char *graph_label(arena *a, const value *cells);

/* Sets status and reasons of each row from the states of its jobs, and from what jobs that failed
 * before have left (grid/failed.h). */
void graph_set_states(graph *g);

/* Jobs that would fail again as they did before are not tried (skip); returns how many these are.
 * plugins: the hash of all plugins. *reason: why the first one failed. */
size_t graph_skip_failed(graph *g, const char *plugins, const char **reason);

#endif
