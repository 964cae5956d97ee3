#include "host/record_check.h"

#include "base/memory.h"
#include "base/text.h"
#include "hifm/energy.h"
#include "hifm/flow.h"
#include "hifm/network.h"
#include "hifm/solver.h"
#include "host/params.h"

#include <string.h>

enum { INSTANCE_MAX = 1 << 20, NAME_MAX_LENGTH = 40, PARAMS_MAX = 64, CHOICES_MAX = 64 };

static const uint32_t OPS_SIZES[] = {
    [HIFM_ENERGY] = sizeof(hifm_energy_ops),
    [HIFM_FLOW] = sizeof(hifm_flow_ops),
    [HIFM_NETWORK] = sizeof(hifm_network_ops),
    [HIFM_SOLVER] = sizeof(hifm_solver_ops),
};

#define REFUSE(...) failure_set(err, STATUS_BAD_CONFIG, __VA_ARGS__)

status_code record_check_head(const char *path, const hifm_plugin *record, hifm_kind folder,
                              failure *err) {
  if (record->abi != HIFM_ABI)
    return REFUSE("%s: built for ABI %u, this hifm has ABI %u; rebuild it with this hifm's headers",
                  path, record->abi, HIFM_ABI);
  if (record->kind < HIFM_ENERGY || record->kind > HIFM_SOLVER)
    return REFUSE("%s: its record says kind %u, this hifm knows the kinds %d to %d", path,
                  record->kind, HIFM_ENERGY, HIFM_SOLVER);
  const char *kind = params_kind_text((hifm_kind)record->kind);
  if (folder && record->kind != (uint32_t)folder)
    return REFUSE("%s: its record says %s, its folder says %s; move it to the folder of its kind",
                  path, kind, params_kind_text(folder));
  if (record->ops_size > OPS_SIZES[record->kind])
    return REFUSE(
        "%s: its %s operations have %u bytes, this hifm knows %u; it is built for a newer "
        "hifm",
        path, kind, record->ops_size, OPS_SIZES[record->kind]);
  if (record->instance_size > INSTANCE_MAX)
    return REFUSE("%s: its instances have %u bytes, at most %d are allowed", path,
                  record->instance_size, INSTANCE_MAX);
  return STATUS_OK;
}

/* [a-z][a-z0-9_]{0,39}; settings may also have capitals, as the paper's letters do. */
static bool is_name(const char *name, bool capitals) {
  const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const size_t small = 37, length = strnlen(name, NAME_MAX_LENGTH + 1);
  if (length == 0 || length > NAME_MAX_LENGTH) return false;
  for (size_t i = 0; i < length; i++) {
    const char *found = strchr(letters, name[i]);
    if (!found || (!capitals && found >= letters + small)) return false;
  }
  return !strchr("0123456789_", name[0]);
}

static status_code check_name(const char *path, const hifm_plugin *record, failure *err) {
  if (!record->name || !is_name(record->name, false))
    return REFUSE("%s: its name \"%.50s\" is not allowed; a name is a small letter, then up to %d "
                  "of a-z, 0-9 and _",
                  path, record->name ? record->name : "", NAME_MAX_LENGTH - 1);
  const char *slash = strrchr(path, '/'), *stem = slash ? slash + 1 : path;
  const char *dot = strrchr(stem, '.');
  size_t length = dot ? (size_t)(dot - stem) : strlen(stem);
  if (strlen(record->name) != length || strncmp(record->name, stem, length) != 0)
    return REFUSE("%s: its record says \"%s\", its file says \"%.*s\"; both need the same name",
                  path, record->name, (int)length, stem);
  if (!record->summary || !*record->summary)
    return REFUSE("%s: has no summary; .summary needs one line", path);
  return STATUS_OK;
}

/* Bytes of a setting in the instance. */
static size_t setting_size(hifm_param_type type) {
  switch (type) {
  case HIFM_REAL:
    return sizeof(double);
  case HIFM_COUNT:
    return sizeof(uint64_t);
  case HIFM_FLAG:
    return sizeof(bool);
  case HIFM_CHOICE:
    return sizeof(uint32_t);
  case HIFM_TEXT:
    return sizeof(char *);
  case HIFM_REF:
    return sizeof(hifm_bound);
  case HIFM_FILE:
    return sizeof(hifm_file);
  case HIFM_LIST:
    return sizeof(hifm_list);
  }
  return 0;
}

