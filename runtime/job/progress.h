/* What a worker tells: JSON lines on the descriptor named by HIFM_PROGRESS_FD, else text on stderr.
 * With HIFM_SCHEDULER_PID, its parent, it also ends when that does.
 *
 * { "phase": "data" | "modes" | "train" | "measure", "done": n, "total": n } and, where known,
 * "points" (of each of the n), "epoch", "epochs", "loss", "nll" and "nfe" (of the last
 * measurement), "best" (the smallest nll so far); or { "note": text } for the log and the screen.
 */
#ifndef JOB_PROGRESS_H
#define JOB_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct progress {
  const char *phase;
  double done, total;
  double points, epoch, epochs, loss, nll, nfe, best; /* NAN: not known */
} progress;

void progress_start(void); /* reads the environment; once per process */
/* At most a few lines a second are written, the last one of a phase (done == total) always. */
void progress_tell(const progress *state);
/* The same where nothing but the phase is known. */
void progress_tell_phase(const char *phase, double done, double total);
__attribute__((format(printf, 1, 2))) void progress_note(const char *format, ...);

/* SIGTERM and SIGINT ask a worker to checkpoint and end. */
void progress_catch_signals(void);
bool progress_stop_asked(void);

#endif
