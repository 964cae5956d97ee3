#include "plan/outcome_choice.h"

#include "base/text.h"
#include "plan/conditions.h"

bool outcome_choice_asked(const value *plan) {
  const value *rows = value_get(plan, "rows");
  return rows->count && value_get(rows->items[0], "fits");
}

/* The options of a request, first --only and then --exclude. */
static const char *option_text(const plan_request *request, size_t k) {
  return k < request->only_count ? request->only[k] : request->exclude[k - request->only_count];
}

static bool stays(const value *row, const plan_request *request, const conditions *options,
                  const char *status) {
  const value *fits = value_get(row, "fits");
  bool stays = request->only_count == 0;
  for (size_t i = 0; i < fits->count; i++) {
    const size_t k = (size_t)fits->items[i]->number;
    if (!conditions_allow_status(&options[k], status)) continue;
    if (k >= request->only_count) return false;
    stays = true;
  }
  return stays;
}

static status_code refuse_all(arena *a, const plan_request *request, const run_status *statuses,
                              size_t count, failure *err) {
  const char *words[RUN_STATUS_COUNT];
  bool seen[RUN_STATUS_COUNT] = {false};
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    if (!seen[statuses[i]]) words[found++] = run_status_word(statuses[i]);
    seen[statuses[i]] = true;
  }
  return failure_set(err, STATUS_BAD_CONFIG, "%s %s: no run is left; status is %s%s",
                     request->only_count ? "--only" : "--exclude", option_text(request, 0),
                     found > 1 ? "one of " : "", text_list(a, words, found));
}

status_code outcome_choice_apply(arena *a, const plan_request *request, const run_status *statuses,
                                 const value **plan, failure *err) {
  const size_t count = request->only_count + request->exclude_count;
  const value *rows = value_get(*plan, "rows");
  conditions *options = arena_get(a, (count + 1) * sizeof *options);
  value *kept = value_new(a, VALUE_LIST), *left = value_copy(a, value_get(*plan, "unselected"));
  value *made = value_copy(a, *plan);
  for (size_t k = 0; k < count; k++) {
    status_code status = conditions_parse(a, "--only", option_text(request, k), &options[k], err);
    if (status != STATUS_OK) return status;
  }
  for (size_t i = 0; i < rows->count; i++)
    value_push(a,
               stays(rows->items[i], request, options, run_status_word(statuses[i])) ? kept : left,
               rows->items[i]);
  if (kept->count == 0) return refuse_all(a, request, statuses, rows->count, err);
  value_put(a, made, "rows", kept);
  value_put(a, made, "unselected", left);
  *plan = made;
  return STATUS_OK;
}
