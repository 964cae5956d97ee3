#include "plan/audits.h"

#include "host/params.h"
#include "job/settings.h"
#include "plan/fit.h"
#include "plan/overrides.h"

#include <stdlib.h>
#include <string.h>

enum { HASH_DIGITS = 32 };

typedef struct audit {
  product *p;
  const char *name;
  const value *settings; /* MAP path -> scalar */
  bool *found;           /* [settings]: some row has it */
  const char **why;      /* [settings]: the message of a row that has it not */
  const part **made;     /* [parts of the grid] by index, NULL: not made yet */
} audit;

/* ---- the list ---- */

static bool has_validation(const product *p) {
  for (size_t i = 0; i < p->count; i++)
    if (value_get_number(p->rows[i].parts[SECTION_DATASET]->config, "validation", 0) > 0)
      return true;
  return false;
}

status_code audits_list(const product *p, const value *declared, const value **out, failure *err) {
  arena *a = p->memory;
  *out = declared;
  if (!has_validation(p)) return STATUS_OK;
  if (value_get(declared, AUDITS_TEST))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "audits." AUDITS_TEST ": with dataset.validation hifm adds an audit of this "
                       "name: the test points at the best and the last weights; choose another "
                       "name");
  value *list = value_new(a, VALUE_MAP);
  value_put(a, list, AUDITS_TEST, value_new(a, VALUE_MAP));
  for (size_t i = 0; i < declared->count; i++)
    value_put(a, list, declared->keys[i], declared->items[i]);
  *out = list;
  return STATUS_OK;
}

/* ---- the settings ---- */

static bool is_measuring(const char *path) {
  static const char *const POINTS[] = {"dataset.test", "dataset.test_path", "dataset.test_content"};
  for (size_t i = 0; i < sizeof POINTS / sizeof *POINTS; i++)
    if (strcmp(path, POINTS[i]) == 0) return true;
  return schema_section_of(path) == SECTION_MEASURE && strchr(path, '.');
}

static status_code check_settings(const char *name, const value *settings, failure *err) {
  for (size_t i = 0; i < settings->count; i++) {
    const char *path = settings->keys[i];
    const value_type type = settings->items[i]->type;
    if (!*path || (type != VALUE_NUMBER && type != VALUE_TEXT && type != VALUE_BOOL))
      return failure_set(err, STATUS_BAD_CONFIG,
                         "audits.%s: settings must be [\"path\"] = value, such as "
                         "[\"dataset.test\"] = 10000",
                         name);
    if (!is_measuring(path))
      return failure_set(err, STATUS_BAD_CONFIG,
                         "audits.%s.%s: an audit may change how a run is measured (dataset.test, "
                         "dataset.test_path, measure), not how it is trained",
                         name, path);
  }
  return STATUS_OK;
}

/* ---- the sections ---- */

/* The row's number of test points is of its own points, not of those of another file. */
static const value *without_count(const audit *u, const value *sections) {
  const value *all = value_number(u->p->memory, SETTINGS_ALL_ROWS);
  if (value_get(u->settings, "dataset.test_path") && !value_get(u->settings, "dataset.test"))
    overrides_path(u->p->schema, &sections, "dataset.test", all, NULL, NULL);
  return sections;
}

/* A declared section with the audit's settings of that section; `declared` itself: there are none.
 */
static const value *with_settings(audit *u, size_t section, const value *declared) {
  arena *a = u->p->memory;
  const char *name = SCHEMA_SECTIONS[section];
  value *alone = value_new(a, VALUE_MAP);
  if (declared) value_put(a, alone, name, declared);
  const value *sections = section == SECTION_DATASET ? without_count(u, alone) : alone;
  for (size_t i = 0; i < u->settings->count; i++) {
    const char *path = u->settings->keys[i];
    failure why;
    if (schema_section_of(path) != section) continue;
    if (overrides_path(u->p->schema, &sections, path, u->settings->items[i], NULL, &why) ==
        STATUS_OK)
      u->found[i] = true;
    else
      u->why[i] = arena_text(a, why.message);
  }
  return value_get(sections, name);
}

/* Rows share sections, so audits of rows do. */
static status_code audit_part(audit *u, size_t section, const part *own, const part **out,
                              failure *err) {
  failure inner;
  *out = u->made[own->index];
  if (*out) return STATUS_OK;
  *out = own;
  if (section == SECTION_DATASET && value_get(u->settings, "dataset.test_path") &&
      strcmp(params_name(own->config), "images") == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "audits.%s.dataset.test_path: images are measured on the test images of "
                       "their own data set alone; give a file to audits of points",
                       u->name);
  const value *declared = with_settings(u, section, own->declared);
  if (declared != own->declared) {
    status_code status = product_add_part(u->p, section, declared, out, &inner);
    if (status != STATUS_OK)
      return failure_set(err, status, "audits.%s.%s", u->name, inner.message);
  }
  u->made[own->index] = *out;
  return STATUS_OK;
}

