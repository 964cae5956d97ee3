/* The settings of runs as flat lists: what hifm ls, diff and why compare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "front/nearest.h"

#include <string.h>

static const char *const CONFIGS[] = {
    "{\"seed\":0,\"network\":{\"\":\"mlp\",\"width\":8},\"measure\":{\"every\":1},"
    "\"flow\":{\"clock\":\"z\",\"stages\":[{\"\":\"hessian\",\"kappa\":1},"
    "{\"\":\"condition\",\"c\":2}]}}",
    "{\"seed\":1,\"network\":{\"\":\"mlp\",\"width\":8},\"measure\":{\"every\":2},"
    "\"flow\":{\"clock\":\"z\",\"stages\":[{\"\":\"hessian\",\"kappa\":1},"
    "{\"\":\"condition\",\"c\":2.5}]}}",
    "{\"seed\":1,\"network\":{\"\":\"mlp\",\"width\":8,\"wide\":true,\"list\":[1,2.5]},"
    "\"flow\":{\"clock\":\"z\",\"stages\":[{\"\":\"hessian\",\"kappa\":1,\"means\":"
    "{\"path\":\"/a/b.npy\",\"content\":\"0123456789abcdef0123456789abcdef\"}}]}}",
};
enum { COUNT = sizeof CONFIGS / sizeof *CONFIGS };

typedef struct three {
  arena memory;
  run_words words;
  run_settings of[COUNT];
  const run_settings *all[COUNT];
} three;

static void begin(three *t) {
  *t = (three){.memory = {0}};
  t->words = run_words_new(&t->memory);
  for (size_t i = 0; i < COUNT; i++) {
    const value *config;
    assert_int_equal(
        json_parse(&t->memory, CONFIGS[i], strlen(CONFIGS[i]), "config", &config, NULL), STATUS_OK);
    t->of[i] = run_settings_of(&t->words, config);
    t->all[i] = &t->of[i];
  }
}

static void each_setting_has_its_path(void **state) {
  three t;
  (void)state;
  begin(&t);
  assert_string_equal(run_settings_get(&t.of[0], "flow"), "hessian+condition");
  assert_string_equal(run_settings_get(&t.of[0], "flow.condition"), "yes");
  assert_string_equal(run_settings_get(&t.of[1], "flow.condition.c"), "2.5");
  assert_string_equal(run_settings_get(&t.of[0], "network"), "mlp");
  assert_string_equal(run_settings_get(&t.of[0], "measure.every"), "1");
  assert_string_equal(run_settings_get(&t.of[2], "network.wide"), "yes");
  assert_string_equal(run_settings_get(&t.of[2], "network.list"), "1 2.5");
  assert_string_equal(run_settings_get(&t.of[2], "flow.hessian.means"), "b.npy (01234567)");
  assert_null(run_settings_get(&t.of[2], "flow.condition"));
  assert_int_equal(run_settings_of(&t.words, NULL).count, 0);
  for (size_t i = 1; i < t.of[0].count; i++)
    assert_true(strcmp(t.of[0].items[i - 1].path, t.of[0].items[i].path) < 0);
  arena_close(&t.memory);
}

/* What only one of them has is seen in the names of the stages. */
static void what_varies_is_shown(void **state) {
  three t;
  (void)state;
  begin(&t);
  const char *const *paths = run_settings_varying(&t.memory, t.all, COUNT);
  assert_string_equal(run_settings_words(&t.memory, t.all[0], paths),
                      "flow=hessian+condition seed=0 c=2");
  assert_string_equal(run_settings_words(&t.memory, t.all[2], paths), "flow=hessian seed=1");
  paths = run_settings_varying(&t.memory, t.all + 1, 1);
  assert_null(paths[0]);
  const char *const twice[] = {"a.c", "b.c", NULL};
  run_setting items[] = {{"a.c", "1"}, {"b.c", "2"}};
  assert_string_equal(run_settings_words(&t.memory, &(run_settings){items, 2}, twice),
                      "a.c=1 b.c=2");
  arena_close(&t.memory);
}

static void changes_are_of_both_sides(void **state) {
  three t;
  (void)state;
  begin(&t);
  const run_changes c = run_settings_changes(&t.memory, t.all[0], t.all[1]);
  assert_int_equal(c.count, 3);
  assert_string_equal(c.items[0].path, "flow.condition.c");
  assert_string_equal(c.items[0].x, "2");
  assert_string_equal(c.items[0].y, "2.5");
  assert_string_equal(c.items[1].path, "measure.every");
  assert_string_equal(c.items[2].path, "seed");
  const run_changes more = run_settings_changes(&t.memory, t.all[2], t.all[1]);
  bool found = false;
  for (size_t i = 0; i < more.count; i++)
    if (strcmp(more.items[i].path, "network.wide") == 0) found = more.items[i].y == NULL;
  assert_true(found);
  arena_close(&t.memory);
}

/* The number of settings that differ counts, not how they are measured; the first of equals. */
static void the_nearest_has_the_fewest_changes(void **state) {
  three t;
  size_t out[COUNT];
  (void)state;
  begin(&t);
  nearest_find(t.all, COUNT, t.all, COUNT, out);
  for (size_t i = 0; i < COUNT; i++) assert_int_equal(out[i], i);
  const run_settings *others[] = {t.all[2], t.all[1], t.all[1]};
  nearest_find(t.all, 1, others, 3, out);
  assert_int_equal(out[0], 1);
  nearest_find(t.all, 1, others, 1, out);
  assert_int_equal(out[0], 0);
  nearest_find(t.all, 1, others, 0, out);
  assert_int_equal(out[0], NEAREST_NONE);
  assert_true(run_settings_is_aside("measure.every") && !run_settings_is_aside("seed"));
  arena_close(&t.memory);
}

/* hifm of before averages wrote no train.ema, which is the same as 0. */
static void an_older_run_has_defaults(void **state) {
  static const char *const TEXTS[] = {"{\"train\":{\"batch\":5}}",
                                      "{\"train\":{\"batch\":5,\"ema\":0,\"keep_state\":false}}",
                                      "{\"train\":{\"batch\":5,\"ema\":0.9}}"};
  arena a = {0};
  run_words words = run_words_new(&a);
  run_settings of[3];
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    const value *config;
    assert_int_equal(json_parse(&a, TEXTS[i], strlen(TEXTS[i]), "config", &config, NULL), 0);
    of[i] = run_settings_filled(&words, config);
    assert_null(run_settings_get(&of[i], "optimizer.clip")); /* there is no such section */
  }
  assert_int_equal(run_settings_changes(&a, &of[0], &of[1]).count, 0);
  const run_changes averaged = run_settings_changes(&a, &of[0], &of[2]);
  assert_int_equal(averaged.count, 1);
  assert_string_equal(averaged.items[0].path, "train.ema");
  assert_string_equal(averaged.items[0].x, "0");
  arena_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_older_run_has_defaults),
      cmocka_unit_test(each_setting_has_its_path),
      cmocka_unit_test(what_varies_is_shown),
      cmocka_unit_test(changes_are_of_both_sides),
      cmocka_unit_test(the_nearest_has_the_fewest_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
