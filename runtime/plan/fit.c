#include "plan/fit.h"

#include "hifm/energy.h"
#include "job/dataset.h"
#include "job/history.h"
#include "job/settings.h"

#include <string.h>

/* What the catalogue says about the path stage of a flow. */
typedef struct source_facts {
  bool known;
  const char *name;
  const value *energy; /* catalogue entry of the energy whose Hessian it brings; NULL: none */
} source_facts;

typedef struct fit {
  const product *p;
  arena *memory;
  const value *catalogue;
  source_facts *sources; /* [parts], of flows */
  bool *sampled;         /* [parts], of data sets whose energy was checked */
} fit;

static status_code facts_of(const fit *f, const part *flow, source_facts **out, failure *err) {
  source_facts *facts = *out = &f->sources[flow->index];
  const value *stage = value_get(flow->config, "stages")->items[0], *energy;
  if (facts->known) return STATUS_OK;
  *facts = (source_facts){.known = true, .name = params_name(stage)};
  status_code status = catalogue_energy_of(f->memory, f->catalogue, stage, &energy, err);
  if (status != STATUS_OK || !energy) return status;
  return catalogue_find(f->memory, f->catalogue, HIFM_ENERGY, params_name(energy), &facts->energy,
                        err);
}

/* A step takes a whole batch. */
static status_code check_batch(const row *r, failure *err) {
  const double batch = value_get_number(r->parts[SECTION_TRAIN]->config, "batch", 0);
  const double points = value_get_number(r->parts[SECTION_DATASET]->config, "train", 0);
  if (batch <= points) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "train.batch: %.0f is more than the %.0f training points (dataset.train)",
                     batch, points);
}

/* What stops a training chooses its weights. */
static status_code check_patience(const row *r, failure *err) {
  const double patience = value_get_number(r->parts[SECTION_TRAIN]->config, "patience", 0);
  if (patience == 0 || value_get_number(r->parts[SECTION_DATASET]->config, "validation", 0) > 0)
    return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "train.patience: without dataset.validation the test points would decide when "
                     "the training stops. Give dataset.validation, such as 100, or leave patience "
                     "out");
}

/* How a learning rate falls, and to what. */
static status_code check_decay(const value *optimizer, failure *err) {
  const char *schedule = value_get_text(optimizer, "schedule", "constant");
  const double final = value_get_number(optimizer, "final", 0);
  if (strcmp(schedule, "constant") == 0 && final > 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "optimizer.final: schedule \"constant\" stays at lr; give cosine, linear or "
                       "exponential, or leave final out");
  if (strcmp(schedule, "exponential") == 0 && final <= 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "optimizer.final: schedule \"exponential\" never reaches 0; give a final "
                       "above 0, such as 0.01");
  return STATUS_OK;
}

static status_code check_learning_rate(const fit *f, const row *r, failure *err) {
  const value *optimizer = r->parts[SECTION_OPTIMIZER]->config;
  const double warmup = value_get_number(optimizer, "warmup", 0);
  status_code status = check_decay(optimizer, err);
  if (status != STATUS_OK || warmup == 0) return status;
  const double steps = (double)history_steps(product_config(f->p, r));
  if (warmup < steps) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "optimizer.warmup: %.0f steps are not less than the %.0f of the training",
                     warmup, steps);
}

/* The networks that answer v_z, as words: "egnn, mlp". */
static const char *speed_networks(const fit *f) {
  const char *text = "";
  for (size_t i = 0; i < f->catalogue->count; i++)
    if (value_get_bool(f->catalogue->items[i], "speed", false))
      text = arena_format(f->memory, "%s%s%s", text, *text ? ", " : "",
                          value_get_text(f->catalogue->items[i], "name", ""));
  return *text ? text : "none";
}

/* The infinite scheme matches v_z too. */
static status_code check_scheme(const fit *f, const row *r, failure *err) {
  const value *entry;
  const char *scheme = value_get_text(r->parts[SECTION_FLOW]->config, "scheme", "");
  const char *name = params_name(r->parts[SECTION_NETWORK]->config);
  if (strcmp(scheme, "infinite") != 0) return STATUS_OK;
  status_code status = catalogue_find(f->memory, f->catalogue, HIFM_NETWORK, name, &entry, err);
  if (status != STATUS_OK || value_get_bool(entry, "speed", false)) return status;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "flow.scheme: \"infinite\" needs a network that answers v_z, which %s does not "
      "(those that do: %s)",
      name, speed_networks(f));
}

