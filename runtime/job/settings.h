/* The settings of a run that belong to the runtime, declared like those of a plugin. */
#ifndef JOB_SETTINGS_H
#define JOB_SETTINGS_H

#include "base/value.h"
#include "hifm/plugin.h"

enum { SCHEDULE_CONSTANT, SCHEDULE_COSINE, SCHEDULE_LINEAR, SCHEDULE_EXPONENTIAL };
typedef struct optimizer_settings { /* AdamW as optax.adamw */
  double lr, b1, b2, eps, weight_decay;
  uint32_t schedule; /* of the learning rate: see job/learning_rate.h */
  uint64_t warmup;   /* steps */
  double final;      /* learning rate of the last step, as a share of lr */
  double clip;       /* largest norm of the gradient; 0: no limit */
} optimizer_settings;

enum { KEEP_ENDS, KEEP_ALL };
typedef struct train_settings {
  uint64_t batch;
  uint64_t microbatch;    /* points of a step that one thread works on; 0: all of them */
  uint64_t epochs, steps; /* exactly one is not 0 */
  uint32_t keep;          /* with keep_state not part of any identity */
  bool keep_state;
  double ema;              /* decay of the averaged weights; 0: there are none */
  uint64_t skip_nonfinite; /* steps in a row */
  uint64_t patience;       /* measurements without a new best one; 0: no limit */
} train_settings;

/* In the identity of measurements with samples. Raise it when the samples or their numbers
 * (job/scorecard.h) change. */
enum { SCORECARD_REVISION = 2 };

enum { DIVERGENCE_EXACT, DIVERGENCE_HUTCHINSON };
typedef struct measure_settings {
  uint64_t every; /* epochs between measurements; the last epoch is always measured */
  hifm_bound solver;
  uint32_t divergence;
  uint64_t probes; /* of Hutchinson's estimate */
  uint64_t max_attempts;
  uint64_t samples;    /* of the scorecard (job/scorecard.h); 0: none */
  uint32_t weights;    /* with train.ema: see saved_weights_are_averaged */
  uint64_t microbatch; /* points that a network gets at a time; 0: all of them */
} measure_settings;

/* With CLOCK_T the z of a point follows from its own time by eq. 21; SCHEME_INFINITE needs a
 * network that answers v_z. */
enum { CLOCK_Z, CLOCK_T };
enum { SCHEME_FINITE, SCHEME_INFINITE };
typedef struct flow_settings {
  uint32_t clock, scheme;
} flow_settings;

typedef struct schedule_settings { /* not part of any identity */
  double timeout;                  /* seconds a job may run; 0: no limit */
  uint64_t retries;                /* after a crash, kill or timeout */
  double checkpoint;               /* seconds */
  uint64_t threads;                /* of one job */
} schedule_settings;

/* Files of points that are measured in place of points of the data set (job/own_points.h): .npy, or
 * .npz with one array. The content is the BLAKE2b of the file, filled in by the front end. "": the
 * points are of the data set. */
typedef struct own_points_settings {
  const char *validation_path, *validation_content;
  const char *test_path, *test_content;
} own_points_settings;

/* A data set is made by Monte Carlo, read from a file of points or from two files of images; all
 * are split into train and test. `validation` points are parts of these: see dataset_check_split.
 */
typedef struct mcmc_settings {
  hifm_bound energy;
  uint64_t particles, space, dimensions; /* particles * space, or plain dimensions */
  uint64_t train, test;                  /* how many points a run uses: prefixes of the pools */
  uint64_t validation;                   /* the last ones of the test pool; 0: none */
  own_points_settings own;
  uint64_t train_pool, test_pool; /* how many are made; the test pool by further chains */
  uint64_t chains, warmup, thin, leapfrog;
  double acceptance, spread;
  uint64_t seed;
} mcmc_settings;

typedef struct file_settings {
  const char *path;    /* .npy or .npz: [points, d] or [points, particles, space], numbers */
  const char *array;   /* in a .npz file; "": the only one */
  const char *content; /* BLAKE2b of the file: filled in by the front end, part of the identity */
  uint64_t particles, space; /* 0: plain points */
  uint64_t train, test;      /* of a fixed permutation of the rows */
  uint64_t validation;       /* the last ones of the rows for tests; 0: none */
  own_points_settings own;   /* with own.test_path all rows of `path` are for training */
  hifm_bound energy;         /* for measurements with samples; its plugin is NULL: not known */
  uint64_t seed;             /* of the permutation */
} file_settings;

/* In a resolved "file" data set, BOOL: some rows repeat others. Filled in by the front end, as
 * `content` is; a script cannot give it. */
#define SETTINGS_REPEATS "repeats"

/* The settings about one kind of own points, and `rows`, NUMBER: how many the file has, which the
 * front end fills in, as SETTINGS_REPEATS. */
enum { OWN_TEST, OWN_VALIDATION, OWN_KINDS };
typedef struct own_points_keys {
  const char *count, *path, *content, *rows;
} own_points_keys;
extern const own_points_keys settings_own_points[OWN_KINDS];

/* How many points are measured, until the front end knows how many the file has. */
#define SETTINGS_ALL_ROWS 9007199254740992.0

/* Does a resolved data set take these points from an own file? */
bool settings_has_own(const value *dataset, size_t kind);

enum { RANGE_UNIT, RANGE_SYMMETRIC };
enum { DEQUANTISE_NONE, DEQUANTISE_UNIFORM };
typedef struct images_settings {
  const char *folder;                       /* places to look in, separated by colons */
  const char *train_file, *test_file;       /* IDX files; also with .gz behind */
  const char *train_content, *test_content; /* BLAKE2b of the unpacked files: part of the identity,
                                               filled in by the front end where not given */
  const char *fetch; /* a shell script that puts the files into the folder named as its argument */
  uint32_t range;    /* RANGE_UNIT */
  uint32_t dequantise;  /* DEQUANTISE_NONE */
  uint64_t train, test; /* of fixed permutations of the two files */
  uint64_t validation;  /* the last ones of the training images; 0: none */
  uint64_t seed;        /* of these, and of the noise on test images */
} images_settings;

/* The kinds of data set ("mcmc", ...), NULL-ended; the settings of one, or NULL for another name.
 */
extern const char *const settings_dataset_kinds[];
const hifm_param *settings_dataset(const char *kind);

/* The validation points of a resolved run; 0: none, and its test points choose the best weights. */
double settings_validation(const value *config);

/* Does this setting of a data set say where its files are or come from? It is not part of the
 * identity of a run. */
bool settings_is_place(const char *name);

/* The sections of a run that are neither plugins nor data: optimizer, train, measure, flow. */
enum { SETTINGS_SECTIONS = 4 };
typedef struct settings_section {
  const char *name;
  const hifm_param *params;
} settings_section;
extern const settings_section settings_sections[SETTINGS_SECTIONS];

extern const hifm_param optimizer_params[], train_params[], measure_params[], flow_params[],
    schedule_params[], mcmc_params[], file_params[], images_params[];

#endif
