/* histograms.csv from a history row, and the figure that is drawn from it. Without gnuplot the test
 * that draws is skipped. */
#include "folder.h"

#include "job/histogram.h"
#include "report/figure.h"
#include "report/figure_parts.h"
#include "report/record_histograms.h"

#include <math.h>

static const char COLUMNS[] = "['seed','flow']";
static const char RUNS[] = "seed,flow,status,boltzmann.samples_last,tight.nll_last\n"
                           "0,OT,done,4,1\n1,OT,done,4,1\n0,\"Hessian\",done,4,1\n";

/* Data 0, 1, 1, 2; samples so many in the bin of 1, of `all`; weighted by 2 there. */
static void add_lines(folder *f, csv_table *table, const char *cells, double inside, double all) {
  const record_request request = {
      .metrics = METRICS, .audit_metrics = METRICS, .columns = folder_value(f, COLUMNS)};
  const double data[] = {0, 1, 1, 2}, at = 1, far = 100, weight = 2;
  const run_row row = {.cells = folder_value(f, cells)};
  value *measured = value_new(&f->memory, VALUE_MAP);
  histogram h;
  histogram_data(&h, data, 4);
  for (double i = 0; i < all; i++)
    histogram_samples(&h, i < inside ? &at : &far, 1, 1, i < inside ? &weight : NULL);
  histogram_put(&f->memory, measured, "energy", &h);
  const record_sources sources = {.best = measured};
  if (table->columns == 0) record_histograms_begin(table, &request);
  record_histograms_add(&f->memory, table, &request, &row, "boltzmann", &sources);
}

static void write_files(folder *f) {
  csv_table table = {0};
  failure err = {0};
  add_lines(f, &table, "{'seed':'0','flow':'OT'}", 3, 4);
  add_lines(f, &table, "{'seed':'1','flow':'OT'}", 2, 4);
  add_lines(f, &table, "{'seed':'0','flow':'Hessian'}", 4, 4);
  assert_int_equal(table.count, 3 * HISTOGRAM_COUNTS);
  assert_int_equal(record_histograms_write(&table, f->path, &err), STATUS_OK);
  csv_table_close(&table);
  folder_write(f, "runs.csv", RUNS);
}

static figure_request request_of(folder *f, const char *declaration) {
  return (figure_request){.folder = f->path,
                          .name = "energies",
                          .metrics = METRICS,
                          .declaration = folder_value(f, declaration),
                          .columns = folder_value(f, COLUMNS)};
}

static void lines_are_bins(void **state) {
  folder *f = *state;
  static const char HEADER[] =
      "seed,flow,measurement,weights,quantity,low,high,data,samples,reweighted\n"
      "0,OT,boltzmann,best,energy,,-0.1,0,0,0\n";
  write_files(f);
  const char *text = folder_read(f, "histograms.csv");
  assert_memory_equal(text, HEADER, strlen(HEADER));
  const char *middle = strstr(text, "0,OT,boltzmann,best,energy,1,1.027"); /* up to rounding */
  assert_non_null(middle);
  assert_memory_equal(strchr(middle, '\n') - 6, ",2,3,6", 6);
  assert_non_null(strstr(text, "0,OT,boltzmann,best,energy,2.1,,0,1,0\n"));
  csv_table none = {0}; /* no samples any more: the file of an earlier call goes */
  assert_int_equal(record_histograms_write(&none, f->path, NULL), STATUS_OK);
  assert_false(files_exists(folder_path(f, "histograms.csv")));
}

static const char *cell_of(const figure *f, const char *run, const char *set, double x) {
  for (size_t r = 0; r < f->shown.count; r++) {
    const char **row = f->shown.cells[r];
    if (strcmp(row[0], run) == 0 && strcmp(row[1], set) == 0 && fabs(atof(row[2]) - x) < 1e-9)
      return row[3];
  }
  fail_msg("no density of %s, %s at %g", run, set, x);
  return "";
}

/* A bin is 2.2 / 80 wide. */
static void densities_are_shares(void **state) {
  folder *f = *state;
  const double width = 2.2 / 80;
  write_files(f);
  const figure_request request =
      request_of(f, "{'histogram':'energy','audit':'boltzmann','only':{'flow':'OT'}}");
  figure shown = {.request = &request};
  failure err = {0};
  assert_int_equal(csv_table_read(&shown.history, folder_path(f, "histograms.csv"), &err), 0);
  assert_int_equal(csv_table_read(&shown.runs, folder_path(f, "runs.csv"), &err), STATUS_OK);
  if (figure_read(&shown, &err) != STATUS_OK) fail_msg("%s", err.message);
  assert_true(fabs(atof(cell_of(&shown, "plain", "data", 1)) - 0.5 / width) < 1e-6);
  assert_true(fabs(atof(cell_of(&shown, "plain", "samples", 1)) - 0.75 / width) < 1e-6);
  assert_true(fabs(atof(cell_of(&shown, "plain", "reweighted", 1)) - 1 / width) < 1e-6);
  assert_true(fabs(atof(cell_of(&shown, "plain", "data", 2.1))) <= 0);    /* the line ends at 0 */
  assert_true(fabs(shown.picture.outside[0] - (0.25 + 0.5) / 2) < 1e-12); /* mean over seeds */
  csv_table_close(&shown.history);
  csv_table_close(&shown.runs);
  arena_close(&shown.memory);
}

