/* The places of arrays in one block of memory. The same code measures the block and divides it, so
 * both agree. */
#ifndef LAYERS_WORKSPACE_H
#define LAYERS_WORKSPACE_H

#include <stddef.h>

/* Begins as {base}. */
typedef struct workspace {
  char *base;  /* NULL: only measure */
  size_t used; /* bytes */
} workspace;

/* The next bytes, aligned to 64 as the block is; NULL while measuring. */
static inline void *workspace_take(workspace *space, size_t bytes) {
  void *p = space->base ? space->base + space->used : NULL;
  space->used += (bytes + 63) / 64 * 64;
  return p;
}

static inline float *workspace_floats(workspace *space, size_t count) {
  return workspace_take(space, count * sizeof(float));
}

#endif
