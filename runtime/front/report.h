/* The report of a grid: its tables, its figures and the list of its runs in one HTML page, in the
 * folder of the tables. The page is a function of the script, the options, and what the files of
 * the results say: it has no date, and made again it has the same bytes. */
#ifndef FRONT_REPORT_H
#define FRONT_REPORT_H

#include "front/session.h"

#define REPORT_FILE "report.html"

/* Writes the page from the CSV files and figures of s->folder, and from what the folders of the
 * runs say; a run without a folder has what the CSV files have. *path: where it is. */
status_code report_write(const session *s, const char **path, failure *err);

/* Writes the page where there is one already: it must not show other numbers than the tables. */
status_code report_renew(const session *s, failure *err);

/* "scripts/lj13.lua --profile quick": what follows the name of a command, quoted for a shell. */
const char *report_arguments(arena *a, const options *given);

#endif