static void a_panel_for_each_flow(void **state) {
  folder *f = *state;
  bool made;
  failure err = {0};
  write_files(f);
  const figure_request request =
      request_of(f, "{'title':'Energies','histogram':'energy','audit':'boltzmann'}");
  if (figure_write(&request, &made, &err) != STATUS_OK) fail_msg("%s", err.message);
  if (!made && strstr(err.message, "not installed")) skip();
  assert_true(made);
  const char *svg = folder_read(f, "energies.svg");
  static const char *const WORDS[] = {">OT<",
                                      ">Hessian<",
                                      ">data<",
                                      ">samples<",
                                      ">reweighted<",
                                      ">density<",
                                      ">Energies, means of 2 seeds<",
                                      ">37.5 % outside<"};
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
    if (!strstr(svg, WORDS[i])) fail_msg("no %s in the figure", WORDS[i]);
  assert_int_equal(figure_write(&request, &made, &err), STATUS_OK);
  assert_string_equal(folder_read(f, "energies.svg"), svg);
}

/* A file that a person has cut. */
static void missing_columns(void **state) {
  folder *f = *state;
  bool made = true;
  failure err = {0};
  folder_write(f, "runs.csv", RUNS);
  folder_write(f, "histograms.csv", "seed,flow,measurement,weights\n0,OT,boltzmann,best\n");
  const figure_request request = request_of(f, "{'histogram':'energy','audit':'boltzmann'}");
  assert_int_equal(figure_write(&request, &made, &err), STATUS_OK);
  assert_false(made);
  assert_string_equal(err.message, "histograms.csv lacks columns");
}

/* A single weight that is most of the sum. */
static void large_weights_are_cut_off(void **state) {
  folder *f = *state;
  bool made;
  csv_table table = {0};
  failure err = {0};
  write_files(f);
  add_lines(f, &table, "{'seed':'0','flow':'OT'}", 1, 4);
  assert_int_equal(record_histograms_write(&table, f->path, &err), STATUS_OK);
  csv_table_close(&table);
  const figure_request request = request_of(f, "{'histogram':'energy','audit':'boltzmann'}");
  if (figure_write(&request, &made, &err) != STATUS_OK) fail_msg("%s", err.message);
  if (!made && strstr(err.message, "not installed")) skip();
  assert_non_null(strstr(folder_read(f, "energies.svg"), ">75 % outside; 1 bin above<"));
}

static void expect_refused(folder *f, const char *declaration, const char *words) {
  csv_table runs, blank;
  failure err = {0};
  const figure_request request = request_of(f, declaration);
  folder_write(f, "runs.csv", RUNS);
  csv_table_begin(&blank, (const char *const[]){"seed", "flow", "epoch", "nll"}, 4);
  assert_int_equal(csv_table_read(&runs, folder_path(f, "runs.csv"), NULL), STATUS_OK);
  const status_code status = figure_check(&request, &blank, &runs, &err);
  assert_int_equal(status, words ? STATUS_BAD_CONFIG : STATUS_OK);
  if (words && !strstr(err.message, words)) fail_msg("%s", err.message);
  csv_table_close(&runs);
  csv_table_close(&blank);
}

static void mistakes_are_named(void **state) {
  folder *f = *state;
  expect_refused(f, "{'histogram':'energy','audit':'boltzmann'}", NULL);
  expect_refused(f, "{'histogram':'energies','audit':'boltzmann'}",
                 "figure energies: histogram = \"energies\" must be \"energy\" or \"distance\"");
  expect_refused(f, "{'histogram':'energy','audit':'boltzmann','weights':'all'}",
                 "weights = \"all\" must be \"best\" or \"last\"");
  expect_refused(f, "{'histogram':'energy'}", "the measurement of the rows draws no samples");
  expect_refused(f, "{'histogram':'energy','audit':'tight'}", "the audit \"tight\" draws no");
  expect_refused(f, "{'histogram':'energy','audit':'boltzmann','panels':['nll']}",
                 "panels is not for a histogram");
  expect_refused(f, "{'panels':['nll'],'weights':'last'}", "weights is only for a histogram");
  expect_refused(f, "{'histogram':'energy','audit':'boltzmann','only':{'flow':'TO'}}", "OT");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(lines_are_bins),        TEST(densities_are_shares),
                                     TEST(a_panel_for_each_flow), TEST(mistakes_are_named),
                                     TEST(missing_columns),       TEST(large_weights_are_cut_off)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
