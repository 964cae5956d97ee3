/* The audits of a row: measure jobs of the weights that its training keeps. */
#include "base/files.h"
#include "grid/graph_parts.h"
#include "job/history.h"
#include "job/job.h"
#include "job/point_values.h"
#include "job/settings.h"
#include "report/entries.h"

#include <string.h>

status_code graph_audits_check(const value *audits, failure *err) {
  for (size_t k = 0; audits && k < audits->count; k++) {
    failure inner;
    status_code status = entries_check_name("an audit", audits->keys[k], &inner);
    if (status == STATUS_OK && strcmp(audits->keys[k], "paper") == 0)
      status = failure_set(&inner, STATUS_BAD_CONFIG,
                           "\"paper.\" begins the columns of the paper's CSV; choose another name");
    if (status != STATUS_OK)
      return failure_set(err, status, "audits.%s: %s", audits->keys[k], inner.message);
  }
  return STATUS_OK;
}

/* A row's config, with the sections of one of its audits replaced. */
static const value *audit_config(arena *a, const value *config, const value *sections) {
  value *audited = value_copy(a, config);
  for (size_t i = 0; i < sections->count; i++)
    value_put(a, audited, sections->keys[i], sections->items[i]);
  return audited;
}

/* An audit that hifm made before audits knew their row has the id of a measurement. It is the row's
 * if it is of the row's best weights. */
static bool is_of_row(graph_builder *b, const run_row *row, const char *folder,
                      const char *old_id) {
  const value *audit, *own, *trained;
  const char *old = job_measure_path(b->a, folder, old_id),
             *measured = job_measure_path(b->a, folder, row->measure_id);
  if (b->mode == GRAPH_NAMES || graph_read_result(b, old, old_id, &audit, NULL) != STATUS_OK ||
      !audit || value_get(audit, "measurement") ||
      !value_get(value_get(audit, "numbers"), "nll_identity"))
    return false;
  graph_read_result(b, graph_jobs_result(b, folder), row->train_id, &trained, NULL);
  graph_read_result(b, measured, row->measure_id, &own, NULL);
  if (!trained || !own) return false;
  const history_rule rule = history_rule_of(row->config, trained);
  const value *history = value_get(own, "history"), *best = history_best(history);
  if (!history_is_complete(history, &rule) || !best) return true;
  return history_at(value_get(audit, "history"), history_step(best)) != NULL;
}

static size_t audit_job(graph_builder *b, const value *config, const char *name, const run_row *row,
                        const char *folder, const identity *id, size_t row_job) {
  const value *entry = graph_jobs_measurement(b, config, id->measure, NULL);
  const char *why = arena_format(b->a, "audit %s", name);
  const size_t data = graph_jobs_data(b, row->config, id);
  const size_t added = graph_jobs_measure(b, config, id, row->cells, why, folder, data, entry);
  b->g->jobs[added].audit = name;
  value_put_text(b->a, b->files[added], "of", row->measure_id);
  value_put_number(b->a, b->files[added], "every",
                   value_get_number(value_get(row->config, "measure"), "every", 1));
  if (row_job != SIZE_MAX) graph_jobs_need(b->g, added, row_job);
  return added;
}

/* The row itself may have made this audit, unless it measures validation points. */
static bool is_made_by_row(graph_builder *b, const run_row *row, const char *folder,
                           const char *plain_id) {
  if (settings_validation(row->config) > 0) return false;
  return strcmp(plain_id, row->measure_id) == 0 || is_of_row(b, row, folder, plain_id);
}

/* With GRAPH_PER_POINT: is there an audit without the NLL of each point? A file that is missing or
 * damaged is none. */
static status_code is_without_points(const char *folder, const char *id, bool *without,
                                     failure *err) {
  arena brief = {0};
  const value *measured = NULL;
  const point_values *values = NULL;
  const char *path = job_measure_path(&brief, folder, id);
  status_code status = result_read(&brief, path, id, &measured, err);
  if (status == STATUS_OK && measured)
    status = point_values_read(&brief, folder, measured, &values, err);
  *without = !values;
  arena_close(&brief);
  return files_is_lost(status) ? STATUS_OK : status;
}

/* *id is the row's and becomes the audit's; *made: its job, SIZE_MAX where it is done. */
static status_code add_audit(graph_builder *b, const value *config, const char *name,
                             const run_row *row, const char *folder, size_t row_job, identity *id,
                             size_t *made, failure *err) {
  graph_existing found;
  identity plain = *id;
  status_code status =
      identity_of_measure(config, b->catalogue, id->train, NULL, plain.measure, err);
  if (status == STATUS_OK)
    status =
        identity_of_measure(config, b->catalogue, id->train, row->measure_id, id->measure, err);
  if (status == STATUS_OK) status = graph_look(b, folder, id, &found, err);
  const bool complete = b->mode == GRAPH_PER_POINT;
  bool again = false;
  if (status == STATUS_OK && complete && found.measured)
    status = is_without_points(folder, id->measure, &again, err);
  if (status != STATUS_OK) return status;
  *made = SIZE_MAX;
  if (found.measured && !again) return STATUS_OK;
  const bool own = strcmp(plain.measure, row->measure_id) == 0;
  if ((own || !complete) && is_made_by_row(b, row, folder, plain.measure)) {
    *id = plain;
    return STATUS_OK;
  }
  *made = graph_jobs_find(b, JOB_MEASURE, id->measure);
  if (*made == SIZE_MAX) *made = audit_job(b, config, name, row, folder, id, row_job);
  b->g->jobs[*made].again = again;
  return STATUS_OK;
}

status_code graph_audits_add(graph_builder *b, const value *audits, size_t row, const char *folder,
                             const identity *id, bool *done, failure *err) {
  run_row *of = &b->g->rows[row];
  const char **ids = arena_get(b->a, (audits->count + 1) * sizeof *ids);
  size_t *jobs = &b->g->audit_jobs[row * audits->count];
  of->audit_ids = ids;
  *done = true;
  for (size_t k = 0; k < audits->count; k++) {
    identity audit_id = *id;
    const value *config = audit_config(b->a, of->config, audits->items[k]);
    status_code status = add_audit(b, config, audits->keys[k], of, folder, b->g->row_jobs[row],
                                   &audit_id, &jobs[k], err);
    if (status != STATUS_OK) return status;
    ids[k] = arena_text(b->a, audit_id.measure);
    *done &= jobs[k] == SIZE_MAX;
  }
  return STATUS_OK;
}
