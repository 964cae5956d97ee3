/* conformance FILE: every check of `hifm plugin check` on one plugin; exit code 0 iff all passed.
 * CTest runs it on every plugin in the tree. */
#include "host/check.h"

enum { SECONDS = 60 };

static void print(void *context, const char *name, bool passed, const char *detail) {
  (void)context;
  printf("%s  %s (%s)\n", passed ? "ok    " : "FAILED", name, detail);
}

int main(int count, char **words) {
  if (count != 2) {
    fprintf(stderr, "usage: conformance FILE\n");
    return STATUS_USAGE;
  }
  size_t failed = 0;
  failure err;
  if (check_plugin_apart(words[1], SECONDS, print, NULL, &failed, &err) != STATUS_OK) {
    fprintf(stderr, "conformance: %s\n", err.message);
    return (int)err.status;
  }
  printf("%zu failed\n", failed);
  return failed ? STATUS_SOME_FAILED : STATUS_OK;
}
