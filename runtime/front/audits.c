#include "front/audits.h"

#include "report/entries.h"
#include "report/format.h"

#include <string.h>

static const char *setting_text(arena *a, const value *setting) {
  if (setting->type == VALUE_NUMBER)
    return format_number(arena_get(a, FORMAT_ROOM), setting->number);
  return setting->type == VALUE_TEXT ? setting->text : NULL;
}

/* The request with the audit's settings before those of the command line, for all rows: --only may
 * ask for what the audit changes. */
static status_code widen(arena *a, const plan_request *request, const value *settings,
                         plan_request *out, failure *err) {
  const char **sets = arena_get(a, (request->set_count + settings->count) * sizeof *sets);
  *out = *request;
  out->set_count = out->only_count = 0;
  for (size_t i = 0; i < settings->count; i++) {
    const char *text = setting_text(a, settings->items[i]), *path = settings->keys[i];
    if (!text || !*path)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "settings must be [\"path\"] = value, such as [\"dataset.test\"] = 10000");
    sets[out->set_count++] = arena_format(a, "%s=%s", path, text);
  }
  memcpy(sets + out->set_count, request->sets, request->set_count * sizeof *sets);
  out->set_count += request->set_count;
  out->sets = sets;
  return STATUS_OK;
}

status_code audits_load(arena *a, const plan_request *request, const value *catalogue,
                        const value *plan, graph_audit **list, const char *const **names,
                        size_t *count, failure *err) {
  const value *declared = value_get(plan, "audits");
  const size_t most = declared ? declared->count : 0;
  const char **names_made = arena_get(a, (most + 1) * sizeof *names_made);
  *list = arena_get(a, (most + 1) * sizeof **list);
  *names = names_made;
  *count = 0;
  for (size_t i = 0; i < most; i++) {
    const char *name = declared->keys[i];
    plan_request wider;
    failure inner = {0};
    graph_audit *made = &(*list)[(*count)++];
    *made = (graph_audit){.name = names_made[i] = name};
    status_code status = entries_check_name("an audit", name, err);
    if (status == STATUS_OK && strcmp(name, "paper") == 0)
      status = failure_set(err, STATUS_BAD_CONFIG,
                           "audits.paper: \"paper.\" begins the columns of the paper's CSV; choose "
                           "another name");
    if (status != STATUS_OK) return status;
    status = widen(a, request, declared->items[i], &wider, &inner);
    if (status == STATUS_OK) status = plan_load(a, &wider, catalogue, &made->plan, &inner);
    if (status != STATUS_OK) return failure_set(err, status, "audits.%s: %s", name, inner.message);
  }
  return STATUS_OK;
}
