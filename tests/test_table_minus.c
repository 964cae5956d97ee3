/* Differences between rows, seed by seed. */
#include "table_fixture.h"

static const char SEEDS[] = "seed,flow,flow.project,status,nll_min,nfe_at_min\n"
                            "0,OT,,done,10,32\n"
                            "0,formation,no,done,11,26\n"
                            "0,formation,yes,done,9.5,26\n"
                            "1,OT,,done,20,32\n"
                            "1,formation,no,done,22,32\n"
                            "1,formation,yes,done,19.25,26\n"
                            "2,OT,,done,30,32\n"
                            "2,formation,no,done,33,26\n"
                            "2,formation,yes,missing,,\n";
static const char COLUMNS[] = "['seed','flow','flow.project']";

#define DIFFERENCE(minus)                                                                          \
  "{'columns':[['Method','flow'],{'':['dNLL','nll_min'],'minus':" minus "}]}"

/* By hand: 11 - 10, 22 - 20, 33 - 30 are 1, 2, 3, whose mean is 2 and whose sd is 1, although the
 * numbers themselves spread by 11; -0.5 and -0.75 have the mean -0.625 and the sd sqrt(2)/8. */
static void pairs_by_seed(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", SEEDS);
  const char *declared = "{'columns':[['Method','flow'],['Project','flow.project'],"
                         "['NLL','nll_min'],{'':['dNLL','nll_min'],'minus':'flow=OT'},"
                         "{'':['dNFE','nfe_at_min'],'minus':'flow=OT','digits':1}],"
                         "'sort':'nll_min'}";
  assert_string_equal(
      table_printed(f, declared, COLUMNS),
      "table2\n\n"
      "Method     Project                      NLL                     dNLL                 dNFE\n"
      "---------  -------  -----------------------  -----------------------  -------------------\n"
      "formation  ✓        14.375 ± 6.894 (2 of 3)  -0.625 ± 0.177 (2 of 3)  -6.0 ± 0.0 (2 of 3)\n"
      "OT         –                20.000 ± 10.000                        –                    –\n"
      "formation  ✗                22.000 ± 11.000            2.000 ± 1.000           -4.0 ± 3.5\n"
      "\nMean ± standard deviation over 3 seeds, or as many as a cell says.\n"
      "\nRows with missing seeds are means over other seeds than the rest; differences are paired "
      "by seed.\n"
      "\n1 of 9 runs missing\n");
  assert_string_equal(folder_read(f, "table2.csv"),
                      "Method,Project,NLL,NLL sd,NLL n,dNLL,dNLL sd,dNLL n,dNFE,dNFE sd,dNFE n,"
                      "runs,missing,diverged\n"
                      "formation,yes,14.375,6.894291116568838,2,-0.625,0.1767766952966369,2,"
                      "-6,0,2,3,1,0\n"
                      "OT,,20,10,3,,,0,,,0,3,0,0\n"
                      "formation,no,22,11,3,2,1,3,-4,3.4641016151377544,3,3,0,0\n");
}

static void only_seeds_that_both_have(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,flow,flow.project,status,nll_min\n"
               "0,OT,,missing,\n"
               "1,OT,,done,20\n"
               "0,formation,no,done,11\n"
               "1,formation,no,done,22\n"
               "2,formation,no,done,33\n");
  assert_string_equal(table_printed(f, DIFFERENCE("'flow=OT'"), COLUMNS),
                      "table2\n\n"
                      "Method               dNLL\n"
                      "---------  --------------\n"
                      "OT                      –\n"
                      "formation  2.000 (1 of 3)\n"
                      "\n1 of 5 runs missing\n");
}

static void single_runs(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "network.width,flow,status,nll_min\n64,OT,done,10\n64,other,done,12.5\n");
  assert_string_equal(
      table_printed(f, DIFFERENCE("'network.width=64.0,flow=OT'"), "['network.width','flow']"),
      "table2\n\n"
      "Method   dNLL\n"
      "------  -----\n"
      "OT          –\n"
      "other   2.500\n");
}

static void a_shown_seed_is_still_paired(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min\n0,OT,done,10\n1,OT,done,20\n1,other,done,22\n"
               "0,other,done,11\n");
  assert_string_equal(table_printed(f,
                                    "{'columns':[['Seed','seed'],['Method','flow'],"
                                    "{'':['dNLL','nll_min'],'minus':'flow=OT','digits':0}]}",
                                    "['seed','flow']"),
                      "table2\n\n"
                      "Seed  Method  dNLL\n"
                      "----  ------  ----\n"
                      "0     OT         –\n"
                      "1     OT         –\n"
                      "1     other      2\n"
                      "0     other      1\n");
}

static void refuses(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", SEEDS);
#define REFUSED(minus, message)                                                                    \
  table_refused(f, DIFFERENCE("'" minus "'"), COLUMNS,                                             \
                "table table2: \"dNLL\": minus = \"" minus "\": " message)
  REFUSED("flow",
          "must be \"flow=OT\" or { flow = \"OT\" }: the cells of the rows that are subtracted");
  REFUSED("flwo=OT", "unknown column \"flwo\"; did you mean \"flow\"?");
  REFUSED("best=OT", "unknown column \"best\"; available: seed, flow, flow.project, status, "
                     "nll_min, nfe_at_min");
  REFUSED("network.width=64", "nothing varies in \"network.width\": leave that condition out");
  REFUSED("flow=formatoin", "no run has flow=formatoin; flow is one of OT, formation; did you mean "
                            "\"formation\"?");
  REFUSED("flow=interpolant", "no run has flow=interpolant; flow is one of OT, formation");
  REFUSED("flow=OT,flow.project=yes", "no run with the conditions before it has flow.project=yes; "
                                      "flow.project is empty");
  REFUSED("flow=formation", "fits several rows of the table, with flow.project \"no\" and \"yes\"; "
                            "say which, such as \"flow=formation,flow.project=no\"");
  table_refused(
      f, DIFFERENCE("3"), COLUMNS,
      "table table2: \"dNLL\": minus = \"\": must be \"flow=OT\" or { flow = \"OT\" }: the cells "
      "of the rows that are subtracted");
  table_refused(f, "{'columns':[{'':['A','flow'],'minus':'flow=OT'}]}", COLUMNS,
                "table table2: \"A\": minus = \"flow=OT\": subtracts numbers of runs.csv such as "
                "nll_min; \"flow\" is not one");
}

/* --only took the row away: no reason to refuse the table. */
static void a_part_of_the_grid(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "flow,status,nll_min\nformation,done,10\n");
  assert_string_equal(table_shown(f, DIFFERENCE("'flow=OT'"), "['flow']", true),
                      "table2\n\n"
                      "Method     dNLL\n"
                      "---------  ----\n"
                      "formation     –\n"
                      "\nNo run here has flow=OT: nothing to subtract in \"dNLL\".\n");
  failure err = {0};
  assert_int_equal(table_try(f, DIFFERENCE("'flwo=OT'"), "['flow']", true, NULL, &err),
                   STATUS_BAD_CONFIG);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(pairs_by_seed), TEST(only_seeds_that_both_have),
      TEST(single_runs),   TEST(a_shown_seed_is_still_paired),
      TEST(refuses),       TEST(a_part_of_the_grid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
