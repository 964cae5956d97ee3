/* A figure while it is made: what the files figure*.c share. */
#ifndef REPORT_FIGURE_PARTS_H
#define REPORT_FIGURE_PARTS_H

#include "report/columns.h"
#include "report/figure.h"
#include "report/figure_script.h"

typedef struct figure {
  arena memory;
  const figure_request *request;
  column_set known;
  csv_table history, runs; /* of a histogram histograms.csv is in place of history.csv */
  csv_table shown;         /* the rows of one of them that `only` keeps; without memory */
  bool of_runs;            /* x is a setting, and the numbers are of runs.csv */
  const char *nothing;     /* why there is nothing to draw; NULL: there may be something */
  curves_request wanted;   /* with the columns of the panels */
  figure_picture picture;
} figure;

/* Panels beside each other beyond these would make a picture that no program shows. */
enum { FIGURE_FACETS = 60 };

/* "figure NAME", with which messages begin. */
const char *figure_where(figure *f);

/* The quantity of a histogram, as it is declared; NULL: the figure has curves. */
const char *figure_histogram(const value *declaration);

/* Is x of history.csv, the course of training? */
bool figure_is_course(const char *x);

/* The column that says which lines are of runs that are not finished. */
#define FIGURE_UNFINISHED "unfinished"

/* Puts the rows of unfinished runs, where they are asked for, behind those of history.csv. */
void figure_add_unfinished(figure *f);

/* Reads the declaration, for whose tables the figure has the CSV files. */
status_code figure_read(figure *f, failure *err);

/* The same of a histogram, which has histograms.csv in place of history.csv. */
status_code figure_read_histogram(figure *f, failure *err);

/* The rows of a table that `only` keeps become f->shown. */
status_code figure_choose_rows(figure *f, const csv_table *all, failure *err);

#endif