static status_code check_choices(const char *path, const hifm_param *p, failure *err) {
  size_t count = 0;
  while (p->choices && p->choices[count] && count < CHOICES_MAX) {
    if (!*p->choices[count])
      return REFUSE("%s: setting %s: choice %zu is empty", path, p->name, count);
    count++;
  }
  if (count == 0) return REFUSE("%s: setting %s: has no choices", path, p->name);
  if (count == CHOICES_MAX)
    return REFUSE("%s: setting %s: choices do not end with NULL within %d", path, p->name,
                  CHOICES_MAX);
  double given = p->default_value;
  if (!isnan(given) && (given != floor(given) || given < 0 || given >= (double)count))
    return REFUSE("%s: setting %s: its default %g is not one of its %zu choices", path, p->name,
                  given, count);
  return STATUS_OK;
}

/* A default must pass the check that every given value must pass. */
static status_code check_default(const char *path, const hifm_param *p, failure *err) {
  if (p->type == HIFM_FLAG && !isnan(p->default_value) && p->default_value != 0 &&
      p->default_value != 1)
    return REFUSE("%s: setting %s: its default %g is neither 0 nor 1", path, p->name,
                  p->default_value);
  if (p->type != HIFM_REAL && p->type != HIFM_COUNT && p->type != HIFM_LIST) return STATUS_OK;
  if (!(p->low <= p->high))
    return REFUSE("%s: setting %s: its range goes from %g to %g", path, p->name, p->low, p->high);
  const bool list = p->type == HIFM_LIST;
  if (list ? !p->list.items : isnan(p->default_value)) return STATUS_OK;
  const double *items = list ? p->list.items : &p->default_value;
  for (size_t i = 0, count = list ? p->list.count : 1; i < count; i++)
    if (!isfinite(items[i]))
      return REFUSE("%s: setting %s: its default has a number that is not finite", path, p->name);
  arena memory = {0};
  failure why;
  const hifm_param alone[] = {*p, HIFM_PARAM_END};
  const value *checked = NULL;
  status_code status = params_check(&memory, alone, NULL, "", NULL, NULL, &checked, &why);
  if (status != STATUS_OK) status = REFUSE("%s: the default of %s", path, why.message);
  arena_close(&memory);
  return status;
}

static status_code check_param(const char *path, const hifm_plugin *record, const hifm_param *p,
                               failure *err) {
  if (!is_name(p->name, true))
    return REFUSE("%s: setting \"%.50s\": a name is a letter, then up to %d letters, digits and _",
                  path, p->name, NAME_MAX_LENGTH - 1);
  if (!p->meaning || !*p->meaning)
    return REFUSE("%s: setting %s: has no meaning; one line says what it is", path, p->name);
  const size_t size = setting_size(p->type), room = record->instance_size;
  if (size == 0)
    return REFUSE("%s: setting %s: has the unknown type %d", path, p->name, (int)p->type);
  if (p->offset > room || size > room - p->offset)
    return REFUSE("%s: setting %s: is stored in bytes %zu to %zu, the instance has %zu", path,
                  p->name, p->offset, p->offset + size, room);
  if (p->offset % (size > 8 ? 8 : size) != 0)
    return REFUSE("%s: setting %s: byte %zu is not aligned for %zu bytes", path, p->name, p->offset,
                  size);
  for (const hifm_param *other = record->params; other < p; other++)
    if (strcmp(other->name, p->name) == 0)
      return REFUSE("%s: setting %s: is declared twice", path, p->name);
  if (p->type == HIFM_REF && (p->kind < HIFM_ENERGY || p->kind > HIFM_SOLVER))
    return REFUSE("%s: setting %s: refers to a plugin of the unknown kind %d", path, p->name,
                  (int)p->kind);
  if (p->type == HIFM_REF && p->text && !*p->text)
    return REFUSE("%s: setting %s: its default is a plugin without a name", path, p->name);
  if (p->type == HIFM_CHOICE) return check_choices(path, p, err);
  return check_default(path, p, err);
}

