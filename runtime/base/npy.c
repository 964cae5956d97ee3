/* The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "base/npy.h"

#include <stdarg.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "arrays are mapped in the byte order of the file");

enum { MAXIMUM_RANK = 4, ALIGNMENT = 64 };

/* Walks the header, a Python dict literal; `at` and `end` count from the start of the file. */
typedef struct reader {
  const char *path;
  const unsigned char *bytes;
  size_t at, end;
  failure *err;
} reader;

__attribute__((format(printf, 2, 3))) static status_code bad(const reader *in, const char *format,
                                                             ...) {
  char text[300];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return failure_set(in->err, STATUS_BAD_INPUT, "%s: byte %zu: %s", in->path, in->at, text);
}

static void skip_blanks(reader *in) {
  while (in->at < in->end && memchr(" \t\n", in->bytes[in->at], 3)) in->at++;
}

static bool take(reader *in, const char *token) {
  size_t length = strlen(token);
  skip_blanks(in);
  if (in->end - in->at < length || memcmp(in->bytes + in->at, token, length) != 0) return false;
  in->at += length;
  return true;
}

/* A quoted string of printable ASCII without escapes: all that dtypes and keys need. */
static status_code read_word(reader *in, char word[32]) {
  const char *quote = take(in, "'") ? "'" : take(in, "\"") ? "\"" : NULL;
  if (!quote) return bad(in, "expected a quoted string");
  size_t length = 0;
  for (; in->at < in->end && in->bytes[in->at] != (unsigned char)*quote; in->at++) {
    unsigned char c = in->bytes[in->at];
    if (c < ' ' || c > '~' || c == '\\') return bad(in, "byte 0x%02x inside a string", c);
    if (length == 31) return bad(in, "a string of more than 31 letters");
    word[length++] = (char)c;
  }
  word[length] = '\0';
  return take(in, quote) ? STATUS_OK : bad(in, "a string without end");
}

/* As np.save writes them. */
static const char *type_text(npy_type type) {
  return type == NPY_FLOAT32 ? "<f4" : type == NPY_FLOAT64 ? "<f8" : "|u1";
}

static status_code read_type(reader *in, npy_array *array) {
  if (take(in, "[")) return bad(in, "structured dtypes are not read; save one plain field");
  char word[32];
  status_code status = read_word(in, word);
  if (status != STATUS_OK) return status;
  static const npy_type TYPES[] = {NPY_FLOAT32, NPY_FLOAT64, NPY_UINT8};
  for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
    if (strcmp(word, type_text(TYPES[i])) != 0) continue;
    array->type = TYPES[i];
    return STATUS_OK;
  }
  if (strchr(word, 'O'))
    return bad(in,
               "dtype '%s' holds Python objects, which are never loaded; save "
               "np.ascontiguousarray(a, dtype=\"<f4\")",
               word);
  return bad(in,
             "dtype '%s', but only '<f4' and '<f8' (little endian) and '|u1' are read; save "
             "np.ascontiguousarray(a, dtype=\"<f4\")",
             word);
}

static status_code read_number(reader *in, size_t *out) {
  skip_blanks(in);
  size_t first = in->at, number = 0;
  for (; in->at < in->end && in->bytes[in->at] >= '0' && in->bytes[in->at] <= '9'; in->at++) {
    if (__builtin_mul_overflow(number, 10u, &number) ||
        __builtin_add_overflow(number, (size_t)(in->bytes[in->at] - '0'), &number))
      return bad(in, "a dimension above 2^64");
  }
  if (in->at == first) return bad(in, "expected a dimension of the shape, digits only");
  if (in->bytes[first] == '0' && in->at > first + 1) return bad(in, "a dimension that starts in 0");
  *out = number;
  return STATUS_OK;
}

static status_code read_shape(reader *in, npy_array *array) {
  if (!take(in, "(")) return bad(in, "shape must be a tuple");
  bool comma = true;
  while (!take(in, ")")) {
    if (!comma) return bad(in, "expected ',' or ')' in the shape");
    if (array->rank == MAXIMUM_RANK) return bad(in, "more than %d dimensions", MAXIMUM_RANK);
    status_code status = read_number(in, &array->shape[array->rank]);
    if (status != STATUS_OK) return status;
    array->rank++;
    comma = take(in, ",");
  }
  if (array->rank == 0) return bad(in, "a single number, but an array of rank 1 to 4 is needed");
  if (array->rank == 1 && !comma) return bad(in, "shape must be a tuple: (n,)");
  array->count = 1;
  for (size_t i = 0; i < array->rank; i++) {
    if (__builtin_mul_overflow(array->count, array->shape[i], &array->count))
      return bad(in, "the product of the shape does not fit 64 bits");
  }
  return STATUS_OK;
}

