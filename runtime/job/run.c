#include "job/run.h"

#include "host/plugins.h"
#include "job/flow_ode.h"
#include "job/metrics.h"

#include <string.h>

static status_code bind_all(run *r, arena *a, failure *err) {
  const value *config = r->work->config, *measure = value_get(config, "measure");
  params_store(a, optimizer_params, value_get(config, "optimizer"), &r->optimizer);
  params_store(a, train_params, value_get(config, "train"), &r->train);
  params_store(a, measure_params, measure, &r->measure);
  params_store(a, flow_params, value_get(config, "flow"), &r->flow);
  r->seed = (uint32_t)value_get_number(config, "seed", 0);
  status_code status = plugins_bind(a, HIFM_SOLVER, value_get(measure, "solver"), "measure.solver",
                                    &r->data.domain, &r->measure.solver, err);
  if (status == STATUS_OK)
    status = plugins_bind(a, HIFM_NETWORK, value_get(config, "network"), "network", &r->data.domain,
                          &r->network_plugin, err);
  return status;
}

status_code run_open(run *r, arena *a, const job *work, size_t points, failure *err) {
  memset(r, 0, sizeof *r);
  r->work = work;
  status_code status = dataset_open(&r->data, work->data, value_get(work->config, "dataset"), err);
  if (status == STATUS_OK) status = bind_all(r, a, err);
  if (status == STATUS_OK) {
    const size_t batch = (size_t)r->train.batch, test = r->data.test_count;
    if (points == 0) points = batch > test ? batch : test;
    status = network_open(&r->net, r->network_plugin, &r->data.domain,
                          r->flow.scheme == SCHEME_INFINITE, points, err);
  }
  if (status != STATUS_OK) run_close(r);
  return status;
}

void run_close(run *r) {
  network_close(&r->net);
  if (r->network_plugin.plugin) plugins_drop(&r->network_plugin);
  if (r->measure.solver.plugin) plugins_drop(&r->measure.solver);
  dataset_close(&r->data);
  memset(r, 0, sizeof *r);
}

void run_put_likelihood_start(const run *r, arena *a, value *numbers) {
  const double start = flow_ode_data_end(&r->net);
  if (start < 1) value_put_number(a, numbers, "likelihood_start", start);
}

status_code run_measure(run *r, arena *a, const float *w, const value *weights_row, value **row,
                        failure *err) {
  measurement m = {.net = &r->net,
                   .w = w,
                   .points = r->data.test,
                   .count = r->data.test_count,
                   .settings = &r->measure,
                   .seed = r->seed};
  *row = value_copy(a, weights_row);
  return metrics_measure(METRICS, &m, a, *row, err);
}
