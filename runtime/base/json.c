#include "base/json.h"

#include "base/files.h"
#include "base/seal.h"
#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64, LARGEST_FILE = 64 << 20 };

/* In the text of json_pretty only a key of the outermost map has this indentation. */
static const char CONTENT[] = "content", CONTENT_MARK[] = "\n  \"content\": \"";

/* Refuses what jansson would not: nesting deeper than DEEPEST (its own limit is 2048), and a NUL
 * byte after the value, which it takes for the end of the text. Brackets inside texts do not count;
 * jansson checks the rest. */
static status_code check_bytes(const char *text, size_t length, const char *name, failure *err) {
  size_t depth = 0, line = 1, line_start = 0;
  bool inside = false, escaped = false;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c == '\0')
      return failure_set(err, STATUS_BAD_INPUT, "%s:%zu:%zu: not valid JSON: a NUL byte", name,
                         line, i - line_start + 1);
    if (c == '"' && !escaped) inside = !inside;
    escaped = c == '\\' && inside && !escaped;
    if (c == '\n') {
      line++;
      line_start = i + 1;
    }
    if (inside) continue;
    if ((c == ']' || c == '}') && depth) depth--;
    if ((c == '[' || c == '{') && ++depth > DEEPEST)
      return failure_set(err, STATUS_BAD_INPUT, "%s:%zu:%zu: JSON nested deeper than %d levels",
                         name, line, i - line_start + 1, (int)DEEPEST);
  }
  return STATUS_OK;
}

/* jansson's words may quote a piece of the input; a message is one line. */
static status_code refuse(json_error_t *error, const char *name, failure *err) {
  if (json_error_code(error) == json_error_out_of_memory)
    return failure_set(err, STATUS_NO_RESOURCE, "%s: no memory to read this JSON", name);
  for (char *c = error->text; *c; c++)
    if (iscntrl((unsigned char)*c)) *c = ' ';
  return failure_set(err, STATUS_BAD_INPUT, "%s:%d:%d: not valid JSON: %s", name, error->line,
                     error->column, error->text);
}

static const value *convert(arena *a, const json_t *source);

static value *convert_list(arena *a, const json_t *source) {
  value *list = value_new(a, VALUE_LIST);
  size_t i;
  const json_t *item;
  json_array_foreach(source, i, item) value_push(a, list, convert(a, item));
  return list;
}

/* Keys go into the map in order: a hostile file in reverse order would cost a move of the whole map
 * for each key. */
static value *convert_map(arena *a, json_t *source) {
  value *map = value_new(a, VALUE_MAP);
  size_t count = 0;
  const char **keys = memory_array(json_object_size(source), sizeof *keys);
  for (void *at = json_object_iter(source); at; at = json_object_iter_next(source, at))
    keys[count++] = json_object_iter_key(at);
  qsort(keys, count, sizeof *keys, text_order);
  for (size_t i = 0; i < count; i++)
    value_put(a, map, keys[i], convert(a, json_object_get(source, keys[i])));
  free(keys);
  return map;
}

static const value *convert(arena *a, const json_t *source) {
  switch (json_typeof(source)) {
  case JSON_OBJECT:
    return convert_map(a, (json_t *)source);
  case JSON_ARRAY:
    return convert_list(a, source);
  case JSON_STRING:
    return value_text(a, json_string_value(source));
  case JSON_INTEGER:
  case JSON_REAL:
    return value_number(a, json_number_value(source));
  case JSON_TRUE:
  case JSON_FALSE:
    return value_bool(a, json_is_true(source));
  case JSON_NULL:
    break;
  }
  return value_new(a, VALUE_NULL);
}

status_code json_parse(arena *a, const char *text, size_t length, const char *name,
                       const value **out, failure *err) {
  status_code status = check_bytes(text, length, name, err);
  if (status != STATUS_OK) return status;
  json_error_t error;
  const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL;
  json_t *tree = json_loadb(text, length, flags, &error);
  if (!tree) return refuse(&error, name, err);
  *out = convert(a, tree);
  json_decref(tree);
  return STATUS_OK;
}

status_code json_read(arena *a, const char *path, const value **out, failure *err) {
  char *text;
  size_t length;
  status_code status = files_read(path, LARGEST_FILE, &text, &length, err);
  if (status != STATUS_OK) return status;
  status = json_parse(a, text, length, path, out, err);
  free(text);
  return status;
}

