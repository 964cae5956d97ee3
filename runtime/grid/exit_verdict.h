/* What the end of a worker means for its job. */
#ifndef GRID_EXIT_VERDICT_H
#define GRID_EXIT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct exit_facts {
  int64_t exit_code;
  int signal;      /* that killed it, or 0 */
  bool lost;       /* the executor cannot find out what became of it */
  bool has_result; /* it exited with 0 and its result exists */
  bool stop_asked; /* the scheduler had asked it to end */
  bool timed_out;
  double timeout; /* seconds that it had; 0: no limit */
} exit_facts;

typedef enum exit_verdict {
  EXIT_DONE,
  EXIT_FAILED,     /* it exited with an error; the same would happen again */
  EXIT_ACCIDENT,   /* crash, kill, timeout, loss: worth another attempt */
  EXIT_INTERRUPTED /* it ended because it was asked to */
} exit_verdict;

/* `text` becomes what happened, in words: "exit 78", "crashed with SIGSEGV", ...; "" when done. */
exit_verdict exit_verdict_judge(const exit_facts *facts, char *text, size_t room);

/* Did the job end with numbers that are not finite? That is a result too. */
bool exit_verdict_diverged(const char *result_path);

/* The last `lines` lines of a log from byte `start` on; released with free(), never NULL. */
char *exit_verdict_log_tail(const char *log, long start, size_t lines);

#endif