static status_code check_params(const char *path, const hifm_plugin *record, failure *err) {
  size_t count = 0;
  for (const hifm_param *p = record->params; p && p->name; p++, count++) {
    if (count == PARAMS_MAX)
      return REFUSE("%s: its settings do not end with HIFM_PARAM_END within %d", path, PARAMS_MAX);
    status_code status = check_param(path, record, p, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

static status_code check_energy(const char *path, const hifm_energy_ops *ops, failure *err) {
  const int ways = (ops->pair != NULL) + (ops->pair_typed != NULL) + (ops->value != NULL);
  if (ways != 1)
    return REFUSE("%s: an energy answers with exactly one of pair, pair_typed and value; it has %s",
                  path, ways ? "several" : "none");
  if (!ops->value && (ops->gradient || ops->hessian || ops->hvp || ops->work))
    return REFUSE("%s: gradient, hessian, hvp and work belong to value, not to pairs", path);
  const uint32_t known = HIFM_ANCHORED | HIFM_INVARIANT_TRANSLATION | HIFM_INVARIANT_ROTATION |
                         HIFM_INVARIANT_PERMUTATION;
  if (ops->invariances & ~known)
    return REFUSE("%s: invariances 0x%x, this hifm knows 0x%x", path, ops->invariances, known);
  return STATUS_OK;
}

static status_code check_flow(const char *path, const hifm_plugin *record, failure *err) {
  const hifm_flow_ops *ops = record->ops.flow;
  const uint32_t known = HIFM_STAGE_SOURCE | HIFM_STAGE_HESSIAN | HIFM_STAGE_RATES |
                         HIFM_STAGE_NOISE | HIFM_STAGE_DEFAULT_NOISE;
  if (!ops->shape) return REFUSE("%s: a flow stage needs the operation shape", path);
  if (ops->role & ~known)
    return REFUSE("%s: role 0x%x, this hifm knows 0x%x", path, ops->role, known);
  bool source = ops->role & HIFM_STAGE_SOURCE;
  if (source && (ops->role & HIFM_STAGE_NOISE))
    return REFUSE("%s: its role has both source and noise; a stage is one of them", path);
  if ((ops->role & HIFM_STAGE_DEFAULT_NOISE) && !(ops->role & HIFM_STAGE_NOISE))
    return REFUSE("%s: its role is the default noise stage, but it is not a noise stage", path);
  if (ops->path && !source)
    return REFUSE("%s: has the operation path, which is for sources only", path);
  if (source && (ops->role & HIFM_STAGE_HESSIAN) && !params_energy(record->params))
    return REFUSE("%s: a Hessian source declares exactly one energy as a setting; it declares none "
                  "or several",
                  path);
  return STATUS_OK;
}

static status_code check_network(const char *path, const hifm_network_ops *ops, failure *err) {
  const char *missing = !ops->tensors    ? "tensors"
                        : !ops->chunk    ? "chunk"
                        : !ops->work     ? "work"
                        : !ops->forward  ? "forward"
                        : !ops->backward ? "backward"
                                         : NULL;
  return missing ? REFUSE("%s: a network needs the operation %s", path, missing) : STATUS_OK;
}

static status_code check_solver(const char *path, const hifm_solver_ops *ops, failure *err) {
  const char *missing = !ops->scratch ? "scratch" : !ops->advance ? "advance" : NULL;
  return missing ? REFUSE("%s: a solver needs the operation %s", path, missing) : STATUS_OK;
}

static status_code check_operations(const char *path, const hifm_plugin *record, failure *err) {
  if (!record->ops.energy)
    return REFUSE("%s: has no operations: .ops.%s is NULL", path,
                  params_kind_text((hifm_kind)record->kind));
  switch ((hifm_kind)record->kind) {
  case HIFM_ENERGY:
    return check_energy(path, record->ops.energy, err);
  case HIFM_FLOW:
    return check_flow(path, record, err);
  case HIFM_NETWORK:
    return check_network(path, record->ops.network, err);
  case HIFM_SOLVER:
    return check_solver(path, record->ops.solver, err);
  }
  return STATUS_OK;
}

status_code record_check_body(const char *path, const hifm_plugin *record, failure *err) {
  status_code status = check_name(path, record, err);
  if (status == STATUS_OK) status = check_params(path, record, err);
  if (status == STATUS_OK) status = check_operations(path, record, err);
  return status;
}
