#include "host/params.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct settings {
  double rate;
  uint64_t batch;
  bool loud;
  uint32_t clock;
  const char *path;
  hifm_bound energy;
  double width;
  hifm_file table;
  hifm_list radii, masses;
} settings;

static const char *const clocks[] = {"z", "t", NULL};

static const hifm_param params[] = {
    HIFM_PARAM_REAL(settings, rate, 0.1, HIFM_POSITIVE, 1, "how fast"),
    HIFM_PARAM_COUNT(settings, batch, 500, 1, 1e300, "points a step"),
    HIFM_PARAM_FLAG(settings, loud, 1, "says more"),
    HIFM_PARAM_CHOICE(settings, clock, 1, clocks, "which clock"),
    HIFM_PARAM_TEXT(settings, path, "here", "where"),
    HIFM_PARAM_REF(settings, energy, HIFM_ENERGY, "spring", "the energy"),
    HIFM_PARAM_REAL(settings, width, NAN, -DBL_MAX, INFINITY, "how wide"),
    HIFM_PARAM_END};

static const double RADII[] = {1, 0.5};

static const hifm_param further_params[] = {
    HIFM_PARAM_LIST(settings, radii, RADII, 2, HIFM_POSITIVE, 10, "of each type"),
    HIFM_PARAM_LIST(settings, masses, NULL, 0, 0, INFINITY, "of each particle"),
    HIFM_PARAM_FILE(settings, table, "a force field"), HIFM_PARAM_END};

typedef struct spring {
  double stiffness;
} spring;

static const hifm_param spring_params[] = {
    HIFM_PARAM_REAL(spring, stiffness, 2, 0, INFINITY, "of the spring"), HIFM_PARAM_END};

/* A plugin whose own default is itself. */
typedef struct endless {
  hifm_bound plugin;
} endless;

static const hifm_param endless_params[] = {
    HIFM_PARAM_REF(endless, plugin, HIFM_ENERGY, "endless", "itself"), HIFM_PARAM_END};

static const hifm_param *find(void *context, hifm_kind kind, const char *name, failure *err) {
  (void)context;
  if (kind == HIFM_ENERGY && strcmp(name, "spring") == 0) return spring_params;
  if (kind == HIFM_ENERGY && strcmp(name, "endless") == 0) return endless_params;
  failure_set(err, STATUS_BAD_CONFIG, "unknown %s \"%s\"", params_kind_text(kind), name);
  return NULL;
}

static const params_lookup lookup = {.find = find};

