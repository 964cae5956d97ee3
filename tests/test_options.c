/* The tables of commands and options: every option with every command is accepted or refused with
 * a hint, and the help shows what is accepted. */
#include "folder.h"

#include "front/help.h"
#include "front/options.h"

/* A value that the option accepts, or NULL for a flag. */
static char *value_for(const option *it) {
  static char number[] = "7", text[] = "x";
  return it->kind == OPTION_FLAG ? NULL : it->kind == OPTION_NUMBER ? number : text;
}

static status_code read(folder *f, command_id id, int argc, char **argv, options *out,
                        failure *err) {
  return options_read(&f->memory, id, argc, argv, out, err);
}

/* The fewest words that the command takes, then these. */
static status_code read_after_words(folder *f, command_id id, char *one, char *two, options *out,
                                    failure *err) {
  static char word[] = "word";
  char *argv[8];
  int argc = 0;
  while ((size_t)argc < COMMANDS[id].least) argv[argc++] = word;
  argv[argc++] = one;
  if (two) argv[argc++] = two;
  return read(f, id, argc, argv, out, err);
}

static bool is_taken(command_id id, const char *name) {
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (options_takes(id, &OPTIONS[i]) && strcmp(OPTIONS[i].name, name) == 0) return true;
  return false;
}

static bool names_a_command_with(const char *message, const char *name) {
  for (command_id id = 0; id < COMMAND_COUNT; id++)
    if (is_taken(id, name) && strstr(message, COMMANDS[id].name)) return true;
  return false;
}

static void every_option_with_every_command(void **state) {
  folder *f = *state;
  size_t accepted = 0, refused = 0;
  for (command_id id = 0; id < COMMAND_COUNT; id++)
    for (size_t i = 0; i < OPTION_COUNT; i++) {
      const option *it = &OPTIONS[i];
      char *name = arena_text(&f->memory, it->name);
      options given;
      failure err = {0};
      const status_code status = read_after_words(f, id, name, value_for(it), &given, &err);
      if (is_taken(id, name)) {
        assert_int_equal(status, STATUS_OK);
        accepted++;
        continue;
      }
      assert_int_equal(status, STATUS_USAGE);
      assert_non_null(strstr(err.message, arena_format(&f->memory, "does not take %s;", name)));
      assert_true(names_a_command_with(err.message, name));
      refused++;
    }
  assert_true(accepted > COMMAND_COUNT && refused > COMMAND_COUNT);
}

static void values_reach_their_fields(void **state) {
  folder *f = *state;
  char *argv[] = {"s.lua", "--profile", "quick", "--set=a=1", "--set",   "b=2",      "--only",
                  "c=3",   "-j5",       "--out", "there",     "--quiet", "--dry-run"};
  options given;
  failure err;
  assert_int_equal(read(f, COMMAND_RUN, 13, argv, &given, &err), STATUS_OK);
  assert_string_equal(given.words[0], "s.lua");
  assert_int_equal(given.profiles.count, 1);
  assert_string_equal(given.profiles.items[0], "quick");
  assert_int_equal(given.sets.count, 2);
  assert_string_equal(given.sets.items[0], "a=1");
  assert_string_equal(given.sets.items[1], "b=2");
  assert_int_equal(given.only.count, 1);
  assert_int_equal(given.parallel, 5);
  assert_string_equal(given.out, "there");
  assert_true(given.quiet && given.dry_run && !given.retrain && !given.help);
}

/* --out is a file for sample, a folder for the others. */
static void one_name_may_have_two_meanings(void **state) {
  folder *f = *state;
  char *argv[] = {"run", "--out", "x.npy", "-n", "3", "--seed=4294967295"};
  options given;
  failure err;
  assert_int_equal(read(f, COMMAND_SAMPLE, 6, argv, &given, &err), STATUS_OK);
  assert_string_equal(given.file, "x.npy");
  assert_string_equal(given.out, OPTIONS_RESULTS);
  assert_int_equal(given.count, 3);
  assert_int_equal(given.seed, 4294967295);
}

static void refuse(folder *f, command_id id, char *one, char *two, const char *words) {
  options given;
  failure err = {0};
  assert_int_equal(read_after_words(f, id, one, two, &given, &err), STATUS_USAGE);
  if (!strstr(err.message, words)) fail_msg("\"%s\" is not in: %s", words, err.message);
}

