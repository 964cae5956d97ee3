#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct part {
  void (*body)(void *share);
  void *share;
  pthread_t thread;
  bool started;
} part;

static void *run_part(void *context) {
  const part *p = context;
  p->body(p->share);
  return NULL;
}

/* In a job of Slurm, the processors that it was given on this node. */
static long allocated(void) {
  const char *task = getenv("SLURM_CPUS_PER_TASK"), *node = getenv("SLURM_CPUS_ON_NODE");
  return task ? atol(task) : node ? atol(node) : 0;
}

size_t threads_processors(void) {
  const long own = allocated(), count = own > 0 ? own : sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

size_t threads_parts(size_t count, size_t worth) {
  const size_t processors = threads_processors();
  size_t parts = count / worth + 1;
  if (parts > processors) parts = processors;
  return parts < THREADS_MOST ? parts : THREADS_MOST;
}

void threads_run(void (*body)(void *share), void *shares, size_t size, size_t parts) {
  part all[THREADS_MOST];
  for (size_t i = 0; i < parts; i++) {
    all[i] = (part){.body = body, .share = (char *)shares + i * size};
    if (i > 0) all[i].started = pthread_create(&all[i].thread, NULL, run_part, &all[i]) == 0;
  }
  for (size_t i = 0; i < parts; i++)
    if (!all[i].started) run_part(&all[i]);
  for (size_t i = 0; i < parts; i++)
    if (all[i].started) pthread_join(all[i].thread, NULL);
}

typedef struct queue {
  threads_body body;
  void *context;
  size_t count;
  atomic_size_t next;
} queue;

typedef struct taker {
  queue *from;
  size_t thread;
} taker;

static void take_all(void *share) {
  const taker *t = share;
  queue *q = t->from;
  for (size_t i = atomic_fetch_add(&q->next, 1); i < q->count; i = atomic_fetch_add(&q->next, 1))
    q->body(q->context, t->thread, i);
}

void threads_each(threads_body body, void *context, size_t count, size_t threads) {
  queue q = {.body = body, .context = context, .count = count};
  taker takers[THREADS_MOST];
  const size_t parts = threads < count ? threads : count;
  atomic_init(&q.next, 0);
  for (size_t i = 0; i < parts; i++) takers[i] = (taker){&q, i};
  threads_run(take_all, takers, sizeof *takers, parts);
}
