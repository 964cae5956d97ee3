/* Results beside the plugins of today: what has changed. */
#include "folder.h"

#include "grid/code_changes.h"
#include "host/params.h"

#define CATALOGUE                                                                                  \
  "[{'kind':'energy','name':'x','hash':'aa','params':[]},"                                         \
  "{'kind':'flow','name':'x','hash':'bb','params':[{'name':'c','type':'real','default':2}]},"      \
  "{'kind':'energy','name':'broken','hash':'cc','error':'refused'}]"

static const char *defaults_of(folder *f, const char *params) {
  char hex[33];
  params_defaults_hash(params_from_description(&f->memory, folder_value(f, params)), hex);
  return arena_text(&f->memory, hex);
}

/* What is printed about results that say this of the plugins that made them. */
static const char *lines(folder *f, const char *first, const char *second) {
  code_changes c;
  const char *path = folder_path(f, "lines");
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  code_changes_begin(&c, &f->memory, folder_value(f, CATALOGUE));
  code_changes_look(&c, folder_value(f, first));
  code_changes_look(&c, folder_value(f, second));
  code_changes_print(&c, out);
  fclose(out);
  return folder_read(f, "lines");
}

static const char *used(folder *f, const char *plugin, const char *code, const char *defaults) {
  return arena_format(&f->memory, "{'provenance':{'used':{'%s':{'code':'%s','defaults':'%s'}}}}",
                      plugin, code, defaults);
}

static void a_plugin_that_is_the_same(void **state) {
  folder *f = *state;
  const char *none = defaults_of(f, "[]");
  const char *two = defaults_of(f, "[{'name':'c','type':'real','default':2}]");
  assert_string_equal(lines(f, used(f, "energy/x", "aa", none), used(f, "flow/x", "bb", two)), "");
}

static void a_plugin_that_has_changed(void **state) {
  folder *f = *state;
  const char *none = defaults_of(f, "[]");
  const char *three = defaults_of(f, "[{'name':'c','type':'real','default':3}]");
  const char *other = used(f, "energy/x", "ab", none);
  assert_string_equal(lines(f, other, other),
                      "energy x: its code changed, its revision did not; finished runs are reused "
                      "(raise revision, or --retrain)\n");
  assert_string_equal(lines(f, used(f, "flow/x", "bc", three), used(f, "flow/x", "bb", three)),
                      "flow x: the defaults of its settings changed, its revision did not; "
                      "finished runs are reused (raise revision, or --retrain)\n");
}

/* Results of earlier versions, and plugins that are not there or refused today. */
static void what_cannot_be_compared(void **state) {
  folder *f = *state;
  assert_string_equal(lines(f, "{'id':'1'}", "{'provenance':{'plugins':'1'}}"), "");
  assert_string_equal(
      lines(f, used(f, "energy/gone", "1", "1"), used(f, "energy/broken", "1", "1")), "");
  assert_string_equal(lines(f, "{'provenance':{'used':{'energy/x':{}}}}", "[]"), "");
}

/* Words and bounds are not defaults. */
static void defaults_alone_are_hashed(void **state) {
  folder *f = *state;
  const char *plain = defaults_of(f, "[{'name':'c','type':'real','default':2}]");
  assert_string_equal(
      plain, defaults_of(f, "[{'name':'c','type':'real','default':2,'meaning':'m','low':1}]"));
  assert_string_not_equal(plain, defaults_of(f, "[{'name':'d','type':'real','default':2}]"));
  assert_string_not_equal(plain, defaults_of(f, "[{'name':'c','type':'real'}]"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(a_plugin_that_is_the_same),
                                     TEST(a_plugin_that_has_changed), TEST(what_cannot_be_compared),
                                     TEST(defaults_alone_are_hashed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
