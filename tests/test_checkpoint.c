/* A checkpoint is used as it was written, or training starts from the beginning. */
#include "checkpoint_fixture.h"

#include "host/surroundings.h"
#include "job/checkpoint.h"
#include "job/history.h"
#include "job/metrics.h"
#include "job/saved_weights.h"

#include <limits.h>
#include <unistd.h>

static const char BEST[] = "best-0123456789ab", BEST_FILE[] = "best-0123456789ab.safetensors";

/* Epochs have the losses 1, 2, ... */
static void set_losses(story *s, uint64_t step) {
  s->t.sums.count = 0;
  for (uint64_t i = 0; i * EPOCH < step; i++) {
    losses_begin_epoch(&s->f->memory, &s->t.sums);
    s->t.sums.epochs[i] = (losses_epoch){(double)(i + 1), 0.1 * (double)(i + 1)};
  }
}

/* Weights 1, 2, ..., after so many steps. best: they were measured, and are the best so far. */
static void save(story *s, uint64_t step, bool best) {
  arena *a = &s->f->memory;
  training_history *h = s->t.histories;
  value *row = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < WEIGHTS; i++) s->t.w[i] = s->t.m[i] = s->t.v[i] = (float)(i + 1);
  s->t.step = step;
  set_losses(s, step > STEPS ? STEPS : step);
  training_set_rows(&s->t, h, value_new(a, VALUE_LIST));
  h->saved = best;
  value_put_number(a, row, "step", EPOCH);
  value_put_number(a, row, METRICS_BEST, 2.5);
  if (best) training_record(&s->t, h, row);
  if (best) assert_int_equal(saved_weights_write(&s->work, &s->net, BEST, s->t.w, row, NULL), 0);
  assert_int_equal(checkpoint_save(&s->t, &s->net, &s->work, CHECKPOINT_FILE, NULL), STATUS_OK);
}

/* Whatever was loaded is whole, or nothing. */
static bool load(story *s) {
  bool found = true;
  failure err = {0};
  training_reset(&s->t, WEIGHTS, &s->work);
  if (checkpoint_load(&s->t, &s->net, &s->work, STEPS, &found, &err)) fail_msg("%s", err.message);
  for (size_t i = 0; i < WEIGHTS; i++) {
    const float want = found ? (float)(i + 1) : 0;
    assert_true(s->t.w[i] == want && s->t.m[i] == want && s->t.v[i] == want);
  }
  const training_history *h = s->t.histories;
  const losses *l = &s->t.sums;
  assert_false(h->late);
  assert_int_equal(l->count, (s->t.step + EPOCH - 1) / EPOCH);
  for (size_t i = 0; i < l->count; i++)
    assert_true(l->epochs[i].loss == (double)(i + 1) &&
                l->epochs[i].gradient_norm == 0.1 * (double)(i + 1));
  if (!found) assert_true(s->t.step == 0 && h->rows->count == 0 && !h->saved);
  return found;
}

/* Puts `to` in place of `from`, which has as many letters, and takes the hash away, as if an
 * earlier version had written the file. */
static void edit(story *s, const char *from, const char *to) {
  size_t length;
  char *bytes = read_file(s, "checkpoint.safetensors", &length);
  char *key = memmem(bytes, length, "\"content\":", 10),
       *place = memmem(bytes, length, from, strlen(from));
  assert_true(key && place && strlen(from) == strlen(to));
  memcpy(key + 1, "earlier", 7);
  memcpy(place, to, strlen(to));
  write_file(s, "checkpoint.safetensors", bytes, length);
  free(bytes);
}

