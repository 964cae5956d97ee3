#include "grid/exit_verdict.h"

#include "base/failure.h"
#include "base/json.h"
#include "job/run_status.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describe_signal(int number, char *text, size_t room) {
  const bool crash = number == SIGSEGV || number == SIGBUS || number == SIGFPE ||
                     number == SIGILL || number == SIGABRT || number == SIGSYS || number == SIGTRAP;
  const char *name = sigabbrev_np(number);
  snprintf(text, room, "%s SIG%s", crash ? "crashed with" : "killed by", name ? name : "?");
}

static void describe(const exit_facts *facts, char *text, size_t room) {
  if (facts->lost)
    snprintf(text, room, "lost");
  else if (facts->timed_out)
    snprintf(text, room, "timeout after %.15g s", facts->timeout);
  else if (facts->signal)
    describe_signal(facts->signal, text, room);
  else if (facts->exit_code == 0)
    snprintf(text, room, "exit 0 without a result");
  else
    snprintf(text, room, "exit %d", (int)facts->exit_code);
}

exit_verdict exit_verdict_judge(const exit_facts *facts, char *text, size_t room) {
  const bool clean_stop = facts->exit_code == STATUS_INTERRUPTED && !facts->signal;
  text[0] = 0;
  if (facts->has_result) return EXIT_DONE;
  describe(facts, text, room);
  if (facts->stop_asked && (facts->signal || clean_stop)) return EXIT_INTERRUPTED;
  if (facts->lost || facts->timed_out || facts->signal) return EXIT_ACCIDENT;
  return clean_stop ? EXIT_ACCIDENT : EXIT_FAILED; /* a SIGTERM from outside of hifm */
}

bool exit_verdict_diverged(const char *result_path) {
  arena memory = {0};
  const value *result = NULL;
  const bool read = json_read(&memory, result_path, &result, NULL) == STATUS_OK;
  const bool diverged = read && run_status_in(result) == RUN_DIVERGED;
  arena_close(&memory);
  return diverged;
}

char *exit_verdict_log_tail(const char *log, long start, size_t lines) {
  enum { ROOM = 8192 };
  char *text = memory_get(ROOM + 1);
  FILE *file = fopen(log, "re");
  if (!file) return text;
  const long end = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 0;
  /* A log that was cut (grid/logs.h) may be shorter than it was at the start. */
  if (start > end || end - start > ROOM) start = end > ROOM ? end - ROOM : 0;
  size_t length = fseek(file, start, SEEK_SET) == 0 ? fread(text, 1, ROOM, file) : 0;
  fclose(file);
  while (length && text[length - 1] == '\n') length--;
  text[length] = 0;
  size_t from = length;
  for (size_t seen = 0; from > 0; from--)
    if (text[from - 1] == '\n' && ++seen == lines) break;
  memmove(text, text + from, length - from + 1);
  return text;
}
