#include "bench/bench.h"

#include "base/blas.h"
#include "base/numbers.h"
#include "base/text.h"
#include "bench/parts.h"
#include "host/plugins.h"
#include "job/prepare.h"
#include "job/progress.h"
#include "job/settings.h"

#include <stdlib.h>
#include <string.h>

const bench_sizes BENCH_PAPER = {.width = 150,
                                 .depth = 4,
                                 .calls = 100,
                                 .batch = 1000,
                                 .warm_up = 30,
                                 .steps = 15,
                                 .few = 100,
                                 .many = 10000,
                                 .repeats = 3,
                                 .modes = 1000,
                                 .images = 64,
                                 .warmup_transitions = 300};

void bench_write_row(const bench *b, const char *name, double number, const char *unit,
                     double floor) {
  text_buffer line = {0};
  text_add(&line, "%s,%.6g,%s,", name, number, unit);
  if (isfinite(floor))
    text_add(&line, "%.6g,%.4g\n", floor, number / floor);
  else
    text_add(&line, ",\n");
  fputs(line.text, b->out);
  fflush(b->out);
  free(line.text);
}

status_code bench_report(const char *phase, size_t done, size_t total, failure *err) {
  progress_report_phase(phase, (double)done, (double)total);
  if (!progress_stop_asked()) return STATUS_OK;
  return failure_set(err, STATUS_INTERRUPTED, "stopped by a signal");
}

double bench_median(double *x, size_t n) {
  qsort(x, n, sizeof *x, numbers_ascend);
  return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

/* Points like those of LJ13, so that distances, and with them the boxes of the series, are as in a
 * run. The chains are too short for likelihoods that mean something. */
static status_code describe_data(bench *b, failure *err) {
  arena *a = b->memory;
  value *given = value_new(a, VALUE_MAP);
  const struct {
    const char *key;
    size_t number;
  } numbers[] = {{"particles", 13},
                 {"space", 3},
                 {"train", 2 * b->sizes->batch},
                 {"train_pool", 2 * b->sizes->batch},
                 {"test", b->sizes->many},
                 {"test_pool", b->sizes->many},
                 {"chains", 20},
                 {"warmup", b->sizes->warmup_transitions},
                 {"thin", 5},
                 {"leapfrog", 10}};
  value_put_text(a, given, "energy", "lennard_jones");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    value_put_number(a, given, numbers[i].key, (double)numbers[i].number);
  status_code status =
      params_check(a, mcmc_params, given, "dataset", &plugins_lookup, NULL, &b->recipe, err);
  if (status == STATUS_OK) b->domain = dataset_domain(b->recipe);
  return status;
}

static status_code make_data(bench *b, failure *err) {
  const job work = {.kind = JOB_DATA,
                    .threads = 1,
                    .id = "",
                    .folder = arena_format(b->memory, "%s/data", b->folder),
                    .config = b->recipe};
  status_code status = files_make_folder(work.folder, err);
  if (status == STATUS_OK) status = prepare_data(b->memory, &work, err);
  if (status == STATUS_OK) status = dataset_open(&b->data, work.folder, b->recipe, err);
  return status;
}

/* The path costs little compared to the network, so the simplest one is used. */
static status_code open_batches(bench *b, failure *err) {
  const flow_settings settings = {CLOCK_Z, SCHEME_FINITE};
  value *stages = value_new(b->memory, VALUE_LIST);
  value_push(b->memory, stages, value_text(b->memory, "transport"));
  status_code status = flow_open(&b->path, b->memory, stages, &b->domain, err);
  const minibatch_request request = {
      .data = &b->data, .path = &b->path, .settings = &settings, .size = b->sizes->batch};
  if (status == STATUS_OK) status = minibatch_open(&b->batches, &request, err);
  return status;
}

/* Errors in the weights are reported before anything is measured. */
static status_code set_up(bench *b, const char *weights, failure *err) {
  const size_t batch = b->sizes->batch;
  status_code status = describe_data(b, err);
  if (status == STATUS_OK) status = bench_describe_network(b, weights, err);
  if (status == STATUS_OK) status = bench_open_network(b, "direct", batch, &b->direct, err);
  if (status == STATUS_OK) status = bench_open_network(b, "spectral", batch, &b->series, err);
  if (status == STATUS_OK) status = bench_load_weights(b, weights, err);
  if (status != STATUS_OK) return status;
  progress_note("%s; width %.0f, depth %.0f", blas_library(),
                value_get_number(b->network, "width", 0), value_get_number(b->network, "depth", 0));
  status = files_make_temporary(b->memory, "hifm-bench", &b->folder, err);
  if (status == STATUS_OK) status = make_data(b, err);
  if (status == STATUS_OK) status = open_batches(b, err);
  return status;
}

/* Likelihoods of many points come last, since they need the most memory. */
static status_code measure_all(bench *b, failure *err) {
  static status_code (*const PARTS[])(bench *, failure *) = {
      bench_sgemm, bench_modes,    bench_images,     bench_layers,
      bench_steps, bench_training, bench_likelihoods};
  fputs("name,value,unit,floor,ratio\n", b->out);
  for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
    status_code status = PARTS[i](b, err);
    if (status == STATUS_OK && ferror(b->out))
      status = failure_set(err, STATUS_IO_FAILED, "cannot write a row of the table");
    if (status != STATUS_OK) return status;
  }
  bench_hash(b);
  bench_memory(b);
  return STATUS_OK;
}

static void clean_up(bench *b) {
  minibatch_close(&b->batches);
  flow_close(&b->path);
  dataset_close(&b->data);
  bench_close_network(&b->direct);
  bench_close_network(&b->series);
  free(b->w);
  if (b->folder) files_remove(b->folder, NULL);
}

status_code bench_run(const bench_sizes *sizes, const char *weights, FILE *out, failure *err) {
  arena memory = {0};
  bench b = {.sizes = sizes, .memory = &memory, .out = out};
  status_code status = blas_start(err);
  if (status == STATUS_OK) status = set_up(&b, weights, err);
  if (status == STATUS_OK) status = measure_all(&b, err);
  clean_up(&b);
  arena_close(&memory);
  return status;
}
