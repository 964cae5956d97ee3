/* What a worker reports: JSON lines on the descriptor named by HIFM_PROGRESS_FD, else text on
 * stderr. With HIFM_SCHEDULER_PID, its parent, it also ends when that process does.
 *
 * { "phase": "data" | "modes" | "train" | "measure", "done": n, "total": n } and, where known,
 * "points" (of each of the n), "epoch", "epochs", "loss", every metric of the last measurement by
 * its name (job/metrics.h), "best" (the smallest METRICS_BEST so far); or { "note": text } for the
 * log and the screen; or { "failure": text }, why the worker ends with an error.
 */
#ifndef JOB_PROGRESS_H
#define JOB_PROGRESS_H

#include "base/value.h"

typedef struct progress {
  const char *phase;
  double done, total;
  double points, epoch, epochs, loss, best; /* NAN: not known */
  const value *measured;                    /* history row of the last measurement, or NULL */
} progress;

void progress_start(void); /* reads the environment; once per process */
/* At most a few lines a second are written, the last one of a phase (done == total) always. */
void progress_report(const progress *state);
/* The same where nothing but the phase is known. */
void progress_report_phase(const char *phase, double done, double total);
__attribute__((format(printf, 1, 2))) void progress_note(const char *format, ...);
/* Why the worker ends with an error: the log may be on a disk that is full. */
void progress_failure(const char *message);

/* SIGTERM and SIGINT ask a worker to save a checkpoint and end. */
void progress_catch_signals(void);
bool progress_stop_asked(void);

#endif
