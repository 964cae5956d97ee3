#include "front/estimate.h"
#include "job/history.h"
#include "job/likelihood.h"
#include "job/losses.h"
#include "job/modes_eigen.h"
#include "job/point_values.h"

#include <math.h>

enum {
  BLOCK = 4096, /* file systems give a file whole blocks */
  ROW = 400     /* a row of a history, as text */
};

static double file_bytes(double bytes) {
  return ceil(bytes / BLOCK) * BLOCK;
}

/* ---- trainings ------------------------------------------------------------------------------- */

/* The next step at which a training measures. */
static uint64_t next_measured(const value *asked, uint64_t per_epoch, uint64_t step,
                              uint64_t steps) {
  uint64_t next = steps;
  for (size_t k = 0; k < asked->count; k++) {
    const value *measure = value_get(value_get(asked->items[k], "config"), "measure");
    const uint64_t every = history_every(measure, per_epoch), due = (step / every + 1) * every;
    if (due < next) next = due;
  }
  return next;
}

/* How many files of weights a training leaves: with train.keep = "all" one for each measured step.
 */
static double count_kept(const value *file) {
  const value *config = value_get(file, "config");
  const uint64_t per_epoch = history_steps_per_epoch(config), steps = history_steps(config);
  double count = 0;
  if (!value_get_bool(file, "keep_all", false)) return 0;
  for (uint64_t step = 0; step < steps; count++)
    step = next_measured(value_get(file, "measurements"), per_epoch, step, steps);
  return count;
}

static bool is_averaged(const value *file) {
  return value_get_number(value_get(value_get(file, "config"), "train"), "ema", 0) > 0;
}

/* A checkpoint has the weights and two moments, and their average in double. weights: bytes. */
static double checkpoint_bytes(const value *file, double weights) {
  return file_bytes((is_averaged(file) ? 5 : 3) * weights);
}

/* All files of a run: the last weights, the best ones of each measurement, what is kept, and texts.
 */
static double run_bytes(const value *file, double weights, double kept) {
  const value *config = value_get(file, "config"), *list = value_get(file, "measurements");
  const double measurements = list ? (double)list->count : 0;
  const uint64_t steps = history_steps(config);
  const double epochs = (double)steps / (double)history_steps_per_epoch(config);
  const double rows = measurements > 0 ? history_rows(file, steps) / measurements : 0;
  enum { TEXTS = 3 };                              /* job.json, result.json, log.txt */
  const double copies = is_averaged(file) ? 2 : 1; /* raw, averaged */
  return copies * file_bytes(weights) * (1 + measurements + kept) + TEXTS * BLOCK +
         measurements * file_bytes(ROW * rows) + file_bytes(sizeof(losses_epoch) * epochs);
}

static void add_state(estimate_disk *out, const value *file, double weights) {
  if (!value_get_bool(file, "keep_state", false) || !value_get(file, "stem")) return;
  out->stateful++;
  out->state += checkpoint_bytes(file, weights);
  out->runs += checkpoint_bytes(file, weights);
}

/* largest: of the checkpoints so far. */
static void add_training(estimate_disk *out, const grid_job *it, double weights, double *largest) {
  const double kept = count_kept(it->file);
  out->keeping += kept > 0;
  out->kept += kept;
  out->unknown += weights == 0;
  if (weights > 0) out->runs += run_bytes(it->file, weights, kept);
  if (weights > 0) add_state(out, it->file, weights);
  *largest = fmax(*largest, checkpoint_bytes(it->file, weights));
}

/* ---- data sets, eigendecompositions ---------------------------------------------------------- */

static void add_data(estimate_disk *out, const dataset_preview *data) {
  const bool known = data->domain.d && data->train != SIZE_MAX && data->test != SIZE_MAX;
  const double number =
      data->domain.height ? sizeof(uint8_t) : sizeof(double); /* of images: bytes */
  out->unknown += !known;
  if (known)
    out->data += ((double)data->train + (double)data->test) * (double)data->domain.d * number;
}

static void add_modes(estimate_disk *out, const grid_job *it, const dataset_preview *data) {
  const value *asked = value_get(value_get(it->file, "config"), "dataset");
  const size_t points = (size_t)value_get_number(asked, "train", 0);
  out->unknown += !data->domain.d;
  if (data->domain.d) out->modes += modes_writer_bytes(points, data->domain.d);
}

/* ---- measurements of saved weights ----------------------------------------------------------- */

/* An audit also leaves the NLL of each point. */
static double measure_bytes(const value *file) {
  const value *dataset = value_get(value_get(file, "config"), "dataset");
  const double points = value_get_number(dataset, "test", 0);
  return BLOCK + (value_get(file, "of") ? file_bytes(point_values_bytes(points)) : 0);
}

/* ---- all of them ----------------------------------------------------------------------------- */

estimate_disk estimate_disk_make(const graph *g, const bool *to_do, const trial_facts *facts,
                                 size_t parallel) {
  estimate_disk out = {.data = 0};
  size_t trainings = 0;
  double largest = 0; /* checkpoint, in bytes */
  for (size_t i = 0; i < g->job_count; i++) {
    const grid_job *it = &g->jobs[i];
    if (!to_do[i]) continue;
    if (it->kind == JOB_DATA) add_data(&out, &facts->data[i]);
    if (it->kind == JOB_MODES) add_modes(&out, it, &facts->data[it->needs[0]]);
    if (it->kind == JOB_MEASURE) out.runs += measure_bytes(it->file);
    if (it->kind != JOB_TRAIN) continue;
    trainings++;
    add_training(&out, it, (double)facts->weights[i] * sizeof(float), &largest);
  }
  out.checkpoints = (double)(parallel < trainings ? parallel : trainings) * largest;
  return out;
}
