/* Grids of images: where each pixel is drawn, and points that are not images. */
#include "fixture.h"
#include "job/image_grid.h"

enum { W = 3, H = 2, D = W * H };

static const hifm_domain domain = {.d = D, .height = H, .width = W, .channels = 1};
static failure err;
static image_grid s;

static void plan(const char *range, size_t count, size_t columns) {
  if (image_grid_plan(&s, &domain, range, count, columns, &err) != STATUS_OK)
    fail_msg("%s", err.message);
}

static void grids_are_nearly_square(void **state) {
  (void)state;
  static const size_t CASES[][3] = {{1, 1, 1}, {2, 1, 2}, {3, 2, 2},  {4, 2, 2},
                                    {5, 2, 3}, {7, 3, 3}, {64, 8, 8}, {65, 8, 9}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    plan("unit", CASES[i][0], 0);
    assert_int_equal(s.rows, CASES[i][1]);
    assert_int_equal(s.columns, CASES[i][2]);
    assert_int_equal(s.width, s.columns * W * IMAGE_GRID_SCALE + (s.columns - 1) * IMAGE_GRID_GAP);
    assert_int_equal(s.height, s.rows * H * IMAGE_GRID_SCALE + (s.rows - 1) * IMAGE_GRID_GAP);
  }
  plan("unit", 18, 9);
  assert_int_equal(s.rows, 2);
  assert_int_equal(s.columns, 9);
}

/* Three images in two columns: every pixel of the picture is that of an image, or a gap. */
static void every_pixel_is_in_its_place(void **state) {
  (void)state;
  double images[3 * D];
  for (size_t i = 0; i < 3 * D; i++) images[i] = (double)i / 255;
  plan("unit", 3, 0);
  uint8_t *pixels = image_grid_pixels(&s, images);
  for (size_t y = 0; y < s.height; y++)
    for (size_t x = 0; x < s.width; x++) {
      const size_t cell_w = W * IMAGE_GRID_SCALE, cell_h = H * IMAGE_GRID_SCALE;
      const size_t row = y / (cell_h + 1), column = x / (cell_w + 1);
      const size_t down = y % (cell_h + 1), right = x % (cell_w + 1);
      const size_t image = 2 * row + column;
      const bool gap = down == cell_h || right == cell_w || image == 3;
      const size_t gray = gap ? IMAGE_GRID_GAP_GRAY
                              : image * D + down / IMAGE_GRID_SCALE * W + right / IMAGE_GRID_SCALE;
      assert_int_equal(pixels[y * s.width + x], gray);
    }
  free(pixels);
}

static void ranges_are_mapped_and_clamped(void **state) {
  (void)state;
  static const double image[D] = {-7, -1, 0, 0.5, 1, 7};
  static const uint8_t unit[D] = {0, 0, 0, 128, 255, 255};
  static const uint8_t symmetric[D] = {0, 0, 128, 191, 255, 255};
  for (int k = 0; k < 2; k++) {
    plan(k ? "symmetric" : "unit", 1, 0);
    uint8_t *pixels = image_grid_pixels(&s, image);
    for (size_t i = 0; i < D; i++)
      assert_int_equal(pixels[i / W * IMAGE_GRID_SCALE * s.width + i % W * IMAGE_GRID_SCALE],
                       (k ? symmetric : unit)[i]);
    free(pixels);
  }
}

static void refused(const hifm_domain *of, size_t count, status_code status, const char *words) {
  assert_int_equal(image_grid_plan(&s, of, "unit", count, 0, &err), status);
  if (!strstr(err.message, words)) fail_msg("no \"%s\" in: %s", words, err.message);
}

static void other_points_are_refused(void **state) {
  (void)state;
  const hifm_domain points = {.d = D}, cluster = {.d = 12, .particles = 4, .space = 3};
  hifm_domain coloured = domain;
  coloured.d = 3 * D;
  coloured.channels = 3;
  refused(&points, 1, STATUS_USAGE, "name that ends in .npy");
  refused(&cluster, 1, STATUS_USAGE, "are not images");
  refused(&coloured, 1, STATUS_USAGE, "images of 3 channels");
  refused(&domain, 10000000, STATUS_BAD_INPUT, "Ask for fewer with -n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grids_are_nearly_square),
      cmocka_unit_test(every_pixel_is_in_its_place),
      cmocka_unit_test(ranges_are_mapped_and_clamped),
      cmocka_unit_test(other_points_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
