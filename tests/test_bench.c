/* hifm bench with small sizes: its rows, and that their numbers agree with each other. */
#include "base/csv_table.h"
#include "base/safetensors.h"
#include "base/text.h"
#include "bench/bench.h"
#include "folder.h"
#include "host/network.h"
#include "host/plugins.h"

#include <math.h>
#include <unistd.h>

static const bench_sizes SMALL = {.width = 8,
                                  .depth = 2,
                                  .calls = 2,
                                  .batch = 60,
                                  .warm_up = 2,
                                  .steps = 2,
                                  .few = 4,
                                  .many = 30,
                                  .repeats = 2,
                                  .modes = 20,
                                  .images = 2,
                                  .warmup_transitions = 50};

/* The rows of the table: name, unit, whether it has a floor. */
static const struct {
  const char *name, *unit;
  bool floor;
} EXPECTED[] = {{"sgemm_nn", "GFLOP/s", false},
                {"sgemm_nt", "GFLOP/s", false},
                {"sgemm_tn", "GFLOP/s", false},
                {"sgemm", "GFLOP/s", false},
                {"modes", "1/s", true},
                {"image_unet_16", "ms", true},
                {"image_unet_32", "ms", true},
                {"layers_step", "ms", true},
                {"layers_divergence", "ms", true},
                {"klein_step", "ms", true},
                {"klein_divergence", "ms", true},
                {"step_direct", "ms", true},
                {"step_series", "ms", true},
                {"gradient_difference", "1", false},
                {"gradient_difference_most", "1", false},
                {"loss_difference_most", "1", false},
                {"training_step", "ms", true},
                {"training_batch", "1", false},
                {"training_learn", "1", false},
                {"training_adamw", "1", false},
                {"likelihood_direct_4", "ms", true},
                {"likelihood_direct_4_point", "us", true},
                {"likelihood_series_4", "ms", false},
                {"likelihood_series_4_point", "us", false},
                {"likelihood_series_30", "ms", false},
                {"likelihood_series_30_point", "us", false},
                {"blake2b", "MB/s", false},
                {"memory", "MiB", false}};
enum { ROWS = sizeof EXPECTED / sizeof *EXPECTED };

static status_code run(folder *f, const char *weights, failure *err) {
  FILE *out = fopen(folder_path(f, "bench.csv"), "w");
  assert_non_null(out);
  status_code status = bench_run(&SMALL, weights, out, err);
  assert_int_equal(fclose(out), 0);
  return status;
}

static void read_table(folder *f, csv_table *table) {
  failure err = {0};
  if (csv_table_read(table, folder_path(f, "bench.csv"), &err) != STATUS_OK)
    fail_msg("%s", err.message);
  static const char *const HEADER[] = {"name", "value", "unit", "floor", "ratio"};
  assert_int_equal(table->columns, 5);
  for (size_t i = 0; i < 5; i++) assert_string_equal(table->header[i], HEADER[i]);
}

static double number(const char *cell) {
  double out;
  if (!text_number(cell, &out)) fail_msg("\"%s\" is not a number", cell);
  return out;
}

static double cell_of(const csv_table *table, const char *name, size_t column) {
  for (size_t i = 0; i < table->count; i++)
    if (strcmp(table->cells[i][0], name) == 0) return number(table->cells[i][column]);
  fail_msg("no row %s", name);
  return NAN;
}

static double value_of(const csv_table *table, const char *name) {
  return cell_of(table, name, 1);
}

static double floor_of(const csv_table *table, const char *name) {
  return cell_of(table, name, 3);
}

static void check_row(const char *const *cells, size_t i) {
  const double measured = number(cells[1]);
  assert_string_equal(cells[0], EXPECTED[i].name);
  assert_string_equal(cells[2], EXPECTED[i].unit);
  /* sums may happen to agree to the last bit */
  if (!(measured > 0) && strcmp(cells[0], "loss_difference_most") != 0)
    fail_msg("%s is %s", cells[0], cells[1]);
  assert_true(measured >= 0);
  assert_int_equal(*cells[3] != 0, EXPECTED[i].floor);
  assert_int_equal(*cells[4] != 0, EXPECTED[i].floor);
  if (!EXPECTED[i].floor) return;
  const double ratio = measured / number(cells[3]);
  assert_true(number(cells[3]) > 0);
  assert_true(fabs(number(cells[4]) - ratio) <= 1e-3 * ratio);
}

