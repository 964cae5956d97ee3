/* Identities: what changes them, what does not. */
#include "plan_fixture.h"

#include "base/blake2b.h"
#include "base/npy.h"
#include "plan/identity.h"

#define FILM  "flow = { { 'hessian', energy = 'formation' }, { 'condition', c = 2 } },\n"
#define BASE  HEAD FILM DATASET NETWORK TRAIN
#define OTHER HEAD FILM
#define MOVING(more)                                                                               \
  HEAD "flow = { " more ", { 'interpolant' } }, network = 'mlp'," DATASET TRAIN TAIL

static identity of(folder *f, const char *text) {
  identity id;
  failure err = {0};
  const value *config = plan_config(plan_of(f, text), 0);
  if (identity_of(config, plan_catalogue(f, NULL), &id, &err)) fail_msg("%s", err.message);
  return id;
}

static const char *change(folder *f, const char *section) {
  return arena_format(&f->memory, "%s%s}", BASE, section);
}

/* Which of data, modes, train, measure are equal; a dot where they differ. */
static const char *same(folder *f, identity x, identity y) {
  return arena_format(&f->memory, "%s %s %s %s", strcmp(x.data, y.data) ? "." : "data",
                      strcmp(x.modes, y.modes) ? "." : "modes",
                      strcmp(x.train, y.train) ? "." : "train",
                      strcmp(x.measure, y.measure) ? "." : "measure");
}

#define ASSERT_SAME(text, expected)                                                                \
  assert_string_equal(same(f, of(f, BASE "}"), of(f, text)), expected)

static void test_form(void **state) {
  identity id = of(*state, BASE "}");
  assert_int_equal(strlen(id.data), 32);
  assert_int_equal(strspn(id.train, "0123456789abcdef"), 32);
  assert_int_equal(strlen(id.modes), 32);
  id = of(*state, HEAD FLOW DATASET NETWORK TRAIN "}");
  assert_string_equal(id.modes, "");
}

static void test_spelling_does_not_count(void **state) {
  folder *f = *state;
  const char *all = "data modes train measure";
  ASSERT_SAME(BASE "}", all);
  ASSERT_SAME(change(f, "optimizer = { 'adamw', lr = 1e-4, b1 = 0.9 }, seed = 0.0"), all);
  ASSERT_SAME(change(f, "optimizer = { schedule = 'constant', warmup = 0, final = 0, clip = 0 }"),
              all);
  ASSERT_SAME(change(f, "measure = { solver = { 'rk45', rtol = 0.010 }, every = 1 }"), all);
  ASSERT_SAME(HEAD "flow = { clock = 'z', { 'hessian', energy = { 'formation' }, kappa = 1 },"
                   "{ 'condition' }, { 'anisotropic', gamma = 1e-10 } }," DATASET
                   "network = { 'egnn', width = 150 }," TRAIN "}",
              all);
}

#define TRAINED(more) OTHER DATASET NETWORK "train = { batch = 10, epochs = 2, " more " } }"

static void test_additions_do_not_count_at_their_defaults(void **state) {
  folder *f = *state;
  const char *all = "data modes train measure";
  ASSERT_SAME(TRAINED("ema = 0, skip_nonfinite = 0"), all);
  ASSERT_SAME(TRAINED("keep_state = true, keep = 'all'"), all);
  ASSERT_SAME(change(f, "measure = { weights = 'averaged' }"), all);
  ASSERT_SAME(TRAINED("ema = 0.999"), "data modes . .");
  ASSERT_SAME(TRAINED("skip_nonfinite = 1"), "data modes . .");
  const identity averaged = of(f, TRAINED("ema = 0.9")),
                 raw = of(f, OTHER DATASET NETWORK "train = { batch = 10, epochs = 2, ema = 0.9 },"
                                                   "measure = { weights = 'raw' } }");
  assert_string_equal(averaged.train, raw.train);
  assert_string_not_equal(averaged.measure, raw.measure);
}

