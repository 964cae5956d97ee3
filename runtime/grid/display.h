/* What a person sees of a running grid, on stderr.
 *
 * On a terminal one status line per running job and one for the whole, redrawn in place; elsewhere
 * plain lines: starts, ends, and at most one line a job every ten seconds. Times are seconds of any
 * steady clock. */
#ifndef GRID_DISPLAY_H
#define GRID_DISPLAY_H

#include "base/value.h"
#include "job/job.h"

#include <stdio.h>

typedef struct display display;

/* `lines`: the most jobs that run at once. out NULL: nothing is shown. */
display *display_open(FILE *out, size_t lines, double now);
void display_close(display *d);

/* Before the start: a job of this kind will have to run. Remaining times are estimated by kind. */
void display_expect(display *d, job_kind kind);

/* A job starts (the label must outlive it); returns its line, `at` below. */
size_t display_start(display *d, const char *label, job_kind kind, double now);
/* A worker's JSON line (job/progress.h). */
void display_progress(display *d, size_t at, const value *news, double now);
/* The job of this line has ended; `how` is "done", "diverged", ...; NULL shows nothing (the caller
 * does, by display_failed). `again`: it will be started once more. */
void display_end(display *d, size_t at, const char *how, bool again, double now);

/* A job has failed (ending: "exit 78", ...): shown with its message ("" where it sent none) and the
 * last lines of its log from byte log_start on, which may lack the message: the disk was full. */
void display_failed(display *d, const char *label, const char *ending, const char *message,
                    const char *log, long log_start);

/* A line above the status lines. */
__attribute__((format(printf, 2, 3))) void display_say(display *d, const char *format, ...);
/* Redraws what has changed; called a few times a second. */
void display_refresh(display *d, double now);

#endif
