/* Any number of threads may be inside a plugin at once (hifm/plugin.h). What is kept outside of the
 * caller's memory, such as a static array, gets into another thread's way. */
#include "host/check_parts.h"

#include <pthread.h>
#include <string.h>

enum { TURNS = 20 };

typedef struct turns {
  const check_call *call;
  const void *alone; /* what the call gives alone */
  pthread_barrier_t *start;
  size_t wrong;
} turns;

static void *take_turns(void *given) {
  turns *t = given;
  pthread_barrier_wait(t->start);
  for (size_t i = 0; i < TURNS; i++) {
    t->call->run(t->call->context);
    t->wrong += memcmp(t->call->out, t->alone, t->call->bytes) != 0;
  }
  return NULL;
}

void check_two_threads(check *c, const check_call calls[2]) {
  pthread_barrier_t start;
  pthread_t other;
  turns t[2];
  pthread_barrier_init(&start, NULL, 2);
  for (size_t k = 0; k < 2; k++) {
    void *alone = arena_get(c->memory, calls[k].bytes);
    calls[k].run(calls[k].context);
    memcpy(alone, calls[k].out, calls[k].bytes);
    t[k] = (turns){.call = &calls[k], .alone = alone, .start = &start};
  }
  const bool started = pthread_create(&other, NULL, take_turns, &t[1]) == 0;
  if (started) {
    take_turns(&t[0]);
    pthread_join(other, NULL);
    check_verdict(c, "two threads get what one gets", t[0].wrong + t[1].wrong == 0,
                  "%zu of %d answers differ", t[0].wrong + t[1].wrong, 2 * TURNS);
  } else
    check_verdict(c, "two threads get what one gets", false, "no second thread could be started");
  pthread_barrier_destroy(&start);
}