static const value *parse(arena *a, const char *text) {
  const value *node = NULL;
  failure err;
  if (json_parse(a, text, strlen(text), "test", &node, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  return node;
}

static void defaults_fill_in(void **state) {
  (void)state;
  arena a = {0};
  const value *out = NULL;
  failure err = {.message = ""};
  assert_int_equal(
      params_check(&a, params, parse(&a, "{\"width\":-3}"), "run", &lookup, NULL, &out, &err),
      STATUS_OK);
  assert_string_equal(json_text(&a, out),
                      "{\"batch\":500,\"clock\":\"t\",\"energy\":{\"\":\"spring\",\"stiffness\":2},"
                      "\"loud\":true,\"path\":\"here\",\"rate\":0.10000000000000001,\"width\":-3}");
  arena_close(&a);
}

static void given_values_stand(void **state) {
  (void)state;
  arena a = {0};
  const char *text = "{\"batch\":9007199254740992,\"clock\":\"z\","
                     "\"energy\":{\"\":\"spring\",\"stiffness\":0},\"loud\":false,\"path\":\"\","
                     "\"rate\":1,\"width\":0}";
  const value *out = NULL;
  settings s = {0};
  failure err;
  assert_int_equal(params_check(&a, params, parse(&a, text), "", &lookup, NULL, &out, &err),
                   STATUS_OK);
  params_store(&a, params, out, &s);
  assert_true(s.rate == 1 && s.width == 0);
  assert_true(s.batch == (uint64_t)1 << 53);
  assert_false(s.loud);
  assert_int_equal(s.clock, 0);
  assert_string_equal(s.path, "");
  assert_null(s.energy.plugin);
  arena_close(&a);
}

#define HASH "0123456789abcdef0123456789abcdef"

static void lists_and_files_are_settings(void **state) {
  (void)state;
  arena a = {0};
  const value *out = NULL;
  settings s = {0};
  failure err = {.message = ""};
  const char *text = "{\"masses\":[],\"table\":\"a.txt\"}";
  assert_int_equal(
      params_check(&a, further_params, parse(&a, text), "run", &lookup, NULL, &out, &err),
      STATUS_OK);
  assert_string_equal(json_text(&a, out), "{\"masses\":[],\"radii\":[1,0.5],\"table\":\"a.txt\"}");
  text =
      "{\"masses\":[0,2,1],\"radii\":[3],\"table\":{\"content\":\"" HASH "\",\"path\":\"/a.txt\"}}";
  assert_int_equal(
      params_check(&a, further_params, parse(&a, text), "run", &lookup, NULL, &out, &err),
      STATUS_OK);
  assert_string_equal(json_text(&a, out), text);
  params_store(&a, further_params, out, &s);
  assert_int_equal(s.masses.count, 3);
  assert_true(s.masses.items[1] == 2 && s.radii.items[0] == 3 && s.radii.count == 1);
  assert_null(s.table.bytes); /* the loader reads it */
  arena_close(&a);
}

static const struct {
  const char *given, *message;
} further_refusals[] = {
    {"{\"table\":\"x\"}", "run.masses: must be given (of each particle)"},
    {"{\"masses\":[]}", "run.table: must be given (a force field)"},
    {"{\"masses\":1}", "run.masses: must be a list, each item a number, 0 or more, not a number"},
    {"{\"masses\":[1,-2]}", "run.masses[2]: -2 is below 0 (a number, 0 or more)"},
    {"{\"masses\":[true]}", "run.masses[1]: must be a list, each item a number, 0 or more, not a "
                            "boolean"},
    {"{\"radii\":[0],\"masses\":[]}",
     "run.radii[1]: 0 is not above 0 (a number above 0, at most 10)"},
    {"{\"masses\":[],\"table\":\"\"}", "run.table: is an empty text (a force field)"},
    {"{\"masses\":[],\"table\":{\"path\":\"x\",\"content\":\"12\"}}",
     "run.table: must be the path of a file, not a table"},
    {"{\"masses\":[],\"table\":7}", "run.table: must be the path of a file, not a number"},
};

/* From the declaration, and from what a catalogue has of it. */
static void lists_and_files_are_refused_with_words(void **state) {
  (void)state;
  arena a = {0};
  const char *text = json_text(&a, params_describe(&a, further_params));
  const hifm_param *back = params_from_description(&a, parse(&a, text));
  assert_string_equal(json_text(&a, params_describe(&a, back)), text);
  assert_non_null(strstr(text, "{\"default\":[1,0.5],\"high\":10,"));
  for (size_t i = 0; i < sizeof further_refusals / sizeof *further_refusals; i++)
    for (int travelled = 0; travelled < 2; travelled++) {
      const value *out = NULL, *given = parse(&a, further_refusals[i].given);
      failure err = {.message = ""};
      assert_int_equal(params_check(&a, travelled ? back : further_params, given, "run", &lookup,
                                    NULL, &out, &err),
                       STATUS_BAD_CONFIG);
      assert_string_equal(err.message, further_refusals[i].message);
    }
  arena_close(&a);
}

static void the_energy_is_found_by_kind(void **state) {
  (void)state;
  static const hifm_param two[] = {HIFM_PARAM_REF(settings, energy, HIFM_ENERGY, NULL, "one"),
                                   HIFM_PARAM_REF(endless, plugin, HIFM_ENERGY, NULL, "two"),
                                   HIFM_PARAM_END};
  assert_ptr_equal(params_energy(params), &params[5]);
  assert_null(params_energy(spring_params));
  assert_null(params_energy(two));
  assert_null(params_energy(NULL));
}

static void extra_keys_pass(void **state) {
  (void)state;
  arena a = {0};
  const char *const extra[] = {"label", NULL};
  const value *out = NULL;
  failure err;
  assert_int_equal(params_check(&a, params, parse(&a, "{\"width\":1,\"label\":[]}"), "x", &lookup,
                                extra, &out, &err),
                   STATUS_OK);
  assert_null(value_get(out, "label"));
  arena_close(&a);
}

static const struct {
  const char *given, *message;
} refusals[] = {
    {"{}", "run.width: must be given (how wide)"},
    {"{\"width\":true}", "run.width: must be a number, not a boolean"},
    {"{\"rate\":0}", "run.rate: 0 is not above 0 (a number above 0, at most 1)"},
    {"{\"rate\":1.5}", "run.rate: 1.5 is above 1 (a number above 0, at most 1)"},
    {"{\"rate\":\"1\"}", "run.rate: must be a number above 0, at most 1, not a text"},
    {"{\"batch\":2.5}", "run.batch: 2.5 is not a whole number"},
    {"{\"batch\":0}", "run.batch: 0 is below 1 (a whole number, 1 or more)"},
    {"{\"batch\":9007199254740994}",
     "run.batch: 9007199254740994 is above 9007199254740992 (a whole number, 1 or more)"},
    {"{\"loud\":1}", "run.loud: must be true or false, not a number"},
    {"{\"clock\":\"s\"}", "run.clock: \"s\" is not one of \"z\", \"t\"; did you mean \"z\"?"},
    {"{\"clock\":2}", "run.clock: must be one of \"z\", \"t\", not a number"},
    {"{\"path\":[]}", "run.path: must be a text, not a list"},
    {"{\"energy\":\"sprong\"}", "run.energy: unknown energy \"sprong\""},
    {"{\"energy\":{\"stiffness\":1}}",
     "run.energy: must name a plugin of kind energy, \"name\" or { \"name\", setting = ... }; it "
     "is a table without a name"},
    {"{\"energy\":{\"\":\"spring\",\"stiffness\":-1}}",
     "run.energy.stiffness: -1 is below 0 (a number, 0 or more)"},
    {"{\"wdith\":1}", "run.wdith: unknown setting; did you mean \"width\"?"},
    {"{\"zzzzzz\":1}",
     "run.zzzzzz: unknown setting; available: rate, batch, loud, clock, path, energy, width"},
    {"[]", "run: must be a table of settings, not a list"},
};

static void refusals_say_why(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    arena a = {0};
    const value *out = NULL;
    failure err = {.message = ""};
    assert_int_equal(
        params_check(&a, params, parse(&a, refusals[i].given), "run", &lookup, NULL, &out, &err),
        STATUS_BAD_CONFIG);
    assert_string_equal(err.message, refusals[i].message);
    arena_close(&a);
  }
}

static void a_plugin_must_be_given(void **state) {
  (void)state;
  arena a = {0};
  const value *out = NULL;
  failure err;
  assert_int_equal(params_check_ref(&a, HIFM_ENERGY, NULL, "run.energy", &lookup, &out, &err),
                   STATUS_BAD_CONFIG);
  assert_string_equal(err.message, "run.energy: must be given, \"name\" or { \"name\", ... }");
  arena_close(&a);
}

static void plugins_within_plugins_end(void **state) {
  (void)state;
  arena a = {0};
  const value *out = NULL;
  failure err;
  assert_int_equal(
      params_check_ref(&a, HIFM_ENERGY, value_text(&a, "endless"), "energy", &lookup, &out, &err),
      STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "deeper than 8 levels"));
  arena_close(&a);
}

