#include "front/completion.h"

#include "base/text.h"
#include "front/options.h"

#include <string.h>

/* The first word of a command's name; *second: the other one, or "". */
static const char *split_name(arena *a, command_id id, const char **second) {
  char *name = arena_text(a, COMMANDS[id].name), *space = strchr(name, ' ');
  *second = space ? space + 1 : "";
  if (space) *space = '\0';
  return name;
}

/* Is this the first command with its first word? */
static bool is_first(arena *a, command_id id) {
  const char *second, *name = split_name(a, id, &second);
  for (command_id k = 0; k < id; k++)
    if (strcmp(split_name(a, k, &second), name) == 0) return false;
  return true;
}

static void print_first_words(arena *a, FILE *out) {
  const char *second;
  for (command_id id = 0; id < COMMAND_COUNT; id++)
    if (is_first(a, id)) fprintf(out, "%s ", split_name(a, id, &second));
}

static void print_options(command_id id, FILE *out) {
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (options_takes(id, &OPTIONS[i])) fprintf(out, " %s", OPTIONS[i].name);
}

/* ---- bash and zsh ---------------------------------------------------------------------------- */

/* The second words of "plugin", "dataset", ... */
static void print_second_words(arena *a, FILE *out) {
  for (command_id id = 0; id < COMMAND_COUNT; id++) {
    const char *second, *name = split_name(a, id, &second);
    if (!*second || !is_first(a, id)) continue;
    fprintf(out, "    %s) list='", name);
    for (command_id k = id; k < COMMAND_COUNT; k++)
      if (strcmp(split_name(a, k, &second), name) == 0) fprintf(out, "%s ", second);
    fprintf(out, "--help' ;;\n");
  }
}

/* Where the list has nothing that fits, the shell completes names of files. */
static void print_bash(arena *a, FILE *out) {
  fprintf(out, "_hifm() {\n"
               "  local word=${COMP_WORDS[COMP_CWORD]} list=\n"
               "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
               "    list='");
  print_first_words(a, out);
  fprintf(out, "--help --version'\n"
               "  elif [ \"$COMP_CWORD\" = 2 ]; then\n"
               "    case ${COMP_WORDS[1]} in\n");
  print_second_words(a, out);
  fprintf(out, "    esac\n"
               "  fi\n"
               "  case \" ${COMP_WORDS[*]:1} \" in\n");
  for (command_id id = 0; id < COMMAND_COUNT; id++) {
    fprintf(out, "  ' %s '*) list=\"$list", COMMANDS[id].name);
    print_options(id, out);
    fprintf(out, "\" ;;\n");
  }
  fprintf(out, "  esac\n"
               "  COMPREPLY=()\n"
               "  local each\n"
               "  for each in $list; do\n"
               "    case $each in \"$word\"*) COMPREPLY+=(\"$each\") ;; esac\n"
               "  done\n"
               "}\n"
               "complete -o default -F _hifm hifm\n");
}

/* ---- fish ------------------------------------------------------------------------------------ */

static void print_fish_option(const option *it, const char *condition, FILE *out) {
  const bool is_long = it->name[1] == '-';
  const size_t line = strcspn(it->help, "\n");
  fprintf(out, "complete -c hifm -n '%s' -%c %s%s -d \"", condition, is_long ? 'l' : 's',
          it->name + (is_long ? 2 : 1), it->kind == OPTION_FLAG ? "" : " -r");
  for (size_t i = 0; i < line; i++)
    fprintf(out, strchr("\"\\$", it->help[i]) ? "\\%c" : "%c", it->help[i]);
  fprintf(out, "\"\n");
}

static void print_fish(arena *a, FILE *out) {
  for (command_id id = 0; id < COMMAND_COUNT; id++) {
    const char *second, *first = split_name(a, id, &second);
    const char *seen = arena_format(a, "__fish_seen_subcommand_from %s", first);
    const char *none = "__fish_use_subcommand";
    if (is_first(a, id))
      fprintf(out, "complete -c hifm -n %s -a %s -d \"%s\"\n", none, first,
              *second ? "" : COMMANDS[id].summary);
    if (*second)
      fprintf(out, "complete -c hifm -n '%s' -a %s -d \"%s\"\n", seen, second,
              COMMANDS[id].summary);
    if (*second) seen = arena_format(a, "%s; and __fish_seen_subcommand_from %s", seen, second);
    for (size_t i = 0; i < OPTION_COUNT; i++)
      if (options_takes(id, &OPTIONS[i])) print_fish_option(&OPTIONS[i], seen, out);
  }
}

status_code completion_print(arena *a, const char *shell, FILE *out, failure *err) {
  static const char *const SHELLS[] = {"bash", "zsh", "fish"};
  if (strcmp(shell, "fish") == 0) {
    print_fish(a, out);
    return STATUS_OK;
  }
  if (strcmp(shell, "bash") != 0 && strcmp(shell, "zsh") != 0)
    return failure_set(err, STATUS_USAGE, "no completions for \"%s\"%s", shell,
                       text_choices(a, shell, SHELLS, 3));
  if (*shell == 'z') fprintf(out, "autoload -U +X bashcompinit && bashcompinit\n");
  print_bash(a, out);
  return STATUS_OK;
}
