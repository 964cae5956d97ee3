/* hifm why: what makes a run new, stale or failed? */
#include "base/text.h"
#include "front/why.h"
#include "plan/schema.h"

#include <string.h>

enum { MOST = 6 }; /* settings in one sentence */

static bool is_below(const char *path, const char *above) {
  const size_t length = strlen(above);
  return strncmp(path, above, length) == 0 && path[length] == '.';
}

/* Another plugin has other settings; these follow from its name. */
static bool follows(const run_changes *changes, size_t at) {
  const run_change *it = &changes->items[at];
  if (it->x && it->y) return false;
  for (size_t i = 0; i < at; i++)
    if (changes->items[i].x && changes->items[i].y && is_below(it->path, changes->items[i].path))
      return true;
  return false;
}

const char *why_changes(arena *a, const run_settings *finished, const run_settings *asked,
                        bool texts) {
  const run_changes changes = run_settings_changes(a, finished, asked);
  const char *out = "";
  size_t count = 0;
  for (size_t k = 0; k < 2 * changes.count; k++) { /* data sets in a second round: they are long */
    const size_t i = k % changes.count;
    const run_change *it = &changes.items[i];
    const bool data = schema_section_of(it->path) == SECTION_DATASET;
    if (data != (k >= changes.count)) continue;
    if (run_settings_is_aside(it->path) || follows(&changes, i) || count++ >= MOST) continue;
    out = arena_format(a, "%s%s%s", out, *out ? ", " : "", it->path);
    if (texts)
      out = arena_format(a, "%s %s -> %s", out, it->x ? it->x : "(none)", it->y ? it->y : "(none)");
  }
  return count > MOST ? arena_format(a, "%s and %zu more", out, count - MOST) : out;
}

status_code command_why(arena *a, const options *given, failure *err) {
  if (text_ends_with(given->words[0], ".lua")) return why_script(a, given, err);
  if (given->profiles.count || given->sets.count || given->only.count || given->exclude.count)
    return failure_set(
        err, STATUS_USAGE,
        "--profile, --set, --only and --exclude are for a SCRIPT; \"%s\" does not end "
        "in .lua",
        given->words[0]);
  return why_run(a, given, err);
}
