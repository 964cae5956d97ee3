/* Finished data folders, opened: points as in the file, images as numbers of their range. */
#include "base/files.h"
#include "base/json.h"
#include "fixture.h"
#include "hifm/rng.h"
#include "job/dataset.h"

#include <math.h>
#include <stdio.h>

enum { IMAGES = 40, HEIGHT = 3, WIDTH = 5, D = HEIGHT * WIDTH };

typedef struct scene {
  char folder[256];
  arena a;
  uint8_t images[IMAGES * D];
} scene;

static void write_array(const scene *s, const char *name, npy_type type, const void *rows,
                        size_t rank, const size_t *shape) {
  char path[512];
  npy_writer writer;
  size_t length = (size_t)type;
  for (size_t i = 0; i < rank; i++) length *= shape[i];
  snprintf(path, sizeof path, "%s/%s.npy", s->folder, name);
  assert_int_equal(npy_begin(&writer, path, type, rank, shape, NULL), STATUS_OK);
  assert_int_equal(npy_append(&writer, rows, length, NULL), STATUS_OK);
  assert_int_equal(npy_commit(&writer, NULL), STATUS_OK);
}

/* Images 0 and 1 are alike. */
static int set_up(void **state) {
  scene *s = memory_get(sizeof *s);
  const size_t shape[] = {IMAGES, HEIGHT, WIDTH};
  snprintf(s->folder, sizeof s->folder, "%s/hifm-dataset-XXXXXX", P_tmpdir);
  assert_non_null(mkdtemp(s->folder));
  for (size_t i = 0; i < IMAGES * D; i++) s->images[i] = (uint8_t)(i < D ? i : (i - D) * 37);
  memcpy(s->images + D, s->images, D);
  s->images[D - 1] = s->images[2 * D - 1] = 255;
  write_array(s, "train", NPY_UINT8, s->images, 3, shape);
  write_array(s, "test", NPY_UINT8, s->images, 3, shape);
  *state = s;
  return 0;
}

static int tear_down(void **state) {
  scene *s = *state;
  assert_int_equal(files_remove(s->folder, NULL), STATUS_OK);
  arena_close(&s->a);
  free(s);
  return 0;
}

static const value *config_of(scene *s, const char *range, const char *dequantise, size_t test,
                              unsigned seed) {
  const value *config;
  const char *text = arena_format(
      &s->a,
      "{\"\":\"images\",\"folder\":\"\",\"train_file\":\"a\",\"test_file\":\"b\",\"train_content\":"
      "\"\",\"test_content\":\"\",\"fetch\":\"\",\"range\":\"%s\",\"dequantise\":\"%s\",\"train\":"
      "%d,\"test\":%zu,\"seed\":%u}",
      range, dequantise, IMAGES, test, seed);
  assert_int_equal(json_parse(&s->a, text, strlen(text), "data", &config, NULL), STATUS_OK);
  return config;
}

static dataset open_images(scene *s, const char *range, const char *dequantise, unsigned seed) {
  dataset data;
  failure err;
  if (dataset_open(&data, s->folder, config_of(s, range, dequantise, IMAGES, seed), &err))
    fail_msg("%s", err.message);
  return data;
}

static void images_have_a_shape(void **state) {
  dataset data = open_images(*state, "unit", "none", 0);
  assert_int_equal(data.domain.d, D);
  assert_int_equal(data.domain.height, HEIGHT);
  assert_int_equal(data.domain.width, WIDTH);
  assert_int_equal(data.domain.channels, 1);
  assert_int_equal(data.domain.particles, 0);
  assert_false(data.domain.centred);
  assert_int_equal(data.train_file.type, NPY_UINT8);
  dataset_close(&data);
}

static void bytes_become_numbers(void **state) {
  scene *s = *state;
  double room[D];
  dataset unit = open_images(s, "unit", "none", 0), both = open_images(s, "symmetric", "none", 0);
  for (size_t row = 0; row < IMAGES; row++) {
    assert_ptr_equal(dataset_train_point(&unit, row, 1, 2, 3, room), room);
    for (size_t i = 0; i < D; i++) {
      const double pixel = s->images[row * D + i] / 255.0, other = 2 * pixel - 1;
      assert_memory_equal(room + i, &pixel, sizeof pixel);
      assert_memory_equal(unit.test + row * D + i, &pixel, sizeof pixel);
      assert_memory_equal(both.test + row * D + i, &other, sizeof other);
    }
    dataset_train_point(&both, row, 1, 2, 3, room);
    assert_memory_equal(room, both.test + row * D, sizeof room);
  }
  assert_true(both.test[0] <= -1 && both.test[D - 1] >= 1);
  dataset_close(&unit);
  dataset_close(&both);
}