/* As host/energy.c, which has the plugin itself. */
static status_code check_energy(const value *entry, const char *where, const value *data,
                                failure *err) {
  const hifm_domain points = dataset_domain(data);
  const char *name = value_get_text(entry, "name", "");
  const bool pair = value_get_bool(entry, "pair", false);
  if (pair && points.particles == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: energy \"%s\" is a sum over pairs of particles, but the data set has "
                       "plain points; give particles and space of the data set, or another energy",
                       where, name);
  const unsigned invariances =
      (unsigned)value_get_number(entry, "invariances", HIFM_INVARIANT_TRANSLATION);
  const bool more = value_get_bool(entry, "more_invariances", false); /* settings decide */
  if (more || !points.centred || invariances & HIFM_INVARIANT_TRANSLATION) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: energy \"%s\" is not invariant under translations, but the data set has "
                     "particles, whose centre of mass is removed; give dimensions in place of "
                     "particles, or another energy",
                     where, name);
}

static status_code check_sampled(const fit *f, const part *data, failure *err) {
  const value *energy = value_get(data->config, "energy"), *entry;
  if (!energy || f->sampled[data->index]) return STATUS_OK;
  f->sampled[data->index] = true;
  status_code status =
      catalogue_find(f->memory, f->catalogue, HIFM_ENERGY, params_name(energy), &entry, err);
  if (status != STATUS_OK) return status;
  return check_energy(entry, "dataset.energy", data->config, err);
}

static status_code check_hessian(const fit *f, const row *r, failure *err) {
  const value *data = r->parts[SECTION_DATASET]->config;
  source_facts *source;
  status_code status = facts_of(f, r->parts[SECTION_FLOW], &source, err);
  if (status != STATUS_OK || !source->energy) return status;
  const char *where = arena_format(f->memory, "flow.%s", source->name);
  status = dataset_check_hessian(data, where, err);
  if (status != STATUS_OK) return status;
  return check_energy(source->energy, where, data, err);
}

/* With test points of their own, no rows of the file are left for validation. */
static status_code check_validation(const row *r, failure *err) {
  const value *data = r->parts[SECTION_DATASET]->config;
  const bool file = strcmp(params_name(data), "file") == 0;
  if (!file || !settings_has_own(data, OWN_TEST) || settings_has_own(data, OWN_VALIDATION) ||
      value_get_number(data, "validation", 0) == 0)
    return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "dataset.validation: with dataset.test_path all rows of dataset.path are for "
                     "training; give dataset.validation_path, a file of validation points");
}

static status_code check_samples(const part *data, const part *measure, failure *err) {
  if (value_get_number(measure->config, "samples", 0) == 0 || value_get(data->config, "energy"))
    return STATUS_OK;
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "measure.samples: importance weights need the energy of the data. Data sets of "
      "mcmc have it; for points of a file give it: dataset = { \"file\", energy = "
      "... }");
}

status_code fit_check_measure(const part *train, const part *data, const part *measure,
                              failure *err) {
  const bool raw = strcmp(value_get_text(measure->config, "weights", ""), "raw") == 0;
  if (!raw || value_get_number(train->config, "ema", 0) > 0)
    return check_samples(data, measure, err);
  return failure_set(
      err, STATUS_BAD_CONFIG,
      "measure.weights: without train.ema there are no averaged weights, and \"raw\" "
      "has no meaning; leave it out, or give train.ema, such as 0.999");
}

status_code fit_check(const product *p, failure *err) {
  arena *a = p->memory;
  const fit f = {.p = p,
                 .memory = a,
                 .catalogue = p->schema->catalogue,
                 .sources = arena_get(a, p->part_count * sizeof *f.sources),
                 .sampled = arena_get(a, p->part_count * sizeof *f.sampled)};
  for (size_t i = 0; i < p->count; i++) {
    const row *r = &p->rows[i];
    status_code status = check_batch(r, err);
    if (status == STATUS_OK) status = check_patience(r, err);
    if (status == STATUS_OK) status = check_validation(r, err);
    if (status == STATUS_OK) status = check_learning_rate(&f, r, err);
    if (status == STATUS_OK)
      status = fit_check_measure(r->parts[SECTION_TRAIN], r->parts[SECTION_DATASET],
                                 r->parts[SECTION_MEASURE], err);
    if (status == STATUS_OK) status = check_scheme(&f, r, err);
    if (status == STATUS_OK) status = check_sampled(&f, r->parts[SECTION_DATASET], err);
    if (status == STATUS_OK) status = check_hessian(&f, r, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}
