#include "front/commands.h"

#include "base/text.h"
#include "front/command.h"
#include "job/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char HELP[] =
    "hifm: Hessian-informed flow matching experiments\n"
    "\n"
    "  hifm run SCRIPT       run a grid; what is done already is skipped, what was\n"
    "                        interrupted goes on\n"
    "    --profile P         a named variant of the script, such as quick\n"
    "    --set key=value     change a setting: --set train.epochs=50 --set seed=1\n"
    "    --only EXPR         rows with these cells: --only flow=OT,seed=0; given twice:\n"
    "                        rows that fit one or the other\n"
    "    -j N                workers at a time (all processors)\n"
    "    --dry-run           say what would be run\n"
    "    --force             train the selected runs anew\n"
    "    --out DIR           results folder (results); also of table, ls and log\n"
    "  hifm table SCRIPT     print and write tables and figures of what is done\n"
    "  hifm ls               all runs: state, best NLL, in what they differ\n"
    "  hifm log RUN          what a run printed and measured; a part of its name will do\n"
    "  hifm sample RUN --out FILE\n"
    "                        draw samples from what a run has learned, as a .npy file of\n"
    "                        points or a .png sheet of images; RUN may be a folder's path\n"
    "    -n COUNT            how many (64)\n"
    "    --weights W         best (smallest NLL) or last (best)\n"
    "    --seed S            of the noise they begin with (0)\n"
    "    --strip             .png: a row per sample, from noise to image\n"
    "  hifm describe WORD    settings of optimizer, train, measure, flow, schedule, or of a\n"
    "                        data set: mcmc, file, images; or the columns of tables\n"
    "  hifm plugin list | describe KIND NAME | check FILE\n"
    "  hifm dataset make NAME\n"
    "                        make a recipe's data set now; runs find it there\n"
    "  hifm dataset check NAME\n"
    "                        has it converged, to the moments its recipe expects?\n"
    "  hifm bench            how fast this machine is, and hifm on it, as CSV\n"
    "    --weights FILE      of a run (last.safetensors), in place of those it begins with\n"
    "\n"
    "examples:\n"
    "  hifm run scripts/lj13.lua --profile quick\n"
    "  hifm run scripts/lj13.lua --profile quick --set measure.solver.rtol=1e-5\n"
    "  hifm sample lj13-egnn-transport -n 1000 --out samples.npy\n"
    "  hifm plugin describe flow hessian\n"
    "\n"
    "environment:\n"
    "  HIFM_PLUGIN_PATH      folders of more plugins, by ':'; no name twice\n"
    "  HIFM_DATASETS         folder of data set recipes (datasets/ beside the program's)\n"
    "\n"
    "exit codes: 0 ok, 1 some runs failed, 2 usage, 65 bad input, 66 input missing,\n"
    "73/77 cannot write, 74 I/O, 75 busy, 78 bad script or setting, 130/143 signal\n";

static status_code command_worker(arena *a, const options *given, failure *err) {
  (void)a;
  if (given->word_count != 1)
    return failure_set(err, STATUS_USAGE, "hifm worker takes one job file; hifm run makes them");
  return worker_run(given->words[0], err);
}

static const struct {
  const char *name;
  status_code (*run)(arena *a, const options *given, failure *err);
} COMMANDS[] = {
    {"run", command_run},      {"table", command_table},   {"ls", command_ls},
    {"log", command_log},      {"plugin", command_plugin}, {"dataset", command_dataset},
    {"bench", command_bench},  {"sample", command_sample}, {"describe", command_describe},
    {"worker", command_worker}};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static status_code dispatch(arena *a, int argc, char **argv, failure *err) {
  const char *names[COMMAND_COUNT];
  options given;
  status_code status = options_read(a, argc - 2, argv + 2, &given, err);
  if (status != STATUS_OK) return status;
  if (given.help) return fputs(HELP, stdout) < 0 ? STATUS_IO_FAILED : STATUS_OK;
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    names[i] = COMMANDS[i].name;
    if (strcmp(argv[1], names[i]) == 0) return COMMANDS[i].run(a, &given, err);
  }
  return failure_set(err, STATUS_USAGE, "\"%s\" is no command%s", argv[1],
                     text_hint(a, argv[1], names, COMMAND_COUNT));
}

/* Where a script ran, the message begins with its file and line; else with the program's name. */
static void print_error(const failure *err) {
  fprintf(stderr, "hifm: %s\n", err->message);
  if (err->status == STATUS_USAGE) fprintf(stderr, "see hifm --help\n");
}

int commands_main(int argc, char **argv) {
  if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
      strcmp(argv[1], "help") == 0) {
    fputs(HELP, argc < 2 ? stderr : stdout);
    return (int)(argc < 2 ? STATUS_USAGE : STATUS_OK);
  }
  arena a = {0};
  failure err = {0};
  status_code code = dispatch(&a, argc, argv, &err);
  if (code != STATUS_OK && err.message[0]) print_error(&err);
  if (fflush(stdout) != 0 && code == STATUS_OK) {
    fprintf(stderr, "hifm: cannot write to standard output\n");
    code = STATUS_IO_FAILED;
  }
  arena_close(&a);
  return (int)code;
}

status_code command_exit_code(const schedule_summary *summary) {
  if (summary->signal) return (status_code)(128 + summary->signal);
  if (summary->disk) return STATUS_IO_FAILED;
  return summary->failed ? STATUS_SOME_FAILED : STATUS_OK;
}

const char *command_program(arena *a) {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0) {
    fprintf(stderr, "hifm: /proc/self/exe cannot be read: %s (is /proc mounted?)\n",
            strerror(errno));
    exit(STATUS_NO_RESOURCE);
  }
  path[length] = 0;
  return arena_text(a, path);
}

const char *command_recipes(arena *a) {
  const char *chosen = getenv("HIFM_DATASETS");
  if (chosen && *chosen) return arena_text(a, chosen);
  char *path = arena_text(a, command_program(a));
  char *slash = strrchr(path, '/');
  if (slash) *slash = 0;
  return arena_format(a, "%s/../datasets", path);
}
