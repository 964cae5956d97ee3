/* The order of rows: from seed to seed, and against the paper's. */
#include "table_fixture.h"

#include "report/table_numbers.h"

#include <math.h>

static const char UNSTEADY[] = "seed,flow,status,nll_min\n"
                               "10,A,done,1\n"
                               "10,B,done,1\n"
                               "10,C,missing,\n"
                               "0,A,done,1\n"
                               "0,B,done,2\n"
                               "0,C,done,3\n"
                               "2,A,done,2\n"
                               "2,B,done,1\n"
                               "2,C,done,3\n";
static const char PAPER[] = "flow,nll\nA,5\nB,6\nC,7\n";

static void kendall(void **state) {
  (void)state;
  const double up[] = {1, 2, 3, 4}, down[] = {8, 7, 6, 5}, swapped[] = {1, 3, 2, 4};
  assert_float_equal(table_kendall(up, up, NULL, 4), 1, 0);
  assert_float_equal(table_kendall(up, down, NULL, 4), -1, 0);
  /* Five pairs of six agree: (5 - 1) / 6. */
  assert_float_equal(table_kendall(up, swapped, NULL, 4), 4.0 / 6, 1e-15);
  /* 10 pairs: 2 agree, 6 do not, 2 are tied in x, one of them also in y: (2 - 6) / sqrt(8 * 9). */
  const double x[] = {12, 2, 1, 12, 2}, y[] = {1, 4, 7, 1, 0};
  assert_float_equal(table_kendall(x, y, NULL, 5), -0.47140452079103168, 1e-15);
  /* A pair with a gap does not count. */
  const double gap[] = {1, NAN, 3, 2};
  assert_float_equal(table_kendall(gap, up, NULL, 4), 1.0 / 3, 1e-15);
  const double flat[] = {1, 1, 1, 1};
  assert_true(isnan(table_kendall(up, flat, NULL, 4)));
  assert_true(isnan(table_kendall(flat, up, NULL, 4)));
  assert_true(isnan(table_kendall(up, down, NULL, 1)));
}

static void averages(void **state) {
  (void)state;
  const double x[] = {1, NAN, 2, 3};
  table_average a = table_average_of(x, 4);
  assert_float_equal(a.mean, 2, 0);
  assert_float_equal(a.sd, 1, 0);
  assert_int_equal(a.n, 3);
  a = table_average_of(x, 2);
  assert_float_equal(a.mean, 1, 0);
  assert_true(isnan(a.sd));
  assert_int_equal(a.n, 1);
  a = table_average_of(x, 0);
  assert_true(isnan(a.mean));
  assert_int_equal(a.n, 0);
}

/* By hand, seeds ascending: in seed 0 A < B < C, as in the paper: 1. In seed 2 B < A < C: one pair
 * of three is the other way round: 1/3. In seed 10 A and B are tied, and alone: nothing to say. The
 * means are 4/3, 4/3, 3: two pairs agree, one is tied in ours: 2 / sqrt(2 * 3) = 0.816. A and B
 * meet in three seeds, C and either in two: by coins (1/4 + 1/2 + 1/2) / 3 of the pairs would keep
 * order. */
static void seeds_disagree(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", UNSTEADY);
  folder_write(f, "paper.csv", PAPER);
  const char *declared = "{'columns':[['Method','flow'],['NLL','nll_min']],'paper':'paper.csv',"
                         "'ranks':{'':['nll_min'],'paper':'nll'},'notes':['First.']}";
  assert_string_equal(table_printed(f, declared, "['seed','flow']"),
                      "table2\n\n"
                      "Method                     NLL  Rank\n"
                      "------  ----------------------  -----\n"
                      "A                1.333 ± 0.577  1 2 1\n"
                      "B                1.333 ± 0.577  2 1 1\n"
                      "C       3.000 ± 0.000 (2 of 3)  3 3 –\n"
                      "\nFirst.\n"
                      "\nOrder by NLL: not the same in all seeds; 2 of 3 pairs of rows keep their "
                      "order in every seed that both have; by chance alone 41.7 % would.\n"
                      "\nKendall's tau with the paper's order: 0.82 by the means; 1.00 0.33 – by "
                      "seed.\n"
                      "\nMean ± standard deviation over 3 seeds, or as many as a cell says.\n"
                      "\nRows with missing seeds are means over other seeds than the rest.\n"
                      "\n1 of 9 runs missing\n");
  assert_string_equal(folder_read(f, "table2.csv"),
                      "Method,NLL,NLL sd,NLL n,rank,runs,missing,diverged\n"
                      "A,1.3333333333333333,0.5773502691896257,3,1 2 1,3,0,0\n"
                      "B,1.3333333333333333,0.5773502691896257,3,2 1 1,3,0,0\n"
                      "C,3,0,2,3 3 –,3,1,0\n");
}

