/* Arrays of numbers that other programs have saved: .npy files of any real dtype, byte order and
 * order of axes, and .npz files. Untrusted input. */
#ifndef BASE_NUMBER_ARRAY_H
#define BASE_NUMBER_ARRAY_H

#include "base/files.h"
#include "base/npy_header.h"

typedef struct number_array {
  files_map map;       /* the whole file */
  npy_header header;   /* rank, shape and count are those of the array */
  const uint8_t *data; /* of any alignment, inside the mapping or `unpacked` */
  uint8_t *unpacked;   /* owned: a compressed array of a .npz file; or NULL */
} number_array;

/* name: of the array in a .npz file; "": the only one, and for a .npy file. STATUS_BAD_INPUT says
 * what is wrong (npy_header_read, zip_next), and for a .npz file which arrays there are;
 * STATUS_NO_INPUT when the file is missing. Compressed arrays have at most 1 GiB. */
status_code number_array_open(number_array *array, const char *path, const char *name,
                              failure *err);
void number_array_close(number_array *array);

/* Item i in C order, as NumPy's astype("f8") gives it. */
double number_array_at(const number_array *array, size_t i);

#endif
