/* Tables from CSV made by hand: exact text, Markdown and CSV. */
#include "table_fixture.h"

static const char ONE_SEED[] = "flow,flow.project,flow.hyperbolize,status,nll_min,nfe_at_min\n"
                               "OT,,,done,25.73512,32\n"
                               "formation,no,yes,done,24.8554,26\n"
                               "formation,yes,no,missing,,\n"
                               "formation,no,no,diverged,27.1,26\n";
static const char ONE_SEED_COLUMNS[] = "['flow','flow.project','flow.hyperbolize']";

static const char TWO_SEEDS[] = "seed,flow,status,nll_min,nfe_at_min\n"
                                "0,OT,done,25,32\n"
                                "1,OT,done,26,26\n"
                                "2,OT,done,27,32\n"
                                "0,formation,done,24.5,26\n"
                                "1,formation,done,24.7,26\n"
                                "2,formation,failed,,\n"
                                "0,other,done,24.25,26\n"
                                "1,other,missing,,\n"
                                "2,other,missing,,\n"
                                "0,none,missing,,\n"
                                "1,none,missing,,\n"
                                "2,none,missing,,\n";

static const char TABLE2[] =
    "{'title':'Table 2','columns':[['Method','flow'],['Project','flow.project'],"
    "['Hyperbolize','flow.hyperbolize'],{'':['NLL','nll_min'],'digits':2},['NFE','nfe_at_min']],"
    "'sort':'nll_min','notes':['NLL at its minimum.']}";

static void one_seed(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", ONE_SEED);
  const char *printed = table_printed(f, TABLE2, ONE_SEED_COLUMNS);
  assert_string_equal(folder_read(f, "table2.csv"),
                      "Method,Project,Hyperbolize,NLL,NFE,runs,missing,diverged\n"
                      "formation,no,yes,24.8554,26,1,0,0\n"
                      "OT,,,25.73512,32,1,0,0\n"
                      "formation,no,no,27.1,26,1,0,1\n"
                      "formation,yes,no,,,1,1,0\n");
  assert_string_equal(folder_read(f, "table2.md"),
                      "### Table 2\n\n"
                      "| Method    | Project | Hyperbolize |              NLL |           NFE |\n"
                      "| --------- | ------- | ----------- | ---------------: | ------------: |\n"
                      "| formation | ✗       | ✓           |            24.86 |            26 |\n"
                      "| OT        | –       | –           |            25.74 |            32 |\n"
                      "| formation | ✗       | ✗           | 27.10 (diverged) | 26 (diverged) |\n"
                      "| formation | ✓       | ✗           |                – |             – |\n"
                      "\nNLL at its minimum.\n"
                      "\n1 of 4 runs missing, 1 diverged\n");
  assert_string_equal(printed, "Table 2\n\n"
                               "Method     Project  Hyperbolize               NLL            NFE\n"
                               "---------  -------  -----------  ----------------  -------------\n"
                               "formation  ✗        ✓                       24.86             26\n"
                               "OT         –        –                       25.74             32\n"
                               "formation  ✗        ✗            27.10 (diverged)  26 (diverged)\n"
                               "formation  ✓        ✗                           –              –\n"
                               "\nNLL at its minimum.\n"
                               "\n1 of 4 runs missing, 1 diverged\n");
}

