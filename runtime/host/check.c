#include "host/check.h"

#include "base/blas.h"
#include "base/files.h"
#include "base/text.h"
#include "hifm/rng.h"
#include "host/check_parts.h"
#include "host/child.h"
#include "host/plugins.h"
#include "host/surroundings.h"

#include <stdlib.h>
#include <string.h>

enum { GUARD = 64, GUARD_BYTE = 0xa5, RNG_SEED = 20241014 };

void check_verdict(check *c, const char *name, bool passed, const char *format, ...) {
  char detail[600];
  int length = c->where ? snprintf(detail, sizeof detail, "%s: ", c->where) : 0;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(detail + length, sizeof detail - (size_t)length, format, arguments);
  va_end(arguments);
  if (c->plugin) surroundings_keep(c->plugin->name, name);
  c->failed += !passed;
  c->report(c->context, name, passed, detail);
}

void check_within(check *c, const char *name, double error, double bound) {
  check_verdict(c, name, error <= bound, "largest error %.2g, allowed %.2g", error, bound);
}

void check_same(check *c, const char *name, const void *x, const void *y, size_t bytes) {
  bool same = memcmp(x, y, bytes) == 0;
  check_verdict(c, name, same, "%s", same ? "every bit is equal" : "the bytes differ");
}

bool check_has(const check *c, const char *name, hifm_param_type type) {
  for (const hifm_param *p = c->plugin->params; p && p->name; p++)
    if (strcmp(p->name, name) == 0) return p->type == type;
  return false;
}

/* A plugin for a setting that needs one. */
static const char *some_plugin(arena *a, hifm_kind kind) {
  const value *files = plugins_files(a);
  for (size_t i = 0; i < files->count; i++)
    if (strcmp(value_get_text(files->items[i], "kind", ""), params_kind_text(kind)) == 0)
      return value_get_text(files->items[i], "name", "");
  return "none";
}

/* A file beside the plugin, NAME.SETTING for NAME.so; without one the file is empty. */
static const char *some_file(const check *c, const char *setting) {
  const int stem = (int)strlen(c->path) - (int)strlen(".so");
  const char *path = arena_format(c->memory, "%.*s.%s", stem, c->path, setting);
  return files_exists(path) ? path : "/dev/null";
}

static const value *some_number(arena *a, const hifm_param *p) {
  return value_number(a, p->low > HIFM_POSITIVE ? p->low : fmin(1, p->high));
}

static const value *some_value(const check *c, const hifm_param *p) {
  arena *a = c->memory;
  switch (p->type) {
  case HIFM_REAL:
  case HIFM_COUNT:
    return some_number(a, p);
  case HIFM_FLAG:
    return value_bool(a, false);
  case HIFM_CHOICE:
    return value_text(a, p->choices[0]);
  case HIFM_TEXT:
    return value_text(a, "text");
  case HIFM_REF:
    return value_text(a, some_plugin(a, p->kind));
  case HIFM_FILE:
    return value_text(a, some_file(c, p->name));
  case HIFM_LIST: {
    value *list = value_new(a, VALUE_LIST);
    value_push(a, list, some_number(a, p));
    return list;
  }
  }
  return NULL;
}

const value *check_settings(check *c, const char *key, double number) {
  value *settings = value_new(c->memory, VALUE_MAP);
  for (const hifm_param *p = c->plugin->params; p && p->name; p++) {
    if (params_must_be_given(p)) value_put(c->memory, settings, p->name, some_value(c, p));
  }
  if (key) value_put_number(c->memory, settings, key, number);
  return settings;
}

/* Aligned to 64, as the host aligns the memory it gives to plugins. */
void *check_guarded(check *c, size_t bytes) {
  unsigned char *memory = arena_get(c->memory, bytes + 3 * GUARD);
  memory += GUARD - (uintptr_t)memory % GUARD;
  memset(memory, GUARD_BYTE, GUARD);
  memset(memory + GUARD + bytes, GUARD_BYTE, GUARD);
  return memory + GUARD;
}

bool check_intact(const void *guarded, size_t bytes) {
  const unsigned char *start = guarded;
  for (size_t i = 0; i < GUARD; i++)
    if (start[bytes + i] != GUARD_BYTE || (start - GUARD)[i] != GUARD_BYTE) return false;
  return true;
}

void check_normals(uint32_t draw, size_t n, double *out) {
  hifm_normals((hifm_stream){RNG_SEED, HIFM_RNG_CHECK}, 0, draw, n, out);
}

