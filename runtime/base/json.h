/* JSON in (jansson, strict) and out (canonical: sorted keys, %.17g, no spaces). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/failure.h"
#include "base/value.h"

#include <stdio.h>

/* Depth at most 64, no duplicate keys, finite numbers, nothing after the value. `name` is used in
 * messages, with line and column. */
status_code json_parse(arena *a, const char *text, size_t length, const char *name,
                       const value **out, failure *err);
status_code json_read(arena *a, const char *path, const value **out, failure *err);

/* The same for a file that json_sealed made: STATUS_BAD_INPUT also where its key "content" does not
 * fit. A file without this key, of an earlier version of hifm, is read as it is. */
status_code json_read_sealed(arena *a, const char *path, const value **out, failure *err);

/* Is the text [length] as json_sealed made it? */
bool json_is_sealed(const char *text, size_t length);

/* Canonical text; lives in the arena. Only NULL, BOOL, NUMBER, TEXT, LIST, MAP. */
char *json_text(arena *a, const value *node);

/* The same content with one key or item a line, for people. */
char *json_pretty(arena *a, const value *node);

/* json_pretty of the map with one more key: "content", the hash of this text (base/seal.h). */
char *json_sealed(arena *a, value *map);

#endif
