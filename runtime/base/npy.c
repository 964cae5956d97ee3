/* The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "base/npy.h"

#include "base/npy_header.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "arrays are mapped in the byte order of the file");

enum { ALIGNMENT = 64 };

/* As np.save writes them. */
static const char *type_text(npy_type type) {
  return type == NPY_FLOAT32 ? "<f4" : type == NPY_FLOAT64 ? "<f8" : "|u1";
}

/* Mapped arrays are used as they lie in the file. */
static status_code check_layout(const char *path, const npy_header *header, npy_type *type,
                                failure *err) {
  static const npy_type TYPES[] = {NPY_FLOAT32, NPY_FLOAT64, NPY_UINT8};
  size_t i = 0;
  while (i < 3 && strcmp(header->dtype, type_text(TYPES[i])) != 0) i++;
  if (i == 3)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: dtype '%s', but only '<f4' and '<f8' (little endian) and '|u1' are "
                       "read here; save np.ascontiguousarray(a, dtype=\"<f4\")",
                       path, header->dtype);
  if (header->fortran && header->rank > 1)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: Fortran order, but C order is needed; save np.ascontiguousarray(a)",
                       path);
  if (header->data % header->size != 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: byte %zu: data starts off a multiple of %zu bytes", path, header->data,
                       header->size);
  *type = TYPES[i];
  return STATUS_OK;
}

static status_code read_mapped(npy_array *array, const char *path, failure *err) {
  npy_header header;
  const files_map *map = &array->map;
  status_code status = npy_header_read(path, map->bytes, map->length, map->length, &header, err);
  if (status == STATUS_OK) status = check_layout(path, &header, &array->type, err);
  if (status != STATUS_OK) return status;
  array->rank = header.rank;
  memcpy(array->shape, header.shape, sizeof array->shape);
  array->count = header.count;
  array->data = map->bytes + header.data;
  return STATUS_OK;
}

status_code npy_open(npy_array *array, const char *path, failure *err) {
  *array = (npy_array){0};
  status_code status = files_map_open(&array->map, path, err);
  if (status == STATUS_OK) status = read_mapped(array, path, err);
  if (status != STATUS_OK) npy_close(array);
  return status;
}

void npy_close(npy_array *array) {
  files_map_close(&array->map);
  *array = (npy_array){0};
}

/* Version 1.0, as np.save writes it; returns the bytes used of 256. */
static size_t format_header(char out[256], npy_type type, size_t rank, const size_t *shape) {
  size_t at = 10;
  at += (size_t)snprintf(out + at, 256 - at, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                         type_text(type));
  for (size_t i = 0; i < rank; i++)
    at += (size_t)snprintf(out + at, 256 - at, "%s%zu%s", i ? ", " : "", shape[i],
                           rank == 1 ? "," : "");
  at += (size_t)snprintf(out + at, 256 - at, "), }");
  size_t total = (at + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  memset(out + at, ' ', total - 1 - at);
  out[total - 1] = '\n';
  const char preamble[10] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, (char)((total - 10) & 0xff), 0};
  memcpy(out, preamble, sizeof preamble);
  return total;
}

status_code npy_begin(npy_writer *writer, const char *path, npy_type type, size_t rank,
                      const size_t *shape, failure *err) {
  *writer = (npy_writer){.file.fd = -1, .expected = (size_t)type};
  if (rank < 1 || rank > NPY_RANK_MAX)
    return failure_set(err, STATUS_BUG, "%s: an array of rank %zu, but 1 to 4 can be written", path,
                       rank);
  for (size_t i = 0; i < rank; i++) {
    if (__builtin_mul_overflow(writer->expected, shape[i], &writer->expected))
      return failure_set(err, STATUS_BUG, "%s: the shape needs more than 2^64 bytes", path);
  }
  status_code status = files_begin(&writer->file, path, err);
  if (status != STATUS_OK) return status;
  char header[256];
  status = files_append(&writer->file, header, format_header(header, type, rank, shape), err);
  if (status != STATUS_OK) npy_abandon(writer);
  return status;
}

status_code npy_append(npy_writer *writer, const void *bytes, size_t length, failure *err) {
  if (length > writer->expected - writer->written)
    return failure_set(err, STATUS_BUG, "%s: %zu bytes more than its shape holds",
                       writer->file.path, length - (writer->expected - writer->written));
  writer->written += length;
  return files_append(&writer->file, bytes, length, err);
}

status_code npy_commit(npy_writer *writer, failure *err) {
  if (writer->written == writer->expected) return files_commit(&writer->file, err);
  npy_abandon(writer);
  return failure_set(err, STATUS_BUG, "%s: %zu bytes written, but its shape needs %zu",
                     writer->file.path, writer->written, writer->expected);
}

void npy_abandon(npy_writer *writer) {
  files_abandon(&writer->file);
}

status_code npy_write(const char *path, npy_type type, size_t rank, const size_t *shape,
                      const void *data, failure *err) {
  npy_writer writer;
  status_code status = npy_begin(&writer, path, type, rank, shape, err);
  if (status != STATUS_OK) return status;
  status = npy_append(&writer, data, writer.expected, err);
  if (status == STATUS_OK) return npy_commit(&writer, err);
  npy_abandon(&writer);
  return status;
}