/* Through JSON, as between processes: the same description, the same answers. */
static void descriptions_travel(void **state) {
  (void)state;
  arena a = {0};
  const char *text = json_text(&a, params_describe(&a, params));
  const hifm_param *back = params_from_description(&a, parse(&a, text));
  assert_string_equal(json_text(&a, params_describe(&a, back)), text);
  assert_non_null(strstr(text, "{\"default\":0.10000000000000001,\"high\":1,\"low\":2.225073858507"
                               "2014e-308,\"meaning\":\"how fast\",\"name\":\"rate\",\"type\":"
                               "\"real\"}"));
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const value *out = NULL;
    failure err = {.message = ""};
    params_check(&a, back, parse(&a, refusals[i].given), "run", &lookup, NULL, &out, &err);
    assert_string_equal(err.message, refusals[i].message);
  }
  arena_close(&a);
}

static void kinds_have_words(void **state) {
  (void)state;
  for (int kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++)
    assert_int_equal(params_kind(params_kind_text((hifm_kind)kind)), kind);
  assert_int_equal(params_kind("nothing"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(defaults_fill_in),
                                     cmocka_unit_test(given_values_stand),
                                     cmocka_unit_test(extra_keys_pass),
                                     cmocka_unit_test(refusals_say_why),
                                     cmocka_unit_test(descriptions_travel),
                                     cmocka_unit_test(plugins_within_plugins_end),
                                     cmocka_unit_test(a_plugin_must_be_given),
                                     cmocka_unit_test(kinds_have_words),
                                     cmocka_unit_test(lists_and_files_are_settings),
                                     cmocka_unit_test(lists_and_files_are_refused_with_words),
                                     cmocka_unit_test(the_energy_is_found_by_kind)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
