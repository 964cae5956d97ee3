/* Chains compared by the places they visit: of series whose places are known. */
#include "fixture.h"

#include "hifm/rng.h"
#include "job/chain_places.h"

enum { CHAINS = 8, DRAWS = 400, ROWS = CHAINS * DRAWS, PARTICLES = 4, SPACE = 2, D = 8 };

static const hifm_stream STREAM = {31, HIFM_RNG_CHECK};
static const hifm_domain PLAIN = {.d = D};
static const hifm_domain CLUSTER = {
    .d = D, .particles = PARTICLES, .space = SPACE, .centred = true};
static double samples[ROWS * D];

static void draw(double scale) {
  for (uint32_t row = 0; row < ROWS; row++) hifm_normals(STREAM, 0, row, D, samples + row * D);
  for (size_t i = 0; i < (size_t)ROWS * D; i++) samples[i] *= scale;
}

static bool is_odd_chain(size_t row) {
  return row / DRAWS % 2 == 1;
}

static void chains_of_one_place_agree(void **state) {
  (void)state;
  draw(1);
  const chain_places plain = chain_places_compare(&PLAIN, samples, CHAINS, DRAWS);
  assert_true(plain.rhat < 1.01 && plain.ess > 2000);
  const chain_places cluster = chain_places_compare(&CLUSTER, samples, CHAINS, DRAWS);
  assert_true(cluster.rhat < 1.01 && cluster.ess > 2000);
  assert_string_equal(chain_places_word(&PLAIN), "coordinates");
  assert_string_equal(chain_places_word(&CLUSTER), "distances");
}

/* Half of the chains on the other side in the last coordinate alone: |y|^2 is the same there. */
static void one_coordinate_is_enough(void **state) {
  (void)state;
  draw(1);
  for (size_t row = 0; row < ROWS; row++) samples[row * D + D - 1] += is_odd_chain(row) ? 5 : -5;
  const chain_places found = chain_places_compare(&PLAIN, samples, CHAINS, DRAWS);
  assert_true(found.rhat > 3 && found.ess < 100);
}

/* A square or a rhombus of the same radius of gyration, with a little noise. */
static void place(double *point, bool rhombus) {
  static const double SQUARE[D] = {1, 0, 0, 1, -1, 0, 0, -1};
  const double narrow = 0.8, wide = sqrt(2 - narrow * narrow);
  for (size_t i = 0; i < D; i++) point[i] += SQUARE[i] * (!rhombus ? 1 : i % 2 ? narrow : wide);
}

static void arrangements_of_particles_differ(void **state) {
  (void)state;
  draw(0.05);
  for (size_t row = 0; row < ROWS; row++) place(samples + row * D, is_odd_chain(row));
  const chain_places found = chain_places_compare(&CLUSTER, samples, CHAINS, DRAWS);
  assert_true(found.rhat > 2 && found.ess < 100);
}

/* Odd chains: rotated, reflected, and two particles change places. */
static void symmetric_arrangements_are_one(void **state) {
  (void)state;
  draw(0.05);
  for (size_t row = 0; row < ROWS; row++) {
    double *y = samples + row * D, turned[D];
    place(y, true);
    if (!is_odd_chain(row)) continue;
    for (size_t i = 0; i < PARTICLES; i++) {
      const size_t from = i < 2 ? 1 - i : i;
      turned[2 * i] = y[2 * from + 1];
      turned[2 * i + 1] = y[2 * from];
    }
    memcpy(y, turned, sizeof turned);
  }
  assert_true(chain_places_compare(&PLAIN, samples, CHAINS, DRAWS).rhat > 3);
  const chain_places found = chain_places_compare(&CLUSTER, samples, CHAINS, DRAWS);
  assert_true(found.rhat < 1.01 && found.ess > 2000);
}

static void two_particles_have_one_distance(void **state) {
  (void)state;
  const hifm_domain pair = {.d = 6, .particles = 2, .space = 3, .centred = true};
  draw(1);
  const chain_places found = chain_places_compare(&pair, samples, CHAINS, DRAWS);
  assert_true(found.rhat < 1.01 && found.ess > 2000);
  assert_true(isnan(chain_places_compare(&pair, samples, CHAINS, 3).rhat));
  assert_true(isnan(chain_places_compare(&pair, samples, CHAINS, 3).ess));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(chains_of_one_place_agree),
      cmocka_unit_test(one_coordinate_is_enough),
      cmocka_unit_test(arrangements_of_particles_differ),
      cmocka_unit_test(symmetric_arrangements_are_one),
      cmocka_unit_test(two_particles_have_one_distance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
