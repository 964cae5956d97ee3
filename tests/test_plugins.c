/* The loader and the checker against every kind of broken plugin. */
#include "plugin_place.h"

#include "host/energy.h"

#include <math.h>

/* Both sides of each mismatch. */
static const struct {
  const char *folder, *name, *one, *other;
} REFUSED[] = {
    {"energies", "old_abi", "built for ABI 2", "this hifm has ABI 3"},
    {"energies", "long_table", "operations have 80 bytes", "this hifm knows 72"},
    {"solvers", "cut_table", "a solver needs the operation advance", ".so"},
    {"energies", "no_entry", "exports no \"hifm_plugin_record\"", "no_entry.so"},
    {"energies", "wrong_kind", "its record says flow", "its folder says energy"},
    {"energies", "wrong_name", "its record says \"right_name\"", "its file says \"wrong_name\""},
    {"energies", "bad_default", "the default of stiffness: -1", "above 0, at most 10"},
    {"energies", "bad_offset", "bytes 8 to 16", "the instance has 8"},
    {"energies", "two_answers", "exactly one of pair, pair_typed and value", "it has several"},
    {"energies", "flushes", "changes", "for the whole program"},
    {"networks", "missing_backward", "a network needs the operation backward", ".so"},
};

static void mismatches_name_both_sides(void **state) {
  place *here = *state;
  for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
    const char *path = fake(&here->memory, REFUSED[i].folder, REFUSED[i].name);
    const hifm_plugin *plugin = NULL;
    failure err = {.message = ""};
    assert_int_equal(plugins_open(path, &plugin, &err), STATUS_BAD_CONFIG);
    if (!strstr(err.message, REFUSED[i].one) || !strstr(err.message, REFUSED[i].other) ||
        !strstr(err.message, REFUSED[i].name))
      fail_msg("%s: %s", REFUSED[i].name, err.message);
  }
}

static void arithmetic_survives_loading(void **state) {
  place *here = *state;
  const hifm_plugin *plugin = NULL;
  failure err;
  plugins_open(fake(&here->memory, "energies", "flushes"), &plugin, &err);
  volatile double smallest = DBL_MIN;
  assert_true(smallest / 2 > 0);
}

static void missing_files_are_named(void **state) {
  (void)state;
  const hifm_plugin *plugin = NULL;
  failure err;
  assert_int_equal(plugins_open("/nowhere/energies/x.so", &plugin, &err), STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "/nowhere/energies/x.so"));
}

static void a_file_is_opened_once(void **state) {
  (void)state;
  const hifm_plugin *first = NULL, *second = NULL;
  failure err;
  assert_int_equal(plugins_open(PLUGINS "/energies/formation.so", &first, &err), STATUS_OK);
  assert_int_equal(plugins_open(PLUGINS "/flows/../energies/formation.so", &second, &err),
                   STATUS_OK);
  assert_ptr_equal(first, second);
}

/* ---- tables of operations ---- */

/* What an earlier header did not have is NULL, whatever lies behind the table in memory. */
static void short_tables_are_completed(void **state) {
  place *here = *state;
  const hifm_plugin *plugin = NULL;
  failure err;
  const char *path = fake(&here->memory, "energies", "short_table");
  assert_int_equal(plugins_open(path, &plugin, &err), STATUS_OK);
  const hifm_energy_ops *ops = plugin->ops.energy;
  assert_true(ops->value && ops->gradient);
  assert_true(!ops->hessian && !ops->hvp && !ops->work && !ops->invariances_of);
  const hifm_domain domain = {.d = 3};
  const double y[3] = {1, 2, 3};
  double hessian[9];
  hifm_bound bound = {0};
  energy e;
  assert_int_equal(
      plugins_bind_opened(&here->memory, plugin, NULL, "energy", &domain, &bound, &err), STATUS_OK);
  assert_int_equal(energy_open(&e, bound, &domain, &err), STATUS_OK);
  assert_true(energy_value(&e, y, NULL) == 7);
  energy_hessian(&e, y, NULL, hessian);
  assert_true(fabs(hessian[4] - 1) < 1e-6 && fabs(hessian[5]) < 1e-6);
  energy_close(&e);
  plugins_drop(&bound);
}

