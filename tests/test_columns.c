/* The columns of the CSV files follow from the table of metrics, up to tables and figures: one more
 * metric is one more record. */
#include "table_fixture.h"

#include "report/columns.h"
#include "report/figure.h"
#include "report/record.h"

#define ID "0123456789abcdef0123456789abcdef"

/* A metric that has a standard error and needs no solver; its `measure` is not called here. */
static const metric MASS = {.name = "mass",
                            .meaning = "mass of the samples",
                            .title = "mass",
                            .unit = "%",
                            .count = true,
                            .has_se = true};

/* The metrics that need no samples, with one more. */
static const metric *one_more(folder *f) {
  const metric *plain = metrics_without_samples(&f->memory);
  size_t count = 0;
  while (plain[count].name) count++;
  metric *table = arena_get(&f->memory, (count + 2) * sizeof *table);
  memcpy(table, plain, count * sizeof *table);
  table[count] = MASS;
  return table;
}

static const char *names(folder *f, const column_list *list) {
  const char *text = "";
  for (size_t i = 0; i < list->count; i++)
    text = arena_format(&f->memory, "%s%s%s", text, i ? " " : "", list->items[i].name);
  return text;
}

/* The names and their order are those of files that exist. */
static void of_the_metrics(void **state) {
  folder *f = *state;
  const column_set set = columns_of(&f->memory, metrics_without_samples(&f->memory));
  assert_string_equal(
      names(f, &set.runs),
      "nll_min nll_min_se epoch_min nfe_at_min nfe_min nll_last nll_last_se "
      "nfe_last loss_last steps epochs_measured gradient_norm_last dimensions weights skipped");
  assert_string_equal(names(f, &set.audit), "nll_best nll_best_se nfe_best nll_last nll_last_se "
                                            "nfe_last nll_identity nll_gaussian");
  assert_string_equal(names(f, &set.history),
                      "epoch step loss gradient_norm nll nll_se nfe attempts rejected");
}

static void of_one_more_metric(void **state) {
  folder *f = *state;
  const column_set set = columns_of(&f->memory, one_more(f));
  assert_string_equal(
      names(f, &set.runs),
      "nll_min nll_min_se epoch_min nfe_at_min nfe_min mass_at_min mass_at_min_se "
      "mass_min nll_last nll_last_se nfe_last mass_last mass_last_se loss_last steps "
      "epochs_measured gradient_norm_last dimensions weights skipped");
  assert_string_equal(names(f, &set.audit),
                      "nll_best nll_best_se nfe_best mass_best mass_best_se nll_last nll_last_se "
                      "nfe_last mass_last mass_last_se nll_identity nll_gaussian");
  assert_string_equal(
      names(f, &set.history),
      "epoch step loss gradient_norm nll nll_se nfe attempts rejected mass mass_se");
}

static void facts(void **state) {
  folder *f = *state;
  const column_set set = columns_of(&f->memory, metrics_without_samples(&f->memory));
  const column_facts *nll = columns_in_runs(&set, "nll_min"),
                     *nfe = columns_in_runs(&set, "tight.nfe_last"),
                     *se = columns_in_history(&set, "nll_se");
  assert_string_equal(nll->meaning, "NLL (nats), smallest of the measured epochs");
  assert_string_equal(nll->unit, "nats");
  assert_int_equal(nll->digits, 3);
  assert_string_equal(nfe->meaning, "function evaluations (NFE) of the last weights");
  assert_string_equal(nfe->unit, "");
  assert_int_equal(nfe->digits, 0);
  assert_int_equal(columns_in_runs(&set, "dimensions")->digits, 0);
  assert_string_equal(se->title, "standard error of the NLL (nats)");
  assert_string_equal(
      columns_in_history(&set, "nll")->meaning,
      "mean negative log-likelihood of the test points, or of the validation points, nats; "
      "empty where the solver failed");
  const char *words[] = {"status", "flow", "flow.project", "train_id", "nll_best", "all.nll_min"};
  for (size_t i = 0; i < 6; i++) assert_null(columns_in_runs(&set, words[i]));
  assert_null(columns_in_history(&set, "solver"));
  assert_null(columns_in_history(&set, "nll_min"));
}

