/* Checked settings into an instance: numbers, texts, lists, files. */
#include "base/blake2b.h"
#include "base/files.h"
#include "host/params_parts.h"

#include <stdlib.h>
#include <string.h>

hifm_list params_list(arena *a, const value *setting) {
  double *items = arena_get(a, (setting->count + 1) * sizeof *items);
  for (size_t i = 0; i < setting->count; i++) items[i] = setting->items[i]->number;
  return (hifm_list){items, setting->count};
}

static void store_one(arena *a, const hifm_param *p, const value *setting, void *field) {
  switch (p->type) {
  case HIFM_REAL:
    *(double *)field = setting->number;
    break;
  case HIFM_COUNT:
    *(uint64_t *)field = (uint64_t)setting->number;
    break;
  case HIFM_FLAG:
    *(bool *)field = setting->flag;
    break;
  case HIFM_CHOICE:
    *(uint32_t *)field = (uint32_t)params_choice_index(p->choices, setting->text);
    break;
  case HIFM_TEXT:
    *(const char **)field = arena_text(a, setting->text);
    break;
  case HIFM_LIST:
    *(hifm_list *)field = params_list(a, setting);
    break;
  case HIFM_REF:
  case HIFM_FILE:
    break;
  }
}

void params_store(arena *a, const hifm_param *params, const value *checked, void *instance) {
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *setting = value_get(checked, p->name);
    if (!setting) setting = params_default(a, p); /* it is younger than the job file */
    if (setting) store_one(a, p, setting, (char *)instance + p->offset);
  }
}

static status_code read_one(arena *a, const value *setting, const char *where, hifm_file *out,
                            failure *err) {
  enum { LIMIT = 1 << 30 };
  const char *path =
      setting->type == VALUE_TEXT ? setting->text : value_get_text(setting, PARAMS_PATH, "");
  const char *content = value_get_text(setting, PARAMS_CONTENT, NULL);
  char *bytes = NULL, hex[33];
  size_t length = 0;
  failure why;
  const status_code status = files_read(path, LIMIT, &bytes, &length, &why);
  if (status != STATUS_OK) return failure_set(err, status, "%s: %.500s", where, why.message);
  blake2b_hex(bytes, length, hex);
  unsigned char *copy = arena_get(a, length + 1);
  memcpy(copy, bytes, length);
  free(bytes);
  if (content && strcmp(content, hex) != 0)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: %s has changed since the run was planned (BLAKE2b %s, not %s)", where,
                       path, hex, content);
  *out = (hifm_file){arena_text(a, path), copy, length};
  return STATUS_OK;
}

status_code params_read_files(arena *a, const hifm_param *params, const value *checked,
                              const char *where, void *instance, failure *err) {
  for (const hifm_param *p = params; p && p->name; p++) {
    const value *setting = value_get(checked, p->name);
    if (p->type != HIFM_FILE || !setting) continue;
    hifm_file *field = (hifm_file *)(void *)((char *)instance + p->offset);
    const status_code status = read_one(a, setting, params_join(a, where, p->name), field, err);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}
