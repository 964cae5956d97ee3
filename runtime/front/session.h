/* A script, its plan, its jobs and the folder of its tables: what run, table and every other
 * command on a grid share. */
#ifndef FRONT_SESSION_H
#define FRONT_SESSION_H

#include "front/options.h"
#include "grid/graph.h"
#include "grid/trial.h"
#include "report/paired.h"
#include "report/record.h"
#include "report/table.h"

typedef struct session {
  arena *a;
  const options *given;
  const value *catalogue, *plan;
  const char *folder; /* of the tables: see front/view.h */
  char plugins[33];   /* hash of all plugins */
  graph_mode mode;
  size_t leftovers; /* folders of an interrupted --retrain, in the results folder */
  graph jobs;
  record_gaps gaps;        /* of session_record */
  paired_gaps points;      /* the same for paired.csv */
  size_t skipped;          /* jobs that fail for good, which are not tried */
  const char *skip_reason; /* of the first one */
} session;

/* Reads the script given->words[0] under these options, builds its jobs and checks its tables and
 * figures. Nothing is written. Everything lives in the arena. */
status_code session_open(session *s, arena *a, const options *given, failure *err);

/* The same for a plan that was submitted (grid/submission.h): the script is not read. folder: of
 * its tables. */
status_code session_open_submitted(session *s, arena *a, const options *given, const value *plan,
                                   const char *folder, failure *err);

/* What can be found without training: files that are missing, and what trial_run finds. */
status_code session_try(const session *s, trial_facts *facts, failure *err);

/* How many workers run at a time: -j, or as many as the processors can take. */
size_t session_parallel(const session *s);

/* Prints a LIST of TEXTs on stderr, a line each; not with --quiet. */
void session_say(const session *s, const value *lines);

/* Begins the folder of the tables, and writes runs.csv, history.csv and timings.csv from the
 * results in the runs' folders; paired.csv, too, where a table needs it. */
status_code session_record(session *s, failure *err);

/* Prints why cells of a history are empty, where some are. After session_record. */
void session_explain_gaps(const session *s);

/* What a table of the plan is made from. */
table_request session_table(const session *s, size_t index);

/* Writes the tables, from runs.csv. screen: also prints them there; NULL: only files. */
status_code session_write_tables(const session *s, FILE *screen, failure *err);

/* Writes the figures, from history.csv. Each is tried; the first failure is returned. log: a line
 * per figure; NULL: none. */
status_code session_write_figures(const session *s, FILE *log, failure *err);

#endif
