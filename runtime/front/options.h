/* The arguments of a command: positionals and options in any order. */
#ifndef FRONT_OPTIONS_H
#define FRONT_OPTIONS_H

#include "base/failure.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_RESULTS "results"

typedef struct options {
  const char *words[8]; /* positionals, the command's own names left out */
  size_t word_count;
  const char *profile, *weights, *out; /* out: OPTIONS_RESULTS where not given */
  const char **sets, **only;           /* options that may be given more than once */
  size_t set_count, only_count;
  unsigned parallel; /* -j; the machine's processors where not given */
  size_t count;      /* -n; 64 where not given */
  uint32_t seed;     /* 0 where not given */
  bool dry_run, force, quiet, strip, help;
} options;

/* STATUS_USAGE with "did you mean" for an unknown option, a missing or bad value, too many words.
 */
status_code options_read(arena *a, int argc, char **argv, options *out, failure *err);

#endif
