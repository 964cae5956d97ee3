/* Differences point by point: from the NLL of each point in the folders of runs to paired.csv, and
 * from there to a table. */
#include "table_fixture.h"

#include "job/point_values.h"
#include "report/paired.h"

#include <math.h>

enum { POINTS = 4, RUNS = 4 };

/* By hand. Seed 0 differs by 1, 2, 3, 4, seed 1 by 3, 2, 1, 6, so their mean by 2, 2, 2, 5: that is
 * 2.75, and its standard error 1.5 / sqrt(4). The values themselves have errors of about 65. Over
 * the seeds, 2.5 and 3 have the standard deviation 0.354. */
static const double NLL[RUNS][POINTS] = {
    {0, 100, 200, 300}, {5, 105, 195, 310}, {1, 102, 203, 304}, {8, 107, 196, 316}};
static const char RUNS_CSV[] = "seed,flow,status,dimensions,tight.nll_best,measure_id\n"
                               "0,OT,done,2,150,aaaaaaaaaaa0\n"
                               "1,OT,done,2,153.75,aaaaaaaaaaa1\n"
                               "0,new,done,2,152.5,aaaaaaaaaaa2\n"
                               "1,new,done,2,156.75,aaaaaaaaaaa3\n";
static const char *const AUDIT_IDS[RUNS][2] = {
    {"bbbbbbbbbbb0"}, {"bbbbbbbbbbb1"}, {"bbbbbbbbbbb2"}, {"bbbbbbbbbbb3"}};

/* The best weights; the last ones have no value. place: of the points. */
static void make_audit(folder *f, size_t run, double place) {
  const double points[POINTS] = {place};
  point_values values = point_values_new(&f->memory, points, POINTS, 1);
  const char *id = AUDIT_IDS[run][0];
  result measured = {.kind = JOB_MEASURE,
                     .id = id,
                     .status = RUN_DONE,
                     .history = folder_value(f, "[{'step':1,'nll':2}]")};
  memcpy(values.best, NLL[run], sizeof NLL[run]);
  assert_int_equal(point_values_write(&f->memory, f->path, id, &values, &measured, NULL),
                   STATUS_OK);
  assert_int_equal(result_write(job_measure_path(&f->memory, f->path, id), &measured, NULL),
                   STATUS_OK);
}

/* Writes paired.csv; returns how many audits have no values. */
static size_t write_paired(folder *f, const char *columns) {
  static const char *const names[] = {"tight"};
  run_row rows[RUNS];
  paired_gaps gaps = {0, 0};
  failure err = {0};
  for (size_t i = 0; i < RUNS; i++)
    rows[i] = (run_row){.folder = f->path,
                        .measure_id = arena_format(&f->memory, "aaaaaaaaaaa%zu0000", i),
                        .audit_ids = AUDIT_IDS[i],
                        .status = RUN_DONE};
  const record_request request = {
      .audits = names, .audit_count = 1, .rows = rows, .row_count = RUNS};
  if (paired_write(f->path, &request, folder_value(f, columns), &gaps, &err))
    fail_msg("%s", err.message);
  assert_int_equal(gaps.own, 0);
  return gaps.lost;
}

static void make_all(folder *f) {
  for (size_t i = 0; i < RUNS; i++) make_audit(f, i, 1);
  folder_write(f, "runs.csv", RUNS_CSV);
}

static void the_error_is_of_the_differences(void **state) {
  (void)state;
  const paired_difference d = paired_difference_of(NLL[2], NLL[0], POINTS);
  assert_true(fabs(d.mean - 2.5) < 1e-14);
  assert_true(fabs(d.se - sqrt(5.0 / 3) / 2) < 1e-14);
  assert_true(isnan(paired_difference_of(NLL[2], NLL[0], 1).se));
}

static void each_pair_has_a_line(void **state) {
  folder *f = *state;
  make_all(f);
  assert_int_equal(write_paired(f, "['tight.nll_best','tight.nll_last']"), 0);
  assert_string_equal(folder_read(f, PAIRED_FILE),
                      "column,measure_id_a,measure_id_b,points,mean,se\n"
                      "tight.nll_best,aaaaaaaaaaa0,aaaaaaaaaaa1,4,-3.75,3.1457643480294792\n"
                      "tight.nll_best,aaaaaaaaaaa0,aaaaaaaaaaa2,4,-2.5,0.6454972243679028\n"
                      "tight.nll_best,aaaaaaaaaaa0,aaaaaaaaaaa3,4,-6.75,4.110454151712841\n"
                      "tight.nll_best,aaaaaaaaaaa1,aaaaaaaaaaa2,4,1.25,3.1457643480294792\n"
                      "tight.nll_best,aaaaaaaaaaa1,aaaaaaaaaaa3,4,-3,1.0801234497346435\n"
                      "tight.nll_best,aaaaaaaaaaa2,aaaaaaaaaaa3,4,-4.25,4.02854398842394\n");
  write_paired(f, "[]");
  assert_false(files_exists(folder_path(f, PAIRED_FILE)));
}