static void a_whole_checkpoint_is_used(void **state) {
  story s;
  open_story(&s, *state);
  assert_false(load(&s)); /* there is none */
  save(&s, 107, true);
  assert_true(load(&s));
  assert_true(s.t.step == 107 && s.t.histories[0].saved);
  assert_int_equal(s.t.histories[0].rows->count, 1);
  assert_true(history_score(s.t.histories[0].rows->items[0]) == 2.5 &&
              s.t.histories[0].best == 2.5);
  save(&s, STEPS, false);
  assert_true(load(&s));
  edit(&s, "\"step\":\"1000\"", "\"step\":\"1000\""); /* of an earlier version */
  assert_true(load(&s));
  s.work.id = "abd";
  assert_false(load(&s)); /* of another run */
  close_story(&s);
}

static void every_flipped_bit_is_found(void **state) {
  story s;
  size_t length, used = 0;
  open_story(&s, *state);
  save(&s, 107, false);
  char *bytes = read_file(&s, "checkpoint.safetensors", &length);
  for (size_t i = 0; i < length; i++) {
    bytes[i] ^= (char)(1 << i % 8);
    write_file(&s, "checkpoint.safetensors", bytes, length);
    bytes[i] ^= (char)(1 << i % 8);
    if (!load(&s)) continue;
    used++; /* only the word "content" is another: nothing else */
    assert_true(s.t.step == 107);
  }
  assert_true(used <= strlen("content"));
  free(bytes);
  close_story(&s);
}

static void cut_files_are_found(void **state) {
  story s;
  size_t length;
  open_story(&s, *state);
  save(&s, 107, false);
  char *bytes = read_file(&s, "checkpoint.safetensors", &length);
  for (size_t kept = 0; kept < length; kept += kept < 16 ? 1 : 37) {
    write_file(&s, "checkpoint.safetensors", bytes, kept);
    assert_false(load(&s));
  }
  free(bytes);
  close_story(&s);
}

static void impossible_steps_are_damage(void **state) {
  static const uint64_t SEALED[] = {STEPS + 1, UINT64_C(1) << 60};
  static const char *const EDITED[] = {"nan", "inf", "-10", "1.5", "1e9", "   ", "1a3"};
  story s;
  open_story(&s, *state);
  for (size_t i = 0; i < sizeof SEALED / sizeof *SEALED; i++) {
    save(&s, SEALED[i], false);
    assert_false(load(&s));
  }
  for (size_t i = 0; i < sizeof EDITED / sizeof *EDITED; i++) {
    char to[32];
    snprintf(to, sizeof to, "\"step\":\"%s\"", EDITED[i]);
    save(&s, 100, false);
    edit(&s, "\"step\":\"100\"", to);
    assert_false(load(&s));
  }
  save(&s, 100, false);
  edit(&s, "\"step\":\"100\"", "\"step\":\"101\""); /* of 11 epochs, with the losses of 10 */
  assert_false(load(&s));
  close_story(&s);
}

/* As earlier versions wrote them: the run starts again. */
static void a_checkpoint_without_losses_is_not_used(void **state) {
  story s;
  open_story(&s, *state);
  save(&s, 100, false);
  edit(&s, "\"losses\":{", "\"l0sses\":{");
  assert_false(load(&s));
  close_story(&s);
}

/* The time of a checkpoint must not grow much with the epochs. */
static void an_epoch_costs_sixteen_bytes(void **state) {
  story s;
  size_t small, large;
  open_story(&s, *state);
  save(&s, 100, false);
  free(read_file(&s, "checkpoint.safetensors", &small));
  set_losses(&s, 500 * EPOCH);
  assert_int_equal(checkpoint_save(&s.t, &s.net, &s.work, CHECKPOINT_FILE, NULL), STATUS_OK);
  free(read_file(&s, "checkpoint.safetensors", &large));
  assert_in_range(large - small, 490 * 16, 490 * 16 + 16);
  close_story(&s);
}

