/* What a row and a column of a table are: only, spread, mean_over, sort, best. */
#include "table_fixture.h"

/* Two data sets, two flows, two seeds; dataset.b is a setting of the second data set. */
static const char RUNS[] = "seed,dataset,dataset.b,flow,status,nll_min,train_id\n"
                           "0,moons,,OT,done,1,a1\n"
                           "0,moons,,formation,done,3,a2\n"
                           "0,wells,2,OT,done,20,a3\n"
                           "0,wells,2,formation,done,10,a4\n"
                           "1,moons,,OT,done,2,a5\n"
                           "1,moons,,formation,done,5,a6\n"
                           "1,wells,2,OT,done,22,a7\n"
                           "1,wells,2,formation,missing,,a8\n";
static const char COLUMNS[] = "['seed','dataset','dataset.b','flow']";

/* dataset.b is decided by the data set: it makes no rows. Bold is by data set. */
static void flows_by_data_sets(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  folder_write(f, "paper.csv", "flow,dataset,nll\nOT,moons,7\nOT,wells,8\n");
  const char *declared = "{'columns':[['Method','flow'],{'':['NLL','nll_min'],'digits':1,"
                         "'best':'least'},['Paper','paper.nll']],'spread':'dataset',"
                         "'paper':'paper.csv'}";
  table_printed(f, declared, COLUMNS);
  assert_string_equal(
      folder_read(f, "table2.md"),
      "### table2\n\n"
      "| Method    |    NLL, moons |        NLL, wells | Paper, moons | Paper, wells |\n"
      "| --------- | ------------: | ----------------: | -----------: | -----------: |\n"
      "| OT        | **1.5 ± 0.7** |        21.0 ± 1.4 |            7 |            8 |\n"
      "| formation |     4.0 ± 1.4 | **10.0 (1 of 2)** |            – |            – |\n"
      "\nMean ± standard deviation over 2 seeds, or as many as a cell says.\n"
      "\nRows with missing seeds are means over other seeds than the rest.\n"
      "\n1 of 8 runs missing\n");
  assert_non_null(strstr(folder_read(f, "table2.tex"), " & \\textbf{1.5 $\\pm$ 0.7} & "));
  assert_non_null(strstr(folder_read(f, "table2.csv"), ",4,1,0,a2 a4 a6 a8\n"));
}

static void only_some_rows(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
#define ONLY(conditions)                                                                           \
  "{'columns':[['Data','dataset'],['Flow','flow'],['Seed','seed'],"                                \
  "{'':['d','nll_min'],'digits':0,'minus':'flow=OT'}],'only':" conditions "}"
  /* What is subtracted need not be in the table. */
  const char *expected = "Data,Flow,Seed,d,runs,missing,diverged,train_ids\n"
                         "moons,formation,0,2,1,0,0,a2\n"
                         "wells,formation,0,-10,1,0,0,a4\n";
  table_printed(f, ONLY("'flow=formation,seed=0'"), COLUMNS);
  assert_string_equal(folder_read(f, "table2.csv"), expected);
  table_printed(f, ONLY("{'flow':'formation','seed':0}"), COLUMNS);
  assert_string_equal(folder_read(f, "table2.csv"), expected);
  table_printed(f, ONLY("['dataset=moons,flow=OT,seed=1','flow=formation,dataset=moons']"),
                COLUMNS);
  assert_string_equal(folder_read(f, "table2.csv"),
                      "Data,Flow,Seed,d,runs,missing,diverged,train_ids\n"
                      "moons,formation,0,2,1,0,0,a2\n"
                      "moons,OT,1,,1,0,0,a5\n"
                      "moons,formation,1,3,1,0,0,a6\n");
  table_refused(
      f, ONLY("'flow=formatoin'"), COLUMNS,
      "table table2: only = \"flow=formatoin\": no run has flow=formatoin; flow is one of "
      "OT, formation; did you mean \"formation\"?");
  table_refused(f, ONLY("7"), COLUMNS,
                "table table2: only must be conditions such as \"flow=OT,seed=0\" or "
                "{ flow = \"OT\" }, or a list of these, of which one must fit");
  assert_non_null(
      strstr(table_shown(f, ONLY("'flow=gone'"), COLUMNS, true), "No run here has flow=gone.\n"));
}

