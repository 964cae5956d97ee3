/* The line of a setting in a script: Lua tables do not remember their lines. */
#ifndef PLAN_SOURCE_LINES_H
#define PLAN_SOURCE_LINES_H

#include "base/failure.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct source_text {
  const char *path, *text; /* path as in messages */
} source_text;

/* The line of the last part of a path such as "train.epoch": its parts are searched as words
 * outside comments, one after the other, the first where it is least deep in braces. *found is how
 * many parts there were; the line is that of the last one found, 0 when even the first is missing.
 */
size_t source_lines_line(const char *text, const char *path, size_t *found);

/* A message that begins with such a path, "train.epoch: unknown setting", gets "file:line: " in
 * front: from the first source that has the whole path, or has it without its first part (a recipe
 * does not say "dataset"); else from as much of it as sources[0], the script, has; else from the
 * line of its h.experiment. */
void source_lines_error(const source_text *sources, size_t count, failure *err);

/* Is a message of Lua like "'}' expected near 'train'", about a word that can begin an entry where
 * the table should end? */
bool source_lines_lack_comma(const char *message);

#endif
