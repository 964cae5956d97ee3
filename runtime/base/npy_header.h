/* The header of a .npy file, versions 1 to 3: what its items are and how they lie. Untrusted input.
 */
#ifndef BASE_NPY_HEADER_H
#define BASE_NPY_HEADER_H

#include "base/failure.h"

#include <stdbool.h>
#include <stddef.h>

enum { NPY_RANK_MAX = 4 };

typedef struct npy_header {
  char dtype[32];                          /* as the file says it: "<f4" */
  char kind;                               /* 'f': floats, 'i', 'u': integers, 'b': false or true */
  size_t size;                             /* bytes an item: 1, 2, 4 or 8 */
  bool swapped;                            /* big endian */
  bool fortran;                            /* the first axis is the fastest */
  size_t rank, shape[NPY_RANK_MAX], count; /* count = product of shape */
  size_t data;                             /* where the items begin, in bytes */
} npy_header;

/* Reads the header from the first `count` bytes of a file of `total` bytes. STATUS_BAD_INPUT says
 * what is wrong and at which byte: magic, version, header, a dtype that is not of real numbers,
 * overflow, truncated or trailing data; `path` is only for messages. */
status_code npy_header_read(const char *path, const unsigned char *bytes, size_t count,
                            size_t total, npy_header *out, failure *err);

#endif
