/* Figures from CSV made by hand. Without gnuplot the tests that draw are skipped. */
#include "folder.h"

#include "base/rows.h"
#include "report/curves.h"
#include "report/figure.h"
#include "report/plot.h"

#include <math.h>

static const char HISTORY[] = "seed,flow,flow.project,flow.hyperbolize,epoch,nll,nfe\n"
                              "0,OT,,,1,30,32\n"
                              "0,OT,,,2,28,32\n"
                              "0,OT,,,3,26,26\n"
                              "1,OT,,,1,31,32\n"
                              "1,OT,,,2,,602\n"
                              "1,OT,,,3,27,32\n"
                              "0,formation,no,yes,1,2900,26\n"
                              "0,formation,no,yes,2,25,26\n"
                              "0,formation,yes,yes,1,29,26\n"
                              "0,formation,yes,no,1,,26\n"
                              "0,\"x'y `id` \"\"z\"\"\",,,1,20,20\n";
static const char COLUMNS[] = "['seed','flow','flow.project','flow.hyperbolize']";
static const char FIGURE[] = "{'title':'NLL and NFE','panels':[{'':['nll'],'title':'NLL'},"
                             "['nfe']]}";

static void curves_are_means_over_seeds(void **state) {
  folder *f = *state;
  rows history = {0};
  curve *curves;
  folder_write(f, "history.csv", HISTORY);
  assert_int_equal(rows_read(&history, folder_path(f, "history.csv"), NULL), HIFM_OK);
  const int panels[] = {5, 6};
  size_t count = curves_make(&f->memory, &history, folder_value(f, COLUMNS), 4, panels, 2, &curves);
  assert_int_equal(count, 5);
  assert_string_equal(curves[0].label, "OT");
  assert_string_equal(curves[1].label, "formation, hyperbolize");
  assert_string_equal(curves[2].label, "formation, project, hyperbolize");
  assert_string_equal(curves[3].label, "formation, project");
  assert_int_equal(curves[0].runs, 2);
  assert_int_equal(curves[0].count, 3);
  assert_true(curves[0].y[0][0] == 30.5 && curves[0].y[0][2] == 26.5);
  assert_true(isnan(curves[0].y[0][1])); /* one of the two seeds has no number there */
  assert_true(curves[0].y[1][1] == 317);
  assert_int_equal(curves[1].family, 1);
  assert_int_equal(curves[2].family, 1);
  assert_int_equal(curves[2].member, 1);
  assert_int_equal(curves[3].family, 2);
  rows_close(&history);
}

static bool draw(folder *f) {
  hifm_error err = {0};
  bool made = false;
  if (figure_write(f->path, "figure4", folder_value(f, FIGURE), folder_value(f, COLUMNS), &made,
                   &err))
    fail_msg("%s", err.message);
  if (!made && strstr(err.message, "not installed")) {
    print_message("skipped: %s\n", err.message);
    skip();
  }
  return made;
}

static void the_same_bytes_twice(void **state) {
  folder *f = *state;
  folder_write(f, "history.csv", HISTORY);
  assert_true(draw(f));
  const char *first = folder_read(f, "figure4.svg");
  assert_true(draw(f));
  assert_string_equal(folder_read(f, "figure4.svg"), first);
  assert_non_null(strstr(first, "formation, project, hyperbolize"));
  assert_non_null(strstr(first, "NLL and NFE (means of 2 seeds)"));
  assert_non_null(strstr(first, "x'y `id` \"z\" (1 of 2)"));
  assert_string_equal(first + strlen(first) - 8, "</svg>\n\n");
}