bool json_is_sealed(const char *text, size_t length) {
  blake2b hash;
  const char *digits = seal_find(text, length, CONTENT_MARK);
  if (!digits) return false;
  seal_begin(&hash, text, length, digits);
  return seal_fits(&hash, digits);
}

static status_code check_seal(const char *text, size_t length, const char *name, const value *map,
                              failure *err) {
  if (map->type != VALUE_MAP || !value_get(map, CONTENT)) return STATUS_OK;
  if (json_is_sealed(text, length)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: the file is damaged or was edited: its text does not fit the hash under "
                     "\"content\"",
                     name);
}

status_code json_read_sealed(arena *a, const char *path, const value **out, failure *err) {
  char *text;
  size_t length;
  status_code status = files_read(path, LARGEST_FILE, &text, &length, err);
  if (status != STATUS_OK) return status;
  const value *read = NULL;
  status = json_parse(a, text, length, path, &read, err);
  if (status == STATUS_OK) status = check_seal(text, length, path, read, err);
  if (status == STATUS_OK) *out = read;
  free(text);
  return status;
}

/* A text as JSON. Bytes that are not UTF-8 become U+FFFD: readers refuse them. */
static void write_text(text_buffer *out, const char *text) {
  text_add_bytes(out, "\"", 1);
  while (*text) {
    size_t length = text_utf8(text);
    if (*text == '"' || *text == '\\')
      text_add(out, "\\%c", *text);
    else if ((unsigned char)*text < 0x20)
      text_add(out, "\\u%04x", (unsigned)*text);
    else if (length == 0)
      text_add_bytes(out, "\xef\xbf\xbd", 3);
    else
      text_add_bytes(out, text, length);
    text += length ? length : 1;
  }
  text_add_bytes(out, "\"", 1);
}

/* indent < 0 writes all on one line. */
static void write_break(text_buffer *out, int indent) {
  if (indent >= 0) text_add(out, "\n%*s", indent, "");
}

static void write_node(text_buffer *out, const value *node, int indent);

static void write_items(text_buffer *out, const value *node, int indent) {
  bool map = node->type == VALUE_MAP;
  text_add_bytes(out, map ? "{" : "[", 1);
  for (size_t i = 0; i < node->count; i++) {
    if (i) text_add_bytes(out, ",", 1);
    write_break(out, indent < 0 ? indent : indent + 2);
    if (map) {
      write_text(out, node->keys[i]);
      text_add_bytes(out, ": ", indent < 0 ? 1 : 2);
    }
    write_node(out, node->items[i], indent < 0 ? indent : indent + 2);
  }
  if (node->count) write_break(out, indent);
  text_add_bytes(out, map ? "}" : "]", 1);
}

static void write_node(text_buffer *out, const value *node, int indent) {
  switch (node->type) {
  case VALUE_NULL:
    text_add(out, "null");
    return;
  case VALUE_BOOL:
    text_add(out, node->flag ? "true" : "false");
    return;
  case VALUE_NUMBER:
    if (isfinite(node->number))
      text_add(out, "%.17g", node->number);
    else
      text_add(out, "null"); /* JSON cannot express it */
    return;
  case VALUE_TEXT:
    write_text(out, node->text);
    return;
  case VALUE_LIST:
  case VALUE_MAP:
    write_items(out, node, indent);
    return;
  case VALUE_GRID:
  case VALUE_NONE:
  case VALUE_LABEL:
    break;
  }
  assert(false && "GRID, NONE and LABEL have no JSON form");
}

static char *write_tree(arena *a, const value *node, int indent) {
  text_buffer out = {0};
  write_node(&out, node, indent);
  char *text = arena_text(a, out.text ? out.text : "");
  free(out.text);
  return text;
}

char *json_text(arena *a, const value *node) {
  return write_tree(a, node, -1);
}

char *json_pretty(arena *a, const value *node) {
  return write_tree(a, node, 0);
}

char *json_sealed(arena *a, value *map) {
  blake2b hash;
  value_put_text(a, map, CONTENT, SEAL_ZEROS);
  char *text = json_pretty(a, map);
  const size_t length = strlen(text);
  const char *digits = seal_find(text, length, CONTENT_MARK);
  seal_begin(&hash, text, length, digits);
  seal_close(&hash, text + (digits - text));
  return text;
}