/* The second epoch has the smallest NLL; at the third the solver failed. */
static const char RESULT[] =
    "{\"id\":\"" ID "\",\"status\":\"done\",\"numbers\":{\"dimensions\":36,\"steps\":30},"
    "\"history\":["
    "{\"epoch\":1,\"step\":10,\"nll\":3,\"nfe\":20,\"mass\":70,\"mass_se\":2,\"solver\":\"ok\"},"
    "{\"epoch\":2,\"step\":20,\"nll\":2,\"nfe\":26,\"mass\":90,\"mass_se\":3,\"solver\":\"ok\"},"
    "{\"epoch\":3,\"step\":30,\"nfe\":99,\"mass\":60,\"mass_se\":4,\"solver\":\"failed\"}]}";

static void write_files(folder *f, const metric *metrics) {
  const run_row row = {.cells = folder_value(f, "{'flow':'OT'}"),
                       .folder = folder_path(f, "run"),
                       .train_id = ID,
                       .measure_id = ID,
                       .config = folder_value(f, "{'dataset':{'train':10},'train':{'batch':1}}"),
                       .status = RUN_DONE};
  const record_request request = {.metrics = metrics,
                                  .audit_metrics = metrics,
                                  .columns = folder_value(f, "['flow']"),
                                  .rows = &row,
                                  .row_count = 1};
  assert_int_equal(files_make_folder(row.folder, NULL), STATUS_OK);
  folder_write(f, "run/result.json", RESULT);
  folder_write(f, "run/measure-0123456789ab.json", RESULT);
  assert_int_equal(record_write(f->path, &request, NULL), STATUS_OK);
}

static void one_more_metric_in_csv(void **state) {
  folder *f = *state;
  write_files(f, one_more(f));
  assert_string_equal(folder_read(f, "history.csv"),
                      "flow,epoch,step,loss,gradient_norm,nll,nll_se,nfe,attempts,rejected,mass,"
                      "mass_se,solver\n"
                      "OT,1,10,,,3,,20,,,70,2,ok\n"
                      "OT,2,20,,,2,,26,,,90,3,ok\n"
                      "OT,3,30,,,,,,,,60,4,failed\n");
  assert_string_equal(
      folder_read(f, "runs.csv"),
      "flow,status,reason,nll_min,nll_min_se,epoch_min,nfe_at_min,nfe_min,mass_at_min,"
      "mass_at_min_se,mass_min,nll_last,nll_last_se,nfe_last,mass_last,mass_last_se,"
      "loss_last,steps,epochs_measured,gradient_norm_last,dimensions,weights,train_id,"
      "measure_id\n"
      "OT,done,,2,,2,26,20,90,3,60,,,,60,4,,30,2,,36,,0123456789ab,0123456789ab\n");
}

static void one_more_metric_in_a_table(void **state) {
  folder *f = *state;
  write_files(f, one_more(f));
  char *text = NULL;
  size_t length = 0;
  FILE *screen = open_memstream(&text, &length);
  table_request request = {.folder = f->path,
                           .name = "table2",
                           .metrics = one_more(f),
                           .declaration = folder_value(f, "{'columns':[['Flow','flow'],"
                                                          "['M','mass_at_min'],"
                                                          "['SE','mass_at_min_se']],"
                                                          "'notes':['At least {mass_min} %.']}"),
                           .script_folder = f->path,
                           .columns = folder_value(f, "['flow']")};
  assert_int_equal(table_write(&request, screen, NULL), STATUS_OK);
  fclose(screen);
  assert_string_equal(text, "table2\n\n"
                            "Flow   M     SE\n"
                            "----  --  -----\n"
                            "OT    90  3.000\n"
                            "\nAt least 60 %.\n");
  free(text);
  /* Without the metric the column has no number. */
  failure err = {0};
  request.metrics = METRICS;
  assert_int_equal(table_write(&request, NULL, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "runs.csv has no number \"mass_min\""));
}

static void one_more_metric_in_a_figure(void **state) {
  folder *f = *state;
  bool made;
  write_files(f, one_more(f));
  const figure_request request = {.folder = f->path,
                                  .name = "figure4",
                                  .metrics = one_more(f),
                                  .declaration = folder_value(f, "{'panels':['mass','mass_se']}"),
                                  .columns = folder_value(f, "['flow']")};
  assert_int_equal(figure_write(&request, &made, NULL), STATUS_OK);
  if (!made) skip(); /* without gnuplot */
  const char *svg = folder_read(f, "figure4.svg");
  assert_non_null(strstr(svg, ">mass (%)<"));
  assert_non_null(strstr(svg, ">standard error of the mass (%)<"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(of_the_metrics),
      TEST(of_one_more_metric),
      TEST(facts),
      TEST(one_more_metric_in_csv),
      TEST(one_more_metric_in_a_table),
      TEST(one_more_metric_in_a_figure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
