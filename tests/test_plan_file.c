/* A plan as a file: what is read is what was written, and shared sections are in it once. */
#include "folder.h"

#include "plan/plan_file.h"

/* Two rows that share a section, one with an audit, and a row that is not selected. */
static const value *make_plan(folder *f) {
  arena *a = &f->memory;
  value *plan = value_copy(a, folder_value(f, "{'columns': ['seed'], 'name': 'x', 'audits': {}}"));
  value *rows = value_new(a, VALUE_LIST), *others = value_new(a, VALUE_LIST);
  const value *dataset = folder_value(f, "{'': 'a-long-name-of-a-data-set', 'train': 10}");
  for (int i = 0; i < 3; i++) {
    value *row = value_new(a, VALUE_MAP), *config = value_new(a, VALUE_MAP);
    value_put(a, config, "dataset", dataset);
    value_put(a, config, "seed", value_number(a, i));
    value_put(a, row, "config", config);
    value_put_number(a, row, "number", i);
    value *audits = value_new(a, VALUE_MAP), *audit = value_new(a, VALUE_MAP);
    value_put(a, audit, "dataset", dataset);
    value_put(a, audit, "measure", folder_value(f, "{'every': 2}"));
    value_put(a, audits, "tight", audit);
    if (i == 0) value_put(a, row, "audits", audits);
    value_push(a, i < 2 ? rows : others, row);
  }
  value_put(a, plan, "rows", rows);
  value_put(a, plan, "unselected", others);
  return plan;
}

static size_t count_of(const char *text, const char *word) {
  size_t count = 0;
  while ((text = strstr(text, word))) text++, count++;
  return count;
}

static void what_is_read_was_written(void **state) {
  folder *f = *state;
  const value *plan = make_plan(f), *read = NULL;
  failure err;
  assert_int_equal(plan_file_write(folder_path(f, "plan.json"), plan, &err), STATUS_OK);
  assert_int_equal(plan_file_read(&f->memory, folder_path(f, "plan.json"), &read, &err), STATUS_OK);
  assert_true(value_equal(plan, read));
  assert_int_equal(count_of(folder_read(f, "plan.json"), "a-long-name-of-a-data-set"), 1);
}

static void other_files_are_refused(void **state) {
  folder *f = *state;
  const value *read = NULL;
  failure err;
  const char *const TEXTS[] = {
      "{}", "{\"plan\": {}, \"parts\": []}",
      "{\"plan\": {\"columns\": [], \"rows\": [{\"config\": {\"seed\": 1}}]}, \"parts\": [7]}"};
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
    folder_write(f, "other.json", TEXTS[i]);
    assert_int_equal(plan_file_read(&f->memory, folder_path(f, "other.json"), &read, &err),
                     STATUS_BAD_INPUT);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_read_was_written, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(other_files_are_refused, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
