/* Cutting one block of memory into arrays, or only measuring how large it must be. */
#ifndef LAYERS_WORKSPACE_H
#define LAYERS_WORKSPACE_H

#include <stddef.h>

typedef struct workspace {
  char *base; /* NULL: only measure */
  size_t used;
} workspace;

/* The next bytes, aligned to 64 as the block is; NULL while measuring. */
static inline void *workspace_take(workspace *c, size_t bytes) {
  void *p = c->base ? c->base + c->used : NULL;
  c->used += (bytes + 63) / 64 * 64;
  return p;
}

static inline float *workspace_floats(workspace *c, size_t count) {
  return workspace_take(c, count * sizeof(float));
}

#endif
