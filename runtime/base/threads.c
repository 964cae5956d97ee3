#include "base/threads.h"

#include <pthread.h>
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
