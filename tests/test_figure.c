/* Figures from CSV made by hand. Without gnuplot the tests that draw are skipped. */
#include "folder.h"

#include "base/csv_table.h"
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
  csv_table history = {0};
  curve *curves;
  folder_write(f, "history.csv", HISTORY);
  assert_int_equal(csv_table_read(&history, folder_path(f, "history.csv"), NULL), STATUS_OK);
  const curves_request request = {.table = &history,
                                  .columns = folder_value(f, COLUMNS),
                                  .x = 4,
                                  .panels = {5, 6},
                                  .panel_count = 2};
  size_t count = curves_make(&f->memory, &request, &curves);
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
  assert_int_equal(curves[3].family, 1);
  assert_int_equal(curves[3].member, 2);
  csv_table_close(&history);
}

/* A family of at most four curves: larger ones are divided by the first switch, where that does not
 * suffice by the second as well. */
static void large_families_are_divided(void **state) {
  folder *f = *state;
  static const char *const switches[] = {"no", "yes"};
  const char *text = "flow,flow.a,flow.b,flow.c,epoch,nll\nOT,,,,1,1\n";
  for (size_t i = 0; i < 8; i++)
    text = arena_format(&f->memory, "%sF,%s,%s,%s,1,1\n", text, switches[i & 1],
                        switches[i >> 1 & 1], switches[i >> 2]);
  for (size_t i = 0; i < 4; i++)
    text = arena_format(&f->memory, "%sG,%s,%s,,1,1\n", text, switches[i & 1], switches[i >> 1]);
  csv_table history = {0};
  curve *curves;
  folder_write(f, "history.csv", text);
  assert_int_equal(csv_table_read(&history, folder_path(f, "history.csv"), NULL), STATUS_OK);
  curves_request request = {.table = &history,
                            .columns = folder_value(f, "['flow','flow.a','flow.b','flow.c']"),
                            .x = 4,
                            .panels = {5},
                            .panel_count = 1};
  assert_int_equal(curves_make(&f->memory, &request, &curves), 13);
  assert_int_equal(curves[0].family, 0);
  for (size_t i = 0; i < 8; i++) {
    assert_int_equal(curves[1 + i].family, 1 + (i & 1)); /* by flow.a */
    assert_int_equal(curves[1 + i].member, i >> 1);
  }
  for (size_t i = 0; i < 4; i++) assert_int_equal(curves[9 + i].family, 3);
  /* The first switch is that of the columns' order. */
  request.columns = folder_value(f, "['flow','flow.c','flow.b','flow.a']");
  assert_int_equal(curves_make(&f->memory, &request, &curves), 13);
  for (size_t i = 0; i < 8; i++) assert_int_equal(curves[1 + i].family, 1 + (i >> 2));
  csv_table_close(&history);
}

static void assert_near(double x, double y) {
  if (!(fabs(x - y) <= 1e-12)) fail_msg("%.17g is not %.17g", x, y);
}

/* By hand: of 15 values the middle 7, of 8 the middle 4, of 3 the median; none at a gap. */
static void smooth_lines_are_middle_means(void **state) {
  (void)state;
  double y[31];
  for (size_t i = 0; i < 31; i++) y[i] = (double)(i * i);
  y[15] = 1e30;
  /* Around 15 lie 64 ... 484 and 1e30; the middle 7 are 12^2, 13^2, 14^2, 16^2 ... 19^2. */
  assert_near(curves_smoothed(y, 31, 15), (144 + 169 + 196 + 256 + 289 + 324 + 361) / 7.0);
  assert_near(curves_smoothed(y, 31, 0), (4 + 9 + 16 + 25) / 4.0);
  assert_near(curves_smoothed(y, 31, 30), (625 + 676 + 729 + 784) / 4.0);
  for (size_t i = 1; i < 31; i++)
    if (i != 4 && i != 9) y[i] = NAN;
  assert_true(isnan(curves_smoothed(y, 31, 1)));
  assert_near(curves_smoothed(y, 31, 0), 8); /* of 0 and 16 */
  assert_near(curves_smoothed(y, 31, 4), 16);
  assert_near(curves_smoothed(y, 31, 9), (16 + 81) / 2.0);
}

static void ranges_count_what_they_cut_off(void **state) {
  (void)state;
  double y[20], single[] = {7, NAN};
  curve c = {.count = 20, .y = {y}}, one = {.count = 2, .y = {single}};
  for (size_t i = 0; i < 20; i++) y[i] = (double)i;
  curves_range range = curves_find_range(&c, 1, 0, 0, false);
  assert_near(range.low, -0.76);
  assert_near(range.high, 19.76);
  assert_int_equal(range.points, 20);
  assert_int_equal(range.above, 0);
  /* The 90th percentile is 17: up to 17 + 17/2, and a margin of 4 %. */
  y[18] = 1e30;
  y[19] = 60;
  range = curves_find_range(&c, 1, 0, 0, false);
  assert_near(range.high, 25.5 * 1.04);
  assert_int_equal(range.above, 2);
  range = curves_find_range(&one, 1, 0, 0, false);
  assert_true(range.low < 7 && range.high > 7 && range.points == 1);
  assert_int_equal(curves_find_range(&one, 0, 0, 0, false).points, 0);
}

static figure_request request_of(folder *f, const char *declaration) {
  return (figure_request){.folder = f->path,
                          .name = "figure4",
                          .metrics = METRICS,
                          .declaration = folder_value(f, declaration),
                          .columns = folder_value(f, COLUMNS)};
}

