/* Plugins with their settings: instances, and the plugins and files that they name. */
#include "base/text.h"
#include "host/plugin_status.h"
#include "host/plugins.h"
#include "host/surroundings.h"

static status_code open_named(hifm_kind kind, const char *name, const hifm_plugin **out,
                              failure *err) {
  arena memory = {0};
  const char *path = NULL;
  status_code status = plugins_find(&memory, kind, name, &path, err);
  if (status == STATUS_OK) status = plugins_open(path, out, err);
  if (status == STATUS_OK && (*out)->kind != (uint32_t)kind)
    status =
        failure_set(err, STATUS_BAD_CONFIG, "unknown %s \"%s\": %s is of kind %s",
                    params_kind_text(kind), name, path, params_kind_text((hifm_kind)(*out)->kind));
  arena_close(&memory);
  return status;
}

static const hifm_param *find_params(void *context, hifm_kind kind, const char *name,
                                     failure *err) {
  (void)context;
  static const hifm_param NONE[] = {HIFM_PARAM_END};
  const hifm_plugin *plugin = NULL;
  if (open_named(kind, name, &plugin, err) != STATUS_OK) return NULL;
  return plugin->params ? plugin->params : NONE;
}

const params_lookup plugins_lookup = {.find = find_params};

static void drop_settings(hifm_bound *bound) {
  for (const hifm_param *p = bound->plugin->params; p && p->name; p++)
    if (p->type == HIFM_REF) plugins_drop((hifm_bound *)(void *)((char *)bound->self + p->offset));
}

static status_code bind_checked(arena *a, const hifm_plugin *plugin, const value *settings,
                                const char *where, const hifm_domain *domain, hifm_bound *out,
                                failure *err);

static status_code bind_setting(arena *a, const hifm_param *p, const value *config,
                                const char *where, const hifm_domain *domain, hifm_bound *out,
                                failure *err) {
  const hifm_plugin *plugin = NULL;
  status_code status = open_named(p->kind, params_name(config), &plugin, err);
  if (status != STATUS_OK) return status;
  const char *path = text_path_join(a, where, p->name);
  return bind_checked(a, plugin, config, path, domain, out, err);
}

static status_code bind_checked(arena *a, const hifm_plugin *plugin, const value *settings,
                                const char *where, const hifm_domain *domain, hifm_bound *out,
                                failure *err) {
  hifm_bound bound = {.plugin = plugin, .self = arena_get(a, plugin->instance_size)};
  params_store(a, plugin->params, settings, bound.self);
  status_code status = params_read_files(a, plugin->params, settings, where, bound.self, err);
  for (const hifm_param *p = plugin->params; p && p->name && status == STATUS_OK; p++)
    if (p->type == HIFM_REF)
      status = bind_setting(a, p, value_get(settings, p->name), where, domain,
                            (hifm_bound *)(void *)((char *)bound.self + p->offset), err);
  if (status == STATUS_OK && plugin->init) {
    hifm_error said = {.message = "it does not say why"};
    failure why;
    surroundings_remember();
    status = plugin_status_in(plugin->init(bound.self, domain, &said), &said, &why);
    surroundings_keep(plugin->name, "init");
    if (status != STATUS_OK)
      failure_set(err, status, "%s: %s refuses: %s",
                  *where ? where : params_kind_text(plugin->kind), plugin->name, why.message);
  }
  if (status != STATUS_OK)
    drop_settings(&bound); /* not its own drop: init has failed */
  else
    *out = bound;
  return status;
}

status_code plugins_bind_opened(arena *a, const hifm_plugin *plugin, const value *settings,
                                const char *where, const hifm_domain *domain, hifm_bound *out,
                                failure *err) {
  const value *checked = NULL;
  status_code status =
      params_check(a, plugin->params, settings, where, &plugins_lookup, NULL, &checked, err);
  if (status != STATUS_OK) return status;
  return bind_checked(a, plugin, checked, where, domain, out, err);
}

status_code plugins_bind(arena *a, hifm_kind kind, const value *config, const char *where,
                         const hifm_domain *domain, hifm_bound *out, failure *err) {
  const value *checked = NULL;
  const hifm_plugin *plugin = NULL;
  status_code status = params_check_ref(a, kind, config, where, &plugins_lookup, &checked, err);
  if (status == STATUS_OK) status = open_named(kind, params_name(checked), &plugin, err);
  if (status != STATUS_OK) return status;
  return bind_checked(a, plugin, checked, where, domain, out, err);
}

void plugins_drop(hifm_bound *bound) {
  if (!bound->plugin) return;
  if (bound->plugin->drop) {
    bound->plugin->drop(bound->self);
    surroundings_keep(bound->plugin->name, "drop");
  }
  drop_settings(bound);
  *bound = (hifm_bound){0};
}
