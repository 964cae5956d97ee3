/* What hifm ls says of runs that are alike but for a few settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "front/run_diff.h"

#include <string.h>

static const value *read(arena *a, const char *text) {
  const value *out;
  assert_int_equal(json_parse(a, text, strlen(text), "config", &out, NULL), STATUS_OK);
  return out;
}

static void settings_that_differ(void **state) {
  arena a = {0};
  const char *out[4];
  const value *configs[] = {
      read(&a, "{\"seed\":0,\"network\":{\"\":\"mlp\",\"width\":8},\"measure\":{\"every\":1},"
               "\"flow\":{\"clock\":\"z\",\"stages\":[{\"\":\"hessian\",\"kappa\":1},"
               "{\"\":\"condition\",\"c\":2}]}}"),
      read(&a, "{\"seed\":1,\"network\":{\"\":\"mlp\",\"width\":8},\"measure\":{\"every\":2},"
               "\"flow\":{\"clock\":\"z\",\"stages\":[{\"\":\"hessian\",\"kappa\":1},"
               "{\"\":\"condition\",\"c\":2.5}]}}"),
      read(&a, "{\"seed\":1,\"network\":{\"\":\"mlp\",\"width\":8,\"wide\":true},"
               "\"flow\":{\"clock\":\"z\",\"stages\":[{\"\":\"hessian\",\"kappa\":1}]}}"),
      NULL};
  (void)state;
  run_diff_find(&a, configs, 3, out);
  assert_string_equal(out[0], "flow.condition=yes flow.condition.c=2 seed=0");
  assert_string_equal(out[1], "flow.condition=yes flow.condition.c=2.5 seed=1");
  assert_string_equal(out[2], "network.wide=yes seed=1");
  run_diff_find(&a, configs + 1, 1, out);
  assert_string_equal(out[0], "");
  run_diff_find(&a, configs + 2, 2, out); /* one of them is not known */
  assert_string_equal(out[0], "");
  assert_string_equal(out[1], "");
  arena_close(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(settings_that_differ)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
