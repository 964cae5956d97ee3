/* Figures with a setting on x, spread over seeds, facets. Without gnuplot what draws is skipped. */
#include "folder.h"

#include "base/csv_table.h"
#include "report/curves.h"
#include "report/figure.h"

#include <math.h>

/* The third rate fails once; the Gaussian has no rate. */
static const char RUNS[] = "seed,flow,optimizer.lr,status,reason,nll_min\n"
                           "0,OT,0.001,done,,4\n"
                           "1,OT,0.001,done,,6\n"
                           "0,OT,0.0001,done,,3\n"
                           "1,OT,0.0001,done,,3\n"
                           "0,OT,0.1,done,,9\n"
                           "1,OT,0.1,diverged,not finite,\n"
                           "0,Gaussian,,done,,8\n"
                           "1,Gaussian,,done,,8\n";
static const char COLUMNS[] = "['seed','flow','optimizer.lr']";

static void curves_along_a_setting(void **state) {
  folder *f = *state;
  csv_table runs;
  curve *c;
  folder_write(f, "runs.csv", RUNS);
  assert_int_equal(csv_table_read(&runs, folder_path(f, "runs.csv"), NULL), STATUS_OK);
  const curves_request request = {.table = &runs,
                                  .columns = folder_value(f, "['seed','flow']"),
                                  .x = 2,
                                  .level = true,
                                  .panels = {5},
                                  .panel_count = 1,
                                  .reason = "reason"};
  assert_int_equal(curves_make(&f->memory, &request, &c), 2);
  assert_int_equal(c[0].count, 3);
  assert_true(c[0].x[0] == 0.0001 && c[0].x[1] == 0.001 && c[0].x[2] == 0.1);
  assert_true(c[0].y[0][0] == 3 && c[0].y[0][1] == 5 && isnan(c[0].y[0][2]));
  assert_true(c[0].sd[0][0] == 0 && fabs(c[0].sd[0][1] - sqrt(2)) < 1e-15);
  assert_true(!c[0].failed[0] && !c[0].failed[1] && c[0].failed[2] && !c[0].level);
  assert_true(c[1].level && c[1].count == 1 && c[1].y[0][0] == 8);
  csv_table_close(&runs);
}

static void ranges_of_powers(void **state) {
  (void)state;
  double y[] = {0, 0.01, 1, 100, -1}, *panels[CURVES_PANELS] = {y};
  curve c = {.count = 5};
  memcpy(c.y, panels, sizeof panels);
  const curves_range range = curves_find_range(&c, 1, 0, CURVES_ALL_FACETS, true);
  assert_int_equal(range.points, 3);
  assert_int_equal(range.below, 2);
  assert_int_equal(range.above, 0);
  assert_true(fabs(log10(range.low) + 2.16) < 1e-12 && fabs(log10(range.high) - 2.16) < 1e-12);
}

/* Nine curves are too many; two facets are fewer than three; OT has no such setting and is in both.
 */
static void many_curves_are_facets(void **state) {
  folder *f = *state;
  const char *text = "flow,flow.a,flow.b,epoch,nll\nOT,,,1,1\n", **titles;
  csv_table history;
  curve *c;
  for (size_t i = 0; i < 9; i++)
    text = arena_format(&f->memory, "%sF,%s,%zu,1,1\n", text, i % 2 ? "yes" : "no", i / 2);
  folder_write(f, "history.csv", text);
  assert_int_equal(csv_table_read(&history, folder_path(f, "history.csv"), NULL), STATUS_OK);
  curves_request request = {.table = &history,
                            .columns = folder_value(f, "['flow','flow.a','flow.b']"),
                            .x = 3,
                            .panels = {4},
                            .panel_count = 1};
  request.facet = curves_choose_facet(&f->memory, &request);
  assert_string_equal(request.facet, "flow.a");
  assert_int_equal(curves_facets(&f->memory, &request, &titles), 2);
  assert_string_equal(titles[0], "without a");
  assert_string_equal(titles[1], "with a");
  assert_int_equal(curves_make(&f->memory, &request, &c), 10);
  assert_true(c[0].facet == CURVES_ALL_FACETS && c[1].facet == 0 && c[2].facet == 1);
  assert_string_equal(c[1].label, "F, b 0"); /* the title says the rest */
  assert_string_equal(c[2].label, "F, b 0");
  assert_true(c[1].style == c[2].style && c[1].family == c[2].family && c[1].style != c[3].style);
  history.count = 8;
  assert_null(curves_choose_facet(&f->memory, &request));
  csv_table_close(&history);
}

