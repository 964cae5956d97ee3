#include "front/options.h"

#include "base/text.h"
#include "base/threads.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OF(command) (1u << COMMAND_##command)
#define AT(field)   offsetof(struct options, field)

enum {
  GRID = OF(RUN) | OF(TABLE) | OF(REPORT),
  PLANNED = GRID | OF(WHY) | OF(CANCEL),
  IN_RESULTS = PLANNED | OF(LS) | OF(LOG) | OF(SHOW) | OF(DIFF) | OF(GC) | OF(DOCTOR) |
               OF(DATASET_MAKE) | OF(DATASET_CHECK),
  ON_RUN = OF(SAMPLE) | OF(EVALUATE),
  WITH_MESSAGES = GRID | OF(CANCEL) | ON_RUN | OF(DATASET_MAKE),
  ALL = (1u << COMMAND_COUNT) - 1
};

const option OPTIONS[OPTION_COUNT] = {
    {"--profile", "NAME", OPTION_LIST, AT(profiles), PLANNED, 0, 0,
     "a named variant of the script, such as quick; repeated:\n"
     "each is merged over those before it"},
    {"--set", "KEY=VALUE", OPTION_LIST, AT(sets), PLANNED, 0, 0,
     "change a setting, such as train.epochs=50; several values,\n"
     "optimizer.lr=1e-3,1e-4, make a run each; a list is [1,2],\n"
     "a text with a comma is in double quotes; may be repeated"},
    {"--only", "CELLS", OPTION_LIST, AT(only), PLANNED | OF(LS), 0, 0,
     "only rows with these cells: flow=OT,seed=0|1 (0 or 1),\n"
     "flow!=OT (not), flow=\"a,b\" (a cell with a comma),\n"
     "status=failed; repeated: rows that fit any of them"},
    {"--exclude", "CELLS", OPTION_LIST, AT(exclude), PLANNED, 0, 0,
     "without the rows with these cells, written as for --only"},
    {"-j", "N", OPTION_NUMBER, AT(parallel), OF(RUN) | OF(SLICE), 1, 1024,
     "workers at a time (default: processors / schedule.threads)"},
    {"--executor", "NAME", OPTION_TEXT, AT(executor), OF(RUN), 0, 0,
     "where the runs run: local (default) or slurm. Options of\nsbatch follow at the end: -- "
     "--partition=cpu --mem=4G"},
    {"--tasks", "N", OPTION_NUMBER, AT(tasks), OF(RUN), 1, 1000000,
     "slurm: in how many tasks (default: one per run, at most\n100)"},
    {"--time", "TIME", OPTION_TEXT, AT(time), OF(RUN), 0, 0,
     "slurm: the time limit of a task, such as 4:00:00; a task\nthat needs more is requeued"},
    {"--wait", "", OPTION_FLAG, AT(wait), OF(RUN), 0, 0,
     "slurm: wait for the end, with its exit code"},
    {"--print-commands", "", OPTION_FLAG, AT(print_commands), OF(RUN), 0, 0,
     "make the data, then print a shell command for each part of\nthe grid: for other schedulers, "
     "GNU parallel, ssh"},
    {"--strict-bits", "", OPTION_FLAG, AT(strict_bits), OF(RUN), 0, 0,
     "runs fail on a machine of another kind (processor, BLAS)\nthan the one that made the data"},
    {"--dry-run", "", OPTION_FLAG, AT(dry_run), OF(RUN), 0, 0,
     "check the script and list the jobs, run nothing"},
    {"--retrain", "", OPTION_FLAG, AT(retrain), OF(RUN), 0, 0,
     "train the selected runs again; a finished one stays until\nits successor is complete"},
    {"--per-point", "", OPTION_FLAG, AT(per_point), OF(RUN), 0, 0,
     "measure audits again that have no NLL of each point, as of\nan earlier hifm"},
    {"--rerun-failed", "", OPTION_FLAG, AT(rerun_failed), OF(RUN), 0, 0,
     "also try what would fail again: wrong settings or data"},
    {"--strict", "", OPTION_FLAG, AT(strict), OF(RUN), 0, 0,
     "exit with 1 also where a run diverged or has no NLL"},
    {"--fail-fast", "", OPTION_FLAG, AT(fail_fast), OF(RUN), 0, 0,
     "start no more runs after the first one that failed"},
    {"--sort", "COLUMN", OPTION_TEXT, AT(sort), OF(LS), 0, 0,
     "name (default), state, best, last, epochs, time, when, or a\nsetting such as optimizer.lr"},
    {"--failed", "", OPTION_FLAG, AT(failed), OF(LS), 0, 0,
     "only runs that failed, diverged or are damaged"},
    {"--csv", "", OPTION_FLAG, AT(csv), OF(LS), 0, 0,
     "for programs: numbers in full, a column per setting that\nvaries"},
    {"--json", "", OPTION_FLAG, AT(json), OF(LS), 0, 0, "the same as JSON, with all settings"},
    {"--all", "", OPTION_FLAG, AT(all), OF(SHOW), 0, 0, "also the settings that are defaults"},
    {"-f", "", OPTION_FLAG, AT(follow), OF(LOG), 0, 0,
     "go on with what a running run writes, until it ends"},
    {"--yes", "", OPTION_FLAG, AT(yes), OF(GC), 0, 0,
     "remove what is listed (default: only list it)"},
    {"-n", "COUNT", OPTION_NUMBER, AT(count), OF(SAMPLE), 1, 1e6,
     "number of samples (default: 64)"},
    {"--out", "FILE", OPTION_TEXT, AT(file), OF(SAMPLE), 0, 0,
     "file to write, required: .npy (points) or .png (images)"},
    {"--weights", "WHICH", OPTION_TEXT, AT(weights), ON_RUN, 0, 0,
     "best (smallest NLL) or last (default: best)"},
    {"--seed", "SEED", OPTION_NUMBER, AT(seed), OF(SAMPLE), 0, UINT32_MAX,
     "seed of the noise that samples start from (default: 0)"},
    {"--density", "", OPTION_FLAG, AT(density), OF(SAMPLE), 0, 0,
     "with --out x.npy also write x.log_density.npy: log q of\neach sample"},
    {"--strip", "", OPTION_FLAG, AT(strip), OF(SAMPLE), 0, 0,
     ".png: one row per sample, from noise to image"},
    {"--data", "FILE", OPTION_TEXT, AT(data), OF(EVALUATE), 0, 0,
     "points to measure on, .npy or .npz (default: the run's test\npoints)"},
    {"--out", "FILE", OPTION_TEXT, AT(file), OF(EVALUATE), 0, 0,
     "also write the NLL of each point: .npy"},
    {"--boltzmann", "", OPTION_FLAG, AT(boltzmann), OF(EVALUATE), 0, 0,
     "also ESS, log Z, entropy and KL, from samples, where the\nenergy of the data is known"},
    {"--samples", "N", OPTION_NUMBER, AT(samples), OF(EVALUATE), 1, 1e8,
     "with --boltzmann: number of samples (default: 10000)"},
    {"--set", "KEY=VALUE", OPTION_LIST, AT(sets), ON_RUN, 0, 0,
     "change how weights are measured or sampled, such as\nmeasure.solver.rtol=1e-5; may be "
     "repeated"},
    {"--weights", "FILE", OPTION_TEXT, AT(weights), OF(BENCH), 0, 0,
     "last.safetensors of a run (default: initial weights)"},
    {"--out", "DIR", OPTION_TEXT, AT(out), IN_RESULTS, 0, 0,
     "results folder (default: " OPTIONS_RESULTS ")"},
    {"--quiet", "", OPTION_FLAG, AT(quiet), WITH_MESSAGES, 0, 0,
     "no progress and no messages except errors"},
    {"--help", "", OPTION_FLAG, AT(help), ALL, 0, 0, "show this help"},
};

