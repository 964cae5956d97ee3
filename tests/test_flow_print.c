/* Flows that are one path have equal numbers, and no others. */
#include "base/json.h"
#include "fixture.h"
#include "job/flow_print.h"

#include <math.h>
#include <string.h>

static const hifm_domain domain = {.d = 6, .particles = 2, .space = 3, .centred = true};

#define FLOW(clock, scheme, stages)                                                                \
  "{\"clock\":\"" clock "\",\"scheme\":\"" scheme "\",\"stages\":[" stages "]}"
#define Z(stages)      FLOW("z", "finite", stages)
#define NOISE          "{\"\":\"anisotropic\",\"gamma\":1e-10}"
#define TRANSPORT      "{\"\":\"transport\",\"sigma_min\":1e-5}"
#define INTERPOLANT(k) "{\"\":\"interpolant\",\"kappa\":" k ",\"epsilon\":1e-5}," NOISE
#define DATA(k)        "{\"\":\"data\",\"kappa\":" k ",\"epsilon\":1e-5}," NOISE
#define ENERGY(name)   "\"energy\":{\"\":\"" name "\"}"
#define HESSIAN(energy, negative, tol)                                                             \
  "{\"\":\"hessian\"," energy ",\"kappa\":1,\"negative\":\"" negative "\",\"tol\":" tol "}"
#define SINGLE           HESSIAN(ENERGY("formation"), "absolute", "1e-6")
#define ISOTROPIC(gamma) "{\"\":\"isotropize\",\"gamma\":" gamma "}"
#define CONDITION        "{\"\":\"condition\",\"c\":2},"

static double difference(const char *one, const char *other) {
  arena a = {0};
  const char *texts[] = {one, other};
  flow_print prints[2];
  for (size_t i = 0; i < 2; i++) {
    const value *section;
    failure err = {0};
    prints[i] = (flow_print){.count = 0};
    if (json_parse(&a, texts[i], strlen(texts[i]), "flow", &section, &err) != STATUS_OK ||
        flow_print_make(&a, section, &domain, &prints[i], &err) != STATUS_OK)
      fail_msg("%s: %s", texts[i], err.message);
    assert_true(prints[i].count > 0);
  }
  const double found = flow_print_difference(&prints[0], &prints[1]);
  arena_close(&a);
  return found;
}

static void paths_that_are_equal(void **state) {
  (void)state;
  const double straight = difference(Z(TRANSPORT), Z(INTERPOLANT("1")));
  assert_true(straight > 1e-6 && straight < 2e-5);
  assert_true(difference(Z(DATA("2")), Z(INTERPOLANT("2"))) < 1e-9);
  assert_true(
      difference(Z(SINGLE "," CONDITION NOISE), Z(SINGLE "," CONDITION ISOTROPIC("1e-10"))) < 1e-4);
}

static void paths_that_differ(void **state) {
  (void)state;
  static const char *const PAIRS[][2] = {
      {Z(TRANSPORT), Z(INTERPOLANT("2"))},
      {Z(INTERPOLANT("1")), Z(INTERPOLANT("1.01"))},
      {Z(DATA("2")), FLOW("t", "finite", DATA("2"))},
      {FLOW("t", "finite", DATA("2")), FLOW("t", "finite", INTERPOLANT("2"))},
      {Z(DATA("2")), FLOW("z", "infinite", DATA("2"))},
      {FLOW("z", "infinite", DATA("2")), FLOW("z", "infinite", INTERPOLANT("2"))},
      {Z(SINGLE "," NOISE), Z(SINGLE "," CONDITION NOISE)},
      {Z(SINGLE "," NOISE), Z(SINGLE ",{\"\":\"hyperbolize\"}," NOISE)},
      {Z(SINGLE "," NOISE), Z(SINGLE "," NOISE ",{\"\":\"project\"}")},
      {Z(SINGLE "," ISOTROPIC("1e-3")), Z(SINGLE "," ISOTROPIC("1e-2"))},
      {Z(SINGLE "," NOISE), Z(HESSIAN(ENERGY("formation"), "clip", "1e-6") "," NOISE)},
      {Z(SINGLE "," NOISE), Z(HESSIAN(ENERGY("formation"), "absolute", "1e-5") "," NOISE)},
      {Z(SINGLE "," NOISE), Z(HESSIAN(ENERGY("lennard_jones"), "absolute", "1e-6") "," NOISE)},
      {Z(SINGLE "," NOISE), Z(TRANSPORT)}};
  for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++)
    if (!(difference(PAIRS[i][0], PAIRS[i][1]) > 1e-3))
      fail_msg("%s and %s are taken for one path", PAIRS[i][0], PAIRS[i][1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_that_are_equal),
      cmocka_unit_test(paths_that_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