static void averages(void **state) {
  folder *f = *state;
  const char *declared = "{'columns':[['Method','flow'],['NLL','nll_min'],"
                         "{'':['NFE','nfe_at_min'],'digits':1}],'sort':'nll_min'}";
  folder_write(f, "runs.csv", TWO_SEEDS);
  const char *printed = table_printed(f, declared, "['seed','flow']");
  assert_string_equal(folder_read(f, "table2.csv"),
                      "Method,NLL,NLL sd,NLL n,NFE,NFE sd,NFE n,runs,missing,diverged\n"
                      "other,24.25,,1,26,,1,3,2,0\n"
                      "formation,24.6,0.141421356237309,2,26,0,2,3,1,0\n"
                      "OT,26,1,3,30,3.4641016151377544,3,3,0,0\n"
                      "none,,,0,,,0,3,3,0\n");
  assert_string_equal(printed,
                      "table2\n\n"
                      "Method                         NLL                  NFE\n"
                      "---------  -----------------------  -------------------\n"
                      "other              24.250 (1 of 3)        26.0 (1 of 3)\n"
                      "formation  24.600 ± 0.141 (2 of 3)  26.0 ± 0.0 (2 of 3)\n"
                      "OT                  26.000 ± 1.000           30.0 ± 3.5\n"
                      "none                             –                    –\n"
                      "\nMean ± standard deviation over 3 seeds, or as many as a cell says.\n"
                      "\nRows with missing seeds are means over other seeds than the rest.\n"
                      "\n6 of 12 runs missing\n");
}

/* Of the same runs a diverged one counts where it has measured something, and says so. */
static void diverged_runs_are_marked(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min,nll_last\n"
               "0,A,done,1,1\n1,A,diverged,3,\n2,A,missing,,\n"
               "0,B,diverged,1,\n1,B,diverged,3,4\n2,B,missing,,\n");
  assert_string_equal(table_printed(f,
                                    "{'columns':[['Method','flow'],{'':['Best','nll_min'],"
                                    "'digits':0},{'':['Last','nll_last'],'digits':0}]}",
                                    "['seed','flow']"),
                      "table2\n\n"
                      "Method                        Best                    Last\n"
                      "------  --------------------------  ----------------------\n"
                      "A       2 ± 1 (2 of 3, 1 diverged)              1 (1 of 3)\n"
                      "B       2 ± 1 (2 of 3, 2 diverged)  4 (1 of 3, 1 diverged)\n"
                      "\nMean ± standard deviation over 3 seeds, or as many as a cell says.\n"
                      "\nRows with missing seeds are means over other seeds than the rest.\n"
                      "\n2 of 6 runs missing, 3 diverged\n");
}

/* All rows lack the same seed: their means compare. */
static void equal_gaps_are_no_mixture(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min\n0,A,done,1\n1,A,missing,\n1,B,missing,\n0,B,done,2\n"
               "0,C,missing,\n1,C,missing,\n");
  const char *declared = "{'columns':[['Method','flow'],['NLL','nll_min']]}";
  assert_string_equal(table_printed(f, declared, "['seed','flow']"), "table2\n\n"
                                                                     "Method             NLL\n"
                                                                     "------  --------------\n"
                                                                     "A       1.000 (1 of 2)\n"
                                                                     "B       2.000 (1 of 2)\n"
                                                                     "C                    –\n"
                                                                     "\n4 of 6 runs missing\n");
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min\n0,A,done,1\n1,A,missing,\n1,B,done,3\n0,B,missing,\n");
  assert_string_equal(table_printed(f, declared, "['seed','flow']"),
                      "table2\n\n"
                      "Method             NLL\n"
                      "------  --------------\n"
                      "A       1.000 (1 of 2)\n"
                      "B       3.000 (1 of 2)\n"
                      "\nRows with missing seeds are means over other seeds than the rest.\n"
                      "\n2 of 4 runs missing\n");
}

static void a_shown_seed_is_not_averaged(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "seed,status,nll_min\n1,done,2\n0,done,4\n");
  table_printed(f, "{'columns':[['Seed','seed'],['NLL','nll_min']]}", "['seed']");
  assert_string_equal(folder_read(f, "table2.csv"), "Seed,NLL,runs,missing,diverged\n"
                                                    "1,2,1,0,0\n"
                                                    "0,4,1,0,0\n");
}