/* Trainings of one stem differ in their length alone. */
static void test_stem(void **state) {
  folder *f = *state;
#define STEM(train, optimizer)                                                                     \
  of(f, OTHER DATASET NETWORK "train = { batch = 10, " train                                       \
                              " }, optimizer = { 'adamw', " optimizer " } }")                      \
      .stem
  const identity base = of(f, BASE "}");
  assert_int_equal(strlen(base.stem), 32);
  assert_string_equal(base.stem, STEM("epochs = 3", ""));
  assert_string_equal(base.stem, STEM("steps = 7, keep_state = true, keep = 'all'", ""));
  assert_string_not_equal(base.stem, STEM("epochs = 2", "warmup = 3"));
  assert_string_equal(STEM("epochs = 9", "warmup = 3"), STEM("epochs = 2", "warmup = 3"));
  assert_string_not_equal(base.stem, STEM("epochs = 2, ema = 0.9", ""));
  assert_string_not_equal(base.stem, of(f, change(f, "seed = 1")).stem);
  assert_string_equal(STEM("epochs = 2", "schedule = 'cosine'"), "");
}

static void test_labels_and_schedule_do_not_count(void **state) {
  folder *f = *state;
  const char *all = "data modes train measure";
  ASSERT_SAME(change(f, "schedule = { timeout = 3 }, tables = { t = { x = 1 } }"), all);
  ASSERT_SAME(HEAD "network = h.grid { h.as('mine', 'egnn') }," FILM DATASET TRAIN "}", all);
  assert_int_equal(files_make_folder(folder_path(f, "recipes"), NULL), STATUS_OK);
  folder_write(f, "recipes/toy.lua", "return { 'mcmc', energy = 'morse', particles = 4 }");
  ASSERT_SAME(HEAD "dataset = { 'toy', train = 100 }," FILM NETWORK TRAIN "}", all);
}

static void test_what_changes_what(void **state) {
  folder *f = *state;
  ASSERT_SAME(change(f, "measure = { solver = { 'rk45', rtol = 1e-5 } }"), "data modes train .");
  ASSERT_SAME(change(f, "measure = { solver = 'rk4' }"), "data modes train .");
  ASSERT_SAME(change(f, "measure = { divergence = 'hutchinson' }"), "data modes train .");
  ASSERT_SAME(change(f, "seed = 1"), "data modes . .");
  assert_string_not_equal(of(f, MOVING("clock = 'z'")).train, of(f, MOVING("clock = 't'")).train);
  assert_string_equal(of(f, MOVING("scheme = 'finite'")).train, of(f, MOVING("clock = 'z'")).train);
  assert_string_not_equal(of(f, MOVING("scheme = 'infinite'")).train,
                          of(f, MOVING("clock = 'z'")).train);
  ASSERT_SAME(change(f, "optimizer = { lr = 1 }"), "data modes . .");
  ASSERT_SAME(change(f, "optimizer = { schedule = 'cosine' }"), "data modes . .");
  ASSERT_SAME(change(f, "optimizer = { warmup = 1 }"), "data modes . .");
  ASSERT_SAME(change(f, "optimizer = { clip = 1 }"), "data modes . .");
  ASSERT_SAME(OTHER DATASET NETWORK "train = { batch = 10, steps = 2 } }", "data modes . .");
  ASSERT_SAME(OTHER DATASET TRAIN "network = { 'egnn', width = 151 } }", "data modes . .");
  ASSERT_SAME(
      HEAD "flow = { { 'hessian', energy = 'formation' }, { 'condition', c = 3 } }," DATASET NETWORK
          TRAIN "}",
      "data modes . .");
  ASSERT_SAME(
      HEAD
      "flow = { { 'hessian', energy = 'morse' }, { 'condition', c = 2 } }," DATASET NETWORK TRAIN
      "}",
      "data . . .");
  ASSERT_SAME(
      OTHER "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 101 }," NETWORK TRAIN "}",
      "data . . .");
  ASSERT_SAME(
      OTHER
      "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100, test = 9 }," NETWORK TRAIN
      "}",
      "data modes train .");
  ASSERT_SAME(
      OTHER
      "dataset = { 'mcmc', energy = 'morse', particles = 4, train = 100, seed = 9 }," NETWORK TRAIN
      "}",
      ". . . .");
  ASSERT_SAME(OTHER "dataset = { 'mcmc', energy = { 'morse', depth = 2 }, particles = 4, train = "
                    "100 }," NETWORK TRAIN "}",
              ". . . .");
}

