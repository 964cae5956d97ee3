#include "job/settings.h"

#include "base/threads.h"

#include <stddef.h>
#include <string.h>

static const double COUNT_MAX = SETTINGS_ALL_ROWS; /* 2^53: counts travel as JSON numbers */

static const char *const SCHEDULES[] = {"constant", "cosine", "linear", "exponential", NULL};

const hifm_param optimizer_params[] = {
    HIFM_PARAM_REAL(optimizer_settings, lr, 1e-4, 0, 1e3, "learning rate"),
    HIFM_PARAM_REAL(optimizer_settings, b1, 0.9, 0, 1, "decay of the first moment"),
    HIFM_PARAM_REAL(optimizer_settings, b2, 0.999, 0, 1, "decay of the second moment"),
    HIFM_PARAM_REAL(optimizer_settings, eps, 1e-8, HIFM_POSITIVE, 1, "added to the root"),
    HIFM_PARAM_REAL(optimizer_settings, weight_decay, 1e-4, 0, 1e3,
                    "decoupled, on every weight (optax's default)"),
    HIFM_PARAM_CHOICE(optimizer_settings, schedule, SCHEDULE_CONSTANT, SCHEDULES,
                      "of the learning rate, from lr after the warm-up to final * lr"),
    HIFM_PARAM_COUNT(optimizer_settings, warmup, 0, 0, 1e12,
                     "steps in which the learning rate grows from 0 to lr"),
    HIFM_PARAM_REAL(optimizer_settings, final, 0, 0, 1,
                    "share of lr at the last step; not with constant"),
    HIFM_PARAM_REAL(optimizer_settings, clip, 0, 0, 1e30,
                    "largest norm of the gradient, over all tensors; 0: no limit"),
    HIFM_PARAM_END};

static const char *const KEPT[] = {"ends", "all", NULL};

const hifm_param train_params[] = {
    HIFM_PARAM_COUNT(train_settings, batch, NAN, 1, 1e7, "points of a step"),
    HIFM_PARAM_COUNT(train_settings, microbatch, 0, 0, 1e7,
                     "points of a step whose gradient is the work of one thread; 0: all"),
    HIFM_PARAM_COUNT(train_settings, epochs, 0, 0, 1e9, "passes over the data; or give steps"),
    HIFM_PARAM_COUNT(train_settings, steps, 0, 0, 1e12, "optimizer steps; or give epochs"),
    HIFM_PARAM_CHOICE(train_settings, keep, KEEP_ENDS, KEPT,
                      "weights of the best and last epoch, or of all measured epochs"),
    HIFM_PARAM_FLAG(train_settings, keep_state, 0,
                    "keep the optimizer's state, so that a run with more epochs can go on"),
    HIFM_PARAM_REAL(train_settings, ema, 0, 0, 1,
                    "decay of the moving average of the weights; 0: no average"),
    HIFM_PARAM_COUNT(train_settings, skip_nonfinite, 0, 0, 1e9,
                     "steps in a row that are skipped where loss or gradient is not finite"),
    HIFM_PARAM_COUNT(train_settings, patience, 0, 0, 1e9,
                     "measurements without a new best one, after which it stops; 0: no limit"),
    HIFM_PARAM_END};

static const char *const MEASURED[] = {"averaged", "raw", NULL};
static const char *const DIVERGENCES[] = {"exact", "hutchinson", NULL};

const hifm_param measure_params[] = {
    HIFM_PARAM_COUNT(measure_settings, every, 1, 1, 1e9,
                     "epochs between measurements; the last epoch is always measured"),
    HIFM_PARAM_REF(measure_settings, solver, HIFM_SOLVER, "rk45", "integrates the likelihood"),
    HIFM_PARAM_CHOICE(measure_settings, divergence, DIVERGENCE_EXACT, DIVERGENCES,
                      "how the trace is taken"),
    HIFM_PARAM_COUNT(measure_settings, probes, 1, 1, 1e6, "random probes of hutchinson"),
    HIFM_PARAM_COUNT(measure_settings, max_attempts, 10000, 1, 1e12,
                     "steps the solver may try before it fails"),
    HIFM_PARAM_COUNT(measure_settings, samples, 0, 0, 1e8,
                     "samples whose importance weights give ESS, log Z and KL; 0: none"),
    HIFM_PARAM_CHOICE(measure_settings, weights, 0, MEASURED,
                      "with train.ema: which weights are measured, and sampled from"),
    HIFM_PARAM_COUNT(measure_settings, microbatch, 0, 0, 1e9,
                     "points that the network sees at a time; 0: it decides"),
    HIFM_PARAM_END};

