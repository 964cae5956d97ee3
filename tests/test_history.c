/* When a history is complete, and what is read out of one. */
#include "folder.h"

#include "job/history.h"
#include "job/metrics.h"

#include <math.h>

/* Rows at these steps, 0-ended. */
static const value *rows_at(folder *f, const uint64_t *steps) {
  value *list = value_new(&f->memory, VALUE_LIST);
  for (; *steps; steps++) {
    value *row = value_new(&f->memory, VALUE_MAP);
    value_put_number(&f->memory, row, "step", (double)*steps);
    value_put_number(&f->memory, row, METRICS_BEST, (double)(*steps % 7));
    value_push(&f->memory, list, row);
  }
  return list;
}

static void complete_is_every_row_and_the_last(void **state) {
  static const struct {
    history_rule rule;
    uint64_t steps[6];
    bool complete;
  } CASES[] = {
      {{10, 30, false}, {10, 20, 30}, true},
      {{10, 30, false}, {10, 30}, false},
      {{10, 30, false}, {20, 30}, false},
      {{10, 30, false}, {30}, false},
      {{10, 30, false}, {10, 20}, false},
      {{10, 30, false}, {10, 20, 31}, false},
      {{10, 30, false}, {10, 20, 25, 30}, false},
      {{10, 30, false}, {0}, false},
      {{10, 35, false}, {10, 20, 30, 35}, true},
      {{10, 35, false}, {10, 20, 30}, false},
      {{50, 30, false}, {30}, true},
      {{UINT64_MAX, 30, false}, {30}, true},
      {{10, 35, true}, {10, 20, 30}, true},
      {{10, 35, true}, {10, 20, 30, 35}, false},
      {{10, 30, true}, {10, 20, 30}, true},
      {{10, 30, true}, {10, 20}, false},
      {{10, 5, true}, {0}, true},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    const value *history = rows_at(*state, CASES[i].steps);
    if (history_is_complete(history, &CASES[i].rule) != CASES[i].complete) fail_msg("case %zu", i);
  }
  assert_false(history_is_complete(NULL, &CASES[0].rule));
}

static void rows_after_the_best_are_counted(void **state) {
  static const struct {
    uint64_t steps[4]; /* of step 7 the score is 0, of 8 it is 1 */
    size_t since;
  } CASES[] = {{{0}, 0}, {{9}, 0}, {{9, 8}, 0}, {{8, 9, 10}, 2}};
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(history_since_best(rows_at(*state, CASES[i].steps)), CASES[i].since);
  assert_int_equal(history_since_best(rows_at(*state, (const uint64_t[]){9, 8, 15, 10, 0})), 2);
  assert_int_equal(history_since_best(NULL), 0);
  const value *unsolved = folder_value(*state, "[{'step':1},{'step':2}]");
  assert_int_equal(history_since_best(unsolved), 2);
}

static void the_rule_is_in_the_settings(void **state) {
  folder *f = *state;
  const value *config =
      folder_value(f, "{'dataset':{'train':105},'train':{'batch':10},'measure':{'every':3}}");
  const value *done = folder_value(f, "{'status':'done','numbers':{'steps':70}}");
  const value *diverged = folder_value(f, "{'status':'diverged','numbers':{'steps':7}}");
  history_rule rule = history_rule_of(config, done);
  assert_int_equal(rule.every, 30);
  assert_int_equal(rule.steps, 70);
  assert_false(rule.diverged);
  assert_true(history_is_due(&rule, 70) && history_is_due(&rule, 60));
  assert_false(history_is_due(&rule, 0) || history_is_due(&rule, 10));
  rule = history_rule_of(config, diverged);
  assert_true(rule.diverged);
  assert_false(history_is_due(&rule, 7));
  const value *huge = folder_value(f, "{'every':1e9}");
  assert_int_equal(history_every(huge, (uint64_t)1 << 50), UINT64_MAX);
}

static void best_is_the_first_smallest_that_was_solved(void **state) {
  folder *f = *state;
  const value *history =
      folder_value(f, "[{'step':1,'nll':3},{'step':2,'nll':1,'solver':'failed'},{'step':3,'nll':2},"
                      "{'step':4,'nll':2},{'step':5}]");
  assert_int_equal(history_step(history_best(history)), 3);
  assert_int_equal(history_step(history_last(history)), 5);
  assert_null(history_best(folder_value(f, "[{'step':1,'solver':'failed','nll':1}]")));
  assert_null(history_at(history, 6));
  assert_null(history_last(NULL));
}

/* Means of a row do not depend on the rows before it, to the last bit. */
static void coarser_rows_have_the_means_of_their_steps(void **state) {
  folder *f = *state;
  losses_epoch epochs[] = {{0.1, 1}, {0.2, 2}, {0.3, 3}, {0.7, 4}};
  double skipped[4] = {0};
  const losses sums = {.epochs = epochs, .skipped = skipped, .count = 4};
  const uint64_t steps[] = {10, 20, 30, 35, 0};
  const history_rule rule = {.every = 20, .steps = 35};
  const value *thin = history_thin(&f->memory, rows_at(f, steps), &rule, &sums, 10);
  assert_int_equal(thin->count, 2);
  assert_true(value_get_number(thin->items[0], "loss", 0) == (0.1 + 0.2) / 20);
  assert_true(value_get_number(thin->items[1], "loss", 0) == (0.3 + 0.7) / 15);
  assert_true(value_get_number(thin->items[1], "gradient_norm", 0) == 7.0 / 15);
  assert_true(value_get_number(thin->items[1], METRICS_BEST, -1) == 0);
  assert_true(value_get_number(thin->items[1], "epoch", 0) == 3.5);
  const value *fresh = history_row(&f->memory, &sums, 10, 20, 35);
  assert_true(value_get_number(fresh, "loss", 0) == (0.3 + 0.7) / 15);
  assert_null(value_get(history_row(&f->memory, NULL, 10, 20, 35), "loss"));
}

/* Means are over the steps that have a loss. */
static void skipped_steps_have_no_part_in_means(void **state) {
  folder *f = *state;
  losses_epoch epochs[] = {{0.1, 1}, {0.2, 2}, {0, 0}};
  double skipped[] = {0, 4, 10};
  const losses sums = {.epochs = epochs, .skipped = skipped, .count = 3};
  const value *row = history_row(&f->memory, &sums, 10, 0, 20);
  assert_true(value_get_number(row, "loss", 0) == (0.1 + 0.2) / 16);
  assert_true(value_get_number(row, "gradient_norm", 0) == 3.0 / 16);
  assert_null(value_get(history_row(&f->memory, &sums, 10, 20, 30), "loss"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(complete_is_every_row_and_the_last),         TEST(the_rule_is_in_the_settings),
      TEST(best_is_the_first_smallest_that_was_solved), TEST(rows_after_the_best_are_counted),
      TEST(coarser_rows_have_the_means_of_their_steps), TEST(skipped_steps_have_no_part_in_means),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
