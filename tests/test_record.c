/* runs.csv, history.csv and timings.csv from results made by hand. */
#include "folder.h"

#include "base/csv_table.h"
#include "report/outcomes.h"
#include "report/record.h"

#define TRAIN_ID   "0123456789abcdef0123456789abcdef"
#define MEASURE_ID "fedcba9876543210fedcba9876543210"

static const char TRAIN[] =
    "{\"job\":\"train\",\"id\":\"" TRAIN_ID
    "\",\"status\":\"done\",\"numbers\":{\"dimensions\":36,\"weights\":41,\"steps\":300},"
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
  "loss_last,steps,epochs_measured,gradient_norm_last,dimensions,weights,train_id,measure_id\n"
#define EMPTY ",,,,,,,,,,,,,,,,"

static run_row make_row(folder *f, const char *name, const char *cells, run_status status) {
  return (run_row){.cells = folder_value(f, cells),
                   .folder = folder_path(f, name),
                   .train_id = TRAIN_ID,
                   .measure_id = MEASURE_ID,
                   .config = folder_value(f, "{'dataset':{'train':1000},'train':{'batch':10}}"),
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
  const record_request request = {.metrics = metrics_without_samples(&f->memory),
                                  .audit_metrics = metrics_without_samples(&f->memory),
                                  .columns = folder_value(f, columns),
                                  .rows = list,
                                  .row_count = count};
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
      "0,\"formation, c=2\",yes,done,,24.1,0.125,2,32,26,,,,0.30000000000000004,300,2,1,36,41,"
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

/* Other files stay as they were. */
static void skipped_steps_are_a_column_where_they_are_used(void **state) {
  folder *f = *state;
  add_results(f, "a",
              "{\"job\":\"train\",\"id\":\"" TRAIN_ID "\",\"status\":\"done\","
              "\"numbers\":{\"steps\":300,\"skipped\":7}}",
              MEASURE);
  run_row list[] = {make_row(f, "b", "{}", RUN_MISSING), make_row(f, "a", "{}", RUN_DONE)};
  write_csv(f, "[]", list, 2);
  assert_null(strstr(folder_read(f, "view/runs.csv"), "skipped"));
  list[0].config =
      folder_value(f, "{'dataset':{'train':1000},'train':{'batch':10,'skip_nonfinite':1}}");
  write_csv(f, "[]", list, 2);
  const char *text = folder_read(f, "view/runs.csv");
  assert_non_null(strstr(text, ",weights,skipped,train_id,"));
  assert_non_null(strstr(text, ",7,"));
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
  add_results(f, "late",
              "{\"id\":\"" TRAIN_ID "\",\"status\":\"diverged\",\"numbers\":{\"steps\":150}}",
              "{\"id\":\"" MEASURE_ID "\",\"status\":\"diverged\",\"history\":["
              "{\"epoch\":1,\"step\":100,\"nll\":7,\"nfe\":20,\"solver\":\"ok\"}]}");
  const run_row list[] = {make_row(f, "early", "{}", RUN_DIVERGED),
                          make_row(f, "late", "{}", RUN_DONE)};
  write_csv(f, "[]", list, 2);
  assert_string_equal(folder_read(f, "view/runs.csv"),
                      HEADER "diverged" EMPTY "0123456789ab,fedcba987654\n"
                             "diverged,,7,,1,20,20,7,,20,,100,1,,,,0123456789ab,fedcba987654\n");
}

#define AUDIT_ID       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HISTORY(rows)  "{\"id\":\"" MEASURE_ID "\",\"status\":\"done\",\"history\":[" rows "]}"
#define ROW(step, nll) "{\"step\":" step ",\"loss\":9,\"nll\":" nll ",\"nfe\":20}"

/* The rows of one run, each with another history; returns runs.csv after the header. */
static const char *runs_of(folder *f, const char *const *histories, size_t count,
                           record_gaps *gaps) {
  run_row list[8];
  failure err = {0};
  assert_true(count <= 8);
  for (size_t i = 0; i < count; i++) {
    const char *name = arena_format(&f->memory, "row%zu", i);
    add_results(f, name, TRAIN, histories[i]);
    list[i] = make_row(f, name, "{}", RUN_DONE);
  }
  const record_request request = {.metrics = metrics_without_samples(&f->memory),
                                  .audit_metrics = metrics_without_samples(&f->memory),
                                  .columns = folder_value(f, "[]"),
                                  .rows = list,
                                  .row_count = count,
                                  .gaps = gaps};
  if (record_write(folder_path(f, "view"), &request, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  return strchr(folder_read(f, "view/runs.csv"), '\n') + 1;
}

/* Of an incomplete history only the last row is a number of the run; the loss of a result without
 * its settings is the mean over other epochs. */
static void half_a_history_is_no_history(void **state) {
  static const char *const HISTORIES[] = {
      HISTORY(ROW("200", "2") "," ROW("300", "3")),       /* best and last of another measurement */
      HISTORY(ROW("300", "3")), HISTORY(ROW("200", "2")), /* not even the last */
      HISTORY(ROW("100", "1") "," ROW("200", "2") "," ROW("301", "3")),
      "{\"id\":\"" MEASURE_ID
      "\",\"measurement\":{},\"late\":\"removed\",\"history\":[" ROW("300", "3") "]}"};
  record_gaps gaps;
  const char *ids = ",36,41,0123456789ab,fedcba987654\n";
  const char *runs = runs_of(*state, HISTORIES, 5, &gaps), *none = "done,,,,,,,,,,,,,,,";
  assert_string_equal(runs, arena_format(&((folder *)*state)->memory, "%s,%s%s,%s%s%s%s%s%s%s",
                                         "done,,,,,,,3,,20,,300,", ids, "done,,,,,,,3,,20,,300,",
                                         ids, none, ",0123456789ab,fedcba987654\n", none,
                                         ",0123456789ab,fedcba987654\n", "done,,,,,,,3,,20,9,300,,",
                                         ids));
  assert_int_equal(gaps.late, 4);
  assert_int_equal(gaps.removed, 1);
  assert_string_equal(strchr(folder_read(*state, "view/history.csv"), '\n') + 1,
                      ",300,,,3,,20,,,\n,300,,,3,,20,,,\n,300,9,,3,,20,,,\n");
}

/* An audit has the row's best weights if it measured the step of the row's smallest NLL. */
static void audits_are_of_the_rows_weights(void **state) {
  folder *f = *state;
  static const struct {
    const char *audit, *cells;
    size_t unkept;
  } CASES[] = {
      {ROW("200", "5") "," ROW("300", "6"), "5,,20,6,,20,,", 0},
      {ROW("100", "5") "," ROW("300", "6"), ",,,6,,20,,", 1},
      {ROW("300", "6"), ",,,6,,20,,", 1},
  };
  const char *const audits[] = {"all"}, *const ids[] = {AUDIT_ID};
  add_results(f, "a", TRAIN, MEASURE);
  run_row row = make_row(f, "a", "{}", RUN_DONE);
  row.audit_ids = ids;
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    record_gaps gaps;
    const record_request request = {.metrics = metrics_without_samples(&f->memory),
                                    .audit_metrics = metrics_without_samples(&f->memory),
                                    .columns = folder_value(f, "[]"),
                                    .audits = audits,
                                    .audit_count = 1,
                                    .rows = &row,
                                    .row_count = 1,
                                    .gaps = &gaps};
    folder_write(
        f, "a/measure-aaaaaaaaaaaa.json",
        arena_format(&f->memory, "{\"id\":\"" AUDIT_ID "\",\"history\":[%s]}", CASES[i].audit));
    assert_int_equal(record_write(folder_path(f, "view"), &request, NULL), STATUS_OK);
    const char *at = strstr(folder_read(f, "view/runs.csv"), "fedcba987654,");
    assert_string_equal(at, arena_format(&f->memory, "fedcba987654,%s\n", CASES[i].cells));
    assert_int_equal(gaps.unkept, CASES[i].unkept);
  }
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
              HISTORY("{\"step\":100,\"solver\":\"too stiff\"},"
                      "{\"step\":200,\"solver\":\"too stiff\"},"
                      "{\"step\":300,\"solver\":\"too many attempts\"}"));
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
  const record_request request = {.metrics = metrics_without_samples(&f->memory),
                                  .audit_metrics = metrics_without_samples(&f->memory),
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
      "nfe_last,loss_last,steps,epochs_measured,gradient_norm_last,dimensions,weights,train_id,"
      "measure_id,"
      "all.nll_best,all.nll_best_se,all.nfe_best,all.nll_last,all.nll_last_se,all.nfe_last,"
      "all.nll_identity,all.nll_gaussian\n"
      "0,OT,missing,,,,,,,,,,,,,,,,,,,,,,,,,\n");
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

/* More rows than are read at once, by several threads. */
static void rows_stay_in_order(void **state) {
  enum { ROWS = OUTCOMES_MOST + 40 };
  folder *f = *state;
  run_row *list = arena_get(&f->memory, ROWS * sizeof *list);
  for (size_t i = 0; i < ROWS; i++) {
    const char *name = arena_format(&f->memory, "row%zu", i);
    const char *row = arena_format(&f->memory, ROW("300", "%zu"), i);
    if (i % 3) add_results(f, name, TRAIN, arena_format(&f->memory, HISTORY("%s"), row));
    list[i] = make_row(f, name, arena_format(&f->memory, "{'seed':'%zu'}", i), RUN_DONE);
  }
  write_csv(f, "['seed']", list, ROWS);
  csv_table runs;
  assert_int_equal(csv_table_read(&runs, folder_path(f, "view/runs.csv"), NULL), STATUS_OK);
  assert_int_equal(runs.count, ROWS);
  for (size_t i = 0; i < ROWS; i++) {
    const char *number = arena_format(&f->memory, "%zu", i);
    assert_string_equal(runs.cells[i][csv_table_column(&runs, "seed")], number);
    assert_string_equal(runs.cells[i][csv_table_column(&runs, "nll_last")], i % 3 ? number : "");
  }
  csv_table_close(&runs);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(blank),
      TEST(exact_text),
      TEST(skipped_steps_are_a_column_where_they_are_used),
      TEST(state_is_not_trusted),
      TEST(diverged_is_a_result),
      TEST(half_a_history_is_no_history),
      TEST(audits_are_of_the_rows_weights),
      TEST(reasons),
      TEST(the_same_bytes_twice),
      TEST(rows_stay_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