static void joins_the_paper(void **state) {
  folder *f = *state;
  const char *declared = "{'columns':[['Method','flow'],['Hyp','flow.hyperbolize'],"
                         "['NLL','nll_min'],['Paper','paper.nll'],"
                         "{'':['Rounded','paper.nll'],'digits':1}],'paper':'paper.csv'}";
  folder_write(f, "runs.csv", ONE_SEED);
  folder_write(f, "paper.csv",
               "flow,flow.project,flow.hyperbolize,nll\n"
               "formation,no,yes,24.855\n"
               "OT,,,25.735\n"
               "formation,yes,yes,24.9\n");
  table_printed(f, declared, ONE_SEED_COLUMNS);
  assert_string_equal(folder_read(f, "table2.md"),
                      "### table2\n\n"
                      "| Method    | Hyp |               NLL |  Paper | Rounded |\n"
                      "| --------- | --- | ----------------: | -----: | ------: |\n"
                      "| OT        | –   |            25.735 | 25.735 |    25.7 |\n"
                      "| formation | ✓   |            24.855 | 24.855 |    24.9 |\n"
                      "| formation | ✗   |                 – |      – |       – |\n"
                      "| formation | ✗   | 27.100 (diverged) |      – |       – |\n"
                      "\nRows that look alike differ in flow.project, which no column shows.\n"
                      "\n1 of 4 runs missing, 1 diverged\n");
  /* Where fewer settings vary, several of the paper's rows fit: none is shown. */
  folder_write(f, "runs.csv", "flow,status,nll_min\nformation,done,3\nOT,done,4\n");
  table_printed(f, declared, "['flow']");
  assert_string_equal(folder_read(f, "table2.csv"), "Method,NLL,Paper,Rounded,runs,missing,"
                                                    "diverged\n"
                                                    "formation,3,,,1,0,0\n"
                                                    "OT,4,25.735,25.735,1,0,0\n");
}

static void refuses(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", ONE_SEED);
  table_refused(f, "{'columns':[['NLL','nll_mn']]}", ONE_SEED_COLUMNS,
                "table table2: unknown column \"nll_mn\"; did you mean \"nll_min\"?");
  table_refused(f, "{'columns':[['H','flow.hyperbolise']]}", ONE_SEED_COLUMNS,
                "table table2: unknown column \"flow.hyperbolise\"; did you mean "
                "\"flow.hyperbolize\"?");
  table_refused(f, "{'columns':[['NLL','nll_min']],'sort':'best'}", ONE_SEED_COLUMNS,
                "table table2: unknown column \"best\"; available: flow, flow.project, "
                "flow.hyperbolize, status, nll_min, nfe_at_min");
  table_refused(f, "{'columns':[['NLL']]}", ONE_SEED_COLUMNS,
                "table table2: column 1 must be { \"Heading\", \"column\" }");
  table_refused(f, "{'columns':[['A','nll_min'],['A','flow']]}", ONE_SEED_COLUMNS,
                "table table2: two columns have the heading \"A\"");
  table_refused(f, "{'columns':[['NLL','nll_min']],'sortby':'nll_min'}", ONE_SEED_COLUMNS,
                "table table2: unknown key \"sortby\"; did you mean \"sort\"?");
  table_refused(
      f, "{'columns':[['NLL','nll_min']],'sort':1}", ONE_SEED_COLUMNS,
      "table table2: sort must be \"column\", { \"column\", descending = true }, or a list of "
      "these");
  table_refused(f, "{'columns':[{'':['NLL','nll_min'],'digts':1}]}", ONE_SEED_COLUMNS,
                "table table2: \"NLL\": unknown key \"digts\"; did you mean \"digits\"?");
  table_refused(f, "{'columns':[{'':['NLL','nll_min'],'digits':1.5}]}", ONE_SEED_COLUMNS,
                "table table2: \"NLL\": digits must be a whole number, 0 to 17");
  table_refused(f, "{'columns':[['NLL','nll_min']],'ranks':{'':['nll_min'],'papr':'nll'}}",
                ONE_SEED_COLUMNS,
                "table table2: ranks: unknown key \"papr\"; did you mean \"paper\"?");
  table_refused(f, "{}", ONE_SEED_COLUMNS,
                "table table2: needs columns = { { \"Heading\", \"column\" }, ... }");
  /* The tables of an earlier runs.csv are removed. */
  const char *files[] = {"table2.csv", "table2.md", "table2.tex"};
  table_printed(f, TABLE2, ONE_SEED_COLUMNS);
  for (size_t i = 0; i < 3; i++) assert_true(files_exists(folder_path(f, files[i])));
  table_refused(f, "{'columns':[['NLL']]}", ONE_SEED_COLUMNS,
                "table table2: column 1 must be { \"Heading\", \"column\" }");
  for (size_t i = 0; i < 3; i++) assert_false(files_exists(folder_path(f, files[i])));
  const char *names[] = {"../x", "runs"};
  for (size_t i = 0; i < 2; i++) {
    const table_request request = {.folder = f->path,
                                   .name = names[i],
                                   .metrics = METRICS,
                                   .declaration = folder_value(f, TABLE2),
                                   .script_folder = f->path,
                                   .columns = folder_value(f, ONE_SEED_COLUMNS)};
    assert_int_equal(table_write(&request, NULL, NULL), STATUS_BAD_CONFIG);
  }
}