static const char *const CLOCKS[] = {"z", "t", NULL};
static const char *const SCHEMES[] = {"finite", "infinite", NULL};

const hifm_param flow_params[] = {
    HIFM_PARAM_CHOICE(flow_settings, clock, CLOCK_Z, CLOCKS,
                      "what is uniform in [0, 1]: z (Algorithm 1, line 14), or the time t"),
    HIFM_PARAM_CHOICE(flow_settings, scheme, SCHEME_FINITE, SCHEMES,
                      "what is matched: v_y / v_z (lines 18-21), or v_y and v_z"),
    HIFM_PARAM_END};

const hifm_param schedule_params[] = {
    HIFM_PARAM_REAL(schedule_settings, timeout, 0, 0, 1e9, "seconds a job may run; 0: no limit"),
    HIFM_PARAM_COUNT(schedule_settings, retries, 2, 0, 1000, "after a crash, kill or timeout"),
    HIFM_PARAM_REAL(schedule_settings, checkpoint, 30, HIFM_POSITIVE, 1e9,
                    "seconds between checkpoints"),
    HIFM_PARAM_COUNT(schedule_settings, threads, 1, 1, THREADS_MOST,
                     "processors that one job uses; in training see train.microbatch"),
    HIFM_PARAM_END};

#define VALIDATION "points that choose the best weights; 0: the test points do"

/* Own points are a part of the settings of mcmc and file. */
#define OWN_TEXT(S, field, meaning_)                                                               \
  {                                                                                                \
    .name = #field, .meaning = meaning_, .offset = HIFM_FIELD(S, own.field, const char *),         \
    .type = HIFM_TEXT, .text = ""                                                                  \
  }
#define OWN_POINTS(S)                                                                              \
  OWN_TEXT(S, validation_path, "a file of points; validation: how many, default: all"),            \
      OWN_TEXT(S, validation_content, "BLAKE2b of this file, filled in"),                          \
      OWN_TEXT(S, test_path, "a file of points; test: how many, default: all"),                    \
      OWN_TEXT(S, test_content, "BLAKE2b of this file, filled in")

const hifm_param mcmc_params[] = {
    HIFM_PARAM_REF(mcmc_settings, energy, HIFM_ENERGY, NULL, "samples are drawn from exp(-V)"),
    HIFM_PARAM_COUNT(mcmc_settings, particles, 0, 0, 255, "0: plain dimensions"),
    HIFM_PARAM_COUNT(mcmc_settings, space, 3, 1, 3, "coordinates of a particle"),
    HIFM_PARAM_COUNT(mcmc_settings, dimensions, 0, 0, 1e6,
                     "coordinates of a point without particles"),
    HIFM_PARAM_COUNT(mcmc_settings, train, NAN, 1, COUNT_MAX, "training points a run uses"),
    HIFM_PARAM_COUNT(mcmc_settings, test, 100, 1, COUNT_MAX, "test points a run uses"),
    HIFM_PARAM_COUNT(mcmc_settings, validation, 0, 0, COUNT_MAX, VALIDATION),
    OWN_POINTS(mcmc_settings),
    HIFM_PARAM_COUNT(mcmc_settings, train_pool, 100000, 1, COUNT_MAX, "training points made"),
    HIFM_PARAM_COUNT(mcmc_settings, test_pool, 10000, 1, COUNT_MAX,
                     "test points made, by further chains"),
    HIFM_PARAM_COUNT(mcmc_settings, chains, 200, 1, 1e6, "independent chains for training points"),
    HIFM_PARAM_COUNT(mcmc_settings, warmup, 1000, 1, 1e9,
                     "transitions at the start that are not kept"),
    HIFM_PARAM_COUNT(mcmc_settings, thin, 40, 1, 1e9, "transitions between two kept points"),
    HIFM_PARAM_COUNT(mcmc_settings, leapfrog, 20, 1, 1e6, "longest trajectory, in steps"),
    HIFM_PARAM_REAL(mcmc_settings, acceptance, 0.8, 0.1, 0.99, "target of the step size"),
    HIFM_PARAM_REAL(mcmc_settings, spread, 1, HIFM_POSITIVE, 1e6,
                    "standard deviation of the starting points"),
    HIFM_PARAM_COUNT(mcmc_settings, seed, 0, 0, 4294967295.0, "of the chains"),
    HIFM_PARAM_END};

