/* One job in one worker process, and the files it exchanges with the scheduler.
 *
 * A job file (JSON) is all a worker needs:
 *   { "job": "data" | "modes" | "train" | "measure" | "sample" |
 *            "evaluate",
 *     "id": 32 hex digits,        identity of what the job makes (plan/identity.h)
 *     "folder": path,             where it writes; made by the worker
 *     "data": path, "modes": path folders of finished data and modes jobs it reads (modes only
 *                                 where the flow needs a Hessian)
 *     "sample": {...}, "evaluate": {...}
 *                                 jobs of these kinds: see below
 *     "measurements": [ { "id", "family", "points", "config": { "dataset", "measure" } } ... ]
 *                                 train: measure along the way, under each; measure: the one to
 *                                 make. Measurements that differ in `every` alone are a family.
 *                                 "points": "validation", or absent: test points
 *     "train": id                 measure: of the train job
 *     "of": id, "every": n        measure, for an audit: the row's own measurement, whose best
 *                                 weights are measured, and its epochs between two rows
 *     "keep_all": bool            train: keep the weights of each measured step
 *     "keep_state": bool          train: keep the state at the end, for a longer training
 *     "stem": id                  train: all that decides its numbers but its length; a training
 *                                 whose steps depend on its length has none
 *     "from_start": bool          train: do not go on from a shorter training (job/continuation.h)
 *     "strict_bits": bool         train, measure: fail on another kind of machine than made the
 *                                 data
 *     "checkpoint_seconds": n     train: at least this often
 *     "threads": n                that share its work; no number depends on it
 *     "attempt": n                from 1; goes on where an earlier scheduler was stopped
 *     "config": {...} }           data: the resolved dataset;  modes: { "energy": {...} };
 *                                 other jobs: the whole resolved run (plan/plan.h)
 *
 * Sample and evaluate jobs write outside of their folder, which is for the result alone, and read a
 * run's; their "config" says how to measure, and at which test points, and there are no
 * "measurements":
 *   "sample": { "run": path,        folder of the train job
 *               "weights": name,     NAME.safetensors in that folder
 *               "count": n, "seed": n,
 *               "file": path,       .npy: points; .png: images, as one picture
 *               "density": path,    log q of each sample, .npy; left out: not asked for
 *               "strip": bool }     .png: the way from noise to each image
 *   "evaluate": { "run", "weights",   as above
 *                 "out": path }     NLL of each point, .npy; left out: not asked for
 *
 * What a job leaves in its folder, each file written atomically and last of all the result, so that
 * a job is done iff its result parses and carries the job's id:
 *   data     train.npy [n, d] float64, test.npy [m, d] float64, or of images both uint8 and
 *            [n, height, width]; result.json
 *   modes    the files of job/modes_eigen.h, result.json
 *   train    checkpoint.safetensors (while it runs), last.safetensors, losses.npy (job/losses.h),
 *            result.json, and for each measurement  best-<first 12 digits>.safetensors,
 *            measure-<first 12 digits>.json;  with keep_all  weights-<step>.safetensors;  with
 *            keep_state  state.safetensors;  with train.ema each file of weights a second time, as
 *            NAME_averaged.safetensors (job/saved_weights.h)
 *   measure  measure-<first 12 digits>.json in the folder of the train job, of an audit after
 *            measure-<first 12 digits>.npy (job/point_values.h)
 *   sample   result.json, after "file" and "density"
 *   evaluate result.json, after "out"; its "numbers" are "points" and every metric
 *
 * The job file and the results also have "content", the hash of their text (base/json.h).
 *
 * Results: { "job", "id", "status": "done" | "diverged", "message" (diverged), "numbers": {...},
 * "provenance": {...} }. A train result has "planned_steps" among its numbers where train.patience
 * ended it at fewer steps. Data, modes and train results have "files" (job/contents.h), a train
 * result with keep_state also "stem"; a measure result has "measurement" (as in the job file),
 * "late" (why the history is not complete, where it is not: see run_late_history), of an audit
 * "files" and "points" (job/point_values.h), and "history": [
 * { "epoch", "step", "loss", "gradient_norm", every metric of job/metrics.h, "solver" ("ok" or why
 * it failed) } ... ]. */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "base/failure.h"
#include "base/value.h"
#include "hifm/plugin.h"

/* One list makes the enum and the words of job files and results. */
#define JOB_KIND_LIST(X)                                                                           \
  X(JOB_DATA, "data")                                                                              \
  X(JOB_MODES, "modes")                                                                            \
  X(JOB_TRAIN, "train")                                                                            \
  X(JOB_MEASURE, "measure")                                                                        \
  X(JOB_SAMPLE, "sample")                                                                          \
  X(JOB_EVALUATE, "evaluate")

#define JOB_KIND_ENTRY(name, word) name,
typedef enum job_kind { JOB_KIND_LIST(JOB_KIND_ENTRY) JOB_KIND_COUNT } job_kind;
#undef JOB_KIND_ENTRY

const char *job_kind_word(job_kind kind);

/* How weights are to be measured. */
typedef struct job_measurement {
  const char *id, *family;
  const value *config; /* with the measurement's dataset and measure sections */
  bool validation;     /* it measures validation points, not test points */
  const value *entry;  /* as in the job file */
} job_measurement;

typedef struct job {
  job_kind kind;
  const char *id, *folder, *data, *modes;
  const job_measurement *measurements; /* [measurement_count]; that of "config" in a job on a run */
  size_t measurement_count;
  const char *train_id; /* of a measure job: whose weights; of a train job its id */
  const char *of;       /* NULL: it is not an audit */
  double of_every;
  bool keep_all, keep_state, from_start, strict_bits;
  const char *stem; /* NULL: none */
  double checkpoint_seconds, attempt;
  size_t threads;
  const value *config;
  const value *request; /* "sample" or "evaluate" of such a job; else NULL */
} job;

/* Jobs on the saved weights of a run: sample and evaluate. */
bool job_is_on_run(job_kind kind);

/* Reads and checks a job file (job/job_check.h). STATUS_BAD_INPUT names file and key. */
status_code job_read(arena *a, const char *path, job *out, failure *err);

/* The entries of "measurements" of the job file of a run; of one that hifm wrote before it had
 * them, its "measure_id". */
const value *job_measurements(arena *a, const value *file);

/* <folder>/measure-<first 12 digits of id>.json; does a file have such a name? */
const char *job_measure_path(arena *a, const char *folder, const char *measure_id);
bool job_is_measurement(const char *name);

/* What to do where a file of a trained run is lost (STATUS_BAD_INPUT, STATUS_NO_INPUT), as the end
 * of the message; "" for another status. */
const char *job_train_again(arena *a, const char *folder, status_code status);

/* Is this file the finished result of this identity? A file that is missing or damaged is not. One
 * that cannot be read now (permission, a failing disk, too many open files) is reported as a
 * failure, so that a finished run is not trained again. */
status_code job_look(const char *result_path, const char *id, bool *done, failure *err);

/* The same, but a file that cannot be read counts as not done. */
bool job_is_done(const char *result_path, const char *id);

#endif