/* The bytes of a file count, its place does not. */
static void test_files(void **state) {
  folder *f = *state;
  folder_write(f, "a.npy", "points");
  folder_write(f, "b.npy", "points");
  folder_write(f, "c.npy", "other points");
#define WITH(name)                                                                                 \
  HEAD FILM "dataset = { 'file', path = '" name "', train = 50 }," NETWORK TRAIN "}"
  identity a = of(f, WITH("a.npy"));
  assert_string_equal(same(f, a, of(f, WITH("b.npy"))), "data modes train measure");
  assert_string_equal(same(f, a, of(f, WITH("c.npy"))), ". . . .");
}

static void write_numbers(folder *f, const char *name, const double x[4]) {
  const size_t shape[] = {4, 1};
  npy_writer writer;
  assert_int_equal(npy_begin(&writer, folder_path(f, name), NPY_FLOAT64, 2, shape, NULL),
                   STATUS_OK);
  assert_int_equal(npy_append(&writer, x, 4 * sizeof *x, NULL), STATUS_OK);
  assert_int_equal(npy_commit(&writer, NULL), STATUS_OK);
}

/* The data id of a file of this content, as `text` has its settings, by hand. */
static const char *file_id(folder *f, const char *name, const char *split) {
  char *bytes, hex[33];
  size_t length;
  assert_int_equal(files_read(folder_path(f, name), 1 << 20, &bytes, &length, NULL), STATUS_OK);
  blake2b_hex(bytes, length, hex);
  free(bytes);
  const char *text = arena_format(&f->memory,
                                  "{\"dataset\":{\"\":\"file\",\"content\":\"%s\"},"
                                  "\"revisions\":{}%s}",
                                  hex, split);
  blake2b_hex(text, strlen(text), hex);
  return arena_text(&f->memory, hex);
}

/* Files with repeated rows were split in another way before: the others keep their identity. */
static void test_repeated_rows(void **state) {
  folder *f = *state;
#define POINTS(name)                                                                               \
  HEAD FLOW "dataset = { 'file', path = '" name "', train = 20 }, network = 'mlp'," TRAIN "}"
  write_numbers(f, "plain.npy", (const double[]){1, 2, 3, 4});
  write_numbers(f, "repeats.npy", (const double[]){1, 2, 3, 1});
  assert_string_equal(of(f, POINTS("plain.npy")).data, file_id(f, "plain.npy", ""));
  assert_string_equal(of(f, POINTS("repeats.npy")).data, file_id(f, "repeats.npy", ",\"split\":2"));
}

#define IMAGES(more)                                                                               \
  HEAD FLOW NETWORK TRAIN                                                                          \
      "dataset = { 'images', train_file = 'a', test_file = 'b', train = 50, train_content = '1', " \
      "test_content = '2'," more "} }"

