/* Columns of tables that are not in runs.csv: times, and how the NLL moves. */
#include "table_fixture.h"

static void times(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "flow,status,nll_min,steps\nA,done,1,200\nB,missing,,\n");
  folder_write(f, "timings.csv", "flow,status,train_seconds\nA,done,5\nB,missing,\n");
  assert_string_equal(table_printed(f,
                                    "{'columns':[['Flow','flow'],"
                                    "['s','timings.train_seconds'],['s/step',"
                                    "'timings.step_seconds']]}",
                                    "['flow']"),
                      "table2\n\n"
                      "Flow  s  s/step\n"
                      "----  -  ------\n"
                      "A     5  0.0250\n"
                      "B     –       –\n"
                      "\nTimes are of the machine and its load; no other number depends on them.\n"
                      "\n1 of 2 runs missing\n");
}

/* Four epochs of A are in its second half that have a number: too few. B: of 10, 20, 30, 40, 50 the
 * median is 30, and the quantiles are 14 and 46. C has no history. */
static void histories(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "seed,flow,status\n0,A,done\n0,B,done\n0,C,missing\n1,A,done\n");
  folder_write(f, "history.csv",
               "seed,flow,epoch,nll\n"
               "0,A,1,9\n0,A,2,8\n0,A,3,7\n0,A,4,6\n0,A,5,\n0,A,6,5\n0,A,7,4\n0,A,8,3\n"
               "0,B,1,900\n0,B,2,800\n0,B,3,700\n0,B,4,600\n"
               "0,B,5,500\n0,B,6,400\n0,B,7,50\n0,B,8,40\n0,B,9,\n0,B,10,10\n0,B,11,20\n0,B,12,30\n"
               "1,A,1,1\n1,A,2,1\n1,A,3,1\n1,A,4,1\n1,A,5,1\n1,A,6,1\n1,A,7,1\n1,A,8,1\n1,A,9,3\n");
  assert_string_equal(
      table_printed(f,
                    "{'columns':[['Flow','flow'],['Seed','seed'],['median','history.nll_median'],"
                    "['spread','history.nll_spread']]}",
                    "['seed','flow']"),
      "table2\n\n"
      "Flow  Seed  median  spread\n"
      "----  ----  ------  ------\n"
      "A     0          –       –\n"
      "B     0     30.000  32.000\n"
      "C     0          –       –\n"
      "A     1      1.000   1.200\n"
      "\n1 of 4 runs missing\n");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(times), TEST(histories)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