static status_code read_order(reader *in, bool *fortran) {
  *fortran = take(in, "True");
  if (*fortran || take(in, "False")) return STATUS_OK;
  return bad(in, "fortran_order must be True or False");
}

enum { SEEN_TYPE = 1, SEEN_ORDER = 2, SEEN_SHAPE = 4, SEEN_ALL = 7 };

static status_code read_item(reader *in, npy_array *array, bool *fortran, unsigned *seen) {
  char key[32];
  status_code status = read_word(in, key);
  if (status != STATUS_OK) return status;
  unsigned which = strcmp(key, "descr") == 0           ? SEEN_TYPE
                   : strcmp(key, "fortran_order") == 0 ? SEEN_ORDER
                   : strcmp(key, "shape") == 0         ? SEEN_SHAPE
                                                       : 0;
  if (!which) return bad(in, "unknown key '%s' in the header", key);
  if (*seen & which) return bad(in, "key '%s' a second time", key);
  *seen |= which;
  if (!take(in, ":")) return bad(in, "expected ':' after '%s'", key);
  if (which == SEEN_TYPE) return read_type(in, array);
  if (which == SEEN_ORDER) return read_order(in, fortran);
  return read_shape(in, array);
}

static status_code read_header(reader *in, npy_array *array) {
  if (!take(in, "{")) return bad(in, "the header must be a Python dict, in { }");
  bool fortran = false, comma = true;
  unsigned seen = 0;
  while (!take(in, "}")) {
    if (!comma) return bad(in, "expected ',' or '}' in the header");
    status_code status = read_item(in, array, &fortran, &seen);
    if (status != STATUS_OK) return status;
    comma = take(in, ",");
  }
  if (seen != SEEN_ALL)
    return bad(in, "no key '%s' in the header",
               !(seen & SEEN_TYPE)    ? "descr"
               : !(seen & SEEN_ORDER) ? "fortran_order"
                                      : "shape");
  skip_blanks(in);
  if (in->at != in->end) return bad(in, "something after the dict of the header");
  if (in->bytes[in->end - 1] != '\n') return bad(in, "the header does not end in a newline");
  if (fortran && array->rank > 1)
    return bad(in, "Fortran order, but C order is needed; save "
                   "np.ascontiguousarray(a, dtype=\"<f4\")");
  return STATUS_OK;
}

/* Magic, version and header length; leaves `in` on the header. */
static status_code read_preamble(reader *in) {
  size_t length = in->end;
  if (length < 10) return bad(in, "%zu bytes are too few for a .npy file", length);
  if (memcmp(in->bytes, "\x93NUMPY", 6) != 0) return bad(in, "not a .npy file (wrong magic)");
  unsigned major = in->bytes[6], minor = in->bytes[7];
  in->at = 6;
  if (major < 1 || major > 3 || minor != 0)
    return bad(in, "version %u.%u, but only 1.0, 2.0 and 3.0 are known", major, minor);
  size_t width = major == 1 ? 2 : 4, header = 0;
  in->at = 8;
  if (length < 8 + width) return bad(in, "the file ends inside the header length");
  for (size_t i = width; i > 0; i--) header = (header << 8) | in->bytes[7 + i];
  if (header > length - 8 - width)
    return bad(in, "a header of %zu bytes, but only %zu follow", header, length - 8 - width);
  in->at = 8 + width;
  in->end = in->at + header;
  return STATUS_OK;
}

static status_code read_data(reader *in, npy_array *array) {
  size_t have = array->map.length - in->at, need;
  if (__builtin_mul_overflow(array->count, (size_t)array->type, &need))
    return bad(in, "the shape needs more than 2^64 bytes");
  if (in->at % array->type != 0)
    return bad(in, "data starts off a multiple of %d bytes", (int)array->type);
  if (have < need)
    return bad(in, "truncated: the shape needs %zu bytes, %zu are there", need, have);
  if (have > need)
    return bad(in, "the shape needs %zu bytes, but %zu are there (%zu too many)", need, have,
               have - need);
  array->data = array->map.bytes + in->at;
  return STATUS_OK;
}

status_code npy_open(npy_array *array, const char *path, failure *err) {
  *array = (npy_array){0};
  status_code status = files_map_open(&array->map, path, err);
  if (status != STATUS_OK) return status;
  reader in = {.path = path, .bytes = array->map.bytes, .end = array->map.length, .err = err};
  status = read_preamble(&in);
  if (status == STATUS_OK) status = read_header(&in, array);
  if (status == STATUS_OK) status = read_data(&in, array);
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
  if (rank < 1 || rank > MAXIMUM_RANK)
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