static void seeds_agree(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min\n0,A,done,2\n0,B,done,1\n1,A,done,5\n1,B,done,3\n");
  const char *declared = "{'columns':[['Method','flow']],'ranks':['nll_min']}";
  assert_string_equal(table_printed(f, declared, "['seed','flow']"),
                      "table2\n\n"
                      "Method  Rank\n"
                      "------  ----\n"
                      "A       2 2\n"
                      "B       1 1\n"
                      "\nOrder by nll_min: the same in all 2 seeds.\n");
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min\n0,A,done,2\n0,B,done,1\n1,A,done,5\n1,B,done,3\n"
               "2,A,done,5\n2,B,missing,\n");
  const char *text = table_printed(f, declared, "['seed','flow']");
  assert_non_null(
      strstr(text, "\nOrder by nll_min: the same in all 3 seeds, as far as there are numbers.\n"));
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min\n0,A,done,2\n0,B,done,1\n1,A,done,3\n1,B,done,5\n");
  text = table_printed(f, declared, "['seed','flow']");
  assert_non_null(strstr(text, "\nOrder by nll_min: not the same in all seeds; 0 of 1 pairs of "
                               "rows keep their order in every seed; by chance alone 50 % "
                               "would.\n"));
}

static void one_seed(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "flow,status,nll_min\nA,done,2\nB,done,2\nC,done,3\nD,missing,\n");
  folder_write(f, "paper.csv", PAPER);
  assert_string_equal(table_printed(f,
                                    "{'columns':[['Method','flow']],'paper':'paper.csv',"
                                    "'ranks':{'':['nll_min'],'paper':'nll'}}",
                                    "['flow']"),
                      "table2\n\n"
                      "Method  Rank\n"
                      "------  ----\n"
                      "A          1\n"
                      "B          1\n"
                      "C          3\n"
                      "D          –\n"
                      "\nKendall's tau with the paper's order: 0.82.\n"
                      "\n1 of 4 runs missing\n");
}

static void a_shown_seed_has_its_own_rank(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv",
               "seed,flow,status,nll_min\n0,A,done,2\n0,B,done,1\n1,A,done,3\n1,B,done,5\n");
  assert_string_equal(table_printed(f,
                                    "{'columns':[['Seed','seed'],['Method','flow']],"
                                    "'ranks':'nll_min'}",
                                    "['seed','flow']"),
                      "table2\n\n"
                      "Seed  Method  Rank\n"
                      "----  ------  ----\n"
                      "0     A          2\n"
                      "0     B          1\n"
                      "1     A          1\n"
                      "1     B          2\n"
                      "\nOrder by nll_min: not the same in all seeds; 0 of 1 pairs of rows keep "
                      "their order in every seed; by chance alone 50 % would.\n");
}

static void refuses(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", UNSTEADY);
  folder_write(f, "paper.csv", PAPER);
#define REFUSED(rest, message)                                                                     \
  table_refused(f, "{'columns':[['Method','flow']]," rest "}", "['seed','flow']",                  \
                "table table2: ranks" message)
  REFUSED("'ranks':{'paper':'nll'}", " must be such as { \"nll_min\", paper = \"nll\" }");
  REFUSED("'ranks':['nll_mni']", ": runs.csv has no number \"nll_mni\"; did you mean \"nll_min\"?");
  REFUSED("'ranks':['flow']", ": runs.csv has no number \"flow\"; available: nll_min");
  REFUSED("'ranks':{'':['nll_min'],'paper':'nll'}",
          ": paper = \"nll\" is a column of the paper's CSV; name its file by the table's own "
          "paper = \"....csv\"");
  REFUSED("'paper':'paper.csv','ranks':{'':['nll_min'],'paper':'nl'}",
          ": the paper's CSV has no column \"nl\"; did you mean \"nll\"?");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kendall),
      cmocka_unit_test(averages),
      TEST(seeds_disagree),
      TEST(seeds_agree),
      TEST(one_seed),
      TEST(a_shown_seed_has_its_own_rank),
      TEST(refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
