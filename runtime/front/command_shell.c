/* hifm completion, hifm man: for shells and for man. */
#include "front/completion.h"
#include "front/manual.h"
#include "front/options.h"

status_code command_completion(arena *a, const options *given, failure *err) {
  return completion_print(a, given->words[0], stdout, err);
}

status_code command_man(arena *a, const options *given, failure *err) {
  (void)a;
  (void)given;
  (void)err;
  manual_print(stdout);
  return STATUS_OK;
}
