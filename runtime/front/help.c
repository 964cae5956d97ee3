#include "front/help.h"

#include "front/options.h"

#include <string.h>

const struct help_variable HELP_VARIABLE[HELP_VARIABLES] = {
    {"HIFM_PLUGIN_PATH", "more folders of plugins, separated by ':'"},
    {"HIFM_DATASETS", "folder of data set recipes (default: datasets/)"},
    {"OPENBLAS_CORETYPE", "OpenBLAS kernels of workers (default: by processor)"},
    {"OPENBLAS_NUM_THREADS", "threads of hifm itself (default: 1); workers have one"},
    {"NO_COLOR", "no colours on a terminal"},
    {"COLUMNS", "width of lists (default: of the terminal, else no limit)"},
    {"TMPDIR", "folder of temporary files (default: /tmp)"},
};

static void print_exit_codes(FILE *out) {
#define STATUS_LINE(name, code, text) fprintf(out, "  %3d  %s\n", code, text);
  fprintf(out, "\nexit codes:\n");
  STATUS_LIST(STATUS_LINE)
  fprintf(out, "  129, 138, 143  interrupted by SIGHUP, SIGUSR1, SIGTERM\n");
#undef STATUS_LINE
}

void help_overview(FILE *out) {
  fprintf(out, "hifm: Hessian-informed flow matching experiments\n\n"
               "usage: hifm COMMAND [WORDS] [OPTIONS]\n\n");
  for (command_id id = 0; id < COMMAND_COUNT; id++) {
    const command *it = &COMMANDS[id];
    char usage[40];
    snprintf(usage, sizeof usage, "%s %s", it->name, it->words);
    fprintf(out, "  %-27s  %s\n", usage, it->summary);
  }
  fprintf(out, "\nhifm COMMAND --help    the options of a command, and an example\n"
               "hifm --version         the version\n"
               "\nData goes to standard output, messages and progress to standard error.\n"
               "\nenvironment:\n");
  for (size_t i = 0; i < HELP_VARIABLES; i++)
    fprintf(out, "  %-20s  %s\n", HELP_VARIABLE[i].name, HELP_VARIABLE[i].meaning);
  print_exit_codes(out);
}

enum { OPTION_WIDTH = 17 };

/* The lines of the help text one below the other. */
static void print_option(const option *it, FILE *out) {
  char usage[40];
  const char *text = it->help;
  snprintf(usage, sizeof usage, "%s %s", it->name, it->value);
  fprintf(out, "  %-*s", OPTION_WIDTH, usage);
  for (const char *end; (end = strchr(text, '\n')); text = end + 1)
    fprintf(out, "  %.*s\n  %-*s", (int)(end - text), text, OPTION_WIDTH, "");
  fprintf(out, "  %s\n", text);
}

void help_command(command_id id, FILE *out) {
  const command *it = &COMMANDS[id];
  fprintf(out, "usage: hifm %s%s%s [OPTIONS]\n\n%c%s.\n", it->name, *it->words ? " " : "",
          it->words, it->summary[0] - 'a' + 'A', it->summary + 1);
  if (it->details) fprintf(out, "%s\n", it->details);
  fprintf(out, "\noptions:\n");
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (options_takes(id, &OPTIONS[i])) print_option(&OPTIONS[i], out);
  fprintf(out, "\nexample:\n  hifm %s\n", it->example);
}