/* ---- settings ---- */

static void files_are_read_and_compared(void **state) {
  place *here = *state;
  arena *a = &here->memory;
  const hifm_domain domain = {.d = 2};
  const hifm_plugin *plugin = NULL;
  hifm_bound bound = {0};
  failure err;
  char hex[33];
  assert_int_equal(plugins_open(fake(a, "energies", "tabulated"), &plugin, &err), STATUS_OK);
  const char *path = arena_format(a, "%s/stiff", here->folder);
  assert_int_equal(files_write(path, "35", 2, &err), STATUS_OK);
  blake2b_hex("35", 2, hex);
  const char *const given[] = {
      arena_format(a, "{\"table\":\"%s\"}", path),
      arena_format(a, "{\"table\":{\"path\":\"%s\",\"content\":\"%s\"}}", path, hex)};
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(
        plugins_bind_opened(a, plugin, parse(a, given[i]), "mine", &domain, &bound, &err),
        STATUS_OK);
    const hifm_file *file = bound.self;
    assert_string_equal(file->path, path);
    assert_int_equal(file->length, 2);
    assert_memory_equal(file->bytes, "35", 3);
    plugins_drop(&bound);
  }
  assert_int_equal(files_write(path, "36", 2, &err), STATUS_OK);
  assert_int_equal(
      plugins_bind_opened(a, plugin, parse(a, given[1]), "mine", &domain, &bound, &err),
      STATUS_BAD_INPUT);
  assert_non_null(strstr(err.message, "mine.table: "));
  assert_non_null(strstr(err.message, path));
  assert_non_null(strstr(err.message, hex));
  assert_int_equal(plugins_bind_opened(a, plugin, parse(a, "{\"table\":\"/nowhere/x\"}"), "mine",
                                       &domain, &bound, &err),
                   STATUS_NO_INPUT);
  assert_non_null(strstr(err.message, "/nowhere/x"));
}

/* ---- finding and binding ---- */

static void names_are_found_or_guessed(void **state) {
  place *here = *state;
  const char *path = NULL;
  failure err;
  assert_int_equal(plugins_find(&here->memory, HIFM_ENERGY, "formation", &path, &err), STATUS_OK);
  assert_non_null(strstr(path, "/plugins/energies/formation.so"));
  assert_int_equal(plugins_find(&here->memory, HIFM_ENERGY, "fromation", &path, &err),
                   STATUS_BAD_CONFIG);
  assert_string_equal(err.message, "unknown energy \"fromation\"; did you mean \"formation\"?");
  assert_int_equal(plugins_find(&here->memory, HIFM_FLOW, "formation", &path, &err),
                   STATUS_BAD_CONFIG);
}

static void two_of_a_name_are_named(void **state) {
  place *here = *state;
  const char *path = NULL;
  failure err;
  make_folder(here, "energies");
  copy(here, PLUGINS "/energies/formation.so", "energies/formation.so", SIZE_MAX);
  setenv("HIFM_PLUGIN_PATH", arena_format(&here->memory, "%s:%s", PLUGINS, here->folder), 1);
  assert_int_equal(plugins_find(&here->memory, HIFM_ENERGY, "formation", &path, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, PLUGINS "/energies/formation.so"));
  assert_non_null(strstr(err.message, here->folder));
  const value *entry = NULL;
  assert_int_equal(catalogue_find(&here->memory, catalogue_collect(&here->memory), HIFM_ENERGY,
                                  "formation", &entry, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, here->folder));
}

