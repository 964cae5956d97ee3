/* hifm evaluate: measures the saved weights of a run, without training. */
#include "base/text.h"
#include "front/run_reference.h"
#include "front/weights_job.h"
#include "job/metrics.h"
#include "report/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const SETTINGS[] = {
    "measure.solver",  "measure.divergence", "measure.probes", "measure.max_attempts",
    "measure.samples", "dataset.test",       "dataset.energy", NULL};
static const weights_job EVALUATE = {.kind = JOB_EVALUATE, .makes = "numbers", .allowed = SETTINGS};

static const char SAMPLES[] = "measure.samples=";

static bool sets(const options *given, const char *setting) {
  for (size_t i = 0; i < given->sets.count; i++)
    if (strncmp(given->sets.items[i], setting, strlen(setting)) == 0) return true;
  return false;
}

static status_code check_scorecard(const options *given, failure *err) {
  if (given->samples > 0 && !given->boltzmann)
    return failure_set(err, STATUS_USAGE, "--samples is for --boltzmann, which is not given");
  if (given->boltzmann && sets(given, SAMPLES))
    return failure_set(err, STATUS_USAGE,
                       "--boltzmann and --set %sN are the same; give --samples N", SAMPLES);
  return STATUS_OK;
}

static status_code check_options(arena *a, const options *given, failure *err) {
  status_code status = weights_job_check(a, given, err);
  if (status != STATUS_OK) return status;
  const char *name = given->file ? strrchr(given->file, '/') : NULL;
  name = name ? name + 1 : given->file;
  if (name && (!text_ends_with(name, ".npy") || strlen(name) <= strlen(".npy")))
    return failure_set(err, STATUS_USAGE, "--out %s: the name must end in .npy", given->file);
  if (given->data && sets(given, "dataset.test="))
    return failure_set(err, STATUS_USAGE,
                       "--set dataset.test chooses test points of the run, but --data gives "
                       "others");
  return check_scorecard(given, err);
}

/* ---- what is printed ------------------------------------------------------------------------- */

enum { NAME, VALUE, ERROR, UNIT, MEANING, COLUMNS };

static void put_line(arena *a, const metric *of, const value *numbers, const char **cells) {
  char number[FORMAT_ROOM];
  const double se = value_get_number(numbers, arena_format(a, "%s_se", of->name), NAN);
  cells[NAME] = of->name;
  cells[VALUE] = arena_text(a, format_number(number, value_get_number(numbers, of->name, NAN)));
  cells[ERROR] = isnan(se) ? "" : arena_format(a, "± %s", format_number(number, se));
  cells[UNIT] = of->unit;
  cells[MEANING] = of->meaning;
}

static void print_cells(const char *(*lines)[COLUMNS], size_t count) {
  size_t widths[COLUMNS] = {0};
  text_buffer text = {0};
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < MEANING; k++)
      if (format_width(lines[i][k]) > widths[k]) widths[k] = format_width(lines[i][k]);
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < MEANING; k++) {
      format_fit(&text, lines[i][k], widths[k]);
      text_add(&text, "%s", k == VALUE ? " " : "  ");
    }
    text_add(&text, "%s\n", lines[i][MEANING]);
  }
  fputs(text.text, stdout);
  free(text.text);
}

/* Metrics that do not exist here are left out. */
static void print_numbers(arena *a, const value *numbers) {
  const char *lines[METRICS_MAX][COLUMNS];
  size_t count = 0;
  for (const metric *of = METRICS; of->name; of++)
    if (value_get(numbers, of->name)) put_line(a, of, numbers, lines[count++]);
  print_cells(lines, count);
}

static void report(const options *given, const value *made) {
  const value *numbers = value_get(made, "numbers"), *provenance = value_get(made, "provenance");
  fprintf(stderr, "%.0f points, %.1f s\n", value_get_number(numbers, "points", NAN),
          value_get_number(provenance, "seconds", NAN));
  if (given->file) fprintf(stderr, "%s: NLL of each point\n", given->file);
}

/* ---- the command ----------------------------------------------------------------------------- */

static value *make_request(arena *a, const options *given) {
  value *request = value_new(a, VALUE_MAP);
  if (given->file) value_put_text(a, request, "out", given->file);
  return request;
}

/* The options with the samples of the scorecard. */
static options with_samples(arena *a, const options *given) {
  enum { DEFAULT = 10000 };
  options all = *given;
  const size_t count = given->samples > 0 ? given->samples : DEFAULT;
  const char **items = arena_get(a, (given->sets.count + 1) * sizeof *items);
  for (size_t i = 0; i < given->sets.count; i++) items[i] = given->sets.items[i];
  items[all.sets.count++] = arena_format(a, "%s%zu", SAMPLES, count);
  all.sets.items = items;
  return all;
}

status_code command_evaluate(arena *a, const options *given, failure *err) {
  const char *run;
  const value *made;
  status_code status = check_options(a, given, err);
  if (status == STATUS_OK)
    status = run_reference_find(a, OPTIONS_RESULTS, given->words[0], &run, err);
  if (status == STATUS_OK) status = weights_job_check_writable(given->file, err);
  if (status != STATUS_OK) return status;
  const options all = given->boltzmann ? with_samples(a, given) : *given;
  status = weights_job_run(a, &EVALUATE, &all, run, make_request(a, given), &made, err);
  if (status != STATUS_OK) return status;
  print_numbers(a, value_get(made, "numbers"));
  if (!given->quiet) report(given, made);
  return STATUS_OK;
}
