#include "job/run_status.h"

#include <string.h>

#define RUN_STATUS_WORD(constant, word) [constant] = word,
static const char *const WORDS[RUN_STATUS_COUNT] = {RUN_STATUS_LIST(RUN_STATUS_WORD)};

const char *run_status_word(run_status status) {
  return WORDS[status];
}

run_status run_status_of(const char *word) {
  for (run_status status = 0; status < RUN_STATUS_COUNT; status++)
    if (strcmp(word, WORDS[status]) == 0) return status;
  return RUN_MISSING;
}

run_status run_status_in(const value *result) {
  return run_status_of(value_get_text(result, "status", WORDS[RUN_DONE]));
}
