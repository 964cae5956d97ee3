/* Cutting one block of memory into arrays, or only measuring how large it must be. */
#ifndef LAYERS_CARVER_H
#define LAYERS_CARVER_H

#include <stddef.h>

typedef struct carver {
  char *base; /* NULL: only measure */
  size_t used;
} carver;

/* The next bytes, aligned to 64 as the block is; NULL while measuring. */
static inline void *carver_take(carver *c, size_t bytes) {
  void *p = c->base ? c->base + c->used : NULL;
  c->used += (bytes + 63) / 64 * 64;
  return p;
}

static inline float *carver_floats(carver *c, size_t count) {
  return carver_take(c, count * sizeof(float));
}

#endif