/* Of the two widths there is one row: 1, 3, 5 and 7 have the mean 4. */
static void means_over_a_setting(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,network.width,flow,status,nll_min\n0,16,OT,done,1\n1,16,OT,done,3\n"
               "0,32,OT,done,5\n1,32,OT,done,7\n");
  assert_string_equal(table_printed(f,
                                    "{'columns':[['Flow','flow'],['NLL','nll_min']],"
                                    "'mean_over':'network.width'}",
                                    "['seed','network.width','flow']"),
                      "table2\n\n"
                      "Flow            NLL\n"
                      "----  -------------\n"
                      "OT    4.000 ± 2.582\n"
                      "\nMean ± standard deviation over 4 runs that differ in seed, "
                      "network.width.\n");
  table_refused(f, "{'columns':[['NLL','nll_min']],'mean_over':'network.widht'}",
                "['seed','network.width']",
                "table table2: mean_over: \"network.widht\" is not a setting that varies; did you "
                "mean \"network.width\"?");
  table_refused(f,
                "{'columns':[['NLL','nll_min']],'mean_over':'network.width','ranks':['nll_min']}",
                "['seed','network.width']",
                "table table2: ranks: a row is of several settings by spread or mean_over; best = "
                "\"least\" in a column marks its best number");
}

static const char *flows_sorted(folder *f, const char *sort) {
  const char *declared = "{'columns':[['Flow','flow'],['P','flow.p'],{'':['NLL','nll_min'],"
                         "'digits':0}],'sort':%s}";
  table_printed(f, arena_format(&f->memory, declared, sort), "['flow','flow.p']");
  return folder_read(f, "table2.csv");
}

static void by_several_columns(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "flow,flow.p,status,nll_min\nB,1,done,2\nA,2,done,10\nB,2,missing,\nA,1,done,9\n");
  const char *head = "Flow,P,NLL,runs,missing,diverged\n";
  assert_string_equal(
      flows_sorted(f, "['flow','nll_min']"),
      arena_format(&f->memory, "%sA,1,9,1,0,0\nA,2,10,1,0,0\nB,1,2,1,0,0\nB,2,,1,1,0\n", head));
  const char *least_last = "%sA,2,10,1,0,0\nA,1,9,1,0,0\nB,1,2,1,0,0\nB,2,,1,1,0\n";
  assert_string_equal(flows_sorted(f, "{'':['nll_min'],'descending':true}"),
                      arena_format(&f->memory, least_last, head));
  assert_string_equal(flows_sorted(f, "['flow',{'':['nll_min'],'descending':true}]"),
                      arena_format(&f->memory, least_last, head));
}

/* Marked as they look: 1.04 and 1.01 are both 1.0. One row alone is not the best of anything. */
static void the_best_of_a_column(void **state) {
  folder *f = *state;
  const char *declared = "{'columns':[['Flow','flow'],{'':['NLL','nll_min'],'digits':1,"
                         "'best':'%s'}]}";
  folder_write(
      f, "runs.csv",
      "flow,dataset,status,nll_min\nA,x,done,1.04\nB,x,done,1.01\nC,x,done,2\nD,y,done,9\n");
  table_printed(f, arena_format(&f->memory, declared, "least"), "['flow','dataset']");
  assert_non_null(strstr(folder_read(f, "table2.md"), "| A    | **1.0** |\n| B    | **1.0** |\n"
                                                      "| C    |     2.0 |\n| D    |     9.0 |\n"));
  table_printed(f, arena_format(&f->memory, declared, "largest"), "['flow','dataset']");
  assert_non_null(strstr(folder_read(f, "table2.md"), "| C    | **2.0** |\n| D    |     9.0 |\n"));
  table_refused(f, arena_format(&f->memory, declared, "most"), "['flow','dataset']",
                "table table2: column \"NLL\": best must be \"least\" or \"largest\"");
}

static void rows_that_look_alike(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "network.width,flow,train.batch,status,nll_min\n16,A,5,done,1\n32,A,5,done,2\n"
               "32,B,6,done,3\n");
  assert_non_null(strstr(table_printed(f, "{'columns':[['Flow','flow'],['NLL','nll_min']]}",
                                       "['network.width','flow','train.batch']"),
                         "Rows that look alike differ in network.width, which no column shows.\n"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(flows_by_data_sets), TEST(only_some_rows),       TEST(means_over_a_setting),
      TEST(by_several_columns), TEST(the_best_of_a_column), TEST(rows_that_look_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
