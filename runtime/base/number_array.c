#include "base/number_array.h"

#include "base/deflate.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- items ----------------------------------------------------------------------------------- */

/* IEEE 754 binary16: 1 bit of sign, 5 of the exponent, 10 of the fraction. */
static double half(uint64_t bits) {
  const double sign = bits >> 15 & 1 ? -1 : 1, fraction = (double)(bits & 0x3ff);
  const int exponent = (int)(bits >> 10 & 0x1f);
  if (exponent == 0) return sign * ldexp(fraction, -24);
  if (exponent == 0x1f) return fraction > 0 ? NAN : sign * INFINITY;
  return sign * ldexp(1024 + fraction, exponent - 25);
}

static double real(uint64_t bits, size_t size) {
  const uint32_t low = (uint32_t)bits;
  float single;
  double number;
  if (size == 2) return half(bits);
  memcpy(&single, &low, sizeof single);
  memcpy(&number, &bits, sizeof number);
  return size == 4 ? (double)single : number;
}

/* The bits of a number of `size` bytes in two's complement. */
static double whole(uint64_t bits, size_t size) {
  const uint64_t sign = (uint64_t)1 << (8 * size - 1);
  return bits & sign ? -(double)(sign - (bits & (sign - 1))) : (double)bits;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bits are loaded as they lie");

static uint64_t load(const uint8_t *bytes, size_t size, bool swapped) {
  uint64_t bits = 0;
  if (!swapped) memcpy(&bits, bytes, size);
  for (size_t i = 0; i < size && swapped; i++) bits = bits << 8 | bytes[i];
  return bits;
}

/* Where item i in C order lies in Fortran order. */
static size_t fortran_place(const npy_header *header, size_t i) {
  size_t place = 0, stride = header->count;
  for (size_t axis = header->rank; axis > 0; axis--) {
    const size_t length = header->shape[axis - 1];
    stride /= length;
    place += i % length * stride;
    i /= length;
  }
  return place;
}

double number_array_at(const number_array *array, size_t i) {
  const npy_header *header = &array->header;
  const size_t place = header->fortran ? fortran_place(header, i) : i;
  const uint64_t bits = load(array->data + place * header->size, header->size, header->swapped);
  if (header->kind == 'f') return real(bits, header->size);
  if (header->kind == 'i') return whole(bits, header->size);
  return header->kind == 'b' ? bits != 0 : (double)bits;
}

/* ---- .npz files ------------------------------------------------------------------------------ */

static const size_t most_unpacked = (size_t)1 << 30;
enum { HEAD = 70000 }; /* the longest header of version 1 and more */

/* The members NAME.npy of a .npz file, and the one that is asked for. */
typedef struct members {
  const char *names[64];
  size_t count, chosen_count;
  zip_member chosen;
} members;

static status_code list_members(arena *a, const files_map *map, const char *path, const char *name,
                                members *out, failure *err) {
  zip archive;
  zip_member member;
  bool more;
  status_code status = zip_begin(&archive, path, map->bytes, map->length, err);
  while (status == STATUS_OK && (status = zip_next(&archive, &member, &more, err)) == STATUS_OK &&
         more) {
    const char *word = arena_format(a, "%.*s", (int)member.name_length, member.name);
    if (!text_ends_with(word, ".npy")) continue;
    word = arena_format(a, "%.*s", (int)strlen(word) - 4, word);
    if (out->count < sizeof out->names / sizeof *out->names) out->names[out->count] = word;
    out->count++;
    if (*name && strcmp(word, name) != 0) continue;
    out->chosen = member;
    out->chosen_count++;
  }
  return status;
}

static status_code choose(arena *a, const members *all, const char *path, const char *name,
                          failure *err) {
  const size_t room = sizeof all->names / sizeof *all->names;
  const size_t count = all->count < room ? all->count : room;
  if (all->chosen_count == 1) return STATUS_OK;
  if (all->count == 0)
    return failure_set(err, STATUS_BAD_INPUT, "%s: a zip archive without arrays (NAME.npy)", path);
  if (!*name)
    return failure_set(err, STATUS_BAD_INPUT, "%s: %zu arrays, choose one with array = \"%s\": %s",
                       path, all->count, all->names[0], text_list(a, all->names, count));
  if (all->chosen_count > 1)
    return failure_set(err, STATUS_BAD_INPUT, "%s: %zu arrays have the name \"%s\"", path,
                       all->chosen_count, name);
  return failure_set(err, STATUS_BAD_INPUT, "%s: no array \"%s\"%s", path, name,
                     text_choices(a, name, all->names, count));
}

/* The header says how many bytes there must be, before they are unpacked. */
static status_code unpack(number_array *array, const char *path, const zip_member *member,
                          failure *err) {
  const size_t head = member->size < HEAD ? member->size : HEAD;
  size_t got;
  if (member->size > most_unpacked)
    return failure_set(
        err, STATUS_BAD_INPUT,
        "%s: a compressed array of %zu bytes, at most %zu are unpacked; save it with "
        "np.save or np.savez",
        path, member->size, most_unpacked);
  array->unpacked = memory_get(head);
  deflate_raw(member->bytes, member->packed, array->unpacked, head, &got);
  status_code status =
      npy_header_read(path, array->unpacked, got, member->size, &array->header, err);
  if (status != STATUS_OK) return status;
  free(array->unpacked);
  array->unpacked = memory_get(member->size);
  array->data = array->unpacked + array->header.data;
  if (deflate_raw(member->bytes, member->packed, array->unpacked, member->size, &got) &&
      got == member->size)
    return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: the compressed array is damaged after %zu of %zu bytes; get the file "
                     "again",
                     path, got, member->size);
}

static status_code open_member(number_array *array, const char *path, const zip_member *member,
                               failure *err) {
  status_code status;
  const uint8_t *bytes = member->bytes;
  if (member->compressed) {
    status = unpack(array, path, member, err);
    bytes = array->unpacked;
  } else {
    status = npy_header_read(path, bytes, member->size, member->size, &array->header, err);
    array->data = bytes + array->header.data;
  }
  if (status != STATUS_OK || deflate_crc32(0, bytes, member->size) == member->crc) return status;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: the array does not have its checksum (CRC-32 %08x); "
                     "get the file again",
                     path, member->crc);
}

static status_code open_zip(number_array *array, const char *path, const char *name, failure *err) {
  arena a = {0};
  members all = {.count = 0};
  status_code status = list_members(&a, &array->map, path, name, &all, err);
  if (status == STATUS_OK) status = choose(&a, &all, path, name, err);
  arena_close(&a);
  return status == STATUS_OK ? open_member(array, path, &all.chosen, err) : status;
}

/* ---- either ---------------------------------------------------------------------------------- */

static status_code open_npy(number_array *array, const char *path, const char *name, failure *err) {
  const files_map *map = &array->map;
  if (*name)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: array = \"%s\" is for .npz files, but this is not one", path, name);
  status_code status =
      npy_header_read(path, map->bytes, map->length, map->length, &array->header, err);
  array->data = map->bytes + array->header.data;
  return status;
}

status_code number_array_open(number_array *array, const char *path, const char *name,
                              failure *err) {
  *array = (number_array){.data = NULL};
  status_code status = files_map_open(&array->map, path, err);
  if (status != STATUS_OK) return status;
  status =
      (zip_is(array->map.bytes, array->map.length) ? open_zip : open_npy)(array, path, name, err);
  if (status != STATUS_OK) number_array_close(array);
  return status;
}

void number_array_close(number_array *array) {
  free(array->unpacked);
  files_map_close(&array->map);
  *array = (number_array){.data = NULL};
}
