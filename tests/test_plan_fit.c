/* Sections that do not go together are refused before anything runs. */
#include "plan_fixture.h"

#define PLANE       "dataset = { 'mcmc', energy = 'double_well', dimensions = 2, train = 100 },\n"
#define HESSIAN(of) "flow = { { 'hessian', energy = '" of "' } },\n"
#define PIXELS(more)                                                                               \
  "dataset = { 'images', train_file = 'a', test_file = 'b', train = 50, train_content = '1',"      \
  "test_content = '2'," more " },\n"

static void test_refused(void **state) {
  static const struct {
    const char *text, *message;
  } SCRIPTS[] = {
      {HEAD HESSIAN("double_well") PIXELS("dequantise = 'uniform'") NETWORK TRAIN TAIL,
       "x.lua:4: dataset.dequantise: \"uniform\" moves a point at every draw, but the Hessian of "
       "flow.hessian is taken once at each point; it needs \"none\""},
      {HEAD HESSIAN("lennard_jones") PLANE NETWORK TRAIN TAIL,
       "x.lua:3: flow.hessian: energy \"lennard_jones\" is a sum over pairs of particles, but the "
       "data set has plain points; give particles and space of the data set, or another energy"},
      {HEAD HESSIAN("lennard_jones") PIXELS("") NETWORK TRAIN TAIL,
       "x.lua:3: flow.hessian: energy \"lennard_jones\" is a sum over pairs of particles, but the "
       "data set has plain points; give particles and space of the data set, or another energy"},
      {HEAD FLOW
       "dataset = {\n 'mcmc', energy = 'lennard_jones', dimensions = 2, train = 100 },\n" NETWORK
           TRAIN TAIL,
       "x.lua:5: dataset.energy: energy \"lennard_jones\" is a sum over pairs of particles, but "
       "the data set has plain points; give particles and space of the data set, or another "
       "energy"},
      {HEAD HESSIAN("double_well") DATASET NETWORK TRAIN TAIL,
       "x.lua:3: flow.hessian: energy \"double_well\" is not invariant under translations, but the "
       "data set has particles, whose centre of mass is removed; give dimensions in place of "
       "particles, or another energy"},
  };
  folder *f = *state;
  for (size_t i = 0; i < sizeof SCRIPTS / sizeof *SCRIPTS; i++)
    plan_refused(f, SCRIPTS[i].text, SCRIPTS[i].message);
}

/* Not before the grid: epochs are steps only with the points of the data set. */
static void test_learning_rates(void **state) {
  static const struct {
    const char *optimizer, *message; /* "": accepted */
  } CASES[] = {
      {"warmup = 20",
       "x.lua:3: optimizer.warmup: 20 steps are not less than the 20 of the training"},
      {"warmup = 19", ""},
      {"schedule = 'exponential'",
       "x.lua:3: optimizer.final: schedule \"exponential\" never reaches 0; give a final above 0, "
       "such as 0.01"},
      {"schedule = 'exponential', final = 0.01", ""},
      {"final = 0.1", "x.lua:3: optimizer.final: schedule \"constant\" stays at lr; give cosine, "
                      "linear or exponential, or leave final out"},
      {"schedule = 'cosine', final = 0.1, warmup = 3, clip = 1", ""},
      {"schedule = 'linear', warmup = 3", ""}};
  folder *f = *state;
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    const char *text =
        arena_format(&f->memory, HEAD "optimizer = { 'adamw', %s },\n" ALL, CASES[i].optimizer);
    if (*CASES[i].message)
      plan_refused(f, text, CASES[i].message);
    else
      plan_of(f, text);
  }
}

static void test_measured_weights(void **state) {
  static const char AVERAGED[] = "train = { batch = 10, epochs = 2, ema = 0.9 },\n";
  folder *f = *state;
  plan_refused_with(f, HEAD "measure = { weights = 'raw' },\n" ALL,
                    "x.lua:3: measure.weights: without train.ema there are no averaged weights");
  plan_refused_with(f, HEAD "audits = { a = { ['measure.weights'] = 'raw' } },\n" ALL,
                    "audits.a.measure.weights: without train.ema");
  plan_of(f, arena_format(&f->memory,
                          HEAD FLOW DATASET NETWORK
                          "%smeasure = { weights = h.grid { 'raw', 'averaged' } },\n" TAIL,
                          AVERAGED));
  plan_of(f, arena_format(&f->memory,
                          HEAD FLOW DATASET NETWORK
                          "%saudits = { a = { ['measure.weights'] = 'raw' } },\n" TAIL,
                          AVERAGED));
}

static void test_accepted(void **state) {
  folder *f = *state;
  plan_of(f, HEAD HESSIAN("double_well") PIXELS("") NETWORK TRAIN TAIL);
  plan_of(f, HEAD FLOW PIXELS("dequantise = 'uniform'") NETWORK TRAIN TAIL);
  plan_of(f, HEAD HESSIAN("lennard_jones") DATASET NETWORK TRAIN TAIL);
  plan_of(f, HEAD HESSIAN("double_well") PLANE NETWORK TRAIN TAIL);
  plan_of(f, HEAD HESSIAN("wrapped") DATASET NETWORK TRAIN TAIL);
}

/* One row that does not fit is found among others. */
static void test_every_row(void **state) {
  folder *f = *state;
  plan_refused_with(
      f,
      HEAD "flow = h.grid { { { 'transport' } }, { { 'hessian', energy = 'morse' } } },\n" PIXELS(
          "dequantise = h.grid { 'none', 'uniform' }") NETWORK TRAIN TAIL,
      "dataset.dequantise");
  plan_refused_with(
      f,
      HEAD HESSIAN(
          "lennard_jones") "dataset = h.grid { h.as('a', { 'mcmc', "
                           "energy = 'morse', particles = 4, train = 100 }), h.as('b', { 'mcmc', "
                           "energy = 'morse', dimensions = 2, train = 100 }) },\n" NETWORK TRAIN
                               TAIL,
      "flow.hessian");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(test_refused), TEST(test_accepted),
                                     TEST(test_learning_rates), TEST(test_measured_weights),
                                     TEST(test_every_row)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
