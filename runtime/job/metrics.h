/* What is measured of weights: one record per metric, read by histories, progress lines, tables and
 * figures.
 *
 * To add a metric: a file with its `measure` function, and its record in METRICS (metrics.c). */
#ifndef JOB_METRICS_H
#define JOB_METRICS_H

#include "base/value.h"
#include "job/likelihood.h"
#include "job/scorecard.h"

/* The weights to measure, and what several metrics need of them, made once. */
typedef struct measurement {
  network *net;
  const float *w;
  const double *points; /* [count, d], test points */
  size_t count;
  const measure_settings *settings;
  uint32_t seed;
  energy *target;      /* of the data; NULL: not known, or settings->samples is 0 */
  double *each;        /* [count]: NLL of each point, filled by measurement_likelihood; or NULL */
  bool has_likelihood; /* measurement_likelihood has solved */
  likelihood solved;
  bool has_scores; /* measurement_scores has drawn its samples */
  scorecard scores;
} measurement;

/* The likelihood of the points, solved at the first call. STATUS_OK also where the solver failed:
 * see likelihood.solver. *out is valid as long as m. */
status_code measurement_likelihood(measurement *m, const likelihood **out, failure *err);

/* The scorecard, measured at the first call; with a target and room for the NLL of each point. *out
 * is NULL where a solver failed (a note says so), and valid as long as m. */
status_code measurement_scores(measurement *m, const scorecard **out, failure *err);

typedef struct metric metric;
struct metric {
  const char *name;    /* column of history.csv, key of history rows and progress lines */
  const char *meaning; /* of the column */
  const char *title;   /* of a figure's panel, without the unit */
  const char *unit;    /* "nats"; "" for a count */
  const char *label;   /* in lines of progress; NULL: not shown there */
  bool count;          /* an integer: shown without digits */
  bool has_se;         /* also <name>_se, the standard error over the points */
  bool needs_solution; /* empty in history.csv where the solver failed */
  bool history_only;   /* not in runs.csv: it describes the solver, not the weights */
  bool needs_samples;  /* there only with measure.samples: such metrics are the last of a table */
  size_t score, score_se; /* in a scorecard, of a metric that is read from there */
  /* out: NAN where there is none; se (only with has_se): NAN where there is none. A status other
   * than STATUS_OK ends the job. */
  status_code (*measure)(const metric *self, measurement *m, double *out, double *se, failure *err);
};

enum { METRICS_MAX = 24 };

/* In the order of history.csv, at most METRICS_MAX; the last one has the name NULL. */
extern const metric METRICS[];

/* The same without those that need samples, in the arena. */
const metric *metrics_without_samples(arena *a);

/* The weights with the smallest value of this metric are the best ones. */
#define METRICS_BEST "nll"

/* Measures every metric of a table (METRICS) and puts the finite values into a history row; then,
 * where samples are drawn, the histograms "energy" and "distance" (job/histogram.h); then "solver":
 * "ok", or why the solver failed. */
status_code metrics_measure(const metric *table, measurement *m, arena *a, value *row,
                            failure *err);

/* A metric of a history row; NAN where the row has none, or where the metric needs a solution and
 * the solver failed. */
double metrics_get(const metric *each, const value *row);

#endif
