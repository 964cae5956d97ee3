/* Lines below a table, with numbers of runs.csv in them; numbers by unit. */
#include "table_fixture.h"

#define NOTES(notes) "{'columns':[['Method','flow']],'notes':[" notes "]}"

/* Runs that were trained under other measure settings have two epochs at most. */
static void minima_over_other_epochs(void **state) {
  folder *f = *state;
  static const char table[] = "{'columns':[['Method','flow'],['NLL','nll_min']]}";
  const char *note = "The minimum is over 2 to 5 measured epochs: of more it is smaller by chance.";
  folder_write(f, "runs.csv", "flow,status,nll_min,epochs_measured\nA,done,1,5\nB,done,2,2\n");
  assert_non_null(strstr(table_printed(f, table, "['flow']"), note));
  assert_null(strstr(table_printed(f, NOTES(""), "['flow']"), "The minimum"));
  folder_write(f, "runs.csv", "flow,status,nll_min,epochs_measured\nA,done,1,5\nB,done,2,3\n");
  assert_null(strstr(table_printed(f, table, "['flow']"), "The minimum"));
  folder_write(f, "runs.csv", "flow,status,nll_min,epochs_measured\nA,done,1,5\nB,missing,,\n");
  assert_null(strstr(table_printed(f, table, "['flow']"), "The minimum"));
  folder_write(f, "runs.csv", "flow,status,nll_min,epochs_measured\nA,done,1,5\nB,done,,0\n");
  assert_null(strstr(table_printed(f, table, "['flow']"), "The minimum"));
}

static void notes_with_numbers(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "flow,status,nll_min,nfe_at_min,nfe_min,all.nll_gaussian\n"
               "OT,done,1.5,32,,36.25\nA,done,2,27,,36.254\nB,missing,,,,\n");
  assert_string_equal(
      table_printed(f,
                    NOTES("'Best {all.nll_gaussian:2}{nll_min}.','{nfe_at_min} {nfe_at_min:1}',"
                          "'','{nfe_min} {{nll_min} {{{nll_min:0}}'"),
                    "['flow']"),
      "table2\n\n"
      "Method\n"
      "------\n"
      "OT\n"
      "A\n"
      "B\n"
      "\nBest 36.251.500 to 2.000.\n"
      "\n27 to 32 27.0 to 32.0\n"
      "\n\n"
      "\n– {nll_min} {2}\n"
      "\n1 of 3 runs missing\n");
  const char *columns = "['flow']";
  table_refused(f, NOTES("'{nll_mn}'"), columns,
                "table table2: notes: {nll_mn}: runs.csv has no number \"nll_mn\"; did you mean "
                "\"nll_min\"?");
  table_refused(f, NOTES("'{status}'"), columns,
                "table table2: notes: {status}: runs.csv has no number \"status\"; available: "
                "nll_min, nfe_at_min, nfe_min, all.nll_gaussian");
  table_refused(f, NOTES("'{all.nll_gausian:2}'"), columns,
                "table table2: notes: {all.nll_gausian:2}: runs.csv has no number "
                "\"all.nll_gausian\"; did you mean \"all.nll_gaussian\"?");
  table_refused(
      f, NOTES("'{nll_min:x}'"), columns,
      "table table2: notes: {nll_min:x}: the digits after the colon must be a whole number, 0 "
      "to 15, not \"x\"");
  table_refused(
      f, NOTES("'{nll_min:16}'"), columns,
      "table table2: notes: {nll_min:16}: the digits after the colon must be a whole number, 0 "
      "to 15, not \"16\"");
  table_refused(f, NOTES("'a {nll_min'"), columns,
                "table table2: notes: \"{nll_min\" has no } after it; a brace itself is written "
                "{{");
}

static void numbers_per_dimension(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "flow,seed,status,nll_min,dimensions\n"
               "a,0,done,-4346.940546,784\n"
               "a,1,done,-4346.940546,784\n"
               "b,0,done,36,36\n"
               "b,1,done,72,36\n");
  table_printed(f,
                "{'columns':[['Flow','flow'],{'':['Bits','nll_min'],'unit':'bits/dim','digits':1},"
                "{'':['Nats','nll_min'],'unit':'nats/dim'}]}",
                "['flow','seed']");
  assert_string_equal(folder_read(f, "table2.md"), "### table2\n\n"
                                                   "| Flow |       Bits |           Nats |\n"
                                                   "| ---- | ---------: | -------------: |\n"
                                                   "| a    | -8.0 ± 0.0 | -5.545 ± 0.000 |\n"
                                                   "| b    |  2.2 ± 1.0 |  1.500 ± 0.707 |\n"
                                                   "\nMean ± standard deviation over 2 seeds.\n");
  table_refused(f, "{'columns':[{'':['Bits','nll_min'],'unit':'bits'}]}", "['flow','seed']",
                "table table2: column \"Bits\": unit must be \"nats/dim\" or \"bits/dim\"");
  table_refused(
      f, "{'columns':[{'':['Flow','flow'],'unit':'bits/dim'}]}", "['flow','seed']",
      "table table2: column \"Flow\": only numbers in nats, such as nll_min, have a unit");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(minima_over_other_epochs),
      TEST(notes_with_numbers),
      TEST(numbers_per_dimension),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
