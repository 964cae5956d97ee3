#include "front/submit_options.h"

#include "front/batch.h"

#include <string.h>

bool submit_options_slurm(const options *given) {
  return given->executor && strcmp(given->executor, "slurm") == 0;
}

bool submit_options_elsewhere(const options *given) {
  return submit_options_slurm(given) || given->print_commands;
}

static status_code refuse(const char *name, const char *why, failure *err) {
  return failure_set(err, STATUS_USAGE, "%s %s", name, why);
}

status_code submit_options_check(const options *given, failure *err) {
  static const char NEEDS[] = "needs --executor slurm";
  const bool slurm = submit_options_slurm(given);
  if (given->executor && !slurm && strcmp(given->executor, "local") != 0)
    return failure_set(err, STATUS_USAGE, "--executor %s: available: local, slurm",
                       given->executor);
  if (given->time && slurm_seconds(given->time) <= 0)
    return failure_set(err, STATUS_USAGE,
                       "--time %s: not a time as sbatch takes it: 90 (minutes), 4:00:00, 1-12:00",
                       given->time);
  if (slurm && given->print_commands) return refuse("--print-commands", "is without Slurm", err);
  if (given->time && !slurm) return refuse("--time", NEEDS, err);
  if (given->wait && !slurm) return refuse("--wait", NEEDS, err);
  if (given->site.count && !slurm) return refuse("-- (options of sbatch)", NEEDS, err);
  if (given->tasks && !submit_options_elsewhere(given))
    return refuse("--tasks", "needs --executor slurm or --print-commands", err);
  if (!submit_options_elsewhere(given)) return STATUS_OK;
  if (given->parallel && slurm)
    return refuse("-j",
                  "is not for --executor slurm: a task uses the processors that it gets, "
                  "-- --cpus-per-task=N",
                  err);
  if (given->retrain || given->fail_fast)
    return refuse(given->retrain ? "--retrain" : "--fail-fast", "is for --executor local", err);
  return batch_check_site(given->site.items, given->site.count, err);
}
