/* The commands of the program: one table, from which come the check of the command line and the
 * help. Each function returns the exit code; a failure also fills err. */
#ifndef FRONT_COMMAND_H
#define FRONT_COMMAND_H

#include "base/failure.h"
#include "base/memory.h"

typedef struct options options; /* front/options.h */

typedef enum command_id {
  COMMAND_RUN,
  COMMAND_CANCEL,
  COMMAND_TABLE,
  COMMAND_REPORT,
  COMMAND_LS,
  COMMAND_LOG,
  COMMAND_SHOW,
  COMMAND_DIFF,
  COMMAND_WHY,
  COMMAND_GC,
  COMMAND_SAMPLE,
  COMMAND_EVALUATE,
  COMMAND_DESCRIBE,
  COMMAND_PLUGIN_LIST,
  COMMAND_PLUGIN_DESCRIBE,
  COMMAND_PLUGIN_CHECK,
  COMMAND_DATASET_MAKE,
  COMMAND_DATASET_CHECK,
  COMMAND_DOCTOR,
  COMMAND_BENCH,
  COMMAND_COMPLETION,
  COMMAND_MAN,
  COMMAND_WORKER,
  COMMAND_SLICE,
  COMMAND_MERGE,
  COMMAND_COUNT
} command_id;

typedef struct command {
  const char *name;    /* one word, or two: "plugin list" */
  const char *words;   /* what follows, for people: "KIND NAME"; "" where nothing does */
  size_t least, most;  /* how many words that is */
  const char *summary; /* one line of at most 47 characters */
  const char *details; /* more for its own help, lines of at most 80 characters; or NULL */
  const char *example; /* a command line without "hifm " */
  status_code (*run)(arena *a, const options *given, failure *err);
} command;

extern const command COMMANDS[COMMAND_COUNT];

status_code command_run(arena *a, const options *given, failure *err);
status_code command_cancel(arena *a, const options *given, failure *err);
status_code command_table(arena *a, const options *given, failure *err);
status_code command_report(arena *a, const options *given, failure *err);
status_code command_ls(arena *a, const options *given, failure *err);
status_code command_log(arena *a, const options *given, failure *err);
status_code command_show(arena *a, const options *given, failure *err);
status_code command_diff(arena *a, const options *given, failure *err);
status_code command_why(arena *a, const options *given, failure *err);
status_code command_gc(arena *a, const options *given, failure *err);
status_code command_sample(arena *a, const options *given, failure *err);
status_code command_evaluate(arena *a, const options *given, failure *err);
status_code command_describe(arena *a, const options *given, failure *err);
status_code command_plugin_list(arena *a, const options *given, failure *err);
status_code command_plugin_describe(arena *a, const options *given, failure *err);
status_code command_plugin_check(arena *a, const options *given, failure *err);
status_code command_dataset_make(arena *a, const options *given, failure *err);
status_code command_dataset_check(arena *a, const options *given, failure *err);
status_code command_doctor(arena *a, const options *given, failure *err);
status_code command_bench(arena *a, const options *given, failure *err);
status_code command_completion(arena *a, const options *given, failure *err);
status_code command_man(arena *a, const options *given, failure *err);
status_code command_slice(arena *a, const options *given, failure *err);
status_code command_merge(arena *a, const options *given, failure *err);

#endif