/* Each number is in the cell of its byte; the noise is uniform: mean 1/2, variance 1/12. */
static void noise_fills_the_cells(void **state) {
  scene *s = *state;
  double room[D], sum = 0, squares = 0;
  const size_t draws = 200;
  dataset data = open_images(s, "unit", "uniform", 0);
  for (uint64_t step = 0; step < draws; step++)
    for (uint32_t k = 0; k < IMAGES; k++) {
      dataset_train_point(&data, k, 7, step, k, room);
      for (size_t i = 0; i < D; i++) {
        const double u = room[i] * 256 - s->images[k * D + i];
        assert_true(u > 0 && u < 1);
        sum += u;
        squares += u * u;
      }
    }
  const double n = (double)(draws * IMAGES * D), mean = sum / n;
  fixture_near(mean, 0.5, 5 * sqrt(1 / (12 * n)));
  fixture_near(squares / n - mean * mean, 1 / 12.0, 5 * sqrt(1 / (180 * n)));
  dataset_close(&data);
}

static void noise_is_a_function_of_the_draw(void **state) {
  double room[D], other[D];
  dataset data = open_images(*state, "unit", "uniform", 0);
  dataset_train_point(&data, 0, 7, 5, 3, room);
  dataset_train_point(&data, 1, 7, 5, 3, other);
  assert_memory_equal(room, other, sizeof room); /* the same bytes, the same draw */
  const struct {
    uint32_t seed;
    uint64_t step;
    uint32_t index;
  } others[] = {{8, 5, 3}, {7, 6, 3}, {7, 5, 4}};
  for (size_t k = 0; k < 3; k++) {
    dataset_train_point(&data, 0, others[k].seed, others[k].step, others[k].index, other);
    for (size_t i = 0; i < D; i++) assert_true(fabs(room[i] - other[i]) > 0);
  }
  dataset_close(&data);
}

/* Every run, whatever its seed, is measured on the same test points. */
static void noise_on_tests_is_fixed(void **state) {
  scene *s = *state;
  dataset data = open_images(s, "symmetric", "uniform", 4);
  dataset again = open_images(s, "symmetric", "uniform", 4);
  dataset other = open_images(s, "symmetric", "uniform", 5), few;
  assert_memory_equal(data.test, again.test, IMAGES * D * sizeof *data.test);
  assert_int_equal(dataset_open(&few, s->folder, config_of(s, "symmetric", "uniform", 3, 4), NULL),
                   STATUS_OK);
  assert_memory_equal(data.test, few.test, 3 * D * sizeof *data.test);
  for (size_t i = 0; i < D; i++) {
    assert_true(fabs(data.test[i] - data.test[D + i]) > 0); /* the same bytes, another row */
    assert_true(fabs(data.test[i] - other.test[i]) > 0);
    const double u = (data.test[i] + 1) * 128 - s->images[i];
    assert_true(u > 0 && u < 1);
  }
  dataset_close(&data);
  dataset_close(&again);
  dataset_close(&other);
  dataset_close(&few);
}

static void refused(scene *s, const value *config, const char *rule) {
  dataset data;
  failure err = {0};
  assert_int_equal(dataset_open(&data, s->folder, config, &err), STATUS_BAD_INPUT);
  if (!strstr(err.message, rule)) fail_msg("\"%s\" is not in \"%s\"", rule, err.message);
  assert_null(data.test);
}

static void other_arrays_are_refused(void **state) {
  scene *s = *state;
  const value *config = config_of(s, "unit", "none", 1, 0), *points;
  const double zeros[IMAGES * D] = {0};
  refused(s, config_of(s, "unit", "none", IMAGES + 1, 0), "dataset.test: 41 points are asked for");
  const char *text = "{\"\":\"file\",\"train\":1,\"test\":1,\"particles\":5,\"space\":3}";
  assert_int_equal(json_parse(&s->a, text, strlen(text), "data", &points, NULL), STATUS_OK);
  refused(s, points, "not float64 [points, 15]");
  write_array(s, "test", NPY_UINT8, s->images, 3, (const size_t[]){IMAGES, WIDTH, HEIGHT});
  refused(s, config, "not uint8 [images, 3, 5]");
  write_array(s, "test", NPY_UINT8, s->images, 2, (const size_t[]){IMAGES, D});
  refused(s, config, "not uint8 [images, 3, 5]");
  write_array(s, "test", NPY_FLOAT64, zeros, 3, (const size_t[]){IMAGES, HEIGHT, WIDTH});
  refused(s, config, "not uint8 [images, 3, 5]");
  write_array(s, "train", NPY_UINT8, s->images, 3, (const size_t[]){IMAGES, 0, WIDTH});
  refused(s, config, "train.npy: the array is not uint8");
}

