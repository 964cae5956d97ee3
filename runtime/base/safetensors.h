/* Safetensors files: named float32 tensors and bytes, with text metadata. Untrusted input. */
#ifndef BASE_SAFETENSORS_H
#define BASE_SAFETENSORS_H

#include "base/failure.h"
#include "base/files.h"
#include "base/value.h"

#include <stdint.h>

typedef enum safetensors_type { SAFETENSORS_F32, SAFETENSORS_U8 } safetensors_type;

typedef struct safetensors_entry {
  char name[96];
  safetensors_type type;
  size_t rank, shape[4];
  const void *data; /* when reading: inside the mapping, float32 aligned */
  size_t bytes;
} safetensors_entry;

/* Writes atomically, in the order given. metadata is a MAP of TEXT values or NULL. The file gets
 * one more text, "content": the BLAKE2b-128 of its header, with zeros in place of these digits, and
 * of the bytes of all tensors (base/seal.h). */
status_code safetensors_write(const char *path, const value *metadata,
                              const safetensors_entry *entries, size_t count, failure *err);

typedef struct safetensors_file {
  files_map map;
  arena memory;
  const value *metadata; /* MAP of TEXT, maybe empty */
  safetensors_entry *entries;
  size_t count;
} safetensors_file;

/* STATUS_BAD_INPUT names what is wrong: header longer than 100 MB or than the file, not starting
 * with
 * '{', duplicate keys, unknown dtype, shape overflow, offsets with holes, overlaps or past the end,
 * size not fitting the shape; and a "content" that does not fit, so that no damage is believed. A
 * file without "content", of other programs or of earlier versions of hifm, is read as it is. */
status_code safetensors_open(safetensors_file *file, const char *path, failure *err);
const safetensors_entry *safetensors_find(const safetensors_file *file, const char *name);
void safetensors_close(safetensors_file *file);

#endif
