/* All that is made from results. */
#ifndef FRONT_TABLES_AND_FIGURES_H
#define FRONT_TABLES_AND_FIGURES_H

#include "front/session.h"

/* Writes CSV files, tables, figures, and the page of hifm report where there is one; prints the
 * tables. The first failure is returned. */
status_code tables_and_figures_write(session *s, failure *err);

/* The same before the first job, without a word: the files of an earlier call must not be mistaken
 * for this one's, while it runs or if it is interrupted. A broken gnuplot stops no run: that
 * failure is returned at the end. */
status_code tables_and_figures_reset(session *s, failure *err);

#endif
