#include "front/keep_state.h"

/* Only of a constant learning rate is there a stem (plan/identity.h). */
static bool keeps_nothing(const value *file) {
  return value_get_bool(file, "keep_state", false) && !value_get(file, "stem");
}

void keep_state_warn(const graph *g, FILE *out) {
  size_t count = 0;
  for (size_t i = 0; i < g->job_count; i++) count += keeps_nothing(g->jobs[i].file);
  if (count)
    fprintf(out,
            "train.keep_state: %zu training%s no state: optimizer.schedule makes each step depend "
            "on the length of the training, so no longer one can go on from it\n",
            count, count == 1 ? " keeps" : "s keep");
}
