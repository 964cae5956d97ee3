/* The losses of a training: written as a file of numbers, read as they were, or an error. */
#include "descriptors.h"
#include "folder.h"
#include "job/contents.h"
#include "job/losses.h"

#include <sys/stat.h>

enum { EPOCHS = 100 };

static losses some_losses(folder *f, size_t count) {
  losses l = {0};
  for (size_t i = 0; i < count; i++) {
    losses_begin_epoch(&f->memory, &l);
    l.epochs[i] = (losses_epoch){1.0 / (double)(i + 3), (double)i * 1e300};
  }
  return l;
}

/* Writes a finished training with these losses; returns its result. */
static const value *finish_with(folder *f, const losses *l) {
  const job work = {.kind = JOB_TRAIN, .id = "abc", .folder = f->path};
  const result made = {.kind = JOB_TRAIN, .id = "abc", .status = RUN_DONE};
  const value *trained = NULL;
  assert_int_equal(losses_write(l, f->path, NULL), STATUS_OK);
  assert_int_equal(contents_record(&f->memory, &work, &made, NULL), STATUS_OK);
  assert_int_equal(result_read(&f->memory, folder_path(f, "result.json"), "abc", &trained, NULL),
                   STATUS_OK);
  assert_non_null(trained);
  return trained;
}

static const value *finish(folder *f, size_t epochs) {
  const losses l = some_losses(f, epochs);
  return finish_with(f, &l);
}

static void expect(folder *f, const value *trained, size_t epochs) {
  const losses want = some_losses(f, epochs), *got = NULL;
  failure err = {0};
  if (losses_read(&f->memory, f->path, trained, &got, &err)) fail_msg("%s", err.message);
  assert_non_null(got);
  assert_int_equal(got->count, epochs);
  if (epochs) assert_memory_equal(got->epochs, want.epochs, epochs * sizeof *want.epochs);
}

static void losses_are_read_as_they_were(void **state) {
  folder *f = *state;
  expect(f, finish(f, EPOCHS), EPOCHS);
  expect(f, finish(f, 0), 0); /* diverged at its first step */
}

/* A column more only where there are any: the files of other trainings stay as they were. */
static void skipped_steps_are_a_column(void **state) {
  folder *f = *state;
  const losses *got = NULL;
  struct stat plain, wide;
  losses l = some_losses(f, EPOCHS);
  const value *trained = finish_with(f, &l);
  assert_int_equal(stat(folder_path(f, LOSSES_FILE), &plain), 0);
  l.skipped[3] = 2;
  l.skipped[EPOCHS - 1] = 5;
  trained = finish_with(f, &l);
  assert_int_equal(stat(folder_path(f, LOSSES_FILE), &wide), 0);
  assert_int_equal(wide.st_size - plain.st_size, EPOCHS * sizeof(double));
  expect(f, trained, EPOCHS);
  assert_int_equal(losses_read(&f->memory, f->path, trained, &got, NULL), STATUS_OK);
  assert_true(losses_skipped(got) == 7 && got->skipped[3] == 2 && got->skipped[EPOCHS - 1] == 5);
}

/* Earlier versions had them in the result, still earlier ones had none. */
static void results_of_earlier_versions_are_read(void **state) {
  folder *f = *state;
  const losses *got = NULL;
  const value *inside = folder_value(f, "{'losses':[{'gradient_norm':2,'loss':1},{'loss':null}]}");
  assert_int_equal(losses_read(&f->memory, f->path, inside, &got, NULL), STATUS_OK);
  assert_int_equal(got->count, 2);
  assert_true(got->epochs[0].loss == 1 && got->epochs[0].gradient_norm == 2);
  assert_true(got->epochs[1].loss != got->epochs[1].loss);
  assert_int_equal(losses_read(&f->memory, f->path, folder_value(f, "{'id':'a'}"), &got, NULL),
                   STATUS_OK);
  assert_null(got);
}

static void expect_refusal(folder *f, const value *trained, status_code status, const char *words) {
  const losses *got;
  failure err = {0};
  assert_int_equal(losses_read(&f->memory, f->path, trained, &got, &err), status);
  assert_non_null(strstr(err.message, words));
  assert_non_null(strstr(err.message, "/result.json, then hifm run SCRIPT"));
}

static void damage_is_found(void **state) {
  folder *f = *state;
  size_t length;
  char *bytes;
  const value *trained = finish(f, 3);
  const char *path = folder_path(f, LOSSES_FILE);
  assert_int_equal(files_read(path, 1 << 20, &bytes, &length, NULL), STATUS_OK);
  for (size_t i = 0; i < length; i++) {
    bytes[i] ^= (char)(1 << i % 8);
    assert_int_equal(files_write(path, bytes, length, NULL), STATUS_OK);
    bytes[i] ^= (char)(1 << i % 8);
    expect_refusal(f, trained, STATUS_BAD_INPUT, "losses.npy is damaged");
  }
  assert_int_equal(files_write(path, bytes, length - 16, NULL), STATUS_OK);
  expect_refusal(f, trained, STATUS_BAD_INPUT, "losses.npy is damaged");
  assert_int_equal(files_remove(path, NULL), STATUS_OK);
  expect_refusal(f, trained, STATUS_NO_INPUT, "losses.npy is missing");
  free(bytes);
}

/* A job that has no descriptor left for the hashes ends with that reason. */
static void what_cannot_be_read_is_not_damaged(void **state) {
  folder *f = *state;
  const value *trained = finish(f, EPOCHS);
  descriptors_forbid();
  const status_code status = contents_check(JOB_TRAIN, f->path, trained, NULL);
  descriptors_allow();
  assert_int_equal(status, STATUS_NO_RESOURCE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(losses_are_read_as_they_were), TEST(skipped_steps_are_a_column),
      TEST(results_of_earlier_versions_are_read), TEST(damage_is_found),
      TEST(what_cannot_be_read_is_not_damaged)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
