/* Files of weights are those of their run, network and step, or they are refused. */
#include "checkpoint_fixture.h"

#include "base/safetensors.h"
#include "descriptors.h"
#include "job/saved_weights.h"

static const char BEST[] = "best-0123456789ab", BEST_FILE[] = "best-0123456789ab.safetensors";

/* All weights are the number of the step. */
static void save(story *s, const char *name, uint64_t step) {
  value *row = value_new(&s->f->memory, VALUE_MAP);
  for (size_t i = 0; i < WEIGHTS; i++) s->t.w[i] = (float)step;
  value_put_number(&s->f->memory, row, "step", (double)step);
  assert_int_equal(saved_weights_write(&s->work, &s->net, name, s->t.w, row, NULL), STATUS_OK);
}

static status_code load_weights(const story *s, const char *id, float *w, failure *err) {
  const value *row;
  return saved_weights_read(&s->f->memory, &s->net, s->f->path, id, BEST, w, &row, err);
}

static void weights_of_another_run_are_refused(void **state) {
  story s;
  float w[WEIGHTS];
  failure err = {0};
  open_story(&s, *state);
  save(&s, BEST, 100);
  assert_int_equal(load_weights(&s, "abc", w, &err), STATUS_OK);
  assert_int_equal(load_weights(&s, "abd", w, &err), STATUS_BAD_INPUT);
  assert_non_null(strstr(err.message, "the weights of another run, abc"));
  close_story(&s);
}

static void damaged_weights_are_named(void **state) {
  story s;
  size_t length;
  float w[WEIGHTS];
  open_story(&s, *state);
  save(&s, BEST, 100);
  char *bytes = read_file(&s, BEST_FILE, &length);
  for (int damage = 0; damage < 3; damage++) {
    failure err = {0};
    bytes[length - 1] ^= 1;
    write_file(&s, BEST_FILE, bytes, damage == 0 ? length : damage == 1 ? length / 2 : 0);
    assert_int_equal(load_weights(&s, "abc", w, &err), STATUS_BAD_INPUT);
    assert_non_null(strstr(err.message, BEST_FILE));
    assert_non_null(strstr(err.message, "/result.json, then hifm run"));
  }
  free(bytes);
  close_story(&s);
}

/* Writes a weights file and reads it back as those of the network, which must fail. */
static void refused(story *s, const safetensors_entry *entries, size_t count, const char *words) {
  float w[WEIGHTS];
  failure err = {0};
  const value *row;
  assert_int_equal(safetensors_write(folder_path(s->f, BEST_FILE), NULL, entries, count, NULL),
                   STATUS_OK);
  assert_int_equal(
      saved_weights_read(&s->f->memory, &s->net, s->f->path, "abc", BEST, w, &row, &err),
      STATUS_BAD_INPUT);
  if (!strstr(err.message, words)) fail_msg("\"%s\" is not in \"%s\"", words, err.message);
}

/* As many bytes are not enough. */
static void weights_of_another_shape_are_refused(void **state) {
  static const float NUMBERS[WEIGHTS] = {1, 2, 3, 4, 5, 6};
  static const struct {
    const char *name, *words;
    safetensors_type type;
    size_t rank, shape[4];
  } CASES[] = {{"layer",
                "tensor layer has shape [3, 2], but this network's has [2, 3]",
                SAFETENSORS_F32,
                2,
                {3, 2}},
               {"layer", "has shape [6], but this network's has [2, 3]", SAFETENSORS_F32, 1, {6}},
               {"layer", "has shape [1, 2, 1, 3], but", SAFETENSORS_F32, 4, {1, 2, 1, 3}},
               {"layer", "has shape [2, 2], but", SAFETENSORS_F32, 2, {2, 2}},
               {"layer", "tensor layer is of bytes (U8)", SAFETENSORS_U8, 2, {2, 3}},
               {"player", "no tensor layer of shape [2, 3]", SAFETENSORS_F32, 2, {2, 3}}};
  story s;
  open_story(&s, *state);
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    safetensors_entry entry = {
        .type = CASES[i].type, .rank = CASES[i].rank, .data = NUMBERS, .bytes = 1};
    snprintf(entry.name, sizeof entry.name, "%s", CASES[i].name);
    memcpy(entry.shape, CASES[i].shape, sizeof entry.shape);
    for (size_t k = 0; k < entry.rank; k++) entry.bytes *= entry.shape[k];
    if (entry.type == SAFETENSORS_F32) entry.bytes *= sizeof(float);
    refused(&s, &entry, 1, CASES[i].words);
  }
  const safetensors_entry both[2] = {
      {"layer", SAFETENSORS_F32, 2, {2, 3}, NUMBERS, sizeof NUMBERS},
      {"second", SAFETENSORS_F32, 2, {2, 3}, NUMBERS, sizeof NUMBERS}};
  refused(&s, both, 2, "tensor second is not one of this network's");
  close_story(&s);
}

static const char *find(const story *s, bool averaged, uint64_t step) {
  const char *name;
  assert_int_equal(
      saved_weights_find(&s->f->memory, s->f->path, "abc", averaged, step, &name, NULL), STATUS_OK);
  return name ? name : "";
}

/* Averaged weights and those of the optimizer have the same steps. */
static void averaged_weights_are_not_mistaken(void **state) {
  story s;
  open_story(&s, *state);
  arena *a = &s.f->memory;
  save(&s, "last", 30);
  save(&s, saved_weights_name(a, BEST, true), 20);
  save(&s, saved_weights_kept(a, 10), 10);
  assert_string_equal(find(&s, false, 30), "last");
  assert_string_equal(find(&s, true, 30), "");
  assert_string_equal(find(&s, true, 20), "best-0123456789ab_averaged");
  assert_string_equal(find(&s, false, 20), "");
  assert_string_equal(find(&s, false, 10), "weights-10");
  assert_string_equal(find(&s, true, 10), "");
  save(&s, saved_weights_name(a, saved_weights_kept(a, 10), true), 10);
  assert_string_equal(find(&s, true, 10), "weights-10_averaged");
  close_story(&s);
}

/* Weights that cannot be opened now are not missing. */
static void what_cannot_be_read_is_not_missing(void **state) {
  story s;
  const char *name;
  open_story(&s, *state);
  save(&s, "last", 30);
  descriptors_forbid();
  const status_code status =
      saved_weights_find(&s.f->memory, s.f->path, "abc", false, 30, &name, NULL);
  descriptors_allow();
  assert_int_equal(status, STATUS_NO_RESOURCE);
  close_story(&s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(weights_of_another_run_are_refused), TEST(damaged_weights_are_named),
      TEST(weights_of_another_shape_are_refused), TEST(averaged_weights_are_not_mistaken),
      TEST(what_cannot_be_read_is_not_missing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
