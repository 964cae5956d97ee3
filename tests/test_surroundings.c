/* What a plugin does to the whole process is put back, and numbers do not change. */
#include "host/energy.h"
#include "host/surroundings.h"
#include "job/result.h"
#include "plugin_place.h"

#include "descriptors.h"

#include <fcntl.h>
#include <fenv.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

static void bind_fake(place *here, const char *name, hifm_bound *bound) {
  static const hifm_domain DOMAIN = {.d = 2};
  const hifm_plugin *plugin;
  failure err = {.message = ""};
  surroundings_forget();
  if (plugins_open(fake(&here->memory, "energies", name), &plugin, &err) != STATUS_OK ||
      plugins_bind_opened(&here->memory, plugin, NULL, "", &DOMAIN, bound, &err) != STATUS_OK)
    fail_msg("%s", err.message);
}

static void what_init_changes_is_put_back(void **state) {
  place *here = *state;
  static const struct {
    const char *name, *sentence;
  } cases[] = {
      {"rounds_up", "rounds_up changed the rounding mode in init; it was restored"},
      {"traps", "traps changed floating-point traps in init; it was restored"},
      {"speaks_french", "speaks_french changed the locale in init; it was restored"},
      {"hides", "hides changed the umask in init; it was restored"},
      {"catches", "catches changed what signals do in init; it was restored"},
      {"exports", "exports changed the environment in init; it was restored"},
  };
  char *path = arena_text(&here->memory, getenv("PATH"));
  const mode_t mask = umask(022);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    hifm_bound bound;
    bind_fake(here, cases[i].name, &bound);
    assert_string_equal(surroundings_last(), cases[i].sentence);
    plugins_drop(&bound);
  }
  assert_int_equal(fegetround(), FE_TONEAREST);
  assert_int_equal(fegetexcept(), 0);
  assert_string_equal(setlocale(LC_ALL, NULL), "C");
  assert_int_equal(umask(mask), 022);
  struct sigaction now;
  sigaction(SIGTERM, NULL, &now);
  assert_true(now.sa_handler == SIG_DFL);
  assert_string_equal(getenv("PATH"), path);
  assert_non_null(getenv("HOME"));
  assert_null(getenv("HIFM_FAKE"));
}

/* What cannot be put back: each is named once. */
static void what_is_left_is_named(void **state) {
  place *here = *state;
  static const struct {
    const char *name, *sentence;
  } cases[] = {{"leaves_open", "leaves_open left a file open in init"},
               {"closes", "closes closed a file of hifm in init"},
               {"spawns", "spawns left a thread running in init"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    hifm_bound bound;
    bind_fake(here, cases[i].name, &bound);
    assert_string_equal(surroundings_last(), cases[i].sentence);
    surroundings_forget();
    plugins_keep_surroundings("train");
    assert_string_equal(surroundings_last(), "");
    plugins_drop(&bound);
  }
  assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* /dev/null: no other file gets its number */
}

/* Where no descriptor is left, what is open is not known: no plugin is blamed, no file replaced. */
static void what_is_not_known_is_not_named(void **state) {
  (void)state;
  struct stat before, after;
  surroundings_forget();
  surroundings_remember();
  assert_int_equal(fstat(STDERR_FILENO, &before), 0);
  descriptors_forbid();
  surroundings_keep("this test", "a limit");
  descriptors_allow();
  assert_int_equal(fstat(STDERR_FILENO, &after), 0);
  assert_true(before.st_ino == after.st_ino);
  assert_string_equal(surroundings_last(), "");
}

static void *do_nothing(void *nothing) {
  return nothing;
}

/* Threads that were joined, also where the system still lists them. */
static void what_has_ended_is_not_named(void **state) {
  (void)state;
  surroundings_forget();
  surroundings_remember();
  for (int i = 0; i < 100; i++) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, do_nothing, NULL), 0);
    pthread_join(thread, NULL);
    fclose(fopen("/dev/null", "r"));
    surroundings_keep("this test", "the loop");
  }
  assert_string_equal(surroundings_last(), "");
}

/* A callback that has moved to another folder, and a result at a relative path. */
static void results_stay_in_their_folder(void **state) {
  place *here = *state;
  char before[PATH_MAX];
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(here->folder), 0);
  surroundings_remember();
  surroundings_forget();
  assert_int_equal(chdir("/"), 0);
  const result made = {.kind = JOB_MODES, .id = "abc"};
  assert_int_equal(result_write("result.json", &made, NULL), STATUS_OK);
  assert_true(files_exists(arena_format(&here->memory, "%s/result.json", here->folder)));
  assert_non_null(strstr(surroundings_last(), " changed the working directory in modes;"));
  assert_int_equal(chdir(before), 0);
}

/* The host's sums after the call are those of the usual rounding. */
static void a_callback_changes_no_number(void **state) {
  place *here = *state;
  static const hifm_domain DOMAIN = {.d = 2};
  const double y[2] = {1, 3};
  hifm_bound bound;
  energy e;
  bind_fake(here, "rounds_later", &bound);
  assert_int_equal(energy_open(&e, bound, &DOMAIN, NULL), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    assert_true(energy_value(&e, y, NULL) == 5);
    assert_int_equal(fegetround(), FE_TONEAREST);
  }
  assert_string_equal(surroundings_last(),
                      "rounds_later changed the rounding mode in a callback; it was restored");
  energy_close(&e);
  plugins_drop(&bound);
}

static void phases_put_back_the_rest(void **state) {
  place *here = *state;
  static const hifm_domain DOMAIN = {.d = 2};
  static const char *const NAMES[] = {"walks", "blocks"};
  const double y[2] = {1, 3};
  for (size_t i = 0; i < 2; i++) {
    char before[PATH_MAX], after[PATH_MAX];
    hifm_bound bound;
    energy e;
    sigset_t blocked;
    assert_non_null(getcwd(before, sizeof before));
    bind_fake(here, NAMES[i], &bound);
    assert_int_equal(energy_open(&e, bound, &DOMAIN, NULL), STATUS_OK);
    energy_value(&e, y, NULL);
    plugins_keep_surroundings("train");
    assert_non_null(getcwd(after, sizeof after));
    assert_string_equal(before, after);
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    assert_false(sigismember(&blocked, SIGTERM));
    assert_non_null(strstr(surroundings_last(), NAMES[i]));
    assert_non_null(strstr(surroundings_last(), " in train; it was restored"));
    energy_close(&e);
    plugins_drop(&bound);
  }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_init_changes_is_put_back), TEST(what_is_left_is_named),
      TEST(what_has_ended_is_not_named),   TEST(results_stay_in_their_folder),
      TEST(a_callback_changes_no_number),  TEST(phases_put_back_the_rest),
      TEST(what_is_not_known_is_not_named)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
