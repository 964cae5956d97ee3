/* What the files of grid/graph.h share: graph.c goes through the rows, graph_jobs.c makes the jobs,
 * graph_audits.c those of audits. */
#ifndef GRID_GRAPH_PARTS_H
#define GRID_GRAPH_PARTS_H

#include "base/key_map.h"
#include "grid/graph.h"
#include "plan/identity.h"

/* A measurement that a training makes on the way. */
typedef struct graph_wanted {
  size_t train;  /* the job */
  double number; /* of the row that asks for it, in the whole grid */
  const value *entry;
} graph_wanted;

typedef struct graph_builder {
  arena *a;
  const value *catalogue;
  const char *out;
  double checkpoint, threads;
  graph_mode mode;
  value **files; /* [jobs] the job files, to build on */
  graph *g;
  size_t job_room;
  key_map known[JOB_KIND_COUNT]; /* id -> index of the job */
  graph_wanted *wanted;          /* room for one per row of the whole grid */
  size_t wanted_count;
} graph_builder;

/* ---- graph.c: what exists ---- */

/* The result of this identity, or NULL. A damaged one is noted. */
status_code graph_read_result(graph_builder *b, const char *path, const char *id,
                              const value **made, failure *err);

typedef struct graph_existing {
  bool trained, measured; /* measured: only where it is trained, too */
} graph_existing;

status_code graph_look(graph_builder *b, const char *folder, const identity *id,
                       graph_existing *out, failure *err);

/* ---- graph_jobs.c ---- */

void graph_jobs_begin(graph_builder *b, arena *a, const value *catalogue, const char *out,
                      graph *g);

/* The index of a job, or SIZE_MAX. */
size_t graph_jobs_find(const graph_builder *b, job_kind kind, const char *id);

/* Job `one` needs job `other`, which comes before it. */
void graph_jobs_need(graph *g, size_t one, size_t other);

const char *graph_jobs_result(graph_builder *b, const char *folder);

/* The job that makes a data set. */
size_t graph_jobs_data(graph_builder *b, const value *config, const identity *id);

/* A measurement as job files have it; family NULL: an audit's, which is of test points. */
value *graph_jobs_measurement(graph_builder *b, const value *config, const char *id,
                              const char *family);

/* A job that measures the weights in a folder. entry: the measurement; why: for people. */
size_t graph_jobs_measure(graph_builder *b, const value *config, const identity *id,
                          const value *cells, const char *why, const char *folder, size_t data,
                          const value *entry);

/* The jobs of a row that is not done; returns the one that ends with its measurement, which a
 * training does not make yet (graph_jobs_want). Rows may differ in what is not part of an identity
 * (the path of a file): then they share their jobs. */
size_t graph_jobs_of_row(graph_builder *b, const value *config, const identity *id,
                         const value *cells, const char *folder, bool trained);

/* The training of a row, if the graph has it, also measures as the row asks. */
void graph_jobs_want(graph_builder *b, double number, const value *config, const identity *id);

/* Writes all that is wanted into the job files of trainings, in the order of the whole grid: a job
 * file does not depend on the rows that are selected. */
void graph_jobs_put_wanted(graph_builder *b);

/* ---- graph_audits.c ---- */

/* STATUS_BAD_CONFIG where the name of an audit cannot begin a column. */
status_code graph_audits_check(const value *audits, failure *err);

/* Further measurements of the weights in `folder`, of a row of the graph. audits: as the plan's row
 * has them; id: the row's. *done: all of them exist. */
status_code graph_audits_add(graph_builder *b, const value *audits, size_t row, const char *folder,
                             const identity *id, bool *done, failure *err);

#endif
