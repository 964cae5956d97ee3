/* Numbers of different data are not compared: ranks, differences. */
#include "table_fixture.h"

static const char RUNS[] = "seed,dataset,network.width,flow,flow.project,status,nll_min\n"
                           "0,moons,16,OT,,done,1\n"
                           "0,moons,16,\"a, b\",no,done,3\n"
                           "0,moons,32,OT,,done,2\n"
                           "0,moons,32,\"a, b\",no,done,1.5\n"
                           "0,wells,16,OT,,done,20\n"
                           "0,wells,16,\"a, b\",no,done,24\n"
                           "0,wells,32,OT,,done,30\n"
                           "0,wells,32,\"a, b\",no,done,22\n";
static const char COLUMNS[] = "['seed','dataset','network.width','flow','flow.project']";

#define SETTINGS "['Data','dataset'],['Width','network.width'],['Flow','flow']"

/* Each row has its own OT: of its data, its width and its seed. */
static void the_row_equal_in_all_else(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  const char *expected = "table2\n\n"
                         "Data   Width  Flow  dNLL\n"
                         "-----  -----  ----  ----\n"
                         "moons  16     OT       –\n"
                         "moons  16     a, b   2.0\n"
                         "moons  32     OT       –\n"
                         "moons  32     a, b  -0.5\n"
                         "wells  16     OT       –\n"
                         "wells  16     a, b   4.0\n"
                         "wells  32     OT       –\n"
                         "wells  32     a, b  -8.0\n";
  const char *declared = "{'columns':[" SETTINGS ",{'':['dNLL','nll_min'],'digits':1,"
                         "'minus':%s}]}";
  const char *text = arena_format(&f->memory, declared, "'flow=OT'");
  assert_string_equal(table_printed(f, text, COLUMNS), expected);
  text = arena_format(&f->memory, declared, "{'flow':'OT'}");
  assert_string_equal(table_printed(f, text, COLUMNS), expected);
}

/* A label with a comma; a number as a number; rows of other data have nothing to subtract. */
static void named_by_a_map(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  const char *declared = "{'columns':[" SETTINGS ",{'':['d','nll_min'],'digits':0,"
                         "'minus':{'flow':'a, b','network.width':16,'dataset':'moons'}}]}";
  assert_string_equal(table_printed(f, declared, COLUMNS), "table2\n\n"
                                                           "Data   Width  Flow   d\n"
                                                           "-----  -----  ----  --\n"
                                                           "moons  16     OT    -2\n"
                                                           "moons  16     a, b   –\n"
                                                           "moons  32     OT    -1\n"
                                                           "moons  32     a, b  -2\n"
                                                           "wells  16     OT     –\n"
                                                           "wells  16     a, b   –\n"
                                                           "wells  32     OT     –\n"
                                                           "wells  32     a, b   –\n");
}

static void no_row_to_subtract(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "flow,network.width,status,nll_min\nOT,16,done,1\nformation,32,done,3\n");
  table_refused(f, "{'columns':[['Flow','flow'],{'':['d','nll_min'],'minus':{'flow':'OT'}}]}",
                "['network.width','flow']",
                "table table2: \"d\": minus = \"flow=OT\": no row has a row to subtract: one with "
                "these cells that is equal to it in data, seed and all other settings");
  table_refused(f, "{'columns':[['Flow','flow'],{'':['d','nll_min'],'minus':{}}]}",
                "['network.width','flow']",
                "table table2: \"d\": minus = \"\": must be \"flow=OT\" or { flow = \"OT\" }: the "
                "cells of the rows that are subtracted");
}

/* Of eight families four are of each data: the ranks are 1 to 4 twice. 12 pairs of 28 count, and
 * Kendall's tau sees these alone. */
static void ranks_within_equal_data(void **state) {
  folder *f = *state;
  const char *runs = RUNS;
  for (const char *at = strstr(RUNS, "0,moons"); at && *at; at = strchr(at, '\n') + 1)
    runs = arena_format(&f->memory, "%s1%.*s\n", runs, (int)strcspn(at + 1, "\n"), at + 1);
  folder_write(f, "runs.csv", runs);
  folder_write(f, "paper.csv",
               "dataset,flow,network.width,nll\nmoons,OT,16,5\nmoons,OT,32,6\nwells,OT,16,1\n"
               "wells,OT,32,2\n");
  assert_string_equal(
      table_printed(f,
                    "{'columns':[" SETTINGS ",{'':['NLL','nll_min'],'digits':1}],"
                    "'ranks':{'':['nll_min'],'paper':'nll'},'paper':'paper.csv'}",
                    COLUMNS),
      "table2\n\n"
      "Data   Width  Flow         NLL  Rank\n"
      "-----  -----  ----  ----------  ----\n"
      "moons  16     OT     1.0 ± 0.0  1 1\n"
      "moons  16     a, b   3.0 ± 0.0  4 4\n"
      "moons  32     OT     2.0 ± 0.0  3 3\n"
      "moons  32     a, b   1.5 ± 0.0  2 2\n"
      "wells  16     OT    20.0 ± 0.0  1 1\n"
      "wells  16     a, b  24.0 ± 0.0  3 3\n"
      "wells  32     OT    30.0 ± 0.0  4 4\n"
      "wells  32     a, b  22.0 ± 0.0  2 2\n"
      "\nOrder by NLL, of equal data: the same in all 2 seeds.\n"
      "\nKendall's tau with the paper's order: 1.00 by the means; 1.00 1.00 by seed.\n"
      "\nMean ± standard deviation over 2 seeds.\n");
}

/* Another number of training points has the same test points. */
static void training_points_are_no_other_data(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "dataset.train,status,nll_min\n100,done,2\n1000,done,1\n10000,done,3\n");
  const char *text = table_printed(f,
                                   "{'columns':[['Points','dataset.train'],['NLL','nll_min']],"
                                   "'ranks':['nll_min']}",
                                   "['dataset.train']");
  assert_non_null(strstr(text, "100     2.000     2\n1000    1.000     1\n10000   3.000     3\n"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(the_row_equal_in_all_else),
      TEST(named_by_a_map),
      TEST(no_row_to_subtract),
      TEST(ranks_within_equal_data),
      TEST(training_points_are_no_other_data),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
