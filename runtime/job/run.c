#include "job/run.h"

#include "host/plugins.h"
#include "job/flow_ode.h"
#include "job/metrics.h"
#include "job/own_points.h"
#include "job/progress.h"
#include "job/saved_weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The rows for tests of a file with repeated rows have copies, too (prepare_file.c). */
static void note_shared(const run *r, const value *asked, size_t validation) {
  const size_t tests = (size_t)value_get_number(asked, "test", 0);
  if (!value_get_bool(asked, SETTINGS_REPEATS, false) || settings_has_own(asked, OWN_TEST)) return;
  const size_t shared = dataset_shared(&r->data, validation, tests);
  if (shared > 0)
    progress_note("%zu of %zu validation points repeat one of the %zu test points: the file has "
                  "repeated rows",
                  shared, validation, tests);
}

static status_code read_own_points(const run *r, run_measurement *how, size_t kind, failure *err) {
  const value *asked = value_get(how->asked->config, "dataset");
  status_code status =
      own_points_read(asked, kind, &r->data.domain, &how->own_points, &how->count, err);
  how->points = how->own_points;
  return status == STATUS_OK ? own_points_check_split(asked, err) : status;
}

/* Which points: the first of the test points or the last of the validation points. */
static status_code place_points(const run *r, run_measurement *how, failure *err) {
  const dataset *data = &r->data;
  const value *asked = value_get(how->asked->config, "dataset");
  const size_t kind = how->asked->validation ? OWN_VALIDATION : OWN_TEST;
  if (r->work->kind == JOB_SAMPLE) return STATUS_OK; /* it measures nothing */
  if (settings_has_own(asked, kind)) return read_own_points(r, how, kind, err);
  how->count = (size_t)value_get_number(asked, settings_own_points[kind].count, 0);
  how->points = data->test;
  if (how->asked->validation && how->count == 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "measurement %.12s is of validation points, but dataset.validation is 0",
                       how->asked->id);
  if (how->asked->validation) {
    how->points = data->validation + (data->validation_count - how->count) * data->domain.d;
    note_shared(r, asked, how->count);
  }
  return dataset_check_split(asked, data->train_file.shape[0], data->test_file.shape[0], err);
}

/* The energy of the data, for a measurement that draws samples. */
static status_code open_target(const run *r, run_measurement *how, arena *a, failure *err) {
  const value *declared = value_get(value_get(how->asked->config, "dataset"), "energy");
  hifm_bound bound;
  energy *target = arena_get(a, sizeof *target);
  if (how->settings.samples == 0) return STATUS_OK;
  if (!declared)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "measure.samples: the energy of this data set is not known; where its "
                       "points are of a file, give dataset.energy");
  status_code status =
      plugins_bind(a, HIFM_ENERGY, declared, "dataset.energy", &r->data.domain, &bound, err);
  if (status != STATUS_OK) return status;
  status = energy_open(target, bound, &r->data.domain, err);
  if (status == STATUS_OK)
    how->target = target;
  else
    plugins_drop(&bound);
  return status;
}

static void close_target(run_measurement *how) {
  if (!how->target) return;
  hifm_bound bound = how->target->bound;
  energy_close(how->target);
  plugins_drop(&bound);
}

/* Points, settings, solver and energy of each measurement. */
static status_code bind_measurements(run *r, arena *a, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < r->work->measurement_count && status == STATUS_OK; i++) {
    run_measurement *how = &r->measurements[i];
    const value *config = how->asked->config, *measure = value_get(config, "measure");
    params_store(a, measure_params, measure, &how->settings);
    how->averaged = saved_weights_are_averaged(config);
    status = place_points(r, how, err);
    if (status == STATUS_OK)
      status = plugins_bind(a, HIFM_SOLVER, value_get(measure, "solver"), "measure.solver",
                            &r->data.domain, &how->settings.solver, err);
    if (status == STATUS_OK) status = open_target(r, how, a, err);
  }
  return status;
}

static status_code bind_all(run *r, arena *a, failure *err) {
  const value *config = r->work->config;
  params_store(a, optimizer_params, value_get(config, "optimizer"), &r->optimizer);
  params_store(a, train_params, value_get(config, "train"), &r->train);
  params_store(a, flow_params, value_get(config, "flow"), &r->flow);
  r->seed = (uint32_t)value_get_number(config, "seed", 0);
  status_code status = bind_measurements(r, a, err);
  if (status == STATUS_OK)
    status = plugins_bind(a, HIFM_NETWORK, value_get(config, "network"), "network", &r->data.domain,
                          &r->network_plugin, err);
  return status;
}

