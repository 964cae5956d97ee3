/* What hifm knows of Slurm without one: times, batch scripts, command lines, missing commands. */
#include "folder.h"

#include "front/batch.h"

static submission make_submission(folder *f, const char *path, const char *time) {
  value *record = value_new(&f->memory, VALUE_MAP), *site = value_new(&f->memory, VALUE_LIST);
  value_push(&f->memory, site, value_text(&f->memory, "--partition=cpu"));
  value_push(&f->memory, site, value_text(&f->memory, "--comment=it's mine"));
  value_put(&f->memory, record, "site", site);
  value_put_text(&f->memory, record, "name", "hifm-lj13-0a1b2c");
  value_put_text(&f->memory, record, "time", time);
  value_put_number(&f->memory, record, "tasks", 6);
  return (submission){.folder = path, .record = record};
}

static void times_are_as_sbatch_reads_them(void **state) {
  static const struct {
    const char *text;
    double seconds;
  } TIMES[] = {
      {"90", 5400},        {"1:30", 90}, {"4:00:00", 14400}, {"1-12", 129600}, {"1-12:30", 131400},
      {"2-0:0:5", 172805}, {"", 0},      {"soon", 0},        {"1:", 0},        {"1:2:3:4", 0},
      {"-5", 0},           {"1-", 0},    {"5m", 0},          {"1:2-3", 0},     {" 5", 0}};
  (void)state;
  for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++)
    assert_float_equal(slurm_seconds(TIMES[i].text), TIMES[i].seconds, 0);
}

static void an_array_runs_its_slices(void **state) {
  folder *f = *state;
  const submission of = make_submission(f, "results/submissions/lj13", "4:00:00");
  assert_string_equal(batch_script(&f->memory, &of, BATCH_SLICE),
                      "#!/bin/sh\n"
                      "#SBATCH --job-name=hifm-lj13-0a1b2c\n"
                      "#SBATCH --output=\"results/submissions/lj13/slice-%a.log\"\n"
                      "#SBATCH --open-mode=append\n"
                      "#SBATCH --requeue\n"
                      "#SBATCH --nodes=1\n"
                      "#SBATCH --ntasks=1\n"
                      "#SBATCH --time=4:00:00\n"
                      "#SBATCH --signal=B:USR1@60\n"
                      "#SBATCH --array=1-6\n"
                      "exec results/submissions/lj13/hifm slice "
                      "results/submissions/lj13/slice-\"$SLURM_ARRAY_TASK_ID\".json\n");
}

static void paths_are_quoted(void **state) {
  folder *f = *state;
  const submission of = make_submission(f, "my \"100%\"/it's", "");
  const char *script = batch_script(&f->memory, &of, BATCH_MERGE);
  assert_non_null(strstr(script, "--output=\"my \\\"100%%\\\"/it's/merge.log\"\n"));
  assert_non_null(
      strstr(script, "exec 'my \"100%\"/it'\\''s/hifm' merge 'my \"100%\"/it'\\''s'\n"));
  assert_null(strstr(script, "--time"));
  assert_string_equal(batch_command(&f->memory, &of, "a b", 2),
                      "'my \"100%\"/it'\\''s/hifm' slice 'a b' -j 2");
}

/* With a minute as its limit a task is not asked to stop as soon as it starts. */
static void short_limits_have_short_notice(void **state) {
  folder *f = *state;
  const submission of = make_submission(f, "x", "1");
  assert_non_null(strstr(batch_script(&f->memory, &of, BATCH_PREPARE), "--signal=B:USR1@15\n"));
}

static void runs_need_data_and_tables_need_nothing(void **state) {
  folder *f = *state;
  const submission of = make_submission(f, "x", "");
  const batch_order runs = {.kind = BATCH_SLICE, .after = "12"},
                    merge = {.kind = BATCH_MERGE, .after = "13"},
                    again = {.kind = BATCH_AGAIN, .exclude = "node1,node2"};
  const char *const *const all[] = {batch_options(&f->memory, &of, &runs),
                                    batch_options(&f->memory, &of, &merge),
                                    batch_options(&f->memory, &of, &again)};
  assert_string_equal(batch_line(&f->memory, all[0]),
                      "--partition=cpu '--comment=it'\\''s mine' --dependency=afterok:12 "
                      "--kill-on-invalid-dep=yes x/slice.sh");
  assert_string_equal(batch_line(&f->memory, all[1]),
                      "--partition=cpu '--comment=it'\\''s mine' --dependency=afterany:13 "
                      "x/merge.sh");
  assert_string_equal(batch_line(&f->memory, all[2]),
                      "--partition=cpu '--comment=it'\\''s mine' --exclude=node1,node2 x/again.sh");
}

static void what_hifm_sets_is_refused(void **state) {
  static const char *const REFUSED[] = {"--array=1-3", "--job-name", "-Jx", "-d", "--dependency=x"};
  static const char *const TAKEN[] = {"--partition=a", "-p", "--arrays", "--mem=2G", "-c4"};
  failure err;
  (void)state;
  for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
    assert_int_equal(batch_check_site(&REFUSED[i], 1, &err), STATUS_USAGE);
  assert_int_equal(batch_check_site(TAKEN, sizeof TAKEN / sizeof *TAKEN, &err), STATUS_OK);
}

static void without_slurm_it_says_so(void **state) {
  folder *f = *state;
  slurm_jobs queue;
  failure err;
  setenv("PATH", f->path, 1);
  assert_int_equal(slurm_queue(&f->memory, "x", &queue, &err), STATUS_NO_RESOURCE);
  assert_non_null(strstr(err.message, "squeue: not found"));
  assert_null(slurm_own_id(&f->memory));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(times_are_as_sbatch_reads_them),
      cmocka_unit_test_setup_teardown(an_array_runs_its_slices, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(paths_are_quoted, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(short_limits_have_short_notice, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(runs_need_data_and_tables_need_nothing, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test(what_hifm_sets_is_refused),
      cmocka_unit_test_setup_teardown(without_slurm_it_says_so, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
