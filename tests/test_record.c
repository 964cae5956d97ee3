/* runs.csv, history.csv and timings.csv from results made by hand. */
#include "folder.h"

#include "base/csv_table.h"
#include "report/record.h"

#define TRAIN_ID   "0123456789abcdef0123456789abcdef"
#define MEASURE_ID "fedcba9876543210fedcba9876543210"

static const char TRAIN[] = "{\"job\":\"train\",\"id\":\"" TRAIN_ID
                            "\",\"status\":\"done\",\"numbers\":{\"dimensions\":36},"
                            "\"provenance\":{\"seconds\":12.5,\"attempts\":3,\"host\":\"node7\"}}";
/* The second measurement is the best, the third failed. */
static const char MEASURE[] =
    "{\"job\":\"measure\",\"id\":\"" MEASURE_ID
    "\",\"status\":\"done\",\"numbers\":{},\"history\":["
    "{\"epoch\":1,\"step\":100,\"loss\":0.1,\"gradient_norm\":3,\"nll\":30.5,\"nll_se\":0.25,"
    "\"nfe\":26,\"attempts\":4,\"rejected\":1,\"solver\":\"ok\"},"
    "{\"epoch\":2,\"step\":200,\"loss\":0.05,\"gradient_norm\":2,\"nll\":24.1,\"nll_se\":0.125,"
    "\"nfe\":32,\"attempts\":5,\"rejected\":0,\"solver\":\"ok\"},"
    "{\"epoch\":3,\"step\":300,\"loss\":0.30000000000000004,\"gradient_norm\":1,\"nll\":1,"
    "\"nfe\":602,\"attempts\":100,\"rejected\":98,\"solver\":\"too many attempts\"}],"
    "\"provenance\":{\"seconds\":2.25,\"attempts\":1}}";

#define HEADER                                                                                     \
  "status,reason,nll_min,nll_min_se,epoch_min,nfe_at_min,nfe_min,nll_last,nll_last_se,nfe_last,"   \
  "loss_last,steps,epochs_measured,gradient_norm_last,dimensions,train_id,measure_id\n"
#define EMPTY ",,,,,,,,,,,,,,,"

static run_row make_row(folder *f, const char *name, const char *cells, run_status status) {
  return (run_row){.cells = folder_value(f, cells),
                   .folder = folder_path(f, name),
                   .train_id = TRAIN_ID,
                   .measure_id = MEASURE_ID,
                   .status = status};
}

static void add_results(folder *f, const char *name, const char *train, const char *measure) {
  assert_int_equal(files_make_folder(folder_path(f, name), NULL), STATUS_OK);
  if (train) folder_write(f, arena_format(&f->memory, "%s/result.json", name), train);
  if (measure)
    folder_write(f, arena_format(&f->memory, "%s/measure-fedcba987654.json", name), measure);
}

static void write_csv(folder *f, const char *columns, const run_row *list, size_t count) {
  failure err = {0};
  const record_request request = {
      .metrics = METRICS, .columns = folder_value(f, columns), .rows = list, .row_count = count};
  if (record_write(folder_path(f, "view"), &request, &err) != STATUS_OK)
    fail_msg("%s", err.message);
}

static void exact_text(void **state) {
  folder *f = *state;
  add_results(f, "a", TRAIN, MEASURE);
  const run_row list[] = {
      make_row(f, "a", "{'seed':'0','flow':'formation, c=2','flow.project':'yes'}", RUN_DONE),
      make_row(f, "b", "{'seed':'1','flow':'transport'}", RUN_FAILED),
      make_row(f, "c", "{'seed':'2','flow':'transport'}", RUN_MISSING),
  };
  write_csv(f, "['seed','flow','flow.project']", list, 3);
  assert_string_equal(
      folder_read(f, "view/runs.csv"),
      "seed,flow,flow.project," HEADER
      "0,\"formation, c=2\",yes,done,,24.1,0.125,2,32,26,,,,0.30000000000000004,300,2,1,36,"
      "0123456789ab,fedcba987654\n"
      "1,transport,,failed" EMPTY "0123456789ab,fedcba987654\n"
      "2,transport,,missing" EMPTY "0123456789ab,fedcba987654\n");
  assert_string_equal(folder_read(f, "view/history.csv"),
                      "seed,flow,flow.project,epoch,step,loss,gradient_norm,nll,nll_se,nfe,"
                      "attempts,rejected,solver\n"
                      "0,\"formation, c=2\",yes,1,100,0.1,3,30.5,0.25,26,4,1,ok\n"
                      "0,\"formation, c=2\",yes,2,200,0.05,2,24.1,0.125,32,5,0,ok\n"
                      "0,\"formation, c=2\",yes,3,300,0.30000000000000004,1,,,,100,98,"
                      "too many attempts\n");
  assert_string_equal(folder_read(f, "view/timings.csv"),
                      "seed,flow,flow.project,status,train_seconds,train_attempts,"
                      "measure_seconds,measure_attempts\n"
                      "0,\"formation, c=2\",yes,done,12.5,3,2.25,1\n"
                      "1,transport,,failed,,,,\n"
                      "2,transport,,missing,,,,\n");
}

