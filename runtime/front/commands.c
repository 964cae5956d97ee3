#include "front/commands.h"

#include "base/text.h"
#include "front/command.h"
#include "front/help.h"
#include "front/options.h"
#include "front/run_reference.h"
#include "host/plugins.h"
#include "job/worker.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static status_code command_worker(arena *a, const options *given, failure *err) {
  (void)a;
  return worker_run(given->words[0], err);
}

const command COMMANDS[COMMAND_COUNT] = {
    [COMMAND_RUN] = {"run", "SCRIPT", 1, 1, "train and measure a grid, write its tables",
                     "Finished runs are skipped, interrupted ones go on from their checkpoints.",
                     "run scripts/lj13.lua --profile quick --set train.epochs=5", command_run},
    [COMMAND_CANCEL] = {"cancel", "SCRIPT", 1, 1, "end a grid that was given to Slurm",
                        "With the options that it was given with. Running runs write checkpoints.",
                        "cancel scripts/lj13.lua --profile quick", command_cancel},
    [COMMAND_TABLE] = {"table", "SCRIPT", 1, 1, "write tables and figures of the finished runs",
                       "The tables are also printed. Nothing is trained.",
                       "table scripts/lj13.lua --profile quick", command_table},
    [COMMAND_REPORT] = {"report", "SCRIPT", 1, 1, "write tables, figures and runs as one HTML page",
                        "The page needs no other file and no network. Its path is printed.\n"
                        "hifm run and hifm table write it again where it exists.",
                        "report scripts/lj13.lua --profile quick", command_report},
    [COMMAND_LS] =
        {"ls", "", 0, 0, "list runs: state, numbers, what differs",
         "On a terminal names are shortened to ids, which are enough for other commands.",
         "ls --only optimizer.lr=1e-3 --sort best", command_ls},
    [COMMAND_LOG] = {"log", "RUN", 1, 1, "print what a run wrote and measured", RUN_REFERENCE_HELP,
                     "log lj13-egnn-transport", command_log},
    [COMMAND_SHOW] = {"show", "RUN", 1, 1, "show settings, numbers, files of a run",
                      RUN_REFERENCE_HELP, "show flow=OT,seed=0", command_show},
    [COMMAND_DIFF] = {"diff", "RUN RUN", 2, 2, "compare settings and numbers of two runs",
                      RUN_REFERENCE_HELP, "diff 3f2a91 0c77de", command_diff},
    [COMMAND_WHY] =
        {"why", "RUN|SCRIPT", 1, 1, "say what makes a run new, stale or failed",
         "Of a SCRIPT (.lua): why each of its jobs is still to do.\n" RUN_REFERENCE_HELP,
         "why scripts/lj13.lua --profile quick", command_why},
    [COMMAND_GC] = {"gc", "SCRIPT...", 1, OPTIONS_WORDS, "list or remove what no script refers to",
                    "Runs, measurements, cache folders and tables that no SCRIPT given refers to.\n"
                    "Running runs are kept, and files that hifm does not know.",
                    "gc scripts/*.lua --yes", command_gc},
    [COMMAND_SAMPLE] = {"sample", "RUN", 1, 1, "draw samples from the model of a run",
                        RUN_REFERENCE_HELP, "sample lj13-egnn-transport -n 1000 --out samples.npy",
                        command_sample},
    [COMMAND_EVALUATE] =
        {"evaluate", "RUN", 1, 1, "measure saved weights, without training",
         "The metrics go to standard output. Results are not touched.\n" RUN_REFERENCE_HELP,
         "evaluate lj13-egnn-transport --set measure.solver.rtol=1e-5", command_evaluate},
    [COMMAND_DESCRIBE] =
        {"describe", "WORD", 0, 1, "explain a section or a word of scripts",
         "WORD is script, a section (optimizer, train, measure, flow, schedule, audits,\n"
         "profiles, tables, figures), a kind of data set (mcmc, file, images), a word\n"
         "such as h.grid, or columns: those of tables and figures.",
         "describe train", command_describe},
    [COMMAND_PLUGIN_LIST] = {"plugin list", "", 0, 0, "list all plugins", NULL, "plugin list",
                             command_plugin_list},
    [COMMAND_PLUGIN_DESCRIBE] = {"plugin describe", "KIND NAME", 2, 2,
                                 "list the settings of a plugin",
                                 "KIND is energy, flow, network or solver.",
                                 "plugin describe flow hessian", command_plugin_describe},
    [COMMAND_PLUGIN_CHECK] = {"plugin check", "FILE", 1, 1, "test that a plugin keeps its contract",
                              NULL, "plugin check mine/energies/morse.so", command_plugin_check},
    [COMMAND_DATASET_MAKE] = {"dataset make", "NAME", 1, 1, "make the data set of a recipe",
                              "Runs that need it find it in the results folder.",
                              "dataset make lj13", command_dataset_make},
    [COMMAND_DATASET_CHECK] =
        {"dataset check", "NAME", 1, 1, "test a data set that was made",
         "Sampled data: convergence, and the moments that its recipe expects.",
         "dataset check lj13", command_dataset_check},
    [COMMAND_DOCTOR] =
        {"doctor", "", 0, 0, "check this machine, plugins, results folder",
         "A line for each check: ok, note or problem, and what to do. The exit code\n"
         "is 1 where something will fail.",
         "doctor --out results", command_doctor},
    [COMMAND_BENCH] = {"bench", "", 0, 0, "measure the speed on this machine, as CSV", NULL,
                       "bench --weights results/runs/lj13-egnn-transport-0a/last.safetensors",
                       command_bench},
    [COMMAND_COMPLETION] = {"completion", "SHELL", 1, 1, "print completions for a shell",
                            "SHELL is bash, zsh or fish. For bash, in ~/.bashrc:\n"
                            "eval \"$(hifm completion bash)\"",
                            "completion bash", command_completion},
    [COMMAND_MAN] = {"man", "", 0, 0, "print the manual page", "hifm man | man -l - shows it.",
                     "man", command_man},
    [COMMAND_WORKER] = {"worker", "FILE", 1, 1, "run one job file; hifm run starts these", NULL,
                        "worker results/cache/lj13-0a/job.json", command_worker},
    [COMMAND_SLICE] =
        {"slice", "FILE", 1, 1, "run one part of a grid; batch jobs start these",
         "FILE is one of those that hifm run --executor slurm or --print-commands wrote.",
         "slice results/submissions/lj13/slice-3.json", command_slice},
    [COMMAND_MERGE] = {"merge", "FOLDER", 1, 1, "end a submitted grid; the last job does it",
                       "Writes tables and figures of what is done, whatever the script is by now.",
                       "merge results/submissions/lj13", command_merge},
};