/* Points of other data sets stay where they are, to the last bit. */
static void points_are_not_copied(void **state) {
  scene *s = *state;
  const double points[4] = {1, -0.0, 1e-310, 4};
  const char *text = "{\"train\":2,\"test\":1,\"dimensions\":2}";
  const value *config;
  dataset data;
  write_array(s, "train", NPY_FLOAT64, points, 2, (const size_t[]){2, 2});
  write_array(s, "test", NPY_FLOAT64, points, 2, (const size_t[]){2, 2});
  assert_int_equal(json_parse(&s->a, text, strlen(text), "data", &config, NULL), STATUS_OK);
  assert_int_equal(dataset_open(&data, s->folder, config, NULL), STATUS_OK);
  assert_ptr_equal(data.test, data.test_file.data);
  assert_ptr_equal(dataset_train_point(&data, 1, 1, 2, 3, NULL),
                   (const double *)data.train_file.data + 2);
  assert_memory_equal(dataset_train_point(&data, 0, 0, 0, 0, NULL), points, sizeof points);
  assert_int_equal(data.domain.height, 0);
  dataset_close(&data);
}

/* Of points the last test points, of images the last training images, whatever n is. */
static void validation_points_are_the_last(void **state) {
  scene *s = *state;
  dataset few, many;
  value *config = value_copy(&s->a, config_of(s, "unit", "uniform", 5, 4));
  value_put_number(&s->a, config, "validation", 3);
  assert_int_equal(dataset_open(&few, s->folder, config, NULL), STATUS_OK);
  value_put_number(&s->a, config, "validation", IMAGES);
  assert_int_equal(dataset_open(&many, s->folder, config, NULL), STATUS_OK);
  assert_memory_equal(few.validation, many.validation + (IMAGES - 3) * D, 3 * D * sizeof(double));
  for (size_t i = 0; i < 5 * D; i++) {
    const double u = many.validation[i] * 256 - s->images[i];
    assert_true(u > 0 && u < 1);
    assert_true(fabs(many.validation[i] - many.test[i]) > 0); /* its own noise */
  }
  dataset_close(&few);
  dataset_close(&many);
  const double points[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  const char *text = "{\"train\":2,\"test\":1,\"validation\":3,\"dimensions\":2}";
  const value *plain;
  write_array(s, "train", NPY_FLOAT64, points, 2, (const size_t[]){2, 2});
  write_array(s, "test", NPY_FLOAT64, points, 2, (const size_t[]){4, 2});
  assert_int_equal(json_parse(&s->a, text, strlen(text), "data", &plain, NULL), STATUS_OK);
  assert_int_equal(dataset_open(&few, s->folder, plain, NULL), STATUS_OK);
  assert_ptr_equal(few.validation, few.test + 2);
  dataset_close(&few);
}

static void a_split_is_disjoint(void **state) {
  scene *s = *state;
  static const struct {
    const char *kind;
    size_t train, test; /* how many there are */
    bool fits;
    const char *message;
  } CASES[] = {
      {"mcmc", 10, 30, true, ""},
      {"mcmc", 90, 29, false, "10 points, and 20 by dataset.test, are asked for, but there are 29"},
      {"file", 90, 29, false, "10 % of the rows that are not for training"},
      {"images", 50, 20, true, ""},
      {"images", 49, 90, false, "10 points, and 40 by dataset.train, are asked for"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    failure err = {0};
    value *config = value_new(&s->a, VALUE_MAP);
    value_put_text(&s->a, config, "", CASES[i].kind);
    value_put_number(&s->a, config, "train", 40);
    value_put_number(&s->a, config, "test", 20);
    value_put_number(&s->a, config, "validation", 10);
    const status_code status = dataset_check_split(config, CASES[i].train, CASES[i].test, &err);
    assert_int_equal(status, CASES[i].fits ? STATUS_OK : STATUS_BAD_INPUT);
    if (!strstr(err.message, CASES[i].message)) fail_msg("%s", err.message);
  }
}

static void repeated_rows_are_found(void **state) {
  const scene *s = *state;
  uint64_t *known = dataset_hashes(s->images, D, (const size_t[]){5, 1, 9}, 3);
  for (size_t row = 0; row < 12; row++)
    assert_int_equal(dataset_among(known, 3, s->images + row * D, D),
                     row == 0 || row == 1 || row == 5 || row == 9);
  free(known);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(images_have_a_shape, set_up, tear_down),
      cmocka_unit_test_setup_teardown(bytes_become_numbers, set_up, tear_down),
      cmocka_unit_test_setup_teardown(noise_fills_the_cells, set_up, tear_down),
      cmocka_unit_test_setup_teardown(noise_is_a_function_of_the_draw, set_up, tear_down),
      cmocka_unit_test_setup_teardown(noise_on_tests_is_fixed, set_up, tear_down),
      cmocka_unit_test_setup_teardown(other_arrays_are_refused, set_up, tear_down),
      cmocka_unit_test_setup_teardown(points_are_not_copied, set_up, tear_down),
      cmocka_unit_test_setup_teardown(validation_points_are_the_last, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_split_is_disjoint, set_up, tear_down),
      cmocka_unit_test_setup_teardown(repeated_rows_are_found, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
