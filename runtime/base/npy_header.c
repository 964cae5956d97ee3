/* The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "base/npy_header.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

#define SAVE_FLOATS "save a.astype(\"<f8\")"

/* Items that are no real numbers, by the letter of their dtype. */
static status_code refuse_type(const reader *in, const char *dtype) {
  static const struct {
    char letter;
    const char *words;
  } KINDS[] = {{'O', "holds Python objects, which are never loaded; " SAVE_FLOATS},
               {'c', "is of complex numbers; save a.real, a.imag or abs(a)"},
               {'U', "is of texts; " SAVE_FLOATS},
               {'S', "is of texts; " SAVE_FLOATS},
               {'M', "is of dates; " SAVE_FLOATS},
               {'m', "is of durations; " SAVE_FLOATS},
               {'V', "is of raw bytes, which have no values; " SAVE_FLOATS}};
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
    if (strchr(dtype, KINDS[i].letter)) return bad(in, "dtype '%s' %s", dtype, KINDS[i].words);
  return bad(
      in,
      "dtype '%s' is not known; known are f2, f4, f8, i1 to i8, u1 to u8 and b1, with '<' or "
      "'>' for the order of bytes ('|' for one byte); " SAVE_FLOATS,
      dtype);
}

/* "<f4": the order of bytes, the kind, how many bytes. */
static status_code read_type(reader *in, npy_header *out) {
  static const struct {
    char kind;
    const char *sizes;
  } KINDS[] = {{'f', "248"}, {'i', "1248"}, {'u', "1248"}, {'b', "1"}};
  if (take(in, "["))
    return bad(in, "structured dtypes are not read; save one plain field, a[\"x\"]");
  status_code status = read_word(in, out->dtype);
  if (status != STATUS_OK) return status;
  const char *word = out->dtype;
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS && strlen(word) == 3; i++) {
    if (word[1] != KINDS[i].kind || !strchr(KINDS[i].sizes, word[2])) continue;
    if (word[2] == '1' ? word[0] != '|' : word[0] != '<' && word[0] != '>') break;
    out->kind = word[1];
    out->size = (size_t)(word[2] - '0');
    out->swapped = word[0] == '>';
    return STATUS_OK;
  }
  return refuse_type(in, word);
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

static status_code read_shape(reader *in, npy_header *out) {
  if (!take(in, "(")) return bad(in, "shape must be a tuple");
  bool comma = true;
  while (!take(in, ")")) {
    if (!comma) return bad(in, "expected ',' or ')' in the shape");
    if (out->rank == NPY_RANK_MAX) return bad(in, "more than %d dimensions", NPY_RANK_MAX);
    status_code status = read_number(in, &out->shape[out->rank]);
    if (status != STATUS_OK) return status;
    out->rank++;
    comma = take(in, ",");
  }
  if (out->rank == 0) return bad(in, "a single number, but an array of rank 1 to 4 is needed");
  if (out->rank == 1 && !comma) return bad(in, "shape must be a tuple: (n,)");
  out->count = 1;
  for (size_t i = 0; i < out->rank; i++) {
    if (__builtin_mul_overflow(out->count, out->shape[i], &out->count))
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

static status_code read_item(reader *in, npy_header *out, unsigned *seen) {
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
  if (which == SEEN_TYPE) return read_type(in, out);
  if (which == SEEN_ORDER) return read_order(in, &out->fortran);
  return read_shape(in, out);
}

static status_code read_header(reader *in, npy_header *out) {
  if (!take(in, "{")) return bad(in, "the header must be a Python dict, in { }");
  bool comma = true;
  unsigned seen = 0;
  while (!take(in, "}")) {
    if (!comma) return bad(in, "expected ',' or '}' in the header");
    status_code status = read_item(in, out, &seen);
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

/* After the header: are there as many bytes as the shape needs? */
static status_code check_size(reader *in, size_t total, npy_header *out) {
  const size_t have = total - in->at;
  size_t need;
  out->data = in->at;
  if (__builtin_mul_overflow(out->count, out->size, &need))
    return bad(in, "the shape needs more than 2^64 bytes");
  if (have < need)
    return bad(in, "truncated: the shape needs %zu bytes, %zu are there", need, have);
  if (have > need)
    return bad(in, "the shape needs %zu bytes, but %zu are there (%zu too many)", need, have,
               have - need);
  return STATUS_OK;
}

status_code npy_header_read(const char *path, const unsigned char *bytes, size_t count,
                            size_t total, npy_header *out, failure *err) {
  reader in = {.path = path, .bytes = bytes, .end = count, .err = err};
  *out = (npy_header){.count = 0};
  status_code status = read_preamble(&in);
  if (status == STATUS_OK) status = read_header(&in, out);
  return status == STATUS_OK ? check_size(&in, total, out) : status;
}