/* Before there is any number and any file, as in a grid whose first run has not begun. */
static void checked_before_the_first_run(void **state) {
  folder *f = *state;
  csv_table runs;
  failure err = {0};
  table_request request = {.name = "table2",
                           .metrics = METRICS,
                           .declaration = folder_value(f, TABLE2),
                           .script_folder = f->path,
                           .columns = folder_value(f, ONE_SEED_COLUMNS)};
  csv_table_begin(&runs,
                  (const char *const[]){"flow", "flow.project", "flow.hyperbolize", "status",
                                        "nll_min", "nfe_at_min"},
                  6);
  csv_table_add(&runs, (const char *const[]){"OT", "", "", "missing", NULL, NULL});
  assert_int_equal(table_check(&request, &runs, &err), STATUS_OK);
  request.declaration = folder_value(f, "{'columns':[['NLL','nll']]}");
  assert_int_equal(table_check(&request, &runs, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message,
                      "table table2: unknown column \"nll\"; available: flow, flow.project, "
                      "flow.hyperbolize, status, nll_min, nfe_at_min");
  request.name = "runs";
  assert_int_equal(table_check(&request, &runs, NULL), STATUS_BAD_CONFIG);
  assert_string_equal(runs.cells[0][0], "OT"); /* the caller's still */
  csv_table_close(&runs);
}

static void a_setting_that_does_not_vary_is_left_out(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "flow,status,nll_min\nOT,done,1\n");
  table_printed(f,
                "{'columns':[['Method','flow'],['Seed','seed'],['Width','network.width'],"
                "['NLL','nll_min']],'sort':'network.width'}",
                "['flow']");
  assert_string_equal(folder_read(f, "table2.csv"), "Method,NLL,runs,missing,diverged\n"
                                                    "OT,1,1,0,0\n");
}

static void audits_and_their_digits(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "flow,status,all.nll_last,all.nfe_last\nOT,done,1.5,32\nA,done,2,26\n");
  assert_string_equal(table_printed(f,
                                    "{'columns':[['Method','flow'],['NLL','all.nll_last'],"
                                    "['NFE','all.nfe_last']],'sort':'all.nfe_last'}",
                                    "['flow']"),
                      "table2\n\n"
                      "Method    NLL  NFE\n"
                      "------  -----  ---\n"
                      "A       2.000   26\n"
                      "OT      1.500   32\n");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(one_seed),
      TEST(averages),
      TEST(diverged_runs_are_marked),
      TEST(equal_gaps_are_no_mixture),
      TEST(a_shown_seed_is_not_averaged),
      TEST(joins_the_paper),
      TEST(refuses),
      TEST(checked_before_the_first_run),
      TEST(a_setting_that_does_not_vary_is_left_out),
      TEST(audits_and_their_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