static const char COLUMNS[] = "['seed','flow']";
static const char DECLARED[] =
    "{'columns':[['Method','flow'],{'':['seeds','tight.nll_best'],'minus':'flow=OT'},"
    "{'':['points','tight.nll_best'],'minus':'flow=OT','error':'points'}]}";

static void a_table_has_both_errors(void **state) {
  folder *f = *state;
  make_all(f);
  write_paired(f, "['tight.nll_best']");
  assert_string_equal(table_printed(f, DECLARED, COLUMNS),
                      "table2\n\n"
                      "Method          seeds         points\n"
                      "------  -------------  -------------\n"
                      "OT                  –              –\n"
                      "new     2.750 ± 0.354  2.750 ± 0.750\n"
                      "\nMean ± standard deviation over 2 seeds.\n"
                      "\n± in \"points\": standard error over 4 test points, of the differences "
                      "point by point, averaged over seeds.\n");
  assert_string_equal(
      folder_read(f, "table2.csv"),
      "Method,seeds,seeds sd,seeds n,points,points sd,points n,points se,points points,runs,"
      "missing,diverged\n"
      "OT,,,0,,,0,,,2,0,0\n"
      "new,2.75,0.3535533905932738,2,2.75,0.3535533905932738,2,0.7499999999999996,4,2,0,0\n");
}

static void single_seeds_and_units(void **state) {
  folder *f = *state;
  make_all(f);
  write_paired(f, "['tight.nll_best']");
  assert_string_equal(
      table_printed(f,
                    "{'columns':[['Seed','seed'],['Method','flow'],{'':['d','tight.nll_best'],"
                    "'minus':'flow=OT','error':'points','unit':'nats/dim','digits':2}]}",
                    COLUMNS),
      "table2\n\n"
      "Seed  Method            d\n"
      "----  ------  -----------\n"
      "0     OT                –\n"
      "1     OT                –\n"
      "0     new     1.25 ± 0.32\n"
      "1     new     1.50 ± 0.54\n"
      "\n± in \"d\": standard error over 4 test points, of the differences point by point.\n");
}

/* Of an earlier hifm, damaged, or of other points: a dash, and a line says why. */
static void without_values_there_is_a_dash(void **state) {
  static const char WANT[] =
      "table2\n\n"
      "Method          seeds     points\n"
      "------  -------------  ---------\n"
      "OT                  –          –\n"
      "new     2.750 ± 0.354  2.750 ± –\n"
      "\nMean ± standard deviation over 2 seeds.\n"
      "\n± in \"points\": standard error over the test points, of the differences point by point, "
      "averaged over seeds; – where runs have no NLL of each point, or of other points.\n";
  folder *f = *state;
  make_all(f);
  assert_string_equal(table_printed(f, DECLARED, COLUMNS), WANT); /* no paired.csv */
  make_audit(f, 3, 2);
  assert_int_equal(write_paired(f, "['tight.nll_best']"), 0);
  assert_string_equal(table_printed(f, DECLARED, COLUMNS), WANT);
  make_audit(f, 3, 1);
  folder_write(f, "measure-bbbbbbbbbbb3.npy", "broken");
  assert_int_equal(write_paired(f, "['tight.nll_best']"), 1);
  assert_string_equal(table_printed(f, DECLARED, COLUMNS), WANT);
}

static void refuses(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "seed,flow,status,nll_min,tight.nll_best\n0,OT,done,1,1\n");
#define REFUSED(column, keys, message)                                                             \
  table_refused(f, "{'columns':[{'':['d','" column "']," keys "}]}", COLUMNS,                      \
                "table table2: \"d\": " message)
  REFUSED("tight.nll_best", "'minus':'flow=OT','error':'seeds'", "error must be \"points\"");
  REFUSED("tight.nll_best", "'error':'points'",
          "error = \"points\" is of a difference: give minus, too. The standard error of one "
          "number is a column, such as nll_last_se");
  REFUSED("nll_min", "'minus':'flow=OT','error':'points'",
          "error = \"points\": the NLL of each point is kept of audits: columns such as "
          "tight.nll_best or tight.nll_last, not \"nll_min\"");
  failure err = {0};
  folder_write(f, PAIRED_FILE, "a,b\n1,2\n");
  assert_int_equal(table_try(f,
                             "{'columns':[{'':['d','tight.nll_best'],'minus':'flow=OT',"
                             "'error':'points'}]}",
                             COLUMNS, true, NULL, &err),
                   STATUS_BAD_INPUT);
  assert_non_null(strstr(err.message, "paired.csv: its columns are not column, measure_id_a"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(the_error_is_of_the_differences), TEST(each_pair_has_a_line),
      TEST(a_table_has_both_errors),         TEST(single_seeds_and_units),
      TEST(without_values_there_is_a_dash),  TEST(refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
