/* Rows of a CSV file that agree in the columns of the plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/groups.h"

static const char *const HEADER[] = {"flow", "width", "seed", "nll"};

static value *columns_of_plan(arena *a) {
  value *columns = value_new(a, VALUE_LIST);
  for (size_t i = 0; i < 3; i++) value_push(a, columns, value_text(a, HEADER[i]));
  value_push(a, columns, value_text(a, "not_in_the_file"));
  return columns;
}

static void expect_groups(const row_groups *g, const size_t *of_row, size_t rows, size_t count) {
  assert_int_equal(g->count, count);
  for (size_t r = 0; r < rows; r++) assert_int_equal(g->of_row[r], of_row[r]);
  for (size_t i = 0; i < count; i++)
    for (size_t k = g->start[i]; k < g->start[i + 1]; k++) {
      assert_int_equal(g->of_row[g->rows[k]], i);
      if (k > g->start[i]) assert_true(g->rows[k - 1] < g->rows[k]);
    }
  assert_int_equal(g->start[count], rows);
}

static void rows_that_agree(void **state) {
  static const char *const ROWS[][4] = {
      {"ab", "c", "0", "1"}, {"a", "bc", "0", "1"}, /* the same letters, cut elsewhere */
      {"", "abc", "0", "1"}, {"ab", "c", "1", "2"}, {"a", "bc", "1", "1"}, {"ab", "c", "0", "3"},
  };
  static const size_t SEEDS_TOGETHER[] = {0, 1, 2, 0, 1, 0}, EACH_SEED[] = {0, 1, 2, 3, 4, 0};
  (void)state;
  arena a = {0};
  csv_table table;
  row_groups found;
  csv_table_begin(&table, HEADER, 4);
  for (size_t r = 0; r < 6; r++) csv_table_add(&table, ROWS[r]);
  groups_find(&a, &table, columns_of_plan(&a), false, &found);
  expect_groups(&found, SEEDS_TOGETHER, 6, 3);
  groups_find(&a, &table, columns_of_plan(&a), true, &found);
  expect_groups(&found, EACH_SEED, 6, 5);
  csv_table_close(&table);
  arena_close(&a);
}

static void no_columns_and_no_rows(void **state) {
  static const size_t ONE[] = {0, 0};
  (void)state;
  arena a = {0};
  csv_table table;
  row_groups found;
  csv_table_begin(&table, HEADER, 4);
  groups_find(&a, &table, columns_of_plan(&a), true, &found);
  expect_groups(&found, NULL, 0, 0);
  csv_table_add(&table, HEADER);
  csv_table_add(&table, HEADER);
  groups_find(&a, &table, value_new(&a, VALUE_LIST), true, &found);
  expect_groups(&found, ONE, 2, 1);
  csv_table_close(&table);
  arena_close(&a);
}

/* b has one value for each a; c has not; an empty cell decides nothing. */
static void decided_columns(void **state) {
  static const char *const NAMES[] = {"dataset", "dataset.b", "dataset.train", "c"};
  static const char *const ROWS[][4] = {
      {"x", "1", "5", "1"}, {"y", "2", "6", "1"}, {"x", "1", "5", "2"}, {"z", "2", "7", ""}};
  (void)state;
  arena a = {0};
  csv_table table;
  row_groups found;
  value *columns = value_new(&a, VALUE_LIST);
  csv_table_begin(&table, NAMES, 4);
  for (size_t i = 0; i < 4; i++) {
    csv_table_add(&table, ROWS[i]);
    value_push(&a, columns, value_text(&a, NAMES[i]));
  }
  assert_true(groups_is_decided(&table, 1, 0));
  assert_false(groups_is_decided(&table, 0, 1));
  assert_false(groups_is_decided(&table, 3, 0));
  assert_false(groups_is_decided(&table, 2, 3));
  const value *kept = groups_without(&a, &table, columns, (const int[]){0}, 1);
  assert_int_equal(kept->count, 1);
  assert_string_equal(kept->items[0]->text, "c");
  groups_of_data(&a, &table, columns, &found);
  expect_groups(&found, (const size_t[]){0, 1, 0, 2}, 4, 3);
  assert_true(groups_is_data("dataset") && groups_is_data("dataset.b"));
  assert_false(groups_is_data("dataset.train") || groups_is_data("flow"));
  csv_table_close(&table);
  arena_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_that_agree),
      cmocka_unit_test(no_columns_and_no_rows),
      cmocka_unit_test(decided_columns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
