/* The end of forked children. */
#ifndef BASE_FOLLOW_H
#define BASE_FOLLOW_H

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Called in a child of `parent` after fork: SIGKILL ends it when its parent ends, and SIGALRM after
 * `seconds` (0: no limit), also if it executes another program. */
static inline void follow_parent(pid_t parent, unsigned seconds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) raise(SIGKILL); /* the parent had ended before the call above */
  signal(SIGALRM, SIG_DFL);
  alarm(seconds);
}

#endif