size_t run_room(size_t batch, size_t count, bool draws) {
  const size_t block = draws ? SAMPLE_BLOCK_MOST : 0, most = count > block ? count : block;
  return most > batch ? most : batch;
}

static status_code open_network(const run *r, size_t points, size_t microbatch, network *net,
                                failure *err) {
  const bool vz = r->flow.scheme == SCHEME_INFINITE;
  status_code status = network_open(net, r->network_plugin, &r->data.domain, vz, points, err);
  if (status == STATUS_OK) network_spread(net, microbatch, r->work->threads);
  return status;
}

/* A job on a run has one measurement, and its network is for that. */
static status_code open_networks(run *r, size_t points, failure *err) {
  const size_t room = points ? points : (size_t)r->train.batch;
  const size_t cut = points ? r->measurements[0].settings.microbatch : r->train.microbatch;
  status_code status = open_network(r, room, cut, &r->net, err);
  for (size_t i = 0; i < r->work->measurement_count && status == STATUS_OK; i++) {
    run_measurement *how = &r->measurements[i];
    const size_t most = run_room(room, how->count, how->settings.samples > 0);
    how->net = &r->net;
    if (points || (most == room && how->settings.microbatch == cut)) continue;
    how->net = &how->own;
    status = open_network(r, most, how->settings.microbatch, &how->own, err);
  }
  return status;
}

/* Points of own files are not of the data set. */
static double most_points(const job *work, size_t kind) {
  double most = 0;
  for (size_t i = 0; i < work->measurement_count; i++) {
    const value *asked = value_get(work->measurements[i].config, "dataset");
    if (!settings_has_own(asked, kind))
      most = fmax(most, value_get_number(asked, settings_own_points[kind].count, 0));
  }
  return most;
}

/* The data set with the points of all measurements: each uses a part. */
static const value *widest_dataset(arena *a, const job *work) {
  value *widest = value_copy(a, value_get(work->config, "dataset"));
  for (size_t kind = 0; kind < OWN_KINDS && work->measurement_count; kind++) {
    value_put_text(a, widest, settings_own_points[kind].path, "");
    value_put_number(a, widest, settings_own_points[kind].count, most_points(work, kind));
  }
  return widest;
}

status_code run_open(run *r, arena *a, const job *work, size_t points, failure *err) {
  memset(r, 0, sizeof *r);
  r->work = work;
  r->measurements = arena_get(a, (work->measurement_count + 1) * sizeof *r->measurements);
  memset(r->measurements, 0, (work->measurement_count + 1) * sizeof *r->measurements);
  for (size_t i = 0; i < work->measurement_count; i++)
    r->measurements[i].asked = &work->measurements[i];
  status_code status = dataset_open(&r->data, work->data, widest_dataset(a, work), err);
  if (status == STATUS_OK) status = bind_all(r, a, err);
  if (status == STATUS_OK) status = open_networks(r, points, err);
  if (status != STATUS_OK) run_close(r);
  return status;
}

void run_close(run *r) {
  for (size_t i = 0; i < r->work->measurement_count; i++) {
    run_measurement *how = &r->measurements[i];
    network_close(&how->own);
    if (how->settings.solver.plugin) plugins_drop(&how->settings.solver);
    close_target(how);
    free(how->own_points);
  }
  network_close(&r->net);
  if (r->network_plugin.plugin) plugins_drop(&r->network_plugin);
  dataset_close(&r->data);
  memset(r, 0, sizeof *r);
}

void run_put_likelihood_start(const run *r, arena *a, value *numbers) {
  const double start = flow_ode_data_end(&r->net);
  if (start < 1) value_put_number(a, numbers, "likelihood_start", start);
}

status_code run_measure_points(run *r, const run_measurement *how, arena *a, const float *w,
                               const measured_points *on, const value *weights_row, value **row,
                               failure *err) {
  double *room = NULL;
  if (how->settings.samples > 0 && !on->each) room = memory_array(on->count, sizeof *room);
  measurement m = {.net = how->net,
                   .w = w,
                   .points = on->points,
                   .count = on->count,
                   .settings = &how->settings,
                   .seed = r->seed,
                   .target = how->target,
                   .each = on->each ? on->each : room};
  plugins_keep_surroundings(job_kind_word(r->work->kind));
  *row = value_copy(a, weights_row);
  status_code status = metrics_measure(METRICS, &m, a, *row, err);
  free(room);
  return status;
}

status_code run_measure(run *r, const run_measurement *how, arena *a, const float *w,
                        const value *weights_row, value **row, failure *err) {
  const measured_points own = {.points = how->points, .count = how->count};
  return run_measure_points(r, how, a, w, &own, weights_row, row, err);
}
