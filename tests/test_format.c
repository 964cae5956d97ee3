/* Numbers and aligned text. */
#include "folder.h"

#include "report/format.h"

static void numbers_as_text(void **state) {
  (void)state;
  char out[FORMAT_ROOM];
  assert_string_equal(format_number(out, 0.1), "0.1");
  assert_string_equal(format_number(out, 1.0 / 3), "0.3333333333333333");
  assert_string_equal(format_number(out, 0.1 + 0.2), "0.30000000000000004");
  assert_string_equal(format_number(out, 5e-324), "4.94065645841247e-324");
  assert_string_equal(format_number(out, -4349.63), "-4349.63");
  assert_string_equal(format_fixed(out, -0.0004, 3), "0.000");
  assert_string_equal(format_fixed(out, 123456789.5, 1), "123456789.5");
  assert_string_equal(format_fixed(out, 108214142938937.359, 3), "1.08e+14");
  assert_string_equal(format_fixed(out, 1e300, 3), "1e+300");
  assert_string_equal(format_duration(out, 3725), "1 h 2 min");
}

static void widths(void **state) {
  (void)state;
  text_buffer out = {0};
  assert_int_equal(format_width("✓ κ ±"), 5);
  assert_int_equal(format_width("日本"), 4);
  assert_int_equal(format_width("e\xcc\x81\xff"), 2);
  format_fit(&out, "formation", 5);
  format_fit(&out, "日本語", 5);
  format_fit(&out, "a", 3);
  assert_string_equal(out.text, "for..日.. a  ");
  free(out.text);
}

static void bars_do_not_end_cells(void **state) {
  (void)state;
  text_buffer out = {0};
  const char *cells[] = {"a", "x|y\nz"};
  const bool right[] = {false};
  const format_grid grid = {1, 2, cells, right};
  format_markdown(&out, &grid);
  assert_string_equal(out.text, "| a      |\n| ------ |\n| x\\|y z |\n");
  free(out.text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_as_text),
      cmocka_unit_test(widths),
      cmocka_unit_test(bars_do_not_end_cells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
