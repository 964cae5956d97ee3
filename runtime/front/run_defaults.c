#include "front/run_defaults.h"

#include "host/catalogue.h"
#include "job/settings.h"
#include "plan/schema.h"

#include <string.h>

typedef struct dropper {
  arena *a;
  const value *catalogue;
} dropper;

static const value *drop_in_plugin(const dropper *d, hifm_kind kind, const value *plugin);

static const hifm_param *find_param(const hifm_param *params, const char *name) {
  for (const hifm_param *p = params; p && p->name; p++)
    if (strcmp(p->name, name) == 0) return p;
  return NULL;
}

static value *drop(const dropper *d, const hifm_param *params, const value *settings) {
  value *out = value_new(d->a, VALUE_MAP);
  for (size_t i = 0; settings && i < settings->count; i++) {
    const char *name = settings->keys[i];
    const value *item = settings->items[i];
    const hifm_param *p = find_param(params, name);
    if (p && p->type == HIFM_REF) item = drop_in_plugin(d, p->kind, item);
    const value *compared = p && p->type == HIFM_FILE ? value_get(item, PARAMS_CONTENT) : item;
    if (!p || !compared || !params_is_default(d->a, p, compared)) value_put(d->a, out, name, item);
  }
  return out;
}

static const value *drop_in_plugin(const dropper *d, hifm_kind kind, const value *plugin) {
  const value *entry;
  const char *name = value_get_text(plugin, PARAMS_NAME, "");
  if (catalogue_find(d->a, d->catalogue, kind, name, &entry, NULL) != STATUS_OK) return plugin;
  return drop(d, params_from_description(d->a, value_get(entry, "params")), plugin);
}

static const value *drop_in_flow(const dropper *d, const value *flow) {
  const value *stages = value_get(flow, "stages");
  value *out = drop(d, flow_params, flow), *list = value_new(d->a, VALUE_LIST);
  for (size_t i = 0; stages && i < stages->count; i++)
    value_push(d->a, list, drop_in_plugin(d, HIFM_FLOW, stages->items[i]));
  value_put(d->a, out, "stages", list);
  return out;
}

const value *run_defaults_drop(arena *a, const value *catalogue, const value *config) {
  const dropper d = {a, catalogue};
  value *out = value_copy(a, config);
  for (size_t section = 0; section < SECTIONS; section++) {
    const char *name = SCHEMA_SECTIONS[section];
    const value *node = value_get(config, name), *less = node;
    if (!node) continue;
    if (section == SECTION_NETWORK) less = drop_in_plugin(&d, HIFM_NETWORK, node);
    if (section == SECTION_FLOW) less = drop_in_flow(&d, node);
    if (section == SECTION_DATASET)
      less = drop(&d, settings_dataset(value_get_text(node, PARAMS_NAME, "")), node);
    if (section == SECTION_OPTIMIZER) less = drop(&d, optimizer_params, node);
    if (section == SECTION_TRAIN) less = drop(&d, train_params, node);
    if (section == SECTION_MEASURE) less = drop(&d, measure_params, node);
    value_put(a, out, name, less);
  }
  return out;
}
