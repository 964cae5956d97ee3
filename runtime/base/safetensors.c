/* The format: https://github.com/huggingface/safetensors#format */
#include "base/safetensors.h"

#include "base/json.h"
#include "base/seal.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "tensors are mapped in the byte order of the file");

enum { LENGTH_BYTES = 8, HEADER_LIMIT = 100000000, HEADER_ALIGNMENT = 8, MAXIMUM_RANK = 4 };

static const char metadata_key[] = "__metadata__";
/* In a compact header only a text of the metadata can follow this mark. */
static const char CONTENT[] = "content", CONTENT_MARK[] = "\"content\":\"";
static const char *const type_names[] = {[SAFETENSORS_F32] = "F32", [SAFETENSORS_U8] = "U8"};

static size_t item_bytes(safetensors_type type) {
  return type == SAFETENSORS_F32 ? sizeof(float) : 1;
}

/* False where the product does not fit. */
static bool tensor_bytes(const safetensors_entry *entry, size_t *bytes) {
  *bytes = item_bytes(entry->type);
  for (size_t i = 0; i < entry->rank; i++) {
    if (__builtin_mul_overflow(*bytes, entry->shape[i], bytes)) return false;
  }
  return true;
}

/* Control letters would reach the terminal with the message that quotes the name. */
static bool name_is_fit(const char *name) {
  size_t length = strlen(name);
  if (length == 0 || length >= sizeof((safetensors_entry *)NULL)->name) return false;
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)name[i] < ' ' || name[i] == 0x7f) return false;
  }
  return true;
}

static status_code check_entry(const char *path, const safetensors_entry *entry, size_t offset,
                               failure *err) {
  size_t bytes;
  if (!name_is_fit(entry->name) || strcmp(entry->name, metadata_key) == 0)
    return failure_set(err, STATUS_BUG, "%s: \"%s\" cannot name a tensor", path, entry->name);
  if (entry->rank > MAXIMUM_RANK || !tensor_bytes(entry, &bytes) || bytes != entry->bytes)
    return failure_set(err, STATUS_BUG,
                       "%s: tensor \"%s\" has %zu bytes, which its shape does not fit", path,
                       entry->name, entry->bytes);
  if (offset % item_bytes(entry->type) != 0)
    return failure_set(err, STATUS_BUG,
                       "%s: F32 tensor \"%s\" would not begin at a multiple of 4 bytes; "
                       "write U8 tensors last",
                       path, entry->name);
  return STATUS_OK;
}

static value *describe_entry(arena *a, const safetensors_entry *entry, size_t offset) {
  value *node = value_new(a, VALUE_MAP), *shape = value_new(a, VALUE_LIST);
  value *range = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < entry->rank; i++)
    value_push(a, shape, value_number(a, (double)entry->shape[i]));
  value_push(a, range, value_number(a, (double)offset));
  value_push(a, range, value_number(a, (double)(offset + entry->bytes)));
  value_put_text(a, node, "dtype", type_names[entry->type]);
  value_put(a, node, "shape", shape);
  value_put(a, node, "data_offsets", range);
  return node;
}