static status_code check_fit(const audit *u, const row *r, const audit_parts *made, failure *err) {
  failure inner;
  const status_code status =
      fit_check_measure(r->parts[SECTION_TRAIN], made->dataset, made->measure, &inner);
  if (status == STATUS_OK) return status;
  return failure_set(err, status, "audits.%s.%s", u->name, inner.message);
}

static status_code check_found(const audit *u, failure *err) {
  for (size_t i = 0; i < u->settings->count; i++)
    if (!u->found[i])
      return failure_set(err, STATUS_BAD_CONFIG, "audits.%s.%s", u->name, u->why[i]);
  return STATUS_OK;
}

static status_code resolve_audit(product *p, const value *declared, size_t index,
                                 audit_parts *audits, failure *err) {
  arena *a = p->memory;
  const value *settings = declared->items[index];
  audit u = {.p = p, .name = declared->keys[index], .settings = settings};
  u.found = arena_get(a, settings->count * sizeof *u.found);
  u.why = arena_get(a, settings->count * sizeof *u.why);
  u.made = arena_get(a, p->part_count * sizeof *u.made);
  status_code status = check_settings(u.name, settings, err);
  for (size_t i = 0; i < p->count && status == STATUS_OK; i++) {
    audit_parts *made = &audits[i * declared->count + index];
    const row *r = &p->rows[i];
    status = audit_part(&u, SECTION_DATASET, r->parts[SECTION_DATASET], &made->dataset, err);
    if (status == STATUS_OK)
      status = audit_part(&u, SECTION_MEASURE, r->parts[SECTION_MEASURE], &made->measure, err);
    if (status == STATUS_OK) status = check_fit(&u, r, made, err);
  }
  return status == STATUS_OK ? check_found(&u, err) : status;
}

/* ---- audits that are other rows ---- */

/* Equal keys: the same run, measured in the same way. */
typedef struct run_key {
  char hashes[SECTIONS * HASH_DIGITS];
  size_t number;
} run_key;

static run_key key_of(const row *r, const part *dataset, const part *measure) {
  run_key key = {.number = r->number};
  for (size_t i = 0; i < SECTIONS; i++) {
    const part *its = i == SECTION_DATASET ? dataset : i == SECTION_MEASURE ? measure : r->parts[i];
    memcpy(key.hashes + i * HASH_DIGITS, its->hash, HASH_DIGITS);
  }
  return key;
}

static int by_hashes(const void *x, const void *y) {
  const run_key *a = x, *b = y;
  return memcmp(a->hashes, b->hashes, sizeof a->hashes);
}

/* Such an audit has two meanings: the measurement made while training, of all epochs, which the
 * other row may be, and that of the weights that were kept. */
static status_code check_rows(const product *p, const value *declared, failure *err) {
  run_key *keys = arena_get(p->memory, p->count * sizeof *keys);
  for (size_t i = 0; i < p->count; i++) {
    const row *r = &p->rows[i];
    keys[i] = key_of(r, r->parts[SECTION_DATASET], r->parts[SECTION_MEASURE]);
  }
  qsort(keys, p->count, sizeof *keys, by_hashes);
  for (size_t i = 0; i < p->count; i++)
    for (size_t k = 0; k < declared->count; k++) {
      const row *r = &p->rows[i];
      const run_key wanted = key_of(r, r->audits[k].dataset, r->audits[k].measure);
      const run_key *same = bsearch(&wanted, keys, p->count, sizeof *keys, by_hashes);
      if (!same || same->number == r->number) continue;
      return failure_set(err, STATUS_BAD_CONFIG,
                         "audits.%s: sets what the grid varies: it would measure row %zu as row "
                         "%zu is measured; leave the setting out of one of the two",
                         declared->keys[k], r->number + 1, same->number + 1);
    }
  return STATUS_OK;
}

status_code audits_resolve(product *p, const value *declared, failure *err) {
  if (declared->count == 0) return STATUS_OK;
  audit_parts *audits = arena_get(p->memory, p->count * declared->count * sizeof *audits);
  for (size_t i = 0; i < p->count; i++) p->rows[i].audits = audits + i * declared->count;
  for (size_t k = 0; k < declared->count; k++) {
    status_code status = resolve_audit(p, declared, k, audits, err);
    if (status != STATUS_OK) return status;
  }
  return check_rows(p, declared, err);
}