/* ---- finding an option ----------------------------------------------------------------------- */

static const char *commands_with(arena *a, const char *name) {
  const char *names[COMMAND_COUNT];
  size_t count = 0;
  for (command_id id = 0; id < COMMAND_COUNT; id++)
    for (size_t i = 0; i < OPTION_COUNT; i++)
      if (strcmp(OPTIONS[i].name, name) == 0 && options_takes(id, &OPTIONS[i]))
        names[count++] = COMMANDS[id].name;
  return count ? text_list(a, names, count) : NULL;
}

/* Options that had another name. */
static const char *new_name(const char *name) {
  return strcmp(name, "--force") == 0 ? "--retrain" : NULL;
}

/* NULL where this command does not take it: err says why. */
static const option *find(arena *a, command_id id, const char *name, failure *err) {
  const char *known[OPTION_COUNT];
  size_t count = 0;
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (!options_takes(id, &OPTIONS[i])) continue;
    if (strcmp(name, OPTIONS[i].name) == 0) return &OPTIONS[i];
    known[count++] = OPTIONS[i].name;
  }
  const char *elsewhere = commands_with(a, name);
  if (elsewhere)
    failure_set(err, STATUS_USAGE, "%s does not take %s; commands that take it: %s",
                COMMANDS[id].name, name, elsewhere);
  else if (new_name(name))
    failure_set(err, STATUS_USAGE, "unknown option %s; it is now %s", name, new_name(name));
  else
    failure_set(err, STATUS_USAGE, "unknown option %s%s", name, text_hint(a, name, known, count));
  return NULL;
}