static void long_labels_keep_their_ends(void **state) {
  folder *f = *state;
  const char *text = "flow,epoch,nll\n";
  csv_table history;
  curve *c;
  for (size_t i = 0; i < 2; i++) text = arena_format(&f->memory, "%sκ%0100zu,1,1\n", text, i);
  folder_write(f, "history.csv", text);
  assert_int_equal(csv_table_read(&history, folder_path(f, "history.csv"), NULL), STATUS_OK);
  const curves_request request = {.table = &history,
                                  .columns = folder_value(f, "['flow']"),
                                  .x = 1,
                                  .panels = {2},
                                  .panel_count = 1};
  assert_int_equal(curves_make(&f->memory, &request, &c), 2);
  assert_string_equal(c[1].label, "κ000000000000000000000000000000000000000000 ... "
                                  "0000000000000000000000000000000000000000001");
  csv_table_close(&history);
}

/* ---- declared -------------------------------------------------------------------------------- */

static status_code try_figure(folder *f, const char *declaration, const char *columns, bool *made,
                              failure *err) {
  const figure_request request = {.folder = f->path,
                                  .name = "lr",
                                  .metrics = METRICS,
                                  .declaration = folder_value(f, declaration),
                                  .columns = folder_value(f, columns)};
  return figure_write(&request, made, err);
}

static const char *drawn(folder *f, const char *declaration, const char *columns) {
  failure err = {0};
  bool made;
  if (try_figure(f, declaration, columns, &made, &err) != STATUS_OK) fail_msg("%s", err.message);
  if (!made && strstr(err.message, "not installed")) skip();
  return made             ? folder_read(f, "lr.svg")
         : err.message[0] ? arena_text(&f->memory, err.message)
                          : "";
}

static void says_what_is_drawn(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  const char *svg = drawn(f, "{'x':'optimizer.lr','log_x':true,'panels':['nll_min']}", COLUMNS);
  assert_non_null(strstr(svg, ">optimizer.lr<"));
  assert_non_null(strstr(svg, ">NLL (nats), smallest of the measured epochs<"));
  assert_non_null(
      strstr(svg, "bars: standard deviation over seeds; × : a run failed, or its solver"));
  assert_non_null(strstr(svg, ">lr, means of 2 seeds<"));
  svg = drawn(f, "{'x':'optimizer.lr','panels':['nll_min'],'seeds':'none','only':'flow=Gaussian'}",
              COLUMNS);
  assert_null(strstr(svg, "standard deviation"));
  assert_null(strstr(svg, ">OT<"));
  assert_string_equal(drawn(f, "{'x':'network.width','panels':['nll_min']}", COLUMNS),
                      "network.width does not vary here");
}

static void facets_have_titles(void **state) {
  folder *f = *state;
  const char *runs = "dataset,network.width,flow,status,nll_min\n";
  for (size_t i = 0; i < 12; i++)
    runs = arena_format(&f->memory, "%sd%zu,%d,OT,done,%zu\n", runs, i % 6, i < 6 ? 16 : 32, i);
  folder_write(f, "runs.csv", runs);
  const char *svg = drawn(f, "{'x':'network.width','panels':['nll_min'],'facets':'dataset'}",
                          "['dataset','network.width']");
  for (size_t i = 0; i < 6; i++)
    assert_non_null(strstr(svg, arena_format(&f->memory, ">d%zu<", i)));
}