static void plugins_may_lie_in_the_path_itself(void **state) {
  place *here = *state;
  failure err;
  hifm_bound bound = {0};
  const value *entry = NULL;
  const hifm_domain domain = {.d = 3};
  copy(here, PLUGINS "/energies/double_well.so", "double_well.so", SIZE_MAX);
  setenv("HIFM_PLUGIN_PATH", here->folder, 1);
  const value *name = value_text(&here->memory, "double_well");
  assert_int_equal(plugins_bind(&here->memory, HIFM_ENERGY, name, "energy", &domain, &bound, &err),
                   STATUS_OK);
  plugins_drop(&bound);
  assert_int_equal(plugins_bind(&here->memory, HIFM_FLOW, name, "flow", &domain, &bound, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "unknown flow \"double_well\": "));
  assert_int_equal(catalogue_find(&here->memory, catalogue_collect(&here->memory), HIFM_ENERGY,
                                  "double_well", &entry, &err),
                   STATUS_OK);
}

static void settings_bind_plugins_within(void **state) {
  place *here = *state;
  const hifm_domain domain = {.d = 6, .particles = 2, .space = 3, .centred = true};
  hifm_bound bound = {0};
  failure err;
  const value *config = parse(&here->memory, "{\"\":\"hessian\",\"energy\":{\"\":\"lennard_jones\""
                                             "},\"kappa\":0.5}");
  assert_int_equal(plugins_bind(&here->memory, HIFM_FLOW, config, "flow", &domain, &bound, &err),
                   STATUS_OK);
  for (const hifm_param *p = bound.plugin->params; p->name; p++) {
    const void *place_of = (const char *)bound.self + p->offset;
    if (strcmp(p->name, "kappa") == 0) assert_true(*(const double *)place_of == 0.5);
    if (strcmp(p->name, "energy") == 0)
      assert_string_equal(((const hifm_bound *)place_of)->plugin->name, "lennard_jones");
  }
  plugins_drop(&bound);
  assert_null(bound.plugin);
  config = parse(&here->memory, "{\"\":\"hessian\",\"energy\":\"fromation\"}");
  assert_int_equal(
      plugins_bind(&here->memory, HIFM_FLOW, config, "flow.hessian", &domain, &bound, &err),
      STATUS_BAD_CONFIG);
  assert_string_equal(err.message,
                      "flow.hessian.energy: unknown energy \"fromation\"; did you mean "
                      "\"formation\"?");
}

/* ---- the checker ---- */

typedef struct verdicts {
  char failures[8192], kinds[600];
} verdicts;

static void note(void *context, const char *name, bool passed, const char *detail) {
  verdicts *v = context;
  size_t length = strlen(v->failures);
  if (!passed)
    snprintf(v->failures + length, sizeof v->failures - length, "[%s: %s]", name, detail);
  if (strcmp(name, "kinds of data points") == 0) snprintf(v->kinds, sizeof v->kinds, "%s", detail);
}

#define UNTIDY "[leaves the process as it is: "

