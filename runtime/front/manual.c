#include "front/manual.h"

#include "front/help.h"
#include "front/options.h"

#include <string.h>

/* Text of a manual page: a '-' stays one, and no line begins with a command of troff. */
static void print_text(const char *text, FILE *out) {
  bool start = true;
  for (; *text; text++) {
    if (start && strchr(".'", *text)) fprintf(out, "\\&");
    start = *text == '\n';
    if (*text == '\\')
      fprintf(out, "\\e");
    else if (*text == '-')
      fprintf(out, "\\-");
    else
      fputc(*text, out);
  }
}

static void print_option(const option *it, FILE *out) {
  fprintf(out, ".TP\n.B ");
  print_text(it->name, out);
  if (*it->value) fprintf(out, " \\fI%s\\fR", it->value);
  fprintf(out, "\n");
  print_text(it->help, out);
  fprintf(out, "\n");
}

static void print_command(command_id id, FILE *out) {
  const command *it = &COMMANDS[id];
  fprintf(out, ".SS hifm %s %s\n%c", it->name, it->words, it->summary[0] - 'a' + 'A');
  print_text(it->summary + 1, out);
  fprintf(out, ".\n");
  if (it->details) print_text(it->details, out);
  fprintf(out, "%s.PP\nExample: \\fBhifm ", it->details ? "\n" : "");
  print_text(it->example, out);
  fprintf(out, "\\fR\n");
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (options_takes(id, &OPTIONS[i])) print_option(&OPTIONS[i], out);
}

void manual_print(FILE *out) {
  fprintf(out, ".TH HIFM 1 \"\" \"hifm %s\"\n.SH NAME\n", HIFM_VERSION);
  fprintf(out, "hifm \\- Hessian-informed flow matching experiments\n");
  fprintf(out, ".SH SYNOPSIS\n.B hifm\n\\fICOMMAND\\fR [\\fIWORDS\\fR] [\\fIOPTIONS\\fR]\n");
  fprintf(out, ".SH COMMANDS\n");
  for (command_id id = 0; id < COMMAND_COUNT; id++) print_command(id, out);
  fprintf(out, ".SH ENVIRONMENT\n");
  for (size_t i = 0; i < HELP_VARIABLES; i++) {
    fprintf(out, ".TP\n.B %s\n", HELP_VARIABLE[i].name);
    print_text(HELP_VARIABLE[i].meaning, out);
    fprintf(out, "\n");
  }
  fprintf(out, ".SH EXIT STATUS\n");
#define STATUS_ENTRY(name, code, text) fprintf(out, ".TP\n.B %d\n%s\n", code, text);
  STATUS_LIST(STATUS_ENTRY)
#undef STATUS_ENTRY
  fprintf(out, ".TP\n.B 129, 143\ninterrupted by SIGHUP, SIGTERM\n");
}