static void lists_are_repeated_and_others_are_not(void **state) {
  folder *f = *state;
  char *argv[] = {"s.lua", "--profile", "a", "--profile=b", "--exclude", "c=1", "--exclude=d=2"};
  options given;
  failure err;
  assert_int_equal(read(f, COMMAND_TABLE, 7, argv, &given, &err), STATUS_OK);
  assert_int_equal(given.profiles.count, 2);
  assert_string_equal(given.profiles.items[1], "b");
  assert_int_equal(given.exclude.count, 2);
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const option *it = &OPTIONS[i];
    char *name = arena_text(&f->memory, it->name), *word = value_for(it);
    char *twice[] = {name, word ? word : name, name, word};
    command_id id = 0;
    while (!options_takes(id, it)) id++;
    const status_code status = read(f, id, word ? 4 : 2, twice, &given, &err);
    if (it->kind == OPTION_LIST) continue;
    assert_int_equal(status, STATUS_USAGE);
    assert_string_equal(err.message, arena_format(&f->memory, "%s is given twice", name));
  }
}

static void what_is_wrong_is_named(void **state) {
  folder *f = *state;
  refuse(f, COMMAND_RUN, "--prfile", "x", "unknown option --prfile; did you mean \"--profile\"?");
  refuse(f, COMMAND_RUN, "--out", NULL, "--out needs a value after it");
  refuse(f, COMMAND_RUN, "--force", NULL, "unknown option --force; it is now --retrain");
  refuse(f, COMMAND_TABLE, "--rerun-failed", NULL, "table does not take --rerun-failed");
  refuse(f, COMMAND_RUN, "--retrain=1", NULL, "--retrain takes no value");
  refuse(f, COMMAND_RUN, "-j", "1025", "-j: \"1025\" is not a whole number from 1 to 1024");
  refuse(f, COMMAND_SAMPLE, "-n", "0.5", "-n: \"0.5\" is not a whole number from 1 to 1000000");
  refuse(f, COMMAND_SAMPLE, "--seed", "-1", "--seed: \"-1\"");
  refuse(f, COMMAND_RUN, "more", NULL, "run takes SCRIPT, but 2 words were given");
  refuse(f, COMMAND_LS, "more", NULL, "ls takes no words, but 1 word was given");
  refuse(f, COMMAND_PLUGIN_DESCRIBE, "a", "b", "takes KIND NAME, but 4 words were given");
}

/* ---- help ------------------------------------------------------------------------------------ */

static void assert_narrow(const char *text) {
  for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
    if (strcspn(line, "\n") > 80) fail_msg("longer than 80 characters: %s", line);
}

static char *help_of(command_id id) {
  char *text;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  if (id == COMMAND_COUNT)
    help_overview(out);
  else
    help_command(id, out);
  fclose(out);
  return text;
}

static void the_overview_has_every_command_and_code(void **state) {
  char *text = help_of(COMMAND_COUNT);
  (void)state;
  assert_narrow(text);
  for (command_id id = 0; id < COMMAND_COUNT; id++)
    assert_non_null(strstr(text, COMMANDS[id].name));
#define ASSERT_CODE(name, code, words) assert_non_null(strstr(text, "  " #code "  " words "\n"));
  STATUS_LIST(ASSERT_CODE)
  free(text);
}

static void the_help_of_a_command_has_its_options(void **state) {
  folder *f = *state;
  for (command_id id = 0; id < COMMAND_COUNT; id++) {
    char *text = help_of(id);
    assert_narrow(text);
    assert_non_null(strstr(text, arena_format(&f->memory, "usage: hifm %s ", COMMANDS[id].name)));
    assert_non_null(strstr(text, arena_format(&f->memory, "\n  hifm %s", COMMANDS[id].example)));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
      const char *line = arena_format(&f->memory, "\n  %s ", OPTIONS[i].name);
      assert_int_equal(strstr(text, line) != NULL, is_taken(id, OPTIONS[i].name));
    }
    free(text);
  }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_option_with_every_command),       TEST(values_reach_their_fields),
      TEST(one_name_may_have_two_meanings),        TEST(what_is_wrong_is_named),
      TEST(lists_are_repeated_and_others_are_not), TEST(the_overview_has_every_command_and_code),
      TEST(the_help_of_a_command_has_its_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