/* ---- taking its value ------------------------------------------------------------------------ */

static status_code take_number(const option *it, const char *word, size_t *field, failure *err) {
  double number;
  if (!text_number(word, &number) || number < it->low || number > it->high ||
      number != floor(number))
    return failure_set(err, STATUS_USAGE, "%s: \"%s\" is not a whole number from %.0f to %.0f",
                       it->name, word, it->low, it->high);
  *field = (size_t)number;
  return STATUS_OK;
}

/* word: NULL for a flag. */
static status_code store(const option *it, const char *word, options *out, failure *err) {
  void *field = (char *)out + it->offset;
  option_list *list;
  switch (it->kind) {
  case OPTION_FLAG:
    *(bool *)field = true;
    break;
  case OPTION_TEXT:
    *(const char **)field = word;
    break;
  case OPTION_LIST:
    list = field;
    list->items[list->count++] = word;
    break;
  case OPTION_NUMBER:
    return take_number(it, word, field, err);
  }
  return STATUS_OK;
}

/* --name=value and -jN are --name value and -j N: cuts *name short and returns the value. */
static const char *attached_value(arena *a, const char **name) {
  const char *word = *name, *equal = strchr(word, '=');
  if (word[1] != '-' && word[2]) {
    *name = arena_format(a, "%.2s", word);
    return word + 2;
  }
  if (word[1] != '-' || !equal) return NULL;
  *name = arena_format(a, "%.*s", (int)(equal - word), word);
  return equal + 1;
}

/* argv[*i] is an option; *i moves on to its value where that is the next word. given: how often
 * each option was given. */
static status_code take(arena *a, command_id id, int argc, char **argv, int *i, size_t *given,
                        options *out, failure *err) {
  const char *name = strcmp(argv[*i], "-h") == 0 ? "--help" : argv[*i];
  const char *word = attached_value(a, &name);
  const option *it = find(a, id, name, err);
  if (!it) return STATUS_USAGE;
  const bool flag = it->kind == OPTION_FLAG;
  if (it->kind != OPTION_LIST && given[it - OPTIONS]++)
    return failure_set(err, STATUS_USAGE, "%s is given twice", name);
  if (flag && word) return failure_set(err, STATUS_USAGE, "%s takes no value", name);
  if (!flag && !word && *i + 1 == argc)
    return failure_set(err, STATUS_USAGE, "%s needs a value after it", name);
  if (!flag && !word) word = argv[++*i];
  return store(it, word, out, err);
}

/* ---- the whole command line ------------------------------------------------------------------ */

static status_code check_words(command_id id, const options *given, failure *err) {
  const command *it = &COMMANDS[id];
  if (given->word_count >= it->least && given->word_count <= it->most) return STATUS_OK;
  return failure_set(err, STATUS_USAGE, "%s takes %s, but %zu %s given", it->name,
                     it->most ? it->words : "no words", given->word_count,
                     given->word_count == 1 ? "word was" : "words were");
}

static void set_defaults(arena *a, size_t argc, options *out) {
  *out = (options){.out = OPTIONS_RESULTS, .count = 64};
  option_list *const lists[] = {&out->profiles, &out->sets, &out->only, &out->exclude, &out->site};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    lists[i]->items = arena_get(a, argc * sizeof *lists[i]->items);
}

size_t options_workers(const options *given, size_t threads) {
  const size_t fit = threads_processors() / threads;
  return given->parallel ? given->parallel : fit ? fit : 1;
}

status_code options_read(arena *a, command_id id, int argc, char **argv, options *out,
                         failure *err) {
  size_t given[OPTION_COUNT] = {0};
  set_defaults(a, (size_t)argc, out);
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "--") == 0 && id == COMMAND_RUN) {
      while (++i < argc) out->site.items[out->site.count++] = argv[i];
      break;
    }
    const bool is_option = argv[i][0] == '-' && argv[i][1];
    if (is_option) {
      status_code status = take(a, id, argc, argv, &i, given, out, err);
      if (status != STATUS_OK) return status;
      continue;
    }
    if (out->word_count < sizeof out->words / sizeof *out->words)
      out->words[out->word_count] = argv[i];
    out->word_count++;
  }
  return out->help ? STATUS_OK : check_words(id, out, err);
}