static const struct {
  const char *folder, *name, *failure;
} CAUGHT[] = {
    {"energies", "wrong_gradient", "[gradient agrees with differences of the value: "},
    {"energies", "false_claim", "[value is unchanged by translation: "},
    {"energies", "false_claim", "[Hessian is zero along translations: "},
    {"energies", "false_rotation",
     "[value is unchanged by rotation: 5 particles in 3 dimensions (not centred): "},
    {"energies", "false_permutation",
     "[value is unchanged by permutation: 4 particles in 2 dimensions: "},
    {"energies", "plain_claim",
     "[value is unchanged by rotation: HIFM_INVARIANT_ROTATION is declared"},
    {"energies", "plain_claim",
     "[value is unchanged by permutation: HIFM_INVARIANT_PERMUTATION is declared"},
    {"energies", "overruns", "[buffers are not overrun: 1 number: "},
    {"energies", "overruns", "[buffers are not overrun: 2 numbers: "},
    {"energies", "fits_nothing",
     "[defaults are accepted: on no kind of data point; tried 5 particles in 3 dimensions, 4 "
     "particles in 2 dimensions, 8 x 8 image, 1 number, 2 numbers, 3 numbers, 4 numbers, up to 255 "
     "particles and 256 numbers; of particles: "},
    {"energies", "one_molecule", "[value is unchanged by rotation: 7 particles in 3 dimensions: "},
    {"energies", "no_promise", "does not declare HIFM_INVARIANT_TRANSLATION"},
    {"energies", "nan", "[value is finite: "},
    {"energies", "wrong_product", "[hvp agrees with differences of the gradient: "},
    {"energies", "gives_up",
     "[no call fails: 8 x 8 image: energy gives_up: no convergence at y[0]"},
    {"energies", "crashes", "crashed with SIGSEGV after \"gradient agrees with"},
    {"energies", "hangs", "took longer than 1 s after \"gradient agrees with"},
    {"energies", "aborts", "crashed with SIGABRT after \"nothing\""},
    {"energies", "static_scratch", "[two threads get what one gets: "},
    {"energies", "old_abi", "[record is sound: "},
    {"energies", "rounds_up", UNTIDY "rounds_up changed the rounding mode in init"},
    {"energies", "rounds_later", UNTIDY "rounds_later changed the rounding mode in "},
    {"energies", "traps", UNTIDY "traps changed floating-point traps in init"},
    {"energies", "speaks_french", UNTIDY "speaks_french changed the locale in init"},
    {"energies", "walks", UNTIDY "walks changed the working directory in "},
    {"energies", "hides", UNTIDY "hides changed the umask in init"},
    {"energies", "catches", UNTIDY "catches changed what signals do in init"},
    {"energies", "blocks", UNTIDY "blocks changed which signals are blocked in "},
    {"energies", "exports", UNTIDY "exports changed the environment in init"},
    {"energies", "leaves_open", UNTIDY "leaves_open left a file open in init"},
    {"energies", "closes", UNTIDY "closes closed a file of hifm in init"},
    {"energies", "spawns", UNTIDY "spawns left a thread running in init"},
    {"flows", "not_elementwise", "[permuted modes give permuted results: "},
    {"flows", "not_elementwise", "[one mode changed leaves the others alone: "},
    {"networks", "wrong_backward", "[dw agrees with differences: "},
    {"networks", "wrong_backward", "[buffers are not overrun: "},
    {"networks", "wrong_backward", "[v keeps the centre of mass: "},
    {"networks", "wrong_vz", "[dw agrees with differences: 3 numbers, with v_z alone: "},
    {"networks", "wrong_vz", "[dx agrees with differences: 3 numbers, with v_z alone: "},
    {"networks", "ignores_nz", "[one z for all gives the v of equal ones: "},
    {"networks", "ignores_nz", "[one z for all gives the gradients of equal ones: "},
    {"networks", "refuses_vz",
     "[defaults are accepted: 3 numbers, with v_z: has_vz is declared, but v_z is refused: there "
     "is "
     "no v_z here"},
    {"solvers", "miscounts", "[evaluations are counted right: "},
    {"solvers", "miscounts", "[max_attempts ends the solve: "},
};

static void the_checker_catches(void **state) {
  place *here = *state;
  for (size_t i = 0; i < sizeof CAUGHT / sizeof *CAUGHT; i++) {
    verdicts v = {.failures = ""};
    size_t failed = 0;
    failure err;
    const char *path = fake(&here->memory, CAUGHT[i].folder, CAUGHT[i].name);
    unsigned seconds = strcmp(CAUGHT[i].name, "hangs") == 0 ? 1 : 30;
    assert_int_equal(check_plugin_apart(path, seconds, note, &v, &failed, &err), STATUS_OK);
    if (failed == 0 || !strstr(v.failures, CAUGHT[i].failure))
      fail_msg("%s: %zu failed: %s", CAUGHT[i].name, failed, v.failures);
  }
}