/* ---- finding the command --------------------------------------------------------------------- */

static bool begins_with_word(const char *name, const char *word) {
  const size_t length = strcspn(name, " ");
  return strlen(word) == length && strncmp(name, word, length) == 0;
}

/* The names whose first word this is: of "plugin" all that a second word may complete. */
static size_t completions(const char *word, const char *names[COMMAND_COUNT]) {
  size_t count = 0;
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    if (begins_with_word(COMMANDS[i].name, word)) names[count++] = COMMANDS[i].name;
  return count;
}

static status_code refuse(arena *a, const char *one, const char *two, failure *err) {
  const char *names[COMMAND_COUNT];
  const size_t count = completions(one, names);
  if (count)
    return failure_set(err, STATUS_USAGE, "unknown command \"%s\"%s", two,
                       text_choices(a, two, names, count));
  for (size_t i = 0; i < COMMAND_COUNT; i++) names[i] = COMMANDS[i].name;
  return failure_set(err, STATUS_USAGE, "unknown command \"%s\"%s", one,
                     text_hint(a, one, names, COMMAND_COUNT));
}

/* *words: how many of the arguments are its name. */
static status_code find(arena *a, int argc, char **argv, command_id *id, int *words, failure *err) {
  const char *one = argv[1], *two = argc > 2 ? arena_format(a, "%s %s", one, argv[2]) : one;
  for (*id = 0; *id < COMMAND_COUNT; ++*id) {
    const char *name = COMMANDS[*id].name;
    *words = strchr(name, ' ') ? 2 : 1;
    if (strcmp(name, *words == 1 ? one : two) == 0) return STATUS_OK;
  }
  return refuse(a, one, two, err);
}

/* ---- running it ------------------------------------------------------------------------------ */