static status_code build_header(arena *a, const char *path, const value *metadata,
                                const safetensors_entry *entries, size_t count, char **text,
                                failure *err) {
  value *header = value_new(a, VALUE_MAP);
  value *own = metadata ? value_copy(a, metadata) : value_new(a, VALUE_MAP);
  value_put_text(a, own, CONTENT, SEAL_ZEROS);
  value_put(a, header, metadata_key, own);
  size_t offset = 0;
  for (size_t i = 0; i < count; i++) {
    status_code status = check_entry(path, &entries[i], offset, err);
    if (status != STATUS_OK) return status;
    if (value_get(header, entries[i].name))
      return failure_set(err, STATUS_BUG, "%s: two tensors named \"%s\"", path, entries[i].name);
    value_put(a, header, entries[i].name, describe_entry(a, &entries[i], offset));
    offset += entries[i].bytes;
  }
  *text = json_text(a, header);
  size_t length = strlen(*text);
  size_t padded = (length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
  *text = arena_format(a, "%s%*s", *text, (int)(padded - length), "");
  return STATUS_OK;
}

static void seal_header(char *header, const safetensors_entry *entries, size_t count) {
  blake2b hash;
  const size_t length = strlen(header);
  const char *digits = seal_find(header, length, CONTENT_MARK);
  seal_begin(&hash, header, length, digits);
  for (size_t i = 0; i < count; i++) blake2b_add(&hash, entries[i].data, entries[i].bytes);
  seal_close(&hash, header + (digits - header));
}

static status_code write_parts(files_writer *writer, const char *header,
                               const safetensors_entry *entries, size_t count, failure *err) {
  uint64_t length = strlen(header);
  status_code status = files_append(writer, &length, LENGTH_BYTES, err);
  if (status == STATUS_OK) status = files_append(writer, header, length, err);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    status = files_append(writer, entries[i].data, entries[i].bytes, err);
  return status;
}

status_code safetensors_write(const char *path, const value *metadata,
                              const safetensors_entry *entries, size_t count, failure *err) {
  arena memory = {0};
  files_writer writer = {.fd = -1};
  char *header = NULL;
  status_code status = build_header(&memory, path, metadata, entries, count, &header, err);
  if (status == STATUS_OK) seal_header(header, entries, count);
  if (status == STATUS_OK) status = files_begin(&writer, path, err);
  if (status == STATUS_OK) status = write_parts(&writer, header, entries, count, err);
  if (status == STATUS_OK) status = files_commit(&writer, err);
  files_abandon(&writer);
  arena_close(&memory);
  return status;
}

/* Numbers come as doubles: from 2^53 on, two texts could mean the same one. */
static bool read_whole(const value *node, size_t *out) {
  if (!node || node->type != VALUE_NUMBER) return false;
  if (!(node->number >= 0 && node->number < 9007199254740992.0)) return false;
  *out = (size_t)node->number;
  return (double)*out == node->number;
}

static bool read_type(const value *node, safetensors_type *type) {
  const char *word = value_get_text(node, "dtype", "");
  for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
    if (strcmp(word, type_names[i]) != 0) continue;
    *type = (safetensors_type)i;
    return true;
  }
  return false;
}

static bool read_shape(const value *node, safetensors_entry *entry) {
  const value *shape = value_get(node, "shape");
  if (!shape || shape->type != VALUE_LIST || shape->count > MAXIMUM_RANK) return false;
  entry->rank = shape->count;
  for (size_t i = 0; i < entry->rank; i++) {
    if (!read_whole(shape->items[i], &entry->shape[i])) return false;
  }
  return true;
}

static bool read_range(const value *node, size_t *begin, size_t *end) {
  const value *range = value_get(node, "data_offsets");
  return range && range->type == VALUE_LIST && range->count == 2 &&
         read_whole(range->items[0], begin) && read_whole(range->items[1], end) && *begin <= *end;
}

#define BAD_TENSOR(rule)                                                                           \
  failure_set(err, STATUS_BAD_INPUT, "%s: tensor \"%s\": %s", path, entry->name, rule)

/* data: the bytes after the header. */
static status_code read_entry(const char *path, const value *node, files_map data,
                              safetensors_entry *entry, failure *err) {
  size_t begin, end, bytes;
  if (node->type != VALUE_MAP || node->count != 3)
    return BAD_TENSOR("must have just dtype, shape and data_offsets");
  if (!read_type(node, &entry->type)) return BAD_TENSOR("dtype must be \"F32\" or \"U8\"");
  if (!read_shape(node, entry)) return BAD_TENSOR("shape must be at most 4 whole numbers");
  if (!read_range(node, &begin, &end))
    return BAD_TENSOR("data_offsets must be two whole numbers, begin <= end");
  if (end > data.length) return BAD_TENSOR("data_offsets end past the end of the file");
  if (!tensor_bytes(entry, &bytes)) return BAD_TENSOR("its shape needs more than 2^64 bytes");
  if (bytes != end - begin) return BAD_TENSOR("data_offsets do not span the size of its shape");
  entry->bytes = bytes;
  entry->data = data.bytes + begin;
  if ((uintptr_t)entry->data % item_bytes(entry->type) != 0)
    return BAD_TENSOR("the data does not begin at a multiple of 4 bytes");
  return STATUS_OK;
}

#undef BAD_TENSOR

/* Into the order of the data; an empty tensor comes before the one it touches. */
static int compare_places(const void *x, const void *y) {
  const safetensors_entry *a = x, *b = y;
  const char *p = a->data, *q = b->data;
  if (p != q) return p < q ? -1 : 1;
  return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

static status_code check_cover(const safetensors_file *file, const char *path, files_map data,
                               failure *err) {
  size_t covered = 0;
  for (size_t i = 0; i < file->count; i++) {
    size_t begin = (size_t)((const unsigned char *)file->entries[i].data - data.bytes);
    if (begin != covered)
      return failure_set(
          err, STATUS_BAD_INPUT,
          "%s: tensor \"%s\" begins at data byte %zu, but the one before ends at %zu: "
          "neither holes nor overlaps are allowed",
          path, file->entries[i].name, begin, covered);
    covered += file->entries[i].bytes;
  }
  if (covered == data.length) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: %zu bytes after the last tensor", path,
                     data.length - covered);
}