/* Eight hues; the ninth flow has the first one's, in another shade and dashed. */
static void more_flows_than_hues(void **state) {
  folder *f = *state;
  const char *history = "flow,epoch,nll,nfe\n";
  for (int flow = 1; flow <= 9; flow++) {
    history = arena_format(&f->memory, "%s%d,1,%d,26\n%d,2,%d,26\n", history, flow, 10 + flow, flow,
                           flow);
    if (flow < 8) continue;
    folder_write(f, "history.csv", history);
    assert_true(draw(f));
    const char *grey = strstr(folder_read(f, "figure4.svg"), "rgb( 85,  85,  85)' stroke-dash");
    assert_int_equal(flow == 9, grey != NULL);
  }
}

static void nothing_measured(void **state) {
  folder *f = *state;
  folder_write(f, "history.csv", "epoch,nll,nfe\n");
  assert_false(draw(f));
  folder_write(f, "history.csv", "epoch,nll,nfe\n1,,\n");
  assert_false(draw(f));
  assert_false(files_exists(folder_path(f, "figure4.svg")));
}

static void must_refuse(folder *f, const char *declaration, const char *message) {
  hifm_error err = {0};
  bool made;
  assert_int_equal(figure_write(f->path, "figure4", folder_value(f, declaration),
                                folder_value(f, COLUMNS), &made, &err),
                   HIFM_BAD_CONFIG);
  assert_string_equal(err.message, message);
}

static void refuses(void **state) {
  folder *f = *state;
  folder_write(f, "history.csv", HISTORY);
  must_refuse(f, "{'panels':[['nlll']]}",
              "figure figure4: history.csv has no column \"nlll\"; did you mean \"nll\"?");
  must_refuse(f, "{'panels':[['nll']],'x':'epochs'}",
              "figure figure4: history.csv has no column \"epochs\"; did you mean \"epoch\"?");
  must_refuse(f, "{'panels':[]}",
              "figure figure4: needs one to four panels = { { \"nll\", title "
              "= \"NLL\" }, ... }");
  must_refuse(f, "{'panels':['nll',{}]}", "figure figure4: panel 2 names no column");
}

static void checked_before_the_first_run(void **state) {
  folder *f = *state;
  rows history;
  hifm_error err = {0};
  const value *wrong = folder_value(f, "{'panels':[['nll'],['speed']]}");
  rows_begin(&history, (const char *const[]){"flow", "epoch", "nll", "nfe"}, 4);
  assert_int_equal(figure_check("figure4", folder_value(f, FIGURE), &history, &err), HIFM_OK);
  assert_int_equal(figure_check("figure4", wrong, &history, &err), HIFM_BAD_CONFIG);
  assert_string_equal(err.message, "figure figure4: history.csv has no column \"speed\"; there are "
                                   "flow, epoch, nll, nfe");
  assert_int_equal(figure_check("../x", folder_value(f, FIGURE), &history, NULL), HIFM_BAD_CONFIG);
  rows_close(&history);
}

/* Who prints the reason names the figure. */
static void the_reason_for_none(void **state) {
  folder *f = *state;
  hifm_error err = {0};
  bool made = true;
  folder_write(f, "history.csv", "epoch,nll,nfe\n");
  assert_int_equal(figure_write(f->path, "figure4", folder_value(f, FIGURE),
                                folder_value(f, COLUMNS), &made, &err),
                   HIFM_OK);
  assert_false(made);
  assert_string_equal(err.message, "nothing is measured yet");
}

static void missing_gnuplot_is_no_error(void **state) {
  (void)state;
  char *path = strdup(getenv("PATH")), *output = NULL;
  size_t length;
  hifm_error err = {0};
  setenv("PATH", "/nowhere", 1);
  hifm_status status = plot_run("", 0, &output, &length, &err);
  setenv("PATH", path, 1);
  free(path);
  assert_int_equal(status, HIFM_OK);
  assert_null(output);
  assert_non_null(strstr(err.message, "gnuplot is not installed"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(curves_are_means_over_seeds),
      TEST(the_same_bytes_twice),
      TEST(more_flows_than_hues),
      TEST(nothing_measured),
      TEST(refuses),
      TEST(checked_before_the_first_run),
      TEST(the_reason_for_none),
      TEST(missing_gnuplot_is_no_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
