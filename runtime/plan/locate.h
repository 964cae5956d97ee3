/* Where in a script a setting stands: Lua tables do not remember their lines. */
#ifndef PLAN_LOCATE_H
#define PLAN_LOCATE_H

#include "hifm/status.h"

#include <stddef.h>

typedef struct locate_source {
  const char *path, *text; /* path as it stands in messages */
} locate_source;

/* The line where the last part of a path such as "train.epoch" stands: its parts are looked for as
 * words outside comments, one after the other, the first where it stands least deep in braces.
 * *found is how many parts there were; the line is that of the last one found, 0 when even the
 * first is missing. */
size_t locate_line(const char *text, const char *path, size_t *found);

/* A message that begins with such a path, "train.epoch: unknown setting", gets "file:line: " in
 * front: from the first source that has the whole path, or has it without its first part (a recipe
 * does not say "dataset"); else from as much of it as sources[0], the script, has; else from the
 * line of its h.experiment. */
void locate_error(const locate_source *sources, size_t count, hifm_error *err);

#endif
