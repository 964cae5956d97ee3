/* The folders of tables (views) in a results folder: which script asked for which runs, and the
 * cells of its rows, labels included. */
#ifndef FRONT_RUN_VIEWS_H
#define FRONT_RUN_VIEWS_H

#include "base/csv_table.h"
#include "front/runs.h"

/* One folder with a runs.csv or a script.json. */
typedef struct run_view {
  const char *name;            /* of the folder */
  const char *folder, *script; /* script: what made it, a path; "": not known */
  csv_table rows;              /* runs.csv; without rows where it cannot be read */
  size_t cells;                /* its first columns, which are those of the plan */
  int train;                   /* the column of train ids; -1: none */
  double when;                 /* of runs.csv */
} run_view;

/* A row of a view that is of a run; the newest view first. */
typedef struct run_asked {
  const run_view *view;
  size_t row;
  const struct run_asked *older; /* NULL: none */
} run_asked;

typedef struct run_views {
  run_view *items; /* the newest first */
  size_t count;
  failure unread; /* why a view could not be read now; STATUS_OK: all were */
  key_map known;  /* 12 digits of a train id -> place in asked */
  const run_asked **asked;
} run_views;

/* Views that cannot be read are left out: damaged ones, and those of which `unread` has the first.
 * Where out itself cannot be read there are none, and `unread` says so. */
run_views run_views_read(arena *a, const char *out);
void run_views_close(run_views *views);

/* Who asked for the run with this train id; NULL: nobody. */
const run_asked *run_views_find(const run_views *views, const char *id);

/* The text of a row in a column of the plan; NULL: there is no such column. */
const char *run_views_cell(const run_asked *asked, const char *column);

/* Replaces, in settings, names of data set, network and flow by the labels that the newest view has
 * for them: "formation+project" for its stages. */
void run_views_label(arena *a, const run_views *views, run_info *run);

#endif
