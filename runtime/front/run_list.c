#include "front/run_list.h"

#include "base/text.h"
#include "front/queued_runs.h"
#include "front/run_choice.h"
#include "front/run_reference.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- which ----------------------------------------------------------------------------------- */

static bool has_failed(const run_info *run) {
  static const char *const STATES[] = {"failed", "diverged", "damaged", "unreadable"};
  for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
    if (strcmp(run->state, STATES[i]) == 0) return true;
  return false;
}

static status_code choose(arena *a, const options *given, run_list *list, failure *err) {
  bool *chosen = arena_get(a, list->count + 1);
  size_t kept = 0;
  status_code status =
      run_choice_only(a, &list->views, list->items, list->count, &given->only, chosen, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < list->count; i++)
    if (chosen[i] && (!given->failed || has_failed(&list->items[i])))
      list->items[kept++] = list->items[i];
  list->count = kept;
  return STATUS_OK;
}

/* Names sort by their words first, so neighbours by id are found after sorting the ids. */
static int find_digits(arena *a, const runs *names) {
  enum { LEAST = 6 };
  const char **ids = arena_get(a, (names->count + 1) * sizeof *ids);
  int digits = LEAST;
  for (size_t i = 0; i < names->count; i++) ids[i] = run_reference_id(names->names[i]);
  if (names->count) qsort(ids, names->count, sizeof *ids, text_order);
  for (size_t i = 1; i < names->count; i++) {
    int same = 0;
    while (ids[i][same] && ids[i][same] == ids[i - 1][same]) same++;
    if (ids[i][same] && same >= digits) digits = same + 1;
  }
  return digits;
}

/* ---- in which order -------------------------------------------------------------------------- */

/* A text that is compared as a number where it is one. */
typedef struct sort_key {
  const char *text; /* NULL: none */
  double number;    /* NAN: it is not one */
} sort_key;

typedef struct sortable {
  run_info run;
  const sort_key *keys;
  size_t count;
} sortable;

static sort_key key_of(const char *text) {
  sort_key key = {text, NAN};
  if (text && !text_number(text, &key.number)) key.number = NAN;
  return key;
}

/* What is missing comes last. */
static int order_of_keys(const sort_key *x, const sort_key *y) {
  if (!x->text || !y->text) return !x->text - !y->text;
  if (!isnan(x->number) && !isnan(y->number))
    return x->number < y->number ? -1 : x->number > y->number;
  return strcmp(x->text, y->text);
}

static int order_of_runs(const void *x, const void *y) {
  const sortable *one = x, *other = y;
  for (size_t i = 0; i < one->count; i++) {
    const int order = order_of_keys(&one->keys[i], &other->keys[i]);
    if (order) return order;
  }
  return strcmp(one->run.name, other->run.name);
}

static const struct {
  const char *name;
  size_t offset;
} NUMBERS[] = {{"best", offsetof(run_info, best)},
               {"last", offsetof(run_info, last)},
               {"epochs", offsetof(run_info, epochs)},
               {"time", offsetof(run_info, seconds)},
               {"when", offsetof(run_info, when)}};
enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS };

/* The key that --sort asks for; false: the run knows nothing of this name. */
static bool asked_key(const run_info *run, const char *column, sort_key *key) {
  *key = (sort_key){NULL, NAN};
  for (size_t i = 0; i < NUMBER_COUNT; i++)
    if (strcmp(column, NUMBERS[i].name) == 0) {
      key->number = *(const double *)(const void *)((const char *)run + NUMBERS[i].offset);
      key->text = isnan(key->number) ? NULL : "";
      return true;
    }
  if (strcmp(column, "state") == 0) key->text = run->state;
  if (!key->text) *key = key_of(run_settings_get(&run->settings, column));
  return key->text != NULL;
}