static void all_rows_fit(void **state) {
  folder *f = *state;
  failure err = {0};
  csv_table table;
  if (run(f, NULL, &err) != STATUS_OK) fail_msg("%s", err.message);
  read_table(f, &table);
  assert_int_equal(table.count, ROWS);
  for (size_t i = 0; i < ROWS; i++) check_row(table.cells[i], i);

  const double parts = value_of(&table, "training_batch") + value_of(&table, "training_learn") +
                       value_of(&table, "training_adamw");
  assert_true(fabs(parts - 1) < 1e-5);
  assert_true(value_of(&table, "gradient_difference_most") < 1e-3);
  assert_true(value_of(&table, "gradient_difference") <=
              value_of(&table, "gradient_difference_most"));
  assert_true(value_of(&table, "loss_difference_most") < 1e-5);
  const double each = value_of(&table, "likelihood_direct_4_point");
  assert_true(fabs(value_of(&table, "likelihood_direct_4") * 1e3 / 4 / each - 1) < 1e-4);
  /* one flop is one flop: the three forms' times add up */
  const double times = 1 / value_of(&table, "sgemm_nn") + 1 / value_of(&table, "sgemm_nt") +
                       1 / value_of(&table, "sgemm_tn");
  assert_true(fabs(value_of(&table, "sgemm") * times / 3 - 1) < 1e-4);
  csv_table_close(&table);
}

/* Matrices of 32 x 32 in a step of 60 points, by layer: those of edges, with 78 or 156 pairs, and
 * those of 13 particles. The settings of Klein et al. add none. */
static void check_floors_of_layers(const csv_table *table) {
  const double products = 78 * 2 + 13 * 3 + 156 * 2 + 13 * 5 + 156 * 2 + 13 * 2;
  const double floor = 1e3 * 60 * products * 32 * 32 * 6 / (1e9 * value_of(table, "sgemm"));
  assert_true(fabs(floor_of(table, "layers_step") / floor - 1) < 1e-4);
  assert_true(floor_of(table, "klein_step") == floor_of(table, "layers_step"));
  assert_true(floor_of(table, "klein_divergence") == floor_of(table, "layers_divergence"));
}

/* floor [ms] = pairs * weights * 6 / rate: for width 8 and depth 2 the weights of edge1 and coord0
 * (72 each), the last 8, and 16 of the first edge layer. */
static void floor_counts_weights(void **state) {
  folder *f = *state;
  failure err = {0};
  csv_table table;
  if (run(f, NULL, &err) != STATUS_OK) fail_msg("%s", err.message);
  read_table(f, &table);
  const double flop = 60.0 * 78 * (72 + 72 + 8 + 16) * 6;
  const double floor = 1e3 * flop / (1e9 * value_of(&table, "sgemm"));
  assert_true(fabs(floor_of(&table, "step_direct") / floor - 1) < 1e-4);
  check_floors_of_layers(&table);
  csv_table_close(&table);
}

