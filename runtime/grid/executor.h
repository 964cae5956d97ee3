/* Where jobs run. The policy (grid/schedule.h) starts and ends jobs in numbered slots and pulls
 * events; an executor knows about processes and sockets, but not about retries, timeouts or other
 * jobs. grid/local.h is the executor of this machine. */
#ifndef GRID_EXECUTOR_H
#define GRID_EXECUTOR_H

#include "grid/jobs.h"

typedef enum event_type {
  EVENT_NEWS,   /* a line of a worker's progress (job/progress.h) */
  EVENT_ENDED,  /* the job of a slot has ended and all its news was delivered: the slot is free */
  EVENT_SIGNAL, /* this program was asked to stop */
  EVENT_TICK    /* a few times a second */
} event_type;

typedef struct event {
  event_type type;
  size_t slot;       /* NEWS, ENDED */
  const value *news; /* NEWS: valid until the next call of `next` */
  exit_facts facts;  /* ENDED: what the executor knows; the policy adds what it asked for */
  int signal;        /* SIGNAL */
} event;

typedef struct executor_ops {
  /* Starts a prepared job (jobs_prepare) in a free slot. After a failure the slot is still free;
   * *later: it may succeed when one of the running jobs has ended. */
  status_code (*start)(void *self, size_t slot, const grid_job *it, bool *later, failure *err);
  /* Blocks until there is an event. A failure: the executor cannot go on, its jobs are lost. */
  status_code (*next)(void *self, event *out, failure *err);
  /* Asks the job of a slot to write a checkpoint and end; now: kills it. EVENT_ENDED follows. */
  void (*end)(void *self, size_t slot, bool now);
  double (*seconds)(void *self); /* a clock that only goes forward */
  void (*close)(void *self);     /* when no slot is in use */
} executor_ops;

typedef struct executor {
  const executor_ops *ops;
  void *self;
  size_t slots; /* the most jobs that run at a time, at least 1 */
} executor;

#endif