static bool draw(folder *f) {
  failure err = {0};
  bool made = false;
  const figure_request request = request_of(f, FIGURE);
  if (figure_write(&request, &made, &err) != STATUS_OK) fail_msg("%s", err.message);
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
  assert_non_null(strstr(first, "NLL and NFE, means of 2 seeds"));
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

static void figures_say_what_is_drawn(void **state) {
  folder *f = *state;
  const char *history = "epoch,nll,nfe\n";
  for (int epoch = 1; epoch <= 61; epoch++) {
    history = arena_format(&f->memory, "%s%d,%d,26\n", history, epoch, epoch % 7);
    if (epoch < 60) continue;
    folder_write(f, "history.csv", history);
    assert_true(draw(f));
    const char *svg = folder_read(f, "figure4.svg");
    assert_int_equal(epoch == 61, strstr(svg, "dots: each point; lines: running mean of the "
                                              "middle half of 15<") != NULL);
    assert_non_null(strstr(svg, ">NLL<")); /* declared */
    assert_non_null(strstr(svg, ">function evaluations (NFE)<"));
    assert_null(strstr(svg, "points above"));
  }
  folder_write(f, "history.csv",
               "epoch,nll,nfe\n1,1e30,32\n2,3,\n3,2,\n4,2,\n5,1,\n6,1,\n"
               "7,1,\n8,1,\n9,1,\n10,1,\n11,1,\n");
  assert_true(draw(f));
  assert_non_null(strstr(folder_read(f, "figure4.svg"), "1 of 11 points above"));
  assert_null(strstr(folder_read(f, "figure4.svg"), "of 1 points above"));
}

static void nothing_measured(void **state) {
  folder *f = *state;
  folder_write(f, "history.csv", "epoch,nll,nfe\n1,30,26\n");
  assert_true(draw(f));
  assert_true(files_exists(folder_path(f, "figure4.png")));
  folder_write(f, "history.csv", "epoch,nll,nfe\n");
  assert_false(draw(f)); /* and the older one is removed */
  assert_false(files_exists(folder_path(f, "figure4.svg")));
  assert_false(files_exists(folder_path(f, "figure4.png")));
  folder_write(f, "history.csv", "epoch,nll,nfe\n1,,\n");
  assert_false(draw(f));
}

static void must_refuse(folder *f, const char *declaration, const char *message) {
  failure err = {0};
  bool made;
  const figure_request request = request_of(f, declaration);
  assert_int_equal(figure_write(&request, &made, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message, message);
}

static void refuses(void **state) {
  folder *f = *state;
  folder_write(f, "history.csv", HISTORY);
  folder_write(f, "runs.csv", "seed,flow\n0,OT\n");
  folder_write(f, "figure4.svg", "of another history");
  must_refuse(f, "{'panels':[['nlll']]}",
              "figure figure4: history.csv has no column \"nlll\"; did you mean \"nll\"?");
  must_refuse(f, "{'panels':[['nll']],'x':'epochs'}",
              "figure figure4: x = \"epochs\" is not epoch, step or a setting that varies; did you "
              "mean \"epoch\"?");
  must_refuse(f, "{'panels':[]}",
              "figure figure4: needs one to four panels = { { \"nll\", title "
              "= \"NLL\" }, ... }");
  must_refuse(f, "{'panels':['nll',{}]}", "figure figure4: panel 2 names no column");
  must_refuse(f, "{'panels':[{'':['nll'],'width':1}]}",
              "figure figure4: unknown key \"width\"; available: title, log");
  assert_false(files_exists(folder_path(f, "figure4.svg")));
}

static void checked_before_the_first_run(void **state) {
  folder *f = *state;
  csv_table history, runs = {0};
  failure err = {0};
  const figure_request right = request_of(f, FIGURE),
                       wrong = request_of(f, "{'panels':[['nll'],['speed']]}");
  figure_request outside = right;
  outside.name = "../x";
  csv_table_begin(&history, (const char *const[]){"flow", "epoch", "nll", "nfe"}, 4);
  assert_int_equal(figure_check(&right, &history, &runs, &err), STATUS_OK);
  assert_int_equal(figure_check(&wrong, &history, &runs, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message,
                      "figure figure4: history.csv has no column \"speed\"; available: "
                      "flow, epoch, nll, nfe");
  assert_int_equal(figure_check(&outside, &history, &runs, NULL), STATUS_BAD_CONFIG);
  csv_table_close(&history);
}

/* Who prints the reason names the figure. */
static void the_reason_for_none(void **state) {
  folder *f = *state;
  failure err = {0};
  bool made = true;
  folder_write(f, "history.csv", "epoch,nll,nfe\n");
  const figure_request request = request_of(f, FIGURE);
  assert_int_equal(figure_write(&request, &made, &err), STATUS_OK);
  assert_false(made);
  assert_string_equal(err.message, "nothing is measured yet");
}

static void missing_gnuplot_is_no_error(void **state) {
  (void)state;
  char *path = strdup(getenv("PATH")), *output = NULL;
  size_t length;
  failure err = {0};
  setenv("PATH", "/nowhere", 1);
  status_code status = plot_run("", 0, &output, &length, &err);
  setenv("PATH", path, 1);
  free(path);
  assert_int_equal(status, STATUS_OK);
  assert_null(output);
  assert_non_null(strstr(err.message, "gnuplot is not installed"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(curves_are_means_over_seeds),
      TEST(large_families_are_divided),
      cmocka_unit_test(smooth_lines_are_middle_means),
      cmocka_unit_test(ranges_count_what_they_cut_off),
      TEST(the_same_bytes_twice),
      TEST(more_flows_than_hues),
      TEST(figures_say_what_is_drawn),
      TEST(nothing_measured),
      TEST(refuses),
      TEST(checked_before_the_first_run),
      TEST(the_reason_for_none),
      TEST(missing_gnuplot_is_no_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