const hifm_param file_params[] = {
    HIFM_PARAM_TEXT(file_settings, path, NULL, "a .npy or .npz file, [points, d], of numbers"),
    HIFM_PARAM_TEXT(file_settings, array, "", "name of an array in a .npz file of several"),
    HIFM_PARAM_TEXT(file_settings, content, "", "BLAKE2b of the file, filled in"),
    HIFM_PARAM_COUNT(file_settings, particles, 0, 0, 255, "0: plain points"),
    HIFM_PARAM_COUNT(file_settings, space, 3, 1, 3, "coordinates of a particle"),
    HIFM_PARAM_COUNT(file_settings, train, NAN, 1, COUNT_MAX, "training points a run uses"),
    HIFM_PARAM_COUNT(file_settings, test, 100, 1, COUNT_MAX, "test points a run uses"),
    HIFM_PARAM_COUNT(file_settings, validation, 0, 0, COUNT_MAX, VALIDATION),
    OWN_POINTS(file_settings),
    HIFM_PARAM_REF(file_settings, energy, HIFM_ENERGY, "",
                   "of the points, for measure.samples; trains nothing"),
    HIFM_PARAM_COUNT(file_settings, seed, 0, 0, 4294967295.0, "of the rows' permutation"),
    HIFM_PARAM_END};

static const char *const RANGES[] = {"unit", "symmetric", NULL};
static const char *const DEQUANTISATIONS[] = {"none", "uniform", NULL};

const hifm_param images_params[] = {
    HIFM_PARAM_TEXT(images_settings, folder, "", "folders to search, separated by ':'"),
    HIFM_PARAM_TEXT(images_settings, train_file, NULL, "an IDX file of images, also with .gz"),
    HIFM_PARAM_TEXT(images_settings, test_file, NULL, "the same, of test images"),
    HIFM_PARAM_TEXT(images_settings, train_content, "", "BLAKE2b of the unpacked file, filled in"),
    HIFM_PARAM_TEXT(images_settings, test_content, "", "BLAKE2b of the unpacked file, filled in"),
    HIFM_PARAM_TEXT(images_settings, fetch, "", "a recipe's script that fetches missing files"),
    HIFM_PARAM_CHOICE(images_settings, range, RANGE_UNIT, RANGES, "[0, 1] or [-1, 1]"),
    HIFM_PARAM_CHOICE(images_settings, dequantise, DEQUANTISE_NONE, DEQUANTISATIONS,
                      "byte / 255, or (byte + u) / 256 with u ~ U[0, 1]"),
    HIFM_PARAM_COUNT(images_settings, train, NAN, 1, COUNT_MAX, "training images a run uses"),
    HIFM_PARAM_COUNT(images_settings, test, 100, 1, COUNT_MAX, "test images a run uses"),
    HIFM_PARAM_COUNT(images_settings, validation, 0, 0, COUNT_MAX, VALIDATION),
    HIFM_PARAM_COUNT(images_settings, seed, 0, 0, 4294967295.0,
                     "of the files' permutations, and of the noise on test images"),
    HIFM_PARAM_END};

const char *const settings_dataset_kinds[] = {"mcmc", "file", "images", NULL};

const own_points_keys settings_own_points[OWN_KINDS] = {
    [OWN_TEST] = {"test", "test_path", "test_content", "test_rows"},
    [OWN_VALIDATION] = {"validation", "validation_path", "validation_content", "validation_rows"}};

bool settings_has_own(const value *dataset, size_t kind) {
  return *value_get_text(dataset, settings_own_points[kind].path, "") != 0;
}

double settings_validation(const value *config) {
  return value_get_number(value_get(config, "dataset"), "validation", 0);
}

bool settings_is_place(const char *name) {
  static const char *const PLACES[] = {"path",       "validation_path", "test_path", "folder",
                                       "train_file", "test_file",       "fetch"};
  for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
    if (strcmp(PLACES[i], name) == 0) return true;
  return false;
}

const hifm_param *settings_dataset(const char *kind) {
  static const hifm_param *const PARAMS[] = {mcmc_params, file_params, images_params};
  for (size_t i = 0; kind && settings_dataset_kinds[i]; i++)
    if (strcmp(settings_dataset_kinds[i], kind) == 0) return PARAMS[i];
  return NULL;
}

const settings_section settings_sections[SETTINGS_SECTIONS] = {{"optimizer", optimizer_params},
                                                               {"train", train_params},
                                                               {"measure", measure_params},
                                                               {"flow", flow_params}};