/* A callback that has moved to another folder, and a run at a relative path. */
static void checkpoints_stay_in_their_folder(void **state) {
  story s;
  char before[PATH_MAX];
  open_story(&s, *state);
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir("/tmp"), 0);
  s.work.folder = s.f->path + strlen("/tmp/");
  surroundings_remember();
  assert_int_equal(chdir("/"), 0);
  save(&s, 100, true);
  assert_true(load(&s));
  assert_int_equal(chdir(before), 0);
  close_story(&s);
}

/* A better measurement may never come, and then the run would end without them. */
static void best_weights_that_are_lost_start_again(void **state) {
  story s;
  size_t length;
  open_story(&s, *state);
  save(&s, 100, true);
  char *bytes = read_file(&s, BEST_FILE, &length);
  bytes[length - 1] ^= 1;
  write_file(&s, BEST_FILE, bytes, length);
  assert_false(load(&s));
  assert_int_equal(files_remove(folder_path(s.f, BEST_FILE), NULL), STATUS_OK);
  assert_false(load(&s));
  free(bytes);
  close_story(&s);
}

/* A measurement that is read out of a finer one may have its best weights in no file. */
static void best_weights_that_were_never_saved_are_not_missed(void **state) {
  story s;
  open_story(&s, *state);
  save(&s, 100, true);
  s.asked.id = "coarse";
  assert_true(load(&s)); /* the finer file is there */
  assert_true(s.t.histories[0].rows->count == 1 && !s.t.histories[0].saved);
  assert_int_equal(checkpoint_save(&s.t, &s.net, &s.work, CHECKPOINT_FILE, NULL), STATUS_OK);
  assert_true(load(&s));
  assert_true(s.t.step == 100 && s.t.histories[0].rows->count == 1);
  close_story(&s);
}

/* Of a training with train.ema and skipped steps. */
static void averages_and_skipped_steps_come_back(void **state) {
  story s;
  open_story(&s, *state);
  s.work.config = folder_value(s.f, "{'train':{'ema':0.9}}");
  training_reset(&s.t, WEIGHTS, &s.work);
  for (size_t i = 0; i < WEIGHTS; i++) s.t.average[i] = 1.0 / (double)(i + 3);
  for (s.t.step = 1; s.t.step < 25; s.t.step++) training_add(&s.t, 1, 2);
  training_skip(&s.t); /* step 25 */
  s.t.step++;
  training_skip(&s.t);
  for (size_t i = 0; i < WEIGHTS; i++) s.t.w[i] = s.t.m[i] = s.t.v[i] = (float)(i + 1);
  assert_int_equal(checkpoint_save(&s.t, &s.net, &s.work, CHECKPOINT_FILE, NULL), STATUS_OK);
  bool found = false;
  training_reset(&s.t, WEIGHTS, &s.work);
  assert_int_equal(checkpoint_load(&s.t, &s.net, &s.work, STEPS, &found, NULL), STATUS_OK);
  assert_true(found && s.t.step == 26 && s.t.skipped == 2 && s.t.skipped_in_a_row == 2);
  for (size_t i = 0; i < WEIGHTS; i++) assert_true(s.t.average[i] == 1.0 / (double)(i + 3));
  assert_true(s.t.sums.skipped[1] == 0 && s.t.sums.skipped[2] == 2);
  assert_true(training_loss(&s.t) == 1); /* of 4 steps of the last epoch */
  training_add(&s.t, 1, 2);
  assert_int_equal(s.t.skipped_in_a_row, 0);
  close_story(&s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(a_whole_checkpoint_is_used),
                                     TEST(every_flipped_bit_is_found),
                                     TEST(cut_files_are_found),
                                     TEST(impossible_steps_are_damage),
                                     TEST(a_checkpoint_without_losses_is_not_used),
                                     TEST(an_epoch_costs_sixteen_bytes),
                                     TEST(checkpoints_stay_in_their_folder),
                                     TEST(best_weights_that_are_lost_start_again),
                                     TEST(best_weights_that_were_never_saved_are_not_missed),
                                     TEST(averages_and_skipped_steps_come_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
