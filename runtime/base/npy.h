/* NumPy .npy files, versions 1 to 3: arrays mapped read-only, arrays written. Untrusted input. */
#ifndef BASE_NPY_H
#define BASE_NPY_H

#include "base/failure.h"
#include "base/files.h"

/* value = bytes an item */
typedef enum npy_type { NPY_UINT8 = 1, NPY_FLOAT32 = 4, NPY_FLOAT64 = 8 } npy_type;

typedef struct npy_array {
  files_map map;
  npy_type type;
  size_t rank, shape[4], count; /* count = product of shape; C order */
  const void *data;             /* inside the mapping, aligned for its type */
} npy_array;

/* Little-endian float32 or float64, or uint8, C order, rank 1 to 4: what hifm writes. Arrays of
 * others are read by base/number_array.h. STATUS_BAD_INPUT says what is wrong and at which byte
 * (npy_header_read; another dtype, Fortran order, misaligned data); STATUS_NO_INPUT when missing.
 */
status_code npy_open(npy_array *array, const char *path, failure *err);
void npy_close(npy_array *array);

/* Writes atomically: begin, rows in any number of appends (bytes), commit (checks the total). */
typedef struct npy_writer {
  files_writer file;
  size_t expected, written; /* bytes of data */
} npy_writer;
status_code npy_begin(npy_writer *writer, const char *path, npy_type type, size_t rank,
                      const size_t *shape, failure *err);
status_code npy_append(npy_writer *writer, const void *bytes, size_t length, failure *err);
status_code npy_commit(npy_writer *writer, failure *err);
void npy_abandon(npy_writer *writer);

/* The same in one call: data has all items. */
status_code npy_write(const char *path, npy_type type, size_t rank, const size_t *shape,
                      const void *data, failure *err);

#endif