static status_code check_column(arena *a, const run_list *list, const char *column, failure *err) {
  sort_key ignored;
  const char *known[NUMBER_COUNT + 2] = {"name", "state"};
  bool found = list->count == 0 || strcmp(column, "name") == 0;
  for (size_t i = 0; i < NUMBER_COUNT; i++) known[2 + i] = NUMBERS[i].name;
  for (size_t i = 0; i < list->count && !found; i++)
    found = asked_key(&list->items[i], column, &ignored);
  if (found) return STATUS_OK;
  return failure_set(err, STATUS_USAGE, "--sort %s: not a column, and no run has such a setting%s",
                     column, text_choices(a, column, known, NUMBER_COUNT + 2));
}

/* The name without its id. */
static const char *words_of(arena *a, const run_info *run) {
  const char *id = run_reference_id(run->name);
  return *id ? arena_format(a, "%.*s", (int)(id - run->name), run->name) : run->name;
}

static void sort(arena *a, run_list *list, const char *column) {
  sortable *all = arena_get(a, (list->count + 1) * sizeof *all);
  size_t paths = 0;
  while (list->varying[paths]) paths++;
  for (size_t i = 0; i < list->count; i++) {
    run_info *run = &list->items[i];
    sort_key *keys = arena_get(a, (paths + 2) * sizeof *keys);
    all[i] = (sortable){*run, keys, paths + 2};
    if (strcmp(column, "name") != 0) asked_key(run, column, &keys[0]);
    keys[1] = (sort_key){words_of(a, run), NAN};
    for (size_t k = 0; k < paths; k++)
      keys[k + 2] = key_of(run_settings_get(&run->settings, list->varying[k]));
  }
  if (list->count) qsort(all, list->count, sizeof *all, order_of_runs);
  for (size_t i = 0; i < list->count; i++) list->items[i] = all[i].run;
}

/* ---- runs that were given to a cluster ------------------------------------------------------ */

/* Runs in the queue have no folder until they start. names: gets theirs, too. */
static void add_queued(arena *a, const queued_runs *queued, runs *names, run_list *list) {
  key_map known = key_map_new(a);
  run_words words = run_words_new(a);
  for (size_t i = 0; i < names->count; i++) {
    queued_runs_mark(queued, &list->items[i]);
    key_map_put_text(&known, names->names[i], i);
  }
  for (size_t i = 0; i < queued->count; i++) {
    const run_info run = queued_runs_info(&words, &queued->items[i]);
    if (key_map_get_text(&known, run.name) != KEY_MAP_ABSENT) continue;
    key_map_put_text(&known, run.name, names->count);
    list->items[names->count] = run;
    names->names[names->count++] = run.name;
  }
}

/* ---- all of it ------------------------------------------------------------------------------- */

status_code run_list_read(arena *a, const options *given, run_list *list, failure *err) {
  runs names, every;
  queued_runs queued;
  const char *column = given->sort ? given->sort : "name";
  *list = (run_list){.items = NULL};
  status_code status = runs_list(a, given->out, &names, err);
  if (status == STATUS_OK) status = queued_runs_read(a, given->out, &queued, err);
  if (status != STATUS_OK) return status;
  every = names;
  every.names = arena_get(a, (names.count + queued.count + 1) * sizeof *every.names);
  if (names.count) memcpy(every.names, names.names, names.count * sizeof *names.names);
  list->folder = names.folder;
  list->problem = queued.problem;
  list->items = arena_get(a, (names.count + queued.count + 1) * sizeof *list->items);
  list->views = run_views_read(a, given->out);
  runs_look_all(a, &names, list->items);
  add_queued(a, &queued, &every, list);
  list->total = list->count = every.count;
  list->digits = find_digits(a, &every);
  if (every.count) status = choose(a, given, list, err);
  if (status == STATUS_OK) status = check_column(a, list, column, err);
  if (status != STATUS_OK) return status;
  const run_settings **settings = arena_get(a, (list->count + 1) * sizeof *settings);
  for (size_t i = 0; i < list->count; i++) {
    run_views_label(a, &list->views, &list->items[i]);
    settings[i] = &list->items[i].settings;
  }
  list->varying = run_settings_varying(a, settings, list->count);
  sort(a, list, column);
  return STATUS_OK;
}

void run_list_close(run_list *list) {
  run_views_close(&list->views);
}
