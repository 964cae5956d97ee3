#include "front/program.h"

#include "base/self.h"
#include "grid/local.h"

#include <stdlib.h>
#include <string.h>

const char *program_path(arena *a) {
  char path[4096];
  if (self_path(path, sizeof path)) return arena_text(a, path);
  fprintf(stderr, "hifm: /proc/self/maps cannot be read (is /proc mounted?)\n");
  exit(STATUS_NO_RESOURCE);
}

const char *program_recipes(arena *a) {
  const char *chosen = getenv("HIFM_DATASETS");
  if (chosen && *chosen) return arena_text(a, chosen);
  char *path = arena_text(a, program_path(a));
  char *slash = strrchr(path, '/');
  if (slash) *slash = 0;
  return arena_format(a, "%s/../datasets", path);
}

status_code program_run_jobs(arena *a, grid_job *jobs, size_t count, size_t parallel,
                             const char *plugins, const schedule_options *how,
                             schedule_summary *summary, failure *err) {
  const size_t slots = parallel < count ? parallel : count;
  const char *program = program_path(a);
  const local_options here = {.program = program,
                              .executable = self_executable(program),
                              .plugins = plugins,
                              .slots = slots ? slots : 1};
  executor where;
  status_code status = local_open(&here, &where, err);
  if (status != STATUS_OK) return status;
  status = schedule_run(&where, jobs, count, how, summary, err);
  where.ops->close(where.self);
  return status;
}

status_code program_exit_code(const schedule_summary *summary) {
  if (summary->signal) return (status_code)(128 + summary->signal);
  if (summary->disk) return STATUS_IO_FAILED;
  if (summary->resource) return STATUS_NO_RESOURCE;
  return summary->failed || summary->skipped ? STATUS_SOME_FAILED : STATUS_OK;
}
