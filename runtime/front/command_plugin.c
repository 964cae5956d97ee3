/* hifm plugin, hifm describe: plugins and their settings, whether plugins keep the contract. */
#include "base/text.h"
#include "front/describe.h"
#include "front/options.h"
#include "host/check.h"

#include <stdio.h>

enum { SECONDS = 120 }; /* that a check may take */

static void print_check(void *context, const char *name, bool passed, const char *detail) {
  (void)context;
  printf("%-6s %s%s%s\n", passed ? "ok" : "FAILED", name, *detail ? ": " : "", detail);
}

status_code command_plugin_list(arena *a, const options *given, failure *err) {
  (void)a;
  (void)given;
  return describe_list(stdout, err);
}

status_code command_plugin_describe(arena *a, const options *given, failure *err) {
  (void)a;
  return describe_plugin(given->words[0], given->words[1], stdout, err);
}

status_code command_plugin_check(arena *a, const options *given, failure *err) {
  (void)a;
  const char *path = given->words[0];
  size_t failed = 0;
  status_code status = check_plugin_apart(path, SECONDS, print_check, NULL, &failed, err);
  if (status == STATUS_OK && failed)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: %zu check%s failed", path, failed,
                       text_plural(failed));
  return status;
}

status_code command_describe(arena *a, const options *given, failure *err) {
  (void)a;
  return describe_word(given->word_count ? given->words[0] : NULL, stdout, err);
}
