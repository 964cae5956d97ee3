/* Job files that were damaged or edited: a worker exits with a message, and never crashes. */
#include "job/job.h"
#include "job/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hostile.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char DATA[] =
    "{\"job\": \"data\", \"id\": \"a\", \"folder\": \"%s/data\", \"attempt\": 1, \"config\": %s}";
static const char POINTS[] =
    "{\"\": \"mcmc\", \"energy\": {\"\": \"double_well\", \"b\": 2}, \"dimensions\": 2, \"train\": "
    "20,"
    " \"test\": 2, \"train_pool\": 20, \"test_pool\": 2, \"chains\": 2, \"warmup\": 4, \"thin\": 1,"
    " \"leapfrog\": 2}";
static const char TRAIN[] =
    "{\"job\": \"train\", \"id\": \"b\", \"folder\": \"%s/run\", \"data\": \"%s/data\","
    " \"measure_id\": \"c\", \"checkpoint_seconds\": 30, \"attempt\": 1, \"config\": {\"seed\": 0,"
    " \"dataset\": %s, \"network\": {\"\": \"mlp\", \"width\": 4, \"depth\": 3},"
    " \"optimizer\": {\"lr\": 0.001}, \"train\": {\"batch\": 5, \"epochs\": 1},"
    " \"measure\": {\"every\": 1, \"solver\": {\"\": \"rk45\"}, \"max_attempts\": 100},"
    " \"flow\": {\"stages\": [{\"\": \"transport\"}]}}}";

/* The exit code of a worker that reads `path`, or minus the signal that ended it. */
static int work(void) {
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    assert_non_null(freopen("/dev/null", "w", stderr));
    alarm(2); /* a job may be valid and long */
    _exit((int)worker_run(path, NULL));
  }
  int ending = 0;
  waitpid(child, &ending, 0);
  return WIFSIGNALED(ending) ? -WTERMSIG(ending) : WEXITSTATUS(ending);
}

static bool is_expected(int ending) {
  static const int CODES[] = {STATUS_OK,
                              STATUS_BAD_INPUT,
                              STATUS_NO_INPUT,
                              STATUS_NO_RESOURCE,
                              STATUS_CANNOT_CREATE,
                              STATUS_NO_PERMISSION,
                              STATUS_BAD_CONFIG,
                              -SIGALRM};
  for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
    if (ending == CODES[i]) return true;
  return false;
}

static void break_it(const char *text, size_t times) {
  uint64_t seed = 1;
  char *broken = malloc(strlen(text) + 16);
  for (size_t i = 0; i < times; i++) {
    memcpy(broken, text, strlen(text));
    const size_t length = mutate(broken, strlen(text), strlen(text), "{}[],:\"0-9en", &seed);
    put(broken, length);
    const int ending = work();
    if (!is_expected(ending)) fail_msg("%d after %.*s", ending, (int)length, broken);
  }
  free(broken);
}

static void mutated_job_files(void **state) {
  (void)state;
  arena a = {0};
  assert_int_equal(chdir(folder), 0); /* a broken path is a relative one */
  const char *data = arena_format(&a, DATA, folder, POINTS);
  const char *train = arena_format(&a, TRAIN, folder, folder, POINTS);
  put(data, strlen(data));
  assert_int_equal(work(), STATUS_OK);
  put(train, strlen(train));
  assert_int_equal(work(), STATUS_OK);
  break_it(train, 300);
  break_it(data, 100);
  arena_close(&a);
}

/* One replacement in the job file above, and what the message names. */
static void wrong_values_are_named(void **state) {
  (void)state;
  static const struct {
    const char *from, *to, *named;
  } cases[] = {{"\"batch\": 5", "\"batch\": 0", "batch"},
               {"\"batch\": 5", "\"batch\": null", "batch"},
               {"\"batch\": 5", "\"batch\": 21", "train.batch"},
               {"\"epochs\": 1", "\"epochs\": -1", "epochs"},
               {"\"epochs\": 1", "\"epochs\": 0", "epochs"},
               {"\"every\": 1", "\"every\": 0.5", "every"},
               {"\"seed\": 0", "\"seed\": -1", "seed"},
               {"\"seed\": 0", "\"seed\": \"x\"", "seed"},
               {"\"attempt\": 1", "\"attempt\": null", "attempt"},
               {"\"checkpoint_seconds\": 30", "\"checkpoint_seconds\": -1", "checkpoint_seconds"},
               {"\"measure_id\": \"c\"", "\"measure_id\": 3", "measure_id"},
               {"\"dimensions\": 2", "\"dimensions\": 2, \"particles\": 2", "particles"},
               {"\"train\": 20", "\"train\": null", "train"},
               {"\"stages\": [", "\"stage\": [", "stages"},
               {"\"optimizer\": {", "\"optimiser\": {", "optimizer"},
               {"\"id\": \"b\"", "\"id\": \"\"", "id"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    arena a = {0};
    job read;
    failure why = {.message = ""};
    const char *text = arena_format(&a, TRAIN, "x", "x", POINTS), *at = strstr(text, cases[i].from);
    assert_non_null(at);
    text = arena_format(&a, "%.*s%s%s", (int)(at - text), text, cases[i].to,
                        at + strlen(cases[i].from));
    put(text, strlen(text));
    if (job_read(&a, path, &read, &why) != STATUS_BAD_INPUT || !strstr(why.message, cases[i].named))
      fail_msg("%s: %s", cases[i].to, why.message);
    assert_non_null(strstr(why.message, path));
    arena_close(&a);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {TEST(wrong_values_are_named), TEST(mutated_job_files)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