static void state_is_not_trusted(void **state) {
  folder *f = *state;
  add_results(f, "torn", TRAIN, "{\"id\":\"" MEASURE_ID "\",\"histo");
  add_results(f, "other", "{\"id\":\"00000000000000000000000000000000\"}", MEASURE);
  add_results(f, "unmeasured", TRAIN, NULL);
  const run_row list[] = {make_row(f, "torn", "{}", RUN_DONE), make_row(f, "other", "{}", RUN_DONE),
                          make_row(f, "unmeasured", "{}", RUN_DONE),
                          make_row(f, "nowhere", "{}", RUN_DIVERGED)};
  write_csv(f, "[]", list, 4);
  const char *line = "missing" EMPTY "0123456789ab,fedcba987654\n";
  assert_string_equal(folder_read(f, "view/runs.csv"),
                      arena_format(&f->memory, "%s%s%s%s%s", HEADER, line, line, line, line));
}

static void diverged_is_a_result(void **state) {
  folder *f = *state;
  add_results(f, "early", "{\"id\":\"" TRAIN_ID "\",\"status\":\"diverged\"}", NULL);
  add_results(f, "late", "{\"id\":\"" TRAIN_ID "\",\"status\":\"diverged\"}",
              "{\"id\":\"" MEASURE_ID "\",\"status\":\"diverged\",\"history\":["
              "{\"epoch\":1,\"nll\":7,\"nfe\":20,\"solver\":\"ok\"}]}");
  const run_row list[] = {make_row(f, "early", "{}", RUN_DIVERGED),
                          make_row(f, "late", "{}", RUN_DONE)};
  write_csv(f, "[]", list, 2);
  assert_string_equal(folder_read(f, "view/runs.csv"),
                      HEADER "diverged" EMPTY "0123456789ab,fedcba987654\n"
                             "diverged,,7,,1,20,20,7,,20,,,1,,,0123456789ab,fedcba987654\n");
}

/* The message of a failed or diverged run, or the solver's where it failed at every measurement; no
 * folders. */
static void reasons(void **state) {
  folder *f = *state;
  add_results(f, "diverged",
              "{\"id\":\"" TRAIN_ID "\",\"status\":\"diverged\",\"message\":\"not finite at "
              "step 7\"}",
              NULL);
  add_results(f, "unsolved", TRAIN,
              "{\"id\":\"" MEASURE_ID "\",\"history\":[{\"epoch\":1,\"solver\":\"too stiff\"},"
              "{\"epoch\":2,\"solver\":\"too many attempts\"}]}");
  run_row list[] = {make_row(f, "diverged", "{}", RUN_DONE),
                    make_row(f, "unsolved", "{}", RUN_DONE), make_row(f, "a", "{}", RUN_FAILED),
                    make_row(f, "b", "{}", RUN_FAILED)};
  list[2].reason = "cannot read /home/me/out/x.npy: Input/output error, 1/2 of it";
  list[3].reason = "out/cache/data-0a/test.npy: / and a/ stay";
  write_csv(f, "[]", list, 4);
  const char *runs = folder_read(f, "view/runs.csv");
  assert_non_null(strstr(runs, "diverged,not finite at step 7,"));
  assert_non_null(strstr(runs, "done,solver: too many attempts,"));
  assert_non_null(strstr(runs, "\"cannot read x.npy: Input/output error, 1/2 of it\""));
  assert_non_null(strstr(runs, "failed,test.npy: / and a/ stay,"));
}

/* The same header as of the files that are written, every run missing; nothing is read. */
static void blank(void **state) {
  folder *f = *state;
  const char *const audits[] = {"all"};
  const run_row row = {.cells = folder_value(f, "{'seed':'0','flow':'OT'}")};
  csv_table runs, history;
  const record_request request = {.metrics = METRICS,
                                  .columns = folder_value(f, "['seed','flow']"),
                                  .audits = audits,
                                  .audit_count = 1,
                                  .rows = &row,
                                  .row_count = 1};
  record_blank(&request, &runs, &history);
  assert_int_equal(csv_table_write(&runs, folder_path(f, "runs.csv"), NULL), STATUS_OK);
  assert_int_equal(csv_table_write(&history, folder_path(f, "history.csv"), NULL), STATUS_OK);
  assert_string_equal(
      folder_read(f, "runs.csv"),
      "seed,flow,status,reason,nll_min,nll_min_se,epoch_min,nfe_at_min,nfe_min,nll_last,nll_last_"
      "se,"
      "nfe_last,loss_last,steps,epochs_measured,gradient_norm_last,dimensions,train_id,measure_id,"
      "all.nll_best,all.nll_best_se,all.nfe_best,all.nll_last,all.nll_last_se,all.nfe_last,"
      "all.nll_identity,all.nll_gaussian\n"
      "0,OT,missing,,,,,,,,,,,,,,,,,,,,,,,,\n");
  assert_string_equal(folder_read(f, "history.csv"),
                      "seed,flow,epoch,step,loss,gradient_norm,nll,nll_se,nfe,attempts,rejected,"
                      "solver\n");
  csv_table_close(&runs);
  csv_table_close(&history);
}

static void the_same_bytes_twice(void **state) {
  folder *f = *state;
  add_results(f, "a", TRAIN, MEASURE);
  const run_row list[] = {make_row(f, "a", "{'seed':'0'}", RUN_DONE)};
  write_csv(f, "['seed']", list, 1);
  const char *runs = folder_read(f, "view/runs.csv"), *history = folder_read(f, "view/history.csv");
  write_csv(f, "['seed']", list, 1);
  assert_string_equal(folder_read(f, "view/runs.csv"), runs);
  assert_string_equal(folder_read(f, "view/history.csv"), history);
  assert_null(strstr(runs, "node7"));
  assert_null(strstr(history, "12.5"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(blank),
      TEST(exact_text),
      TEST(state_is_not_trusted),
      TEST(diverged_is_a_result),
      TEST(reasons),
      TEST(the_same_bytes_twice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
