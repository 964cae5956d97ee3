/* The arguments of a command: words and options in any order. One table has all options; parsing,
 * refusals and help follow from it. */
#ifndef FRONT_OPTIONS_H
#define FRONT_OPTIONS_H

#include "front/command.h"

#include <stdbool.h>

#define OPTIONS_RESULTS "results"

typedef struct option_list {
  const char **items;
  size_t count;
} option_list;

enum { OPTIONS_WORDS = 64 };

struct options {
  const char *words[OPTIONS_WORDS]; /* positionals, after the command's name */
  size_t word_count;
  const char *weights, *file, *data, *sort; /* NULL where not given */
  const char *out;                          /* results folder; default OPTIONS_RESULTS */
  option_list profiles, sets, only, exclude;
  const char *executor, *time; /* NULL where not given */
  option_list site;            /* after --: options of sbatch */
  size_t parallel;             /* -j; 0: not given */
  size_t tasks;                /* 0: not given */
  size_t count;                /* -n; default 64 */
  size_t seed;                 /* default 0 */
  size_t samples;              /* 0: not given */
  bool dry_run, retrain, per_point, rerun_failed, strict, fail_fast, quiet, strip, density;
  bool boltzmann, help;
  bool strict_bits, print_commands, wait;
  bool failed, csv, json, all, follow, yes;
};

typedef enum option_kind {
  OPTION_FLAG,  /* bool */
  OPTION_TEXT,  /* const char * */
  OPTION_LIST,  /* option_list: may be given more than once */
  OPTION_NUMBER /* size_t: a whole number from low to high */
} option_kind;

typedef struct option {
  const char *name;  /* "--profile", "-j" */
  const char *value; /* what its value is called in the help; "" for a flag */
  option_kind kind;
  size_t offset;     /* of its field in options */
  unsigned commands; /* bit 1 << command_id: the commands that take it */
  double low, high;  /* NUMBER */
  const char *help;  /* lines of at most 59 characters */
} option;

enum { OPTION_COUNT = 39 };
/* A name may have several entries, of different commands. */
extern const option OPTIONS[OPTION_COUNT];

static inline bool options_takes(command_id id, const option *it) {
  return it->commands >> id & 1;
}

/* Workers at a time: -j, or as many as the processors that this process may use can take, where
 * each has so many threads. */
size_t options_workers(const options *given, size_t threads);

/* The arguments after the command's name. STATUS_USAGE with a hint for an unknown option, one that
 * this command does not take, one that is given twice (but for lists), a missing or bad value, and
 * the wrong number of words. With --help
 * the words are not counted. */
status_code options_read(arena *a, command_id id, int argc, char **argv, options *out,
                         failure *err);

#endif
