#include "grid/slurm.h"

#include "base/child_program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SECONDS = 120 }; /* Slurm's commands wait some time for a controller that is down */

/* ---- one command ----------------------------------------------------------------------------- */

static void make_one_line(char *text) {
  size_t length = strlen(text);
  while (length && text[length - 1] == '\n') text[--length] = 0;
  for (char *c = text; *c; c++)
    if (*c == '\n') *c = ' ';
}

/* Slurm's controller cannot be asked: not the fault of what was asked. */
static bool is_unreachable(const char *complaint) {
  static const char *const WORDS[] = {"Unable to contact", "Connection refused",
                                      "Connection timed out", "Socket timed out",
                                      "Zero Bytes were transmitted"};
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
    if (strstr(complaint, WORDS[i])) return true;
  return false;
}

/* What the command prints; closed by the caller in every case. refused: the status where the
 * command ends with an error. */
static status_code ask(const char *const *arguments, status_code refused, child_output *out,
                       failure *err) {
  const int code = child_program_run(arguments, "", 0, MOST_SECONDS, out);
  make_one_line(out->complaint);
  if (code == ENOENT)
    return failure_set(err, STATUS_NO_RESOURCE,
                       "%s: not found. This needs the commands of Slurm on this machine",
                       arguments[0]);
  if (code != 0)
    return failure_set(err, STATUS_NO_RESOURCE, "%s cannot be started: %s", arguments[0],
                       strerror(code));
  if (out->too_slow)
    return failure_set(err, STATUS_NO_RESOURCE, "%s took longer than %d s", arguments[0],
                       MOST_SECONDS);
  if (out->exit_code == 0) return STATUS_OK;
  return failure_set(err, is_unreachable(out->complaint) ? STATUS_NO_RESOURCE : refused,
                     "%s failed: %.400s", arguments[0], out->complaint);
}

/* A command that prints nothing that is needed. */
static status_code order(const char *const *arguments, failure *err) {
  child_output answer;
  const status_code status = ask(arguments, STATUS_BAD_CONFIG, &answer, err);
  child_program_close(&answer);
  return status;
}

/* ---- asking and ordering --------------------------------------------------------------------- */

status_code slurm_largest_task(size_t *most, failure *err) {
  static const char *const ASK[] = {"scontrol", "show", "config", NULL};
  static const char KEY[] = "\nMaxArraySize";
  child_output answer;
  status_code status = ask(ASK, STATUS_NO_RESOURCE, &answer, err);
  const char *at = status == STATUS_OK ? strstr(answer.text, KEY) : NULL;
  const char *equal = at ? strchr(at, '=') : NULL;
  const long size = equal ? strtol(equal + 1, NULL, 10) : 0;
  if (status == STATUS_OK && size < 2)
    status = failure_set(err, STATUS_BAD_CONFIG,
                         "this Slurm has no job arrays (MaxArraySize is %ld); use --print-commands",
                         size);
  *most = size < 2 ? 0 : (size_t)size - 1;
  child_program_close(&answer);
  return status;
}

status_code slurm_submit(arena *a, const char *const *options, const char **id, failure *err) {
  size_t count = 0;
  while (options[count]) count++;
  const char **arguments = arena_get(a, (count + 3) * sizeof *arguments);
  arguments[0] = "sbatch";
  arguments[1] = "--parsable";
  memcpy(arguments + 2, options, count * sizeof *options);
  child_output answer;
  const status_code status = ask(arguments, STATUS_BAD_CONFIG, &answer, err);
  /* "12", or "12;cluster" */
  *id = arena_format(a, "%.*s", (int)strcspn(answer.text, ";\n"), answer.text);
  child_program_close(&answer);
  return status;
}

/* The text up to the next '|', which is cut off; *line moves behind it. */
static char *next_field(char **line) {
  static char none[] = "";
  char *field = strsep(line, "|");
  return field ? field : none;
}

static slurm_job read_job(arena *a, char *line) {
  char *job = next_field(&line), *task = next_field(&line), *state = next_field(&line);
  slurm_job out = {.task = (size_t)strtoul(task, NULL, 10)};
  out.id = out.task ? arena_format(a, "%s_%zu", job, out.task) : arena_text(a, job);
  out.state = arena_text(a, state);
  out.node = arena_text(a, next_field(&line));
  out.running = strcmp(state, "RUNNING") == 0 || strcmp(state, "COMPLETING") == 0 ||
                strcmp(state, "SUSPENDED") == 0;
  return out;
}

status_code slurm_queue(arena *a, const char *name, slurm_jobs *out, failure *err) {
  const char *const ask_for[] = {
      "squeue", "--noheader", "--array", arena_format(a, "--name=%s", name), "--format=%F|%K|%T|%N",
      NULL};
  child_output answer;
  *out = (slurm_jobs){.count = 0};
  const status_code status = ask(ask_for, STATUS_NO_RESOURCE, &answer, err);
  if (status == STATUS_OK) {
    size_t lines = 0;
    for (const char *c = answer.text; *c; c++) lines += *c == '\n';
    out->items = arena_get(a, (lines + 1) * sizeof *out->items);
    char *rest = answer.text, *line;
    while ((line = strsep(&rest, "\n")))
      if (*line) out->items[out->count++] = read_job(a, line);
  }
  child_program_close(&answer);
  return status;
}

status_code slurm_cancel(const char *name, failure *err) {
  char option[300];
  snprintf(option, sizeof option, "--name=%s", name);
  const char *const cancel[] = {"scancel", option, NULL};
  return order(cancel, err);
}

double slurm_seconds(const char *time) {
  double parts[4] = {0};
  size_t count = 0;
  const char *dash = strchr(time, '-');
  for (const char *at = time; count < 4; at++) {
    char *end;
    if (*at < '0' || *at > '9') return 0;
    parts[count++] = (double)strtoul(at, &end, 10);
    at = end;
    if (!*at) break;
    if (*at != (dash && count == 1 ? '-' : ':') || count == 4) return 0;
  }
  if (dash) /* days-hours[:minutes[:seconds]] */
    return ((parts[0] * 24 + parts[1]) * 60 + parts[2]) * 60 + parts[3];
  if (count == 3) return (parts[0] * 60 + parts[1]) * 60 + parts[2];
  return count > 3 ? 0 : parts[0] * 60 + parts[1]; /* minutes[:seconds] */
}

/* ---- within a job ---------------------------------------------------------------------------- */

const char *slurm_node(void) {
  return getenv("SLURM_JOB_ID") ? getenv("SLURMD_NODENAME") : NULL;
}

/* One task of an array shares the number of the whole array: its own name has the task, too. */
const char *slurm_own_id(arena *a) {
  const char *array = getenv("SLURM_ARRAY_JOB_ID"), *task = getenv("SLURM_ARRAY_TASK_ID");
  if (!slurm_node()) return NULL;
  return array && task ? arena_format(a, "%s_%s", array, task)
                       : arena_text(a, getenv("SLURM_JOB_ID"));
}

status_code slurm_requeue_self(failure *err) {
  arena a = {0};
  const char *id = slurm_own_id(&a);
  const char *const requeue[] = {"scontrol", "requeue", id, NULL};
  const status_code status =
      id ? order(requeue, err) : failure_set(err, STATUS_NO_RESOURCE, "not in a Slurm job");
  arena_close(&a);
  return status;
}
