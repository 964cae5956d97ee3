#include "front/past_runs.h"

static void compare(arena *a, const graph *g, past_runs *past) {
  run_words words = run_words_new(a);
  const run_settings **wanted = arena_get(a, (g->job_count + 1) * sizeof *wanted);
  past->asked = arena_get(a, (g->job_count + 1) * sizeof *past->asked);
  past->nearest = arena_get(a, (g->job_count + 1) * sizeof *past->nearest);
  for (size_t i = 0; i < g->job_count; i++) {
    const bool train = g->jobs[i].kind == JOB_TRAIN;
    past->asked[i] =
        run_settings_filled(&words, train ? value_get(g->jobs[i].file, "config") : NULL);
    wanted[i] = &past->asked[i];
  }
  nearest_find(wanted, g->job_count, past->finished.settings, past->finished.count, past->nearest);
}

status_code past_runs_read(arena *a, const char *out, const graph *g, past_runs *past,
                           failure *err) {
  *past = (past_runs){.asked = NULL};
  status_code status = runs_read_finished(a, out, NULL, &past->finished, err);
  if (status == STATUS_OK && past->finished.count) compare(a, g, past);
  return status;
}

const run_info *past_runs_nearest(const past_runs *past, size_t at) {
  const size_t place = past->nearest ? past->nearest[at] : NEAREST_NONE;
  return place == NEAREST_NONE ? NULL : &past->finished.runs[place];
}
