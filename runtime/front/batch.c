#include "front/batch.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAMES[] = {[BATCH_PREPARE] = "prepare",
                                    [BATCH_SLICE] = "slice",
                                    [BATCH_AGAIN] = "again",
                                    [BATCH_MERGE] = "merge"};

const char *batch_name(batch_kind kind) {
  return NAMES[kind];
}

const char *batch_path(arena *a, const submission *s, batch_kind kind) {
  return arena_format(a, "%s/%s.sh", s->folder, NAMES[kind]);
}

static bool is_array(batch_kind kind) {
  return kind == BATCH_SLICE || kind == BATCH_AGAIN;
}

static const char *text_of(const submission *s, const char *key) {
  return value_get_text(s->record, key, "");
}

/* ---- words for a shell ----------------------------------------------------------------------- */

static const char *quoted(arena *a, const char *word) {
  static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_./=:,+-@%^";
  if (*word && strspn(word, PLAIN) == strlen(word)) return word;
  text_buffer out = {0};
  text_add(&out, "'");
  for (; *word; word++)
    if (*word == '\'')
      text_add(&out, "'\\''");
    else
      text_add_bytes(&out, word, 1);
  text_add(&out, "'");
  const char *kept = arena_text(a, out.text);
  free(out.text);
  return kept;
}

const char *batch_line(arena *a, const char *const *words) {
  text_buffer out = {0};
  for (; *words; words++) text_add(&out, "%s%s", out.length ? " " : "", quoted(a, *words));
  const char *kept = arena_text(a, out.text ? out.text : "");
  free(out.text);
  return kept;
}

const char *batch_command(arena *a, const submission *s, const char *path, size_t workers) {
  const char *const words[] = {submission_path(a, s, "hifm"),   "slice", path, "-j",
                               arena_format(a, "%zu", workers), NULL};
  return batch_line(a, words);
}

/* ---- the scripts ----------------------------------------------------------------------------- */

/* How long before its time limit a task is asked to stop. */
static double notice_seconds(const submission *s) {
  const double limit = slurm_seconds(text_of(s, "time"));
  return limit > 0 ? ceil(fmin(60, limit / 4)) : 60;
}

/* A path in a line for sbatch: quoted, and % begins a pattern. */
static const char *for_sbatch(arena *a, const char *path) {
  text_buffer out = {0};
  for (; *path; path++)
    text_add(&out, "%s%c", *path == '%' ? "%" : *path == '"' || *path == '\\' ? "\\" : "", *path);
  const char *kept = arena_text(a, out.text);
  free(out.text);
  return kept;
}

static void add_body(text_buffer *out, arena *a, const submission *s, batch_kind kind) {
  const char *program = quoted(a, submission_path(a, s, "hifm")), *name = NAMES[kind];
  const char *folder = quoted(a, s->folder);
  if (kind == BATCH_MERGE)
    text_add(out, "exec %s merge %s\n", program, folder);
  else if (is_array(kind))
    text_add(out, "exec %s slice %s/%s-\"$SLURM_ARRAY_TASK_ID\".json\n", program, folder, name);
  else
    text_add(out, "exec %s slice %s/%s.json\n", program, folder, name);
}

const char *batch_script(arena *a, const submission *s, batch_kind kind) {
  text_buffer out = {0};
  text_add(&out, "#!/bin/sh\n#SBATCH --job-name=%s\n", text_of(s, "name"));
  text_add(&out, "#SBATCH --output=\"%s/%s%s.log\"\n", for_sbatch(a, s->folder), NAMES[kind],
           is_array(kind) ? "-%a" : "");
  text_add(&out, "#SBATCH --open-mode=append\n#SBATCH --requeue\n"
                 "#SBATCH --nodes=1\n#SBATCH --ntasks=1\n");
  if (*text_of(s, "time")) text_add(&out, "#SBATCH --time=%s\n", text_of(s, "time"));
  if (kind != BATCH_MERGE) text_add(&out, "#SBATCH --signal=B:USR1@%.0f\n", notice_seconds(s));
  if (is_array(kind))
    text_add(&out, "#SBATCH --array=1-%.0f\n",
             value_get_number(s->record, kind == BATCH_SLICE ? "tasks" : "again", 0));
  add_body(&out, a, s, kind);
  const char *kept = arena_text(a, out.text);
  free(out.text);
  return kept;
}

/* ---- sbatch ---------------------------------------------------------------------------------- */

/* Runs need their data; tables are made of whatever there is. */
static const char *dependency(arena *a, const batch_order *order) {
  return arena_format(a, "--dependency=%s:%s", order->kind == BATCH_MERGE ? "afterany" : "afterok",
                      order->after);
}

const char *const *batch_options(arena *a, const submission *s, const batch_order *order) {
  const value *site = value_get(s->record, "site");
  const size_t given = site ? site->count : 0;
  const char **out = arena_get(a, (given + 5) * sizeof *out);
  size_t count = 0;
  for (size_t i = 0; i < given; i++) out[count++] = site->items[i]->text;
  if (order->after) out[count++] = dependency(a, order);
  if (order->after && order->kind != BATCH_MERGE) out[count++] = "--kill-on-invalid-dep=yes";
  if (order->exclude) out[count++] = arena_format(a, "--exclude=%s", order->exclude);
  out[count++] = batch_path(a, s, order->kind);
  return out;
}

status_code batch_check_site(const char *const *options, size_t count, failure *err) {
  static const char *const OWN[] = {"--job-name", "-J",     "--array", "-a",    "--dependency",
                                    "-d",         "--wrap", "-W",      "--wait"};
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < sizeof OWN / sizeof *OWN; k++) {
      const size_t length = strlen(OWN[k]);
      const bool is_short = OWN[k][1] != '-';
      if (strncmp(options[i], OWN[k], length) == 0 &&
          (is_short || !options[i][length] || options[i][length] == '='))
        return failure_set(err, STATUS_USAGE, "after --: hifm sets %s itself", OWN[k]);
    }
  return STATUS_OK;
}