/* A file of weights as a checkpoint has them: under "w.", with logarithms of distances. */
static const char *write_weights(folder *f, size_t width, size_t layers) {
  static const hifm_domain domain = {.d = 39, .particles = 13, .space = 3, .centred = true};
  safetensors_entry entries[64] = {0};
  failure err = {0};
  hifm_bound bound;
  network net;
  value *settings = value_new(&f->memory, VALUE_MAP);
  value_put_text(&f->memory, settings, PARAMS_NAME, "egnn");
  value_put_text(&f->memory, settings, "distance", "log");
  value_put_number(&f->memory, settings, "width", (double)width);
  value_put_number(&f->memory, settings, "depth", 3);
  value_put_number(&f->memory, settings, "layers", (double)layers);
  if (plugins_bind(&f->memory, HIFM_NETWORK, settings, "", &domain, &bound, &err) != STATUS_OK)
    fail_msg("%s", err.message);
  assert_int_equal(network_open(&net, bound, &domain, false, 1, &err), STATUS_OK);
  float *w = memory_array(net.weights, sizeof *w), *at = w;
  network_initialise(&net, 1, w);
  for (size_t i = 0; i < net.count; i++) {
    const hifm_tensor *t = &net.tensors[i];
    entries[i] = (safetensors_entry){.type = SAFETENSORS_F32,
                                     .rank = 2,
                                     .shape = {t->rows, t->columns},
                                     .data = at,
                                     .bytes = t->rows * t->columns * sizeof *w};
    snprintf(entries[i].name, sizeof entries[i].name, "w.%s", t->name);
    at += t->rows * t->columns;
  }
  const char *path = folder_path(f, "weights.safetensors");
  assert_int_equal(safetensors_write(path, NULL, entries, net.count, &err), STATUS_OK);
  free(w);
  network_close(&net);
  plugins_drop(&bound);
  return path;
}

/* Width 5 and depth 3 come from the file: 30 for each of edge1, edge2, coord0 and coord1. */
static void weights_say_their_shape(void **state) {
  folder *f = *state;
  failure err = {0};
  csv_table table;
  if (run(f, write_weights(f, 5, 1), &err) != STATUS_OK) fail_msg("%s", err.message);
  read_table(f, &table);
  assert_int_equal(table.count, ROWS);
  const double flop = 60.0 * 78 * (4 * 30 + 5 + 10) * 6;
  const double floor = 1e3 * flop / (1e9 * value_of(&table, "sgemm"));
  assert_true(fabs(floor_of(&table, "step_direct") / floor - 1) < 1e-4);
  csv_table_close(&table);
}

static void refused(folder *f, const char *weights, status_code status, const char *words) {
  failure err = {0};
  assert_int_equal(run(f, weights, &err), status);
  if (!strstr(err.message, words)) fail_msg("no \"%s\" in: %s", words, err.message);
  assert_string_equal(folder_read(f, "bench.csv"), "");
}

/* Reported before anything is measured or written. */
static void other_weights_are_refused(void **state) {
  folder *f = *state;
  refused(f, folder_path(f, "nowhere"), STATUS_NO_INPUT, "nowhere");
  refused(f, write_weights(f, 5, 2), STATUS_BAD_INPUT, "several layers");
  const float numbers[6] = {0};
  safetensors_entry entry = {.type = SAFETENSORS_F32,
                             .rank = 2,
                             .shape = {1, 6},
                             .data = numbers,
                             .bytes = sizeof numbers,
                             .name = "dense0.kernel"};
  const char *path = folder_path(f, "other.safetensors");
  assert_int_equal(safetensors_write(path, NULL, &entry, 1, NULL), STATUS_OK);
  refused(f, path, STATUS_BAD_INPUT, "layer0.embed0.kernel");
  snprintf(entry.name, sizeof entry.name, "layer0.embed0.kernel");
  assert_int_equal(safetensors_write(path, NULL, &entry, 1, NULL), STATUS_OK);
  refused(f, path, STATUS_BAD_CONFIG, "depth");
}

/* Temporary files are below TMPDIR, and are removed at the end. */
static void leaves_nothing(void **state) {
  folder *f = *state;
  failure err = {0};
  assert_int_equal(files_make_folder(folder_path(f, "tmp"), &err), STATUS_OK);
  setenv("TMPDIR", folder_path(f, "tmp"), 1);
  if (run(f, NULL, &err) != STATUS_OK) fail_msg("%s", err.message);
  unsetenv("TMPDIR");
  if (rmdir(folder_path(f, "tmp"))) fail_msg("the folder under TMPDIR is not empty");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(all_rows_fit, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(floor_counts_weights, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(weights_say_their_shape, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(other_weights_are_refused, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(leaves_nothing, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
