/* A grid cut into slices: equal costs, whole folders, files that are read back. */
#include "folder.h"

#include "grid/slice_file.h"

#include <math.h>

enum { DATA, MODES, FIRST, RUNS = 12, AUDIT = FIRST + RUNS, COUNT };

/* A data set, its modes, RUNS trainings that need both, and an audit of the first one. */
static void make_jobs(folder *f, grid_job jobs[COUNT]) {
  for (size_t i = 0; i < COUNT; i++) {
    const char *name = arena_format(&f->memory, "job%zu", i == AUDIT ? FIRST : i);
    value *file = value_new(&f->memory, VALUE_MAP);
    value_put_number(&f->memory, file, "number", (double)i);
    jobs[i] = (grid_job){.label = name,
                         .kind = i == DATA    ? JOB_DATA
                                 : i == MODES ? JOB_MODES
                                 : i == AUDIT ? JOB_MEASURE
                                              : JOB_TRAIN,
                         .id = arena_format(&f->memory, "id%zu", i),
                         .folder = name,
                         .result_path = arena_format(&f->memory, "nowhere/%zu", i),
                         .file = file};
    if (i >= FIRST && i < AUDIT) jobs[i].needs[jobs[i].need_count++] = MODES;
    if (i >= MODES) jobs[i].needs[jobs[i].need_count++] = DATA;
    if (i == AUDIT) jobs[i].needs[jobs[i].need_count++] = FIRST;
  }
}

static void all_unknown(double seconds[COUNT]) {
  for (size_t i = 0; i < COUNT; i++) seconds[i] = NAN;
}

static void every_job_is_in_one_slice(void **state) {
  folder *f = *state;
  grid_job jobs[COUNT];
  double seconds[COUNT];
  size_t sum = 0;
  make_jobs(f, jobs);
  all_unknown(seconds);
  const slices cut = slices_cut(&f->memory, jobs, COUNT, seconds, 5);
  assert_int_equal(cut.count, 5);
  assert_int_equal(cut.of[DATA], SLICES_PREPARE);
  assert_int_equal(cut.of[MODES], SLICES_PREPARE);
  assert_int_equal(cut.jobs[SLICES_PREPARE], 2);
  for (size_t k = 1; k <= 5; k++) {
    assert_in_range(cut.jobs[k], 2, 4);
    sum += cut.jobs[k];
  }
  assert_int_equal(sum, RUNS + 1);
  assert_int_equal(cut.job_count, RUNS + 1);
  assert_int_equal(cut.of[AUDIT], cut.of[FIRST]); /* they share a folder */
}

static void there_are_no_empty_slices(void **state) {
  folder *f = *state;
  grid_job jobs[COUNT];
  double seconds[COUNT];
  make_jobs(f, jobs);
  all_unknown(seconds);
  const slices cut = slices_cut(&f->memory, jobs, COUNT, seconds, 100);
  assert_int_equal(cut.count, RUNS);
}

static void costs_are_balanced(void **state) {
  folder *f = *state;
  grid_job jobs[COUNT];
  double seconds[COUNT];
  make_jobs(f, jobs);
  all_unknown(seconds);
  for (size_t i = FIRST; i < AUDIT; i++) seconds[i] = i < FIRST + 2 ? 50 : 10;
  const slices cut = slices_cut(&f->memory, jobs, COUNT, seconds, 4);
  for (size_t k = 1; k <= 4; k++) assert_float_equal(cut.seconds[k], 50, 0);
}

static void what_cannot_be_done_is_left_out(void **state) {
  folder *f = *state;
  grid_job jobs[COUNT];
  double seconds[COUNT];
  make_jobs(f, jobs);
  all_unknown(seconds);
  jobs[FIRST].state = JOB_FAILED;
  jobs[FIRST + 1].state = JOB_DONE;
  slices cut = slices_cut(&f->memory, jobs, COUNT, seconds, 3);
  assert_true(cut.of[FIRST] == SLICES_NONE && cut.of[FIRST + 1] == SLICES_NONE);
  assert_true(cut.of[AUDIT] == SLICES_NONE); /* of the one that fails */
  jobs[MODES].state = JOB_FAILED;
  cut = slices_cut(&f->memory, jobs, COUNT, seconds, 3);
  assert_int_equal(cut.count, 0);
  assert_int_equal(cut.job_count, 0);
}

static void a_file_has_what_a_slice_needs(void **state) {
  folder *f = *state;
  grid_job jobs[COUNT];
  double seconds[COUNT];
  slice read;
  failure err;
  const slice_options how = {
      .plugins = "copies", .plugins_hash = "abc", .timeout = 7, .retries = 1};
  const char *path = folder_path(f, "slice-1.json");
  make_jobs(f, jobs);
  all_unknown(seconds);
  const slices cut = slices_cut(&f->memory, jobs, COUNT, seconds, RUNS);
  const size_t number = cut.of[FIRST];
  assert_int_equal(slice_file_write(path, &how, jobs, COUNT, &cut, number, &err), STATUS_OK);
  assert_int_equal(slice_file_read(&f->memory, path, &read, &err), STATUS_OK);
  assert_int_equal(read.count, 4); /* modes and data of another slice, the training, its audit */
  assert_true(read.elsewhere[0] && read.elsewhere[1] && !read.elsewhere[2] && !read.elsewhere[3]);
  assert_string_equal(read.how.plugins, "copies");
  assert_float_equal(read.how.timeout, 7, 0);
  assert_int_equal(read.how.retries, 1);
  assert_string_equal(read.jobs[2].id, jobs[FIRST].id);
  assert_string_equal(read.jobs[2].result_path, jobs[FIRST].result_path);
  assert_true(value_equal(read.jobs[2].file, jobs[FIRST].file));
  assert_int_equal(read.jobs[2].need_count, 2);
  assert_string_equal(read.jobs[read.jobs[2].needs[0]].id, jobs[MODES].id);
  assert_int_equal(read.jobs[3].kind, JOB_MEASURE);
  assert_int_equal(read.jobs[3].needs[1], 2);
}

static void other_files_are_refused(void **state) {
  folder *f = *state;
  slice read;
  failure err;
  const char *const TEXTS[] = {
      "{}", "[]", "{\"plugins\": \"x\", \"jobs\": [{}]}",
      ("{\"plugins\": \"x\", \"jobs\": [{\"kind\": \"train\", \"label\": \"a\", "
       "\"id\": \"1\", \"folder\": \"b\", \"result\": \"c\", \"needs\": [0]}]}")};
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
    folder_write(f, "other.json", TEXTS[i]);
    assert_int_equal(slice_file_read(&f->memory, folder_path(f, "other.json"), &read, &err),
                     STATUS_BAD_INPUT);
    assert_non_null(strstr(err.message, "not a slice"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_job_is_in_one_slice, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(there_are_no_empty_slices, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(costs_are_balanced, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(what_cannot_be_done_is_left_out, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(a_file_has_what_a_slice_needs, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(other_files_are_refused, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
