/* hifm bench: matrix products, eigendecompositions, memory. */
#include "base/blake2b.h"
#include "base/blas.h"
#include "base/clock.h"
#include "bench/parts.h"
#include "host/energy.h"
#include "host/plugins.h"
#include "job/prepare.h"

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

/* The products of one dense layer, for a tile of the egnn's rows: y = x w, dx = dy w', dw = x' dy.
 */
enum { TILE = 384, SGEMM_TIMINGS = 15 };

/* The fastest of n. A floor is what the machine can do; time that other processes took would raise
 * it. */
static double fastest(const double *x, size_t n) {
  double least = x[0];
  for (size_t i = 1; i < n; i++) least = fmin(least, x[i]);
  return least;
}

/* Seconds of one product of this form. */
static double time_form(const bench *b, blas_form form, size_t width, float *const array[4]) {
  const bool turned = form == BLAS_TN;
  double times[SGEMM_TIMINGS];
  for (size_t i = 0; i < SGEMM_TIMINGS; i++) {
    const double start = clock_seconds();
    for (size_t k = 0; k < b->sizes->calls; k++)
      blas_multiply(form, turned ? width : TILE, width, turned ? TILE : width, array[0],
                    array[turned ? 1 : 2], array[turned ? 3 : 1]);
    times[i] = (clock_seconds() - start) / (double)b->sizes->calls;
  }
  return fastest(times, SGEMM_TIMINGS);
}

status_code bench_sgemm(bench *b, failure *err) {
  static const char *const NAMES[] = {"sgemm_nn", "sgemm_nt", "sgemm_tn"};
  static const blas_form FORMS[] = {BLAS_NN, BLAS_NT, BLAS_TN};
  const size_t width = (size_t)value_get_number(b->network, "width", 0);
  const double work = 2.0 * TILE * (double)width * (double)width;
  const size_t sizes[4] = {TILE * width, TILE * width, width * width, width * width};
  float *array[4];
  double all = 0;
  status_code status = STATUS_OK;
  for (size_t k = 0; k < 4; k++) {
    array[k] = memory_array(sizes[k], sizeof(float));
    for (size_t i = 0; i < sizes[k]; i++) array[k][i] = (float)(i % 7) - 3;
  }
  for (size_t k = 0; k < 3 && status == STATUS_OK; k++) {
    const double seconds = time_form(b, FORMS[k], width, array);
    all += seconds;
    bench_write_row(b, NAMES[k], 1e-9 * work / seconds, "GFLOP/s", NAN);
    status = bench_report("sgemm", k + 1, 3, err);
  }
  b->flops = 3 * work / all;
  if (status == STATUS_OK) bench_write_row(b, "sgemm", 1e-9 * b->flops, "GFLOP/s", NAN);
  for (size_t k = 0; k < 4; k++) free(array[k]);
  return status;
}

/* The modes job of a run, with its Hessians, files and all. */
static status_code run_job(const bench *b, failure *err) {
  arena *a = b->memory;
  value *recipe = value_copy(a, b->recipe), *config = value_new(a, VALUE_MAP);
  value_put_number(a, recipe, "train", (double)b->sizes->modes);
  value_put(a, config, "dataset", recipe);
  value_put_text(a, config, "energy", "formation");
  const job work = {.kind = JOB_MODES,
                    .id = "",
                    .folder = arena_format(a, "%s/modes", b->folder),
                    .data = arena_format(a, "%s/data", b->folder),
                    .threads = 1,
                    .config = config};
  status_code status = files_make_folder(work.folder, err);
  return status == STATUS_OK ? prepare_modes(a, &work, err) : status;
}

/* Seconds inside LAPACK alone, for the same matrices. */
static status_code run_bare(const bench *b, energy *e, double *seconds, failure *err) {
  const size_t d = b->domain.d;
  double *matrix = memory_array(2 * d * d + d, sizeof *matrix);
  double *vectors = matrix + d * d, *values = vectors + d * d;
  status_code status = STATUS_OK;
  *seconds = 0;
  for (size_t i = 0; i < b->sizes->modes && status == STATUS_OK; i++) {
    energy_hessian(e, dataset_train_point(&b->data, i, 0, 0, 0, NULL), NULL, matrix);
    const double start = clock_seconds();
    status = blas_eigen(matrix, d, values, vectors, err);
    *seconds += clock_seconds() - start;
  }
  free(matrix);
  return status;
}

static status_code time_both(const bench *b, energy *e, double *ours, double *bare, failure *err) {
  status_code status = STATUS_OK;
  for (size_t k = 0; k < b->sizes->repeats && status == STATUS_OK; k++) {
    const double start = clock_seconds();
    status = run_job(b, err);
    ours[k] = clock_seconds() - start;
    if (status == STATUS_OK) status = run_bare(b, e, &bare[k], err);
  }
  return status;
}

status_code bench_modes(bench *b, failure *err) {
  const size_t repeats = b->sizes->repeats;
  const double count = (double)b->sizes->modes;
  hifm_bound formation;
  energy e;
  status_code status = plugins_bind(b->memory, HIFM_ENERGY, value_text(b->memory, "formation"),
                                    "energy", &b->domain, &formation, err);
  if (status != STATUS_OK) return status;
  double *times = memory_array(2 * repeats, sizeof *times);
  status = energy_open(&e, formation, &b->domain, err);
  if (status == STATUS_OK) {
    status = time_both(b, &e, times, times + repeats, err);
    energy_close(&e);
  }
  if (status == STATUS_OK)
    bench_write_row(b, "modes", count / bench_median(times, repeats), "1/s",
                    count / fastest(times + repeats, repeats));
  free(times);
  plugins_drop(&formation);
  return status;
}

void bench_hash(const bench *b) {
  enum { BYTES = 1 << 24, TIMINGS = 5 };
  char *bytes = memory_get(BYTES), hex[33];
  double times[TIMINGS];
  for (size_t i = 0; i < TIMINGS; i++) {
    const double start = clock_seconds();
    blake2b_hex(bytes, BYTES, hex);
    times[i] = clock_seconds() - start;
  }
  bench_write_row(b, "blake2b", 1e-6 * BYTES / fastest(times, TIMINGS), "MB/s", NAN);
  free(bytes);
}

void bench_memory(const bench *b) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  bench_write_row(b, "memory", (double)used.ru_maxrss / 1024, "MiB", NAN);
}