static void centre(const hifm_domain *domain, double *y) {
  const size_t n = domain->particles, space = domain->space;
  for (size_t k = 0; k < space; k++) {
    double mean = 0;
    for (size_t i = 0; i < n; i++) mean += y[i * space + k] / (double)n;
    for (size_t i = 0; i < n; i++) y[i * space + k] -= mean;
  }
}

void check_point(const hifm_domain *domain, uint32_t draw, double *y) {
  const double spacing = 1.15, jitter = 0.08;
  check_normals(draw, domain->d, y);
  if (!domain->particles) return;
  size_t side = 1;
  while (pow((double)side, domain->space) < domain->particles) side++;
  for (size_t i = 0; i < domain->particles; i++)
    for (size_t k = 0, site = i; k < domain->space; k++, site /= side) {
      double *coordinate = &y[i * domain->space + k];
      *coordinate = spacing * (double)(site % side) + jitter * *coordinate;
    }
  if (domain->centred) centre(domain, y);
}

static status_code refuse_missing(const char *path, failure *err) {
  if (files_exists(path)) return STATUS_OK;
  return failure_set(err, STATUS_NO_INPUT, "%s: there is no such plugin file", path);
}

status_code check_plugin(const char *path, check_report report, void *context, size_t *failed,
                         failure *err) {
  *failed = 0;
  status_code status = refuse_missing(path, err);
  if (status != STATUS_OK) return status;
  arena memory = {0};
  check c = {.report = report, .context = context, .memory = &memory, .path = path};
  failure why;
  const status_code opened = plugins_open(path, &c.plugin, &why);
  if (opened == STATUS_OK) surroundings_forget();
  check_verdict(&c, "record is sound", opened == STATUS_OK, "%s",
                opened != STATUS_OK ? why.message : "name, sizes, settings and operations");
  if (opened == STATUS_OK) {
    check_domains(&c);
    c.where = NULL;
    const char *changed = surroundings_last();
    check_verdict(&c, "leaves the process as it is", !*changed, "%s",
                  *changed
                      ? changed
                      : "numbers, locale, folder, umask, signals, environment, files, threads");
  }
  *failed = c.failed;
  arena_close(&memory);
  return STATUS_OK;
}

/* One line a check: '+' or '-', the name, a tab, the detail. */
static void report_to_parent(void *context, const char *name, bool passed, const char *detail) {
  text_buffer line = {0};
  text_add(&line, "%c%s\t%s", passed ? '+' : '-', name, detail);
  for (char *letter = line.text; *letter; letter++)
    if (*letter == '\n') *letter = ' ';
  text_add(&line, "\n");
  child_write(*(const int *)context, line.text);
  free(line.text);
}

static void check_as_child(void *context, int fd) {
  size_t failed = 0;
  check_plugin(context, report_to_parent, &fd, &failed, NULL);
}

/* Reports what the child wrote, without an incomplete last line; returns the last check's name. */
static const char *read_reports(char *lines, check_report report, void *context, size_t *failed) {
  const char *last = "nothing";
  for (char *end = strchr(lines, '\n'); end; lines = end + 1, end = strchr(lines, '\n')) {
    *end = '\0';
    char *tab = strchr(lines, '\t');
    if (!tab) continue;
    *tab = '\0';
    last = lines + 1;
    *failed += *lines == '-';
    report(context, last, *lines == '+', tab + 1);
  }
  return last;
}

status_code check_plugin_apart(const char *path, unsigned seconds, check_report report,
                               void *context, size_t *failed, failure *err) {
  *failed = 0;
  status_code status = refuse_missing(path, err);
  if (status == STATUS_OK) status = blas_start(err); /* networks multiply matrices */
  if (status != STATUS_OK) return status;
  arena memory = {0};
  char *lines = NULL;
  size_t length = 0;
  failure why = {.message = ""};
  status_code ended =
      child_run(check_as_child, arena_text(&memory, path), seconds, &lines, &length, &why);
  const char *last = read_reports(lines, report, context, failed);
  const char *detail = arena_format(&memory, "%s after \"%s\"", why.message, last);
  *failed += ended != STATUS_OK;
  report(context, "comes back", ended == STATUS_OK,
         ended != STATUS_OK ? detail : "no crash, within the time limit");
  free(lines);
  arena_close(&memory);
  return STATUS_OK;
}
