/* hifm plugin, hifm describe: what there is, what it can be told, whether plugins keep the
 * contract. */
#include "front/command.h"
#include "front/describe.h"
#include "host/check.h"

#include <string.h>

static void tell_check(void *context, const char *name, bool passed, const char *detail) {
  (void)context;
  printf("%-6s %s%s%s\n", passed ? "ok" : "FAILED", name, *detail ? ": " : "", detail);
}

static status_code check_file(const char *path, failure *err) {
  size_t failed = 0;
  status_code status = check_plugin_apart(path, 120, tell_check, NULL, &failed, err);
  if (status == STATUS_OK && failed)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: %zu checks failed", path, failed);
  return status;
}

status_code command_plugin(arena *a, const options *given, failure *err) {
  const char *verb = given->word_count ? given->words[0] : "";
  (void)a;
  if (strcmp(verb, "list") == 0 && given->word_count == 1) return describe_list(stdout, err);
  if (strcmp(verb, "describe") == 0 && given->word_count == 3)
    return describe_plugin(given->words[1], given->words[2], stdout, err);
  if (strcmp(verb, "check") == 0 && given->word_count == 2) return check_file(given->words[1], err);
  return failure_set(err, STATUS_USAGE,
                     "hifm plugin list, hifm plugin describe KIND NAME or hifm plugin check FILE");
}

status_code command_describe(arena *a, const options *given, failure *err) {
  (void)a;
  return describe_word(given->word_count == 1 ? given->words[0] : NULL, stdout, err);
}