static void must_refuse(folder *f, const char *declaration, const char *message) {
  failure err = {0};
  bool made;
  assert_int_equal(try_figure(f, declaration, COLUMNS, &made, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message, message);
}

/* A mean is not of finished and unfinished runs. */
static void unfinished_runs_have_own_lines(void **state) {
  static const char HISTORY[] = "seed,flow,epoch,nll\n0,OT,1,3\n0,OT,2,2\n", MORE[] = "1,OT,1,5\n";
  folder *f = *state;
  csv_table more;
  failure err = {0};
  bool made;
  folder_write(f, "history.csv", HISTORY);
  folder_write(f, "more.csv", arena_format(&f->memory, "seed,flow,epoch,nll\n%s", MORE));
  assert_int_equal(csv_table_read(&more, folder_path(f, "more.csv"), NULL), STATUS_OK);
  figure_request request = {.folder = f->path,
                            .name = "lr",
                            .metrics = METRICS,
                            .columns = folder_value(f, "['seed','flow']"),
                            .unfinished = &more};
  const char *const declared[] = {"{'panels':['nll']}", "{'panels':['nll'],'unfinished':true}"};
  for (size_t i = 0; i < 2; i++) {
    request.declaration = folder_value(f, declared[i]);
    if (figure_write(&request, &made, &err) != STATUS_OK) fail_msg("%s", err.message);
    assert_string_equal(folder_read(f, "history.csv"), HISTORY);
    if (made) assert_true((strstr(folder_read(f, "lr.svg"), ">unfinished<") != NULL) == (i == 1));
  }
  csv_table_close(&more);
}

static void many_facets(void **state) {
  folder *f = *state;
  const char *runs = "seed,flow,optimizer.lr,status,reason,nll_min\n";
  csv_table history, table;
  failure err = {0};
  const char *const header[] = {"seed", "flow", "optimizer.lr", "epoch", "nll"};
  csv_table_begin(&history, header, 5);
  figure_request request = {
      .folder = f->path, .name = "lr", .metrics = METRICS, .columns = folder_value(f, COLUMNS)};
  for (int i = 0; i < 61; i++) runs = arena_format(&f->memory, "%s0,OT,%d,missing,,\n", runs, i);
  folder_write(f, "runs.csv", runs);
  assert_int_equal(csv_table_read(&table, folder_path(f, "runs.csv"), NULL), STATUS_OK);
  request.declaration = folder_value(f, "{'panels':['nll'],'facets':'optimizer.lr'}");
  assert_int_equal(figure_check(&request, &history, &table, &err), STATUS_BAD_CONFIG);
  assert_string_equal(err.message,
                      "figure lr: facets = \"optimizer.lr\" has 61 values, and at most 60 fit into "
                      "a figure; choose some of them with only");
  request.declaration =
      folder_value(f, "{'panels':['nll'],'facets':'optimizer.lr','only':'optimizer.lr!=7'}");
  assert_int_equal(figure_check(&request, &history, &table, &err), STATUS_OK);
  csv_table_close(&history);
  csv_table_close(&table);
}

static void refuses(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  must_refuse(
      f, "{'x':'flow','panels':['nll_min']}",
      "figure lr: x = \"flow\": \"OT\" is not a number; facets = \"flow\" makes a panel for "
      "each");
  must_refuse(f, "{'x':'seed','log_x':true,'panels':['nll_min']}",
              "figure lr: log_x cannot show 0");
  must_refuse(f, "{'x':'optimizer.lr','panels':['nll']}",
              "figure lr: runs.csv has no number \"nll\"; available: nll_min");
  must_refuse(f, "{'x':'optimizer.lr','panels':['nll_min'],'facets':'flwo'}",
              "figure lr: facets = \"flwo\" is not a setting that varies; did you mean \"flow\"?");
  must_refuse(f, "{'x':'optimizer.lr','panels':['nll_min'],'seeds':'line'}",
              "figure lr: seeds must be \"none\", \"bars\" or \"band\"");
  must_refuse(f, "{'x':'optimizer.lr','panels':['nll_min'],'unfinished':true}",
              "figure lr: unfinished: x = \"optimizer.lr\" shows numbers that only finished runs "
              "have; it needs x = \"epoch\" or \"step\"");
  must_refuse(
      f, "{'x':'optimizer.lr','panels':['nll_min'],'only':'flow=OTT'}",
      "figure lr: only = \"flow=OTT\": no run has flow=OTT; flow is one of OT, Gaussian; did "
      "you mean \"OT\"?");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(curves_along_a_setting),
      cmocka_unit_test(ranges_of_powers),
      TEST(many_curves_are_facets),
      TEST(long_labels_keep_their_ends),
      TEST(says_what_is_drawn),
      TEST(facets_have_titles),
      TEST(unfinished_runs_have_own_lines),
      TEST(many_facets),
      TEST(refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