/* The bytes are the data set; how their pixels are seen is the run's. */
static void test_images(void **state) {
  folder *f = *state;
  const identity plain = of(f, IMAGES(""));
  const struct {
    const char *text, *expected;
  } cases[] = {
      {IMAGES("folder = 'x:y', fetch = '', range = 'unit'"), "data modes train measure"},
      {IMAGES("test = 9"), "data modes train ."},
      {IMAGES("range = 'symmetric'"), "data modes . ."},
      {IMAGES("dequantise = 'uniform'"), "data modes . ."},
      {IMAGES("seed = 1"), ". modes . ."},
      {HEAD FLOW NETWORK TRAIN
       "dataset = { 'images', train_file = 'c', test_file = 'd', train = 50,"
       "train_content = '1', test_content = '2' } }",
       "data modes train measure"},
      {HEAD FLOW NETWORK TRAIN
       "dataset = { 'images', train_file = 'a', test_file = 'b', train = 50,"
       "train_content = '3', test_content = '2' } }",
       ". modes . ."},
      {HEAD FLOW NETWORK TRAIN
       "dataset = { 'images', train_file = 'a', test_file = 'b', train = 50,"
       "train_content = '1', test_content = '3' } }",
       ". modes . ."},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(same(f, plain, of(f, cases[i].text)), cases[i].expected);
  const identity ranged = of(f, IMAGES("range = 'symmetric'"));
  assert_string_equal(same(f, ranged, of(f, IMAGES("dequantise = 'uniform'"))), "data modes . .");
  char hex[33];
  const char *text = "{\"dataset\":{\"\":\"images\",\"test_content\":\"2\",\"train_content\":"
                     "\"1\"},\"revisions\":{}}";
  blake2b_hex(text, strlen(text), hex);
  assert_string_equal(plain.data, hex);
}

/* Eigenvectors are of points, so of pixels in their range. */
static void test_modes_of_images(void **state) {
  folder *f = *state;
#define FILMED(more)                                                                               \
  OTHER NETWORK TRAIN                                                                              \
      "dataset = { 'images', train_file = 'a', test_file = 'b', train = 50, train_content = '1', " \
      "test_content = '2'," more "} }"
  assert_string_equal(same(f, of(f, FILMED("")), of(f, FILMED("range = 'symmetric'"))),
                      "data . . .");
  assert_string_equal(same(f, of(f, FILMED("")), of(f, FILMED("folder = '/'"))),
                      "data modes train measure");
}

static const char *revised(folder *f, const char *plugin) {
  const value *config = plan_config(plan_of(f, BASE "}"), 0);
  identity id;
  assert_int_equal(identity_of(config, plan_catalogue(f, plugin), &id, NULL), STATUS_OK);
  return same(f, of(f, BASE "}"), id);
}

static void test_revisions_count(void **state) {
  folder *f = *state;
  assert_string_equal(revised(f, "morse"), ". . . .");
  assert_string_equal(revised(f, "formation"), "data . . .");
  assert_string_equal(revised(f, "egnn"), "data modes . .");
  assert_string_equal(revised(f, "mlp"), "data modes train measure");
  assert_string_equal(revised(f, "anisotropic"), "data modes . .");
  assert_string_equal(revised(f, "rk45"), "data modes train .");
}

/* An option added later, at its default, makes no old result stale. */
static void test_new_settings_at_their_defaults(void **state) {
  folder *f = *state;
  const char *config_text = json_text(&f->memory, plan_config(plan_of(f, BASE "}"), 0));
  const char *at = strstr(config_text, "\"depth\":4,");
  assert_non_null(at);
  const char *older = arena_format(&f->memory, "%.*s%s", (int)(at - config_text), config_text,
                                   at + strlen("\"depth\":4,"));
  const value *config;
  identity id;
  assert_int_equal(json_parse(&f->memory, older, strlen(older), "c", &config, NULL), STATUS_OK);
  assert_int_equal(identity_of(config, plan_catalogue(f, NULL), &id, NULL), STATUS_OK);
  assert_string_equal(same(f, of(f, BASE "}"), id), "data modes train measure");
}

/* The canonical text, written down: identities must not drift from one release to the next. */
static void test_known_identity(void **state) {
  folder *f = *state;
  identity id = of(f, BASE "}");
  char hex[33];
  const char *text = "{\"dataset\":{\"\":\"mcmc\",\"energy\":{\"\":\"morse\"},\"particles\":4},"
                     "\"revisions\":{\"energy/morse\":1}}";
  blake2b_hex(text, strlen(text), hex);
  assert_string_equal(id.data, hex);
  text = arena_format(&f->memory,
                      "{\"data\":\"%s\",\"energy\":{\"\":\"formation\"},\"revisions\":{\"energy/"
                      "formation\":1},\"train\":100}",
                      id.data);
  blake2b_hex(text, strlen(text), hex);
  assert_string_equal(id.modes, hex);
  text = arena_format(
      &f->memory,
      "{\"data\":\"%s\",\"flow\":{\"stages\":[{\"\":\"hessian\",\"energy\":{\"\":\"formation\"}},"
      "{\"\":\"condition\"},{\"\":\"anisotropic\"}]},\"network\":{\"\":\"egnn\"},\"optimizer\":{"
      "\"\":\"adamw\"},\"points\":100,\"revisions\":{\"energy/formation\":1,\"flow/anisotropic\":1,"
      "\"flow/condition\":1,\"flow/hessian\":1,\"network/egnn\":1},\"seed\":0,\"train\":{\"batch\":"
      "10,\"epochs\":2}}",
      id.data);
  blake2b_hex(text, strlen(text), hex);
  assert_string_equal(id.train, hex);
  text = arena_format(&f->memory,
                      "{\"measure\":{},\"points\":100,\"revisions\":{\"solver/rk45\":1},\"train\":"
                      "\"%s\"}",
                      id.train);
  blake2b_hex(text, strlen(text), hex);
  assert_string_equal(id.measure, hex);
}

/* BLAKE2b-128 of the four ids of each of these, one after the other. */
static void test_pinned(void **state) {
  static const struct {
    const char *text, *pin;
  } PINS[] = {
      {BASE "}", "1df011e80bdb4c799454680c92a85526"},
      {MOVING("clock = 't'"), "d50ca51a6471815bdb5dcdf1c4dbe768"},
      {MOVING("scheme = 'infinite'"), "dd4abf1bd2a27d34051225994e70a561"},
      {IMAGES("range = 'symmetric', dequantise = 'uniform', seed = 4"),
       "9490c0ad9477dd3417389c2e00066255"},
      {FILMED("range = 'symmetric'"), "54aa41084cd6738b131b63debce89e9c"},
      {WITH("a.npy"), "2f1b8b3260ee77027dc3a5ca696c8c01"},
      {BASE "measure = { solver = { 'rk4', steps = 12 }, every = 3, divergence = 'hutchinson' } }",
       "871a8618edc80879dc162b9750c26f79"},
      {BASE "measure = { solver = 'rk45' }, optimizer = { lr = 3e-4, b2 = 0.99 }, seed = 7 }",
       "3481e0c3ee804429a682877e33ab2108"},
      {HEAD "flow = { { 'hessian', energy = { 'lennard_jones', epsilon = 2 }, kappa = 0.5 },"
            "{ 'hyperbolize' }, { 'isotropize', gamma = 1e-4 }, { 'project' } },"
            "network = { 'egnn', layers = 3, width = 32 }," DATASET
            "train = { batch = 4, steps = 9 } }",
       "7b4d5d696bcebf16c5fc62dc4a1e86cf"},
      /* with SCORECARD_REVISION */
      {BASE "measure = { samples = 100 } }", "85ab1b72385c6b18d0deee7732ee50d6"},
  };
  folder *f = *state;
  folder_write(f, "a.npy", "points");
  for (size_t i = 0; i < sizeof PINS / sizeof *PINS; i++) {
    const identity id = of(f, PINS[i].text);
    const char *all = arena_format(&f->memory, "%s%s%s%s", id.data, id.modes, id.train, id.measure);
    char hex[33];
    blake2b_hex(all, strlen(all), hex);
    assert_string_equal(hex, PINS[i].pin);
  }
}

static void test_slug(void **state) {
  folder *f = *state;
  assert_string_equal(identity_slug(&f->memory, plan_config(plan_of(f, BASE "}"), 0)),
                      "mcmc-egnn-hessian-cond-anis");
  assert_int_equal(files_make_folder(folder_path(f, "recipes"), NULL), STATUS_OK);
  folder_write(f, "recipes/A_name_Longer_than_Forty-Letters_altogether.lua",
               "return { 'mcmc', energy = 'morse', particles = 4 }");
  const value *plan = plan_of(
      f, HEAD
      "dataset = { 'A_name_Longer_than_Forty-Letters_altogether', train = 100 }," FILM NETWORK TRAIN
      "}");
  assert_string_equal(identity_slug(&f->memory, plan_config(plan, 0)),
                      "a_name_longer_than_forty-letters_altoget");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(test_form),
                                     TEST(test_spelling_does_not_count),
                                     TEST(test_additions_do_not_count_at_their_defaults),
                                     TEST(test_stem),
                                     TEST(test_labels_and_schedule_do_not_count),
                                     TEST(test_what_changes_what),
                                     TEST(test_files),
                                     TEST(test_repeated_rows),
                                     TEST(test_images),
                                     TEST(test_modes_of_images),
                                     TEST(test_revisions_count),
                                     TEST(test_new_settings_at_their_defaults),
                                     TEST(test_known_identity),
                                     TEST(test_pinned),
                                     TEST(test_slug)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