/* A fault in one place must not drown in others. */
static const struct {
  const char *name;
  size_t failures;
} ALONE[] = {
    {"two_numbers", 0},
    {"wrong_gradient", 5},    /* an image and four counts of plain numbers */
    {"overruns", 2},          /* one and two numbers */
    {"false_permutation", 2}, /* particles in space and in the plane */
    {"plain_claim", 2},       /* two flags */
    {"fits_nothing", 1},
    {"on_a_line", 0},
    {"ten_numbers", 0},
    {"short_table", 0},
    {"typed", 0},
    {"tabulated", 0},
    {"wraps", 0},
};

static void nothing_else_fails(void **state) {
  place *here = *state;
  for (size_t i = 0; i < sizeof ALONE / sizeof *ALONE; i++) {
    verdicts v = {.failures = ""};
    size_t failed = 0;
    failure err;
    const char *path = fake(&here->memory, "energies", ALONE[i].name);
    assert_int_equal(check_plugin(path, note, &v, &failed, &err), STATUS_OK);
    if (failed != ALONE[i].failures)
      fail_msg("%s: %zu failed: %s", ALONE[i].name, failed, v.failures);
    assert_null(strstr(v.failures, "[Hessian"));
  }
  verdicts v = {.failures = ""};
  size_t failed = 0;
  failure err;
  static const char *const SOLVERS[] = {"two_steps", "rk23"};
  for (size_t i = 0; i < 2; i++) {
    const char *solver = fake(&here->memory, "solvers", SOLVERS[i]);
    assert_int_equal(check_plugin(solver, note, &v, &failed, &err), STATUS_OK);
    if (failed) fail_msg("%s: %s", SOLVERS[i], v.failures);
  }
  assert_int_equal(check_plugin("/nowhere.so", note, &v, &failed, &err), STATUS_NO_INPUT);
}

static void kinds_of_points_are_reported(void **state) {
  place *here = *state;
  verdicts v = {.failures = ""};
  size_t failed = 0;
  failure err;
  check_plugin(fake(&here->memory, "energies", "two_numbers"), note, &v, &failed, &err);
  assert_string_equal(v.kinds, "checked on 2 numbers; not for 5 particles in 3 dimensions, 4 "
                               "particles in 2 dimensions, 8 x 8 image, 1 number, 3 numbers, 4 "
                               "numbers");
  check_plugin(fake(&here->memory, "energies", "one_molecule"), note, &v, &failed, &err);
  assert_string_equal(v.kinds, "checked on 7 particles in 3 dimensions; not for 5 particles in 3 "
                               "dimensions, 4 particles in 2 dimensions, 8 x 8 image, 1 number, 2 "
                               "numbers, 3 numbers, 4 numbers");
  check_plugin(fake(&here->memory, "energies", "ten_numbers"), note, &v, &failed, &err);
  assert_string_equal(v.kinds, "checked on 10 numbers; not for 5 particles in 3 dimensions, 4 "
                               "particles in 2 dimensions, 8 x 8 image, 1 number, 2 numbers, 3 "
                               "numbers, 4 numbers");
  check_plugin(PLUGINS "/energies/formation.so", note, &v, &failed, &err);
  assert_string_equal(v.kinds, "checked on 5 particles in 3 dimensions, 4 particles in 2 "
                               "dimensions; not for 8 x 8 image, 1 number, 2 numbers, 3 numbers, "
                               "4 numbers");
  check_plugin(PLUGINS "/flows/isotropize.so", note, &v, &failed, &err);
  assert_string_equal(v.kinds, "sees none of them; bound for 5 particles in 3 dimensions");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(mismatches_name_both_sides),
                                     TEST(arithmetic_survives_loading),
                                     TEST(missing_files_are_named),
                                     TEST(a_file_is_opened_once),
                                     TEST(short_tables_are_completed),
                                     TEST(files_are_read_and_compared),
                                     TEST(names_are_found_or_guessed),
                                     TEST(two_of_a_name_are_named),
                                     TEST(plugins_may_lie_in_the_path_itself),
                                     TEST(settings_bind_plugins_within),
                                     TEST(the_checker_catches),
                                     TEST(nothing_else_fails),
                                     TEST(kinds_of_points_are_reported)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
