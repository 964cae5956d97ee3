/* Sums of strided matrix products, for each kind of registers that this machine has. */
#include "fixture.h"

#include <math.h>
#include <stdbool.h>

/* What the processor is taken to have at most: nothing, AVX2, AVX-512. */
static int level;

#ifdef __x86_64__
static bool has(int needed) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return needed < 2 ? avx2 : (bool)__builtin_cpu_supports("avx512f");
}
#define __builtin_cpu_supports(name) (level >= ((name)[3] == '5' ? 2 : 1))
#else
static bool has(int needed) {
  (void)needed;
  return false;
}
#endif

#include "../runtime/layers/strided_gemm.c"

enum { LINES = 2, MOST = 31, GROUPS = 2, DEPTH = 5, COLUMNS = 80, ROOM = 1 << 14 };

/* The definition in strided_gemm.h, with every stride different. */
static void check(size_t rows, size_t columns) {
  float *a = fixture_floats(ROOM, 1), *b = fixture_floats(ROOM, 2);
  float *c = fixture_floats(ROOM, 3), *before = fixture_floats(ROOM, 3);
  const strided_gemm o = {.lines = LINES,
                          .rows = rows,
                          .columns = columns,
                          .groups = GROUPS,
                          .depth = DEPTH,
                          .a = a,
                          .a_line = 401,
                          .a_row = 7,
                          .a_group = 1103,
                          .a_depth = 1,
                          .b = b,
                          .b_group = 907,
                          .b_depth = 97,
                          .c = c,
                          .c_line = 4001,
                          .c_row = 83};
  layers_strided_gemm(&o);
  for (size_t l = 0; l < LINES; l++)
    for (size_t r = 0; r < rows; r++)
      for (size_t j = 0; j < columns; j++) {
        const size_t at = l * o.c_line + r * o.c_row + j;
        double sum = (double)before[at];
        for (size_t g = 0; g < GROUPS; g++)
          for (size_t k = 0; k < DEPTH; k++)
            sum += (double)a[l * o.a_line + r * o.a_row + g * o.a_group + k] *
                   (double)b[g * o.b_group + k * o.b_depth + j];
        fixture_near(c[at], sum, 3e-6);
        before[at] = c[at];
      }
  assert_memory_equal(c, before, ROOM * sizeof *c); /* nothing else was written */
  free(a), free(b), free(c), free(before);
}

static void check_level(int wanted) {
  if (wanted > 0 && !has(wanted)) {
    print_message("SKIPPED: this processor has no registers of kind %d\n", wanted);
    skip();
  }
  level = wanted;
  for (size_t rows = 1; rows <= MOST; rows++)
    for (size_t columns = 16; columns <= COLUMNS; columns += 16) check(rows, columns);
}

static void any_processor(void **state) {
  (void)state;
  check_level(0);
}

static void avx2(void **state) {
  (void)state;
  check_level(1);
}

static void avx512(void **state) {
  (void)state;
  check_level(2);
}

/* Tiles of every height: a sum is the same wherever its row is. */
static void rows_do_not_depend_on_their_number(void **state) {
  enum { DEEP = 9, WIDE = 48 };
  float *a = fixture_floats(MOST * DEEP, 13), *b = fixture_floats(DEEP * WIDE, 14);
  float whole[MOST * WIDE] = {0};
  strided_gemm o = {.lines = 1,
                    .rows = MOST,
                    .columns = WIDE,
                    .groups = 1,
                    .depth = DEEP,
                    .a = a,
                    .a_row = DEEP,
                    .a_depth = 1,
                    .b = b,
                    .b_depth = WIDE,
                    .c = whole,
                    .c_row = WIDE};
  (void)state;
  level = has(2) ? 2 : has(1) ? 1 : 0;
  layers_strided_gemm(&o);
  for (size_t rows = 1; rows < MOST; rows++) {
    float part[MOST * WIDE] = {0};
    o.rows = rows;
    o.c = part;
    layers_strided_gemm(&o);
    assert_memory_equal(part, whole, rows * WIDE * sizeof *part);
    assert_true(part[rows * WIDE] == 0);
  }
  free(a), free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(any_processor), cmocka_unit_test(avx2),
                                     cmocka_unit_test(avx512),
                                     cmocka_unit_test(rows_do_not_depend_on_their_number)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