static bool is_help(const char *word) {
  return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* `hifm plugin --help`: of all commands that begin with this word; false where none does. */
static bool help_of_group(int argc, char **argv) {
  size_t found = 0;
  for (command_id id = 0; argc == 3 && is_help(argv[2]) && id < COMMAND_COUNT; id++) {
    if (!strchr(COMMANDS[id].name, ' ') || !begins_with_word(COMMANDS[id].name, argv[1])) continue;
    if (found++) putchar('\n');
    help_command(id, stdout);
  }
  return found > 0;
}

/* A plugin that is not found would otherwise be unknown without a reason. */
static void print_path_notes(arena *a) {
  const value *notes = plugins_path_notes(a);
  for (size_t i = 0; i < notes->count; i++) fprintf(stderr, "hifm: %s\n", notes->items[i]->text);
}

static status_code dispatch(arena *a, int argc, char **argv, const char **name, failure *err) {
  options given;
  command_id id;
  int words;
  if (help_of_group(argc, argv)) return STATUS_OK;
  status_code status = find(a, argc, argv, &id, &words, err);
  if (status != STATUS_OK) return status;
  *name = COMMANDS[id].name;
  status = options_read(a, id, argc - 1 - words, argv + 1 + words, &given, err);
  if (status != STATUS_OK) return status;
  const bool own = id == COMMAND_WORKER || id == COMMAND_DOCTOR; /* doctor shows them itself */
  if (!given.help && !given.quiet && !own) print_path_notes(a);
  if (!given.help) return COMMANDS[id].run(a, &given, err);
  help_command(id, stdout);
  return STATUS_OK;
}

/* Job files and results are JSON, which is UTF-8: in other bytes paths would become others. */
static status_code check_encoding(const char *name, const char *text, failure *err) {
  if (!text || text_is_utf8(text)) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG, "%s is not UTF-8: %.300s. Rename the folder or file",
                     name, text);
}

static status_code check_encodings(int argc, char **argv, failure *err) {
  static const char *const VARIABLES[] = {"HIFM_PLUGIN_PATH", "HIFM_DATASETS", "TMPDIR"};
  char folder[PATH_MAX];
  status_code status = STATUS_OK;
  for (int i = 1; i < argc && status == STATUS_OK; i++)
    status = check_encoding("a word of the command line", argv[i], err);
  for (size_t i = 0; i < sizeof VARIABLES / sizeof *VARIABLES && status == STATUS_OK; i++)
    status = check_encoding(VARIABLES[i], getenv(VARIABLES[i]), err);
  if (status != STATUS_OK || !getcwd(folder, sizeof folder)) return status;
  return check_encoding("the working directory", folder, err);
}

static status_code run_command(int argc, char **argv) {
  arena a = {0};
  failure err = {0};
  const char *name = NULL;
  status_code status = check_encodings(argc, argv, &err);
  if (status == STATUS_OK) status = dispatch(&a, argc, argv, &name, &err);
  if (status != STATUS_OK && err.message[0]) fprintf(stderr, "hifm: %s\n", err.message);
  if (err.status == STATUS_USAGE)
    fprintf(stderr, "see hifm %s%s--help\n", name ? name : "", name ? " " : "");
  arena_close(&a);
  return status;
}

/* --version and the help of the whole program, which take no further words. */
static status_code show(const char *word) {
  if (strcmp(word, "--version") == 0)
    printf("hifm %s\n", HIFM_VERSION);
  else
    help_overview(stdout);
  return STATUS_OK;
}

static bool is_shown(const char *word) {
  return is_help(word) || strcmp(word, "help") == 0 || strcmp(word, "--version") == 0;
}

int commands_main(int argc, char **argv) {
  status_code status = STATUS_OK;
  if (argc < 2) {
    help_overview(stderr);
    status = STATUS_USAGE;
  } else if (argc == 2 && is_shown(argv[1])) {
    status = show(argv[1]);
  } else if (is_shown(argv[1])) {
    fprintf(stderr, "hifm: %s takes no words; hifm COMMAND --help shows the options of a command\n",
            argv[1]);
    status = STATUS_USAGE;
  } else {
    status = run_command(argc, argv);
  }
  /* Before a fork the output is flushed, too: what was lost there, only ferror knows. */
  if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_OK) {
    fprintf(stderr, "hifm: cannot write to standard output\n");
    status = STATUS_IO_FAILED;
  }
  return (int)status;
}
