/* Work on many equal things, shared by several threads. */
#ifndef BASE_THREADS_H
#define BASE_THREADS_H

#include <stddef.h>

enum { THREADS_MOST = 64 };

/* The processors that this process may use: those of this machine, or of its Slurm job; at least 1.
 */
size_t threads_processors(void);

/* How many parts to make of `count` things, of which fewer than `worth` are not worth a thread: 1
 * to THREADS_MOST, and at most one for each processor. */
size_t threads_parts(size_t count, size_t worth);

/* Calls body(&shares[i]) for each of these parts, and returns when all are done. shares: an array
 * of items of `size` bytes, one for each part. Where no thread starts, the caller does its part. */
void threads_run(void (*body)(void *share), void *shares, size_t size, size_t parts);

/* Calls body(context, thread, i) for each i below `count`, where a thread takes the next i when it
 * is free. thread: below `threads`, for scratch memory; no two calls at a time have the same. What
 * a call writes must depend on i alone. threads: 1 to THREADS_MOST; 1 starts none. */
typedef void (*threads_body)(void *context, size_t thread, size_t i);
void threads_each(threads_body body, void *context, size_t count, size_t threads);

#endif