static status_code read_metadata(safetensors_file *file, const char *path, const value *header,
                                 failure *err) {
  file->metadata = value_get(header, metadata_key);
  if (!file->metadata) file->metadata = value_new(&file->memory, VALUE_MAP);
  bool fit = file->metadata->type == VALUE_MAP;
  for (size_t i = 0; fit && i < file->metadata->count; i++)
    fit = file->metadata->items[i]->type == VALUE_TEXT;
  if (fit) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s: %s must hold texts by name", path, metadata_key);
}

static status_code read_entries(safetensors_file *file, const char *path, const value *header,
                                files_map data, failure *err) {
  file->entries = arena_get(&file->memory, (header->count + 1) * sizeof *file->entries);
  for (size_t i = 0; i < header->count; i++) {
    if (strcmp(header->keys[i], metadata_key) == 0) continue;
    if (!name_is_fit(header->keys[i]))
      return failure_set(err, STATUS_BAD_INPUT,
                         "%s: a tensor's name has no letters, more than 95 or control letters",
                         path);
    safetensors_entry *entry = &file->entries[file->count++];
    strcpy(entry->name, header->keys[i]);
    status_code status = read_entry(path, header->items[i], data, entry, err);
    if (status != STATUS_OK) return status;
  }
  qsort(file->entries, file->count, sizeof *file->entries, compare_places);
  return check_cover(file, path, data, err);
}

static status_code read_header(const files_map *map, const char *path, size_t *length,
                               failure *err) {
  if (map->length < LENGTH_BYTES)
    return failure_set(err, STATUS_BAD_INPUT, "%s: %zu bytes are too few for a safetensors file",
                       path, map->length);
  uint64_t header;
  memcpy(&header, map->bytes, LENGTH_BYTES);
  if (header > HEADER_LIMIT)
    return failure_set(err, STATUS_BAD_INPUT, "%s: a header of %llu bytes, but at most %d are read",
                       path, (unsigned long long)header, HEADER_LIMIT);
  if (header > map->length - LENGTH_BYTES)
    return failure_set(err, STATUS_BAD_INPUT, "%s: a header of %llu bytes, but only %zu follow",
                       path, (unsigned long long)header, map->length - LENGTH_BYTES);
  if (header == 0 || map->bytes[LENGTH_BYTES] != '{')
    return failure_set(err, STATUS_BAD_INPUT, "%s: byte 8: the header must start with '{'", path);
  *length = (size_t)header;
  return STATUS_OK;
}

/* header: [length], followed by data. */
static status_code check_content(const safetensors_file *file, const char *path, const char *header,
                                 size_t length, files_map data, failure *err) {
  if (!value_get(file->metadata, CONTENT)) return STATUS_OK;
  blake2b hash;
  const char *digits = seal_find(header, length, CONTENT_MARK);
  if (digits) {
    seal_begin(&hash, header, length, digits);
    blake2b_add(&hash, data.bytes, data.length);
    if (seal_fits(&hash, digits)) return STATUS_OK;
  }
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: the file is damaged: its bytes do not fit the hash in its metadata, "
                     "\"content\"",
                     path);
}

status_code safetensors_open(safetensors_file *file, const char *path, failure *err) {
  *file = (safetensors_file){0};
  size_t length = 0;
  const value *header = NULL;
  status_code status = files_map_open(&file->map, path, err);
  if (status == STATUS_OK) status = read_header(&file->map, path, &length, err);
  if (status == STATUS_OK)
    status = json_parse(&file->memory, (const char *)file->map.bytes + LENGTH_BYTES, length, path,
                        &header, err);
  if (status == STATUS_OK) status = read_metadata(file, path, header, err);
  if (status == STATUS_OK) {
    size_t start = LENGTH_BYTES + length;
    files_map data = {.bytes = file->map.bytes + start, .length = file->map.length - start};
    status = read_entries(file, path, header, data, err);
    if (status == STATUS_OK)
      status = check_content(file, path, (const char *)file->map.bytes + LENGTH_BYTES, length, data,
                             err);
  }
  if (status != STATUS_OK) safetensors_close(file);
  return status;
}

const safetensors_entry *safetensors_find(const safetensors_file *file, const char *name) {
  for (size_t i = 0; i < file->count; i++) {
    if (strcmp(file->entries[i].name, name) == 0) return &file->entries[i];
  }
  return NULL;
}

void safetensors_close(safetensors_file *file) {
  files_map_close(&file->map);
  arena_close(&file->memory);
  *file = (safetensors_file){0};
}
