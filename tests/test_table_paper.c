/* The paper's CSV file, which people write: numbers, settings, the end of the file. */
#include "table_fixture.h"

#define DECLARED                                                                                   \
  "{'columns':[['lr','optimizer.lr'],['NLL','nll_min'],['Paper','paper.nll']],"                    \
  "'paper':'paper.csv'}"
static const char RUNS[] = "optimizer.lr,status,nll_min\n0.001,done,1\n0.0003,done,2\n";
static const char COLUMNS[] = "['optimizer.lr']";

static void has_paper(folder *f, const char *paper) {
  folder_write(f, "paper.csv", paper);
  table_printed(f, DECLARED, COLUMNS);
  assert_string_equal(folder_read(f, "table2.csv"), "lr,NLL,Paper,runs,missing,diverged\n"
                                                    "0.001,1,5.50,1,0,0\n"
                                                    "0.0003,2,6,1,0,0\n");
}

static void numbers_match_as_numbers(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  has_paper(f, "optimizer.lr,nll\n1e-3,5.50\n3e-4,6\n");
}

static void files_of_other_programs(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  has_paper(f, "optimizer.lr,nll\n1e-3,5.50\n3e-4,6");
  has_paper(f, "\xef\xbb\xbfoptimizer.lr,nll\r\n1e-3,5.50\r\n3e-4,6\r\n");
}

static void a_file_without_settings(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  folder_write(f, "paper.csv", "Method,nll\nOT,5\n");
  table_refused(
      f, DECLARED, COLUMNS,
      "table table2: paper = \"paper.csv\" has no column of settings such as \"flow\", by "
      "which its rows could be found; its columns are Method, nll");
  folder_write(f, "paper.csv", "optimiser.lr,nll\nOT,5\n");
  table_refused(
      f, DECLARED, COLUMNS,
      "table table2: paper = \"paper.csv\" has no column of settings such as \"flow\", by "
      "which its rows could be found; its columns are optimiser.lr, nll; did you mean "
      "\"optimizer.lr\"?");
}

/* A profile may fix what the paper varies. */
static void settings_that_do_not_vary_here(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  folder_write(f, "paper.csv", "flow,nll\nOT,5\n");
  table_printed(f, DECLARED, COLUMNS);
  assert_string_equal(folder_read(f, "table2.csv"), "lr,NLL,Paper,runs,missing,diverged\n"
                                                    "0.001,1,,1,0,0\n"
                                                    "0.0003,2,,1,0,0\n");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(numbers_match_as_numbers),
      TEST(files_of_other_programs),
      TEST(a_file_without_settings),
      TEST(settings_that_do_not_vary_here),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
