/* Every key of tables and figures, misspelt, is refused with the key that was meant. The keys are
 * those of the program's table of keys: a new one is tested, too. */
#include "table_fixture.h"

#include "report/figure.h"
#include "report/keys.h"

static const char RUNS[] = "seed,flow,status,nll_min\n0,OT,done,1\n1,OT,done,2\n";

/* A declaration with this key in it; what is before the key is its place. */
static const char *place(folder *f, keys_kind kind, const char *key) {
  static const char *const PLACES[KEYS_KINDS] = {
      [KEYS_TABLE] = "{'columns':[['NLL','nll_min']],'%s':1}",
      [KEYS_COLUMN] = "{'columns':[{'':['NLL','nll_min'],'%s':1}]}",
      [KEYS_SORT] = "{'columns':[['NLL','nll_min']],'sort':{'':['nll_min'],'%s':1}}",
      [KEYS_RANKS] = "{'columns':[['NLL','nll_min']],'ranks':{'':['nll_min'],'%s':1}}",
      [KEYS_FIGURE] = "{'panels':['nll'],'%s':1}",
      [KEYS_PANEL] = "{'panels':[{'':['nll'],'%s':1}]}"};
  const char *before = PLACES[kind], *at = strstr(before, "%s");
  assert_non_null(at);
  return arena_format(&f->memory, "%.*s%s%s", (int)(at - before), before, key, at + 2);
}

static void try_key(folder *f, keys_kind kind, const char *key, failure *err) {
  const value *declared = folder_value(f, place(f, kind, key));
  const value *columns = folder_value(f, "['seed','flow']");
  csv_table runs, history;
  assert_int_equal(csv_table_read(&runs, folder_path(f, "runs.csv"), NULL), STATUS_OK);
  csv_table_begin(&history, (const char *const[]){"seed", "flow", "epoch", "step", "nll"}, 5);
  if (kind == KEYS_FIGURE || kind == KEYS_PANEL) {
    const figure_request figure = {.folder = f->path,
                                   .name = "f",
                                   .metrics = METRICS,
                                   .declaration = declared,
                                   .columns = columns};
    assert_int_equal(figure_check(&figure, &history, &runs, err), STATUS_BAD_CONFIG);
  } else {
    const table_request table = {.folder = f->path,
                                 .name = "t",
                                 .metrics = METRICS,
                                 .declaration = declared,
                                 .script_folder = f->path,
                                 .columns = columns};
    assert_int_equal(table_check(&table, &runs, err), STATUS_BAD_CONFIG);
  }
  csv_table_close(&runs);
  csv_table_close(&history);
}

static void misspelt_keys(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  for (size_t kind = 0; kind < KEYS_KINDS; kind++) {
    assert_true(KEYS[kind].count > 0);
    for (size_t i = 0; i < KEYS[kind].count; i++) {
      const char *key = KEYS[kind].items[i].name;
      char *wrong = arena_format(&f->memory, "%s_", key);
      failure err = {0};
      wrong[strlen(key)] = key[strlen(key) - 1]; /* the last letter twice */
      try_key(f, (keys_kind)kind, wrong, &err);
      assert_non_null(strstr(err.message, arena_format(&f->memory, "unknown key \"%s\"", wrong)));
      assert_non_null(strstr(err.message, arena_format(&f->memory, "did you mean \"%s\"?", key)));
    }
  }
}

/* A key that has a type refuses another one by its name. */
static void values_of_another_type(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", RUNS);
  for (size_t kind = 0; kind < KEYS_KINDS; kind++)
    for (size_t i = 0; i < KEYS[kind].count; i++) {
      const entries_key *key = &KEYS[kind].items[i];
      failure err = {0};
      if (key->type == VALUE_NULL || key->type == VALUE_NUMBER) continue; /* the place has a 1 */
      try_key(f, (keys_kind)kind, key->name, &err);
      assert_non_null(strstr(err.message, arena_format(&f->memory, "%s must be ", key->name)));
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(misspelt_keys), TEST(values_of_another_type)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
