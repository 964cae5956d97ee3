/* Every key of a script, misspelt: refused with "did you mean". */
#include "plan_fixture.h"

#include "job/settings.h"
#include "plan/profiles.h"

/* form: a script with one %s, the misspelt key. where: before the key in the message. */
static void refuse_misspelt(folder *f, const char *form, const char *where, const char *name) {
  const char *wrong = arena_format(&f->memory, "%sq", name), *hole = strstr(form, "KEY");
  const char *text =
      arena_format(&f->memory, "%.*s%s%s", (int)(hole - form), form, wrong, hole + 3);
  plan_refused_with(
      f, text, arena_format(&f->memory, "%s%s: unknown setting; did you mean \"", where, wrong));
}

static void settings_of_every_section(void **state) {
  static const struct {
    const char *form, *where;
    const hifm_param *settings;
  } SECTION[] = {
      {HEAD "optimizer = { 'adamw', KEY = 1 }," ALL, "optimizer.", optimizer_params},
      {HEAD "train = { batch = 10, epochs = 2, KEY = 1 }," DATASET NETWORK FLOW TAIL, "train.",
       train_params},
      {HEAD "measure = { KEY = 1 }," ALL, "measure.", measure_params},
      {HEAD "schedule = { KEY = 1 }," ALL, "schedule.", schedule_params},
      {HEAD "flow = { KEY = 1, { 'transport' } }," REST, "flow.", flow_params},
      {HEAD
       "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100, KEY = 1 }," NETWORK TRAIN
           FLOW TAIL,
       "dataset.", mcmc_params},
      {HEAD "dataset = { 'file', path = 'x.npy', train = 100, KEY = 1 }," NETWORK TRAIN FLOW TAIL,
       "dataset.", file_params},
      {HEAD "dataset = { 'images', KEY = 1 }," NETWORK TRAIN FLOW TAIL, "dataset.", images_params},
      {HEAD "profiles = { p = { measure = { KEY = 1 } } }," ALL, "profiles.p.measure.",
       measure_params},
      {HEAD "profiles = { p = { schedule = { KEY = 1 } } }," ALL, "profiles.p.schedule.",
       schedule_params},
      {HEAD "h.also { train = { KEY = 1 } }," ALL, "train.", train_params},
      {HEAD "h.zip { ['train.KEY'] = { 1, 2 } }," ALL, "train.", train_params},
      {HEAD "audits = { a = { ['measure.KEY'] = 1 } }," ALL, "audits.a.measure.", measure_params},
  };
  folder_write(*state, "x.npy", "");
  for (size_t i = 0; i < sizeof SECTION / sizeof *SECTION; i++)
    for (const hifm_param *p = SECTION[i].settings; p->name; p++)
      refuse_misspelt(*state, SECTION[i].form, SECTION[i].where, p->name);
}

static void keys_of_the_experiment(void **state) {
  for (size_t i = 0; i < SECTIONS; i++) {
    refuse_misspelt(*state, HEAD "KEY = 1," ALL, "", SCHEMA_SECTIONS[i]);
    refuse_misspelt(*state, HEAD "h.also { KEY = 1 }," ALL, "", SCHEMA_SECTIONS[i]);
    refuse_misspelt(*state, HEAD "profiles = { p = { KEY = 1 } }," ALL, "profiles.p.",
                    SCHEMA_SECTIONS[i]);
  }
  for (size_t i = 0; i < OTHER_KEYS; i++)
    refuse_misspelt(*state, HEAD "KEY = {}," ALL, "", OTHER_KEY_NAMES[i]);
}

/* Title and question are texts; they name no setting and cannot vary. */
static void texts_of_the_report(void **state) {
  const value *plan = plan_of(*state, HEAD "title = 'A <b>', question = 'Why?'," ALL);
  assert_string_equal(value_get_text(plan, "title", "-"), "A <b>");
  assert_string_equal(value_get_text(plan, "question", "-"), "Why?");
  plan = plan_of(*state, HEAD ALL);
  assert_string_equal(value_get_text(plan, "title", "-"), "");
  plan_refused_with(*state, HEAD "title = 3," ALL, "title: must be a text, not a number");
  plan_refused_with(*state, HEAD "question = h.grid { 'a', 'b' }," ALL,
                    "question: must be a text, not a grid");
  plan_refused_with(*state, HEAD "profiles = { p = { title = 'x' } }," ALL,
                    "profiles.p.title: cannot be changed here");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(settings_of_every_section, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(keys_of_the_experiment, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(texts_of_the_report, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
