/* An executor without processes: a test scripts what happens, and reads what the policy did. */
#ifndef TESTS_FAKE_EXECUTOR_H
#define TESTS_FAKE_EXECUTOR_H

#include "base/files.h"
#include "grid/executor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAKE_SLOTS = 4, FAKE_EVENTS = 64, FAKE_LOG = 4000 };

/* What comes next: the clock moves on to `seconds`, then the event happens. A job that ends with
 * exit code 0 leaves its result. */
typedef struct fake_event {
  double seconds;
  event event;
} fake_event;

typedef struct fake_executor {
  fake_event script[FAKE_EVENTS];
  size_t count, at;
  double seconds;
  const grid_job *running[FAKE_SLOTS];
  size_t later, broken; /* the start of this number (from 1) fails: for now, for good */
  size_t starts;
  char log[FAKE_LOG]; /* "start 0 a; end 0; kill 0; " ... */
} fake_executor;

static inline void fake_note(fake_executor *f, const char *what, size_t slot, const char *label) {
  const size_t used = strlen(f->log);
  snprintf(f->log + used, sizeof f->log - used, "%s %zu%s%s; ", what, slot, *label ? " " : "",
           label);
}

static inline status_code fake_start(void *self, size_t slot, const grid_job *it, bool *later,
                                     failure *err) {
  fake_executor *f = self;
  f->starts++;
  *later = f->starts == f->later;
  if (*later || f->starts == f->broken) {
    fake_note(f, *later ? "later" : "broken", slot, it->label);
    return failure_set(err, STATUS_NO_RESOURCE, "no worker");
  }
  fake_note(f, "start", slot, it->label);
  f->running[slot] = it;
  return STATUS_OK;
}

static inline void fake_write_result(const grid_job *it) {
  char text[200];
  const int length = snprintf(text, sizeof text, "{\"id\": \"%s\"}", it->id);
  files_write(it->result_path, text, (size_t)length, NULL);
}

static inline status_code fake_next(void *self, event *out, failure *err) {
  fake_executor *f = self;
  if (f->at == f->count) return failure_set(err, STATUS_BUG, "the script is over");
  const fake_event *it = &f->script[f->at++];
  f->seconds = it->seconds;
  *out = it->event;
  if (out->type != EVENT_ENDED) return STATUS_OK;
  const exit_facts *facts = &out->facts;
  if (facts->exit_code == 0 && !facts->signal && !facts->lost)
    fake_write_result(f->running[out->slot]);
  f->running[out->slot] = NULL;
  return STATUS_OK;
}

static inline void fake_end(void *self, size_t slot, bool now) {
  fake_note(self, now ? "kill" : "end", slot, "");
}

static inline double fake_seconds(void *self) {
  return ((fake_executor *)self)->seconds;
}

static inline void fake_close(void *self) {
  (void)self;
}

static inline executor fake_open(fake_executor *f, size_t slots) {
  static const executor_ops OPS = {.start = fake_start,
                                   .next = fake_next,
                                   .end = fake_end,
                                   .seconds = fake_seconds,
                                   .close = fake_close};
  return (executor){.ops = &OPS, .self = f, .slots = slots};
}

#endif
