#include "front/describe.h"

#include "base/json.h"
#include "base/text.h"
#include "hifm/energy.h"
#include "hifm/flow.h"
#include "host/catalogue.h"
#include "job/settings.h"
#include "report/columns.h"

#include <string.h>

static const char *text_of(const value *entry, const char *key) {
  return value_get_text(entry, key, "");
}

static bool refused(const value *entry) {
  return value_get(entry, "error") != NULL;
}

static int longest_name(const value *catalogue) {
  size_t longest = 0;
  for (size_t i = 0; i < catalogue->count; i++) {
    size_t length = strlen(text_of(catalogue->items[i], "name"));
    if (length > longest) longest = length;
  }
  return (int)longest;
}

static status_code finish(FILE *out, failure *err) {
  if (fflush(out) == 0 && !ferror(out)) return STATUS_OK;
  return failure_set(err, STATUS_IO_FAILED, "cannot write to the output");
}

status_code describe_list(FILE *out, failure *err) {
  arena memory = {0};
  const value *catalogue = catalogue_collect(&memory);
  int width = longest_name(catalogue);
  const char *kind = "";
  size_t refusals = 0;
  for (size_t i = 0; i < catalogue->count; i++) {
    const value *entry = catalogue->items[i];
    refusals += refused(entry);
    if (refused(entry)) continue;
    if (strcmp(kind, text_of(entry, "kind")) != 0)
      fprintf(out, "%s%s\n", *kind ? "\n" : "", text_of(entry, "kind"));
    kind = text_of(entry, "kind");
    fprintf(out, "  %-*s  %s\n", width, text_of(entry, "name"), text_of(entry, "summary"));
  }
  if (refusals) fprintf(out, "%srefused\n", *kind ? "\n" : "");
  for (size_t i = 0; i < catalogue->count; i++)
    if (refused(catalogue->items[i])) fprintf(out, "  %s\n", text_of(catalogue->items[i], "error"));
  if (catalogue->count == 0) fprintf(out, "no plugins found; HIFM_PLUGIN_PATH may name folders\n");
  arena_close(&memory);
  return finish(out, err);
}

static const char *default_text(arena *a, const value *setting) {
  const value *unset = value_get(setting, "default");
  if (!unset) return "must be given";
  if (unset->type == VALUE_BOOL) return unset->flag ? "true" : "false";
  if (unset->type == VALUE_NUMBER) return arena_format(a, "%.15g", unset->number);
  if (unset->type == VALUE_LIST) return json_text(a, unset);
  return arena_format(a, "\"%s\"", unset->text);
}

enum { COLUMNS = 4 };

/* Rows of cells, each column as wide as its longest cell; the last one is not padded. */
static void print_aligned(FILE *out, const char *(*rows)[COLUMNS], size_t count) {
  size_t width[COLUMNS] = {0};
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < COLUMNS; j++)
      if (strlen(rows[i][j]) > width[j]) width[j] = strlen(rows[i][j]);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j + 1 < COLUMNS; j++) fprintf(out, "  %-*s", (int)width[j], rows[i][j]);
    fprintf(out, "  %s\n", rows[i][COLUMNS - 1]);
  }
}

static void print_settings(arena *a, const value *settings, FILE *out) {
  if (!settings || settings->count == 0) {
    fprintf(out, "\nno settings\n");
    return;
  }
  const char *(*rows)[COLUMNS] = arena_get(a, (settings->count + 1) * sizeof *rows);
  const hifm_param *params = params_from_description(a, settings);
  const char *const heads[] = {"setting", "values", "default", "meaning"};
  memcpy(rows[0], heads, sizeof heads);
  for (size_t i = 0; i < settings->count; i++) {
    rows[i + 1][0] = params[i].name;
    rows[i + 1][1] = params_range_text(a, &params[i]);
    rows[i + 1][2] = default_text(a, settings->items[i]);
    rows[i + 1][3] = params[i].meaning;
  }
  fprintf(out, "\n");
  print_aligned(out, rows, settings->count + 1);
}

typedef struct flag_word {
  uint32_t flag;
  const char *word;
} flag_word;

static void print_flags(FILE *out, const char *title, uint32_t flags, const flag_word *words,
                        size_t count) {
  fprintf(out, "%s", title);
  for (size_t i = 0; i < count; i++)
    if (flags & words[i].flag) fprintf(out, " %s", words[i].word);
  fprintf(out, "%s\n", flags ? "" : " none");
}

static void print_role(const value *entry, FILE *out) {
  static const flag_word ROLES[] = {{HIFM_STAGE_SOURCE, "source"},
                                    {HIFM_STAGE_HESSIAN, "Hessian"},
                                    {HIFM_STAGE_RATES, "rates"},
                                    {HIFM_STAGE_NOISE, "noise"},
                                    {HIFM_STAGE_DEFAULT_NOISE, "default"}};
  static const flag_word INVARIANCES[] = {{HIFM_ANCHORED, "relative"},
                                          {HIFM_INVARIANT_TRANSLATION, "translates"},
                                          {HIFM_INVARIANT_ROTATION, "rotates"},
                                          {HIFM_INVARIANT_PERMUTATION, "permutes"}};
  if (value_get(entry, "role"))
    print_flags(out, "role     ", (uint32_t)value_get_number(entry, "role", 0), ROLES,
                sizeof ROLES / sizeof *ROLES);
  if (value_get(entry, "speed"))
    fprintf(out, "v_z      %s\n", value_get_bool(entry, "speed", false) ? "yes" : "no");
  if (value_get(entry, "invariances"))
    print_flags(out, "declares ", (uint32_t)value_get_number(entry, "invariances", 0), INVARIANCES,
                4);
}

static status_code find_kind(arena *a, const char *word, hifm_kind *kind, failure *err) {
  static const char *const KINDS[] = {"energy", "flow", "network", "solver"};
  *kind = params_kind(word);
  if (*kind) return STATUS_OK;
  return failure_set(err, STATUS_USAGE, "unknown kind of plugin \"%s\"%s", word,
                     text_choices(a, word, KINDS, 4));
}

status_code describe_plugin(const char *kind_word, const char *name, FILE *out, failure *err) {
  arena memory = {0};
  const value *entry = NULL;
  hifm_kind kind;
  status_code status = find_kind(&memory, kind_word, &kind, err);
  if (status == STATUS_OK)
    status = catalogue_find(&memory, catalogue_collect(&memory), kind, name, &entry, err);
  if (status == STATUS_OK) {
    fprintf(out, "%s %s: %s\n\n", text_of(entry, "kind"), text_of(entry, "name"),
            text_of(entry, "summary"));
    fprintf(out, "file      %s\nhash      %s\nrevision  %.0f\n", text_of(entry, "path"),
            text_of(entry, "hash"), value_get_number(entry, "revision", 0));
    print_role(entry, out);
    print_settings(&memory, value_get(entry, "params"), out);
    status = finish(out, err);
  }
  arena_close(&memory);
  return status;
}

static const struct {
  const char *word, *meaning;
  const hifm_param *settings;
} WORDS[] = {
    {"optimizer", "optimizer = { \"adamw\", ... }", optimizer_params},
    {"train", "train = { ... }; exactly one of epochs and steps", train_params},
    {"measure", "measure = { ... }: how a run is measured while it trains", measure_params},
    {"flow", "flow = { {stage}, ... }: settings beside the stages", flow_params},
    {"schedule", "schedule = { ... }: not part of a run's identity", schedule_params},
    {"mcmc", "dataset = { \"mcmc\", ... }: drawn from an energy; a recipe of datasets/ is one",
     mcmc_params},
    {"file", "dataset = { \"file\", ... }: your own points", file_params},
    {"images", "dataset = { \"images\", ... }: IDX files", images_params},
    {"columns", "of runs.csv and history.csv, for tables and figures", NULL},
};
enum { WORD_COUNT = sizeof WORDS / sizeof *WORDS };

static void print_names(FILE *out, const char *prefix, const column_list *list) {
  const int width = 20 - (int)strlen(prefix);
  for (size_t i = 0; i < list->count; i++)
    fprintf(out, "  %s%-*s  %s\n", prefix, width, list->items[i].name, list->items[i].meaning);
}

static void print_columns(FILE *out) {
  arena memory = {0};
  const column_set known = columns_of(&memory, METRICS);
  fprintf(
      out,
      "\nruns.csv: what varies in the grid (flow, seed, optimizer.lr, ...), status, reason, and\n");
  print_names(out, "", &known.runs);
  print_names(out, "AUDIT.", &known.audit);
  fprintf(out, "\nhistory.csv: what varies in the grid, solver, and\n");
  print_names(out, "", &known.history);
  arena_close(&memory);
}

static status_code refuse_word(const char *word, failure *err) {
  arena memory = {0};
  const char *words[WORD_COUNT];
  for (size_t i = 0; i < WORD_COUNT; i++) words[i] = WORDS[i].word;
  const char *all = text_list(&memory, words, WORD_COUNT);
  if (word)
    failure_set(err, STATUS_USAGE, "\"%s\" is not described (%s; plugins: hifm plugin describe)%s",
                word, all, text_hint(&memory, word, words, WORD_COUNT));
  else
    failure_set(err, STATUS_USAGE, "describe takes one of %s", all);
  arena_close(&memory);
  return STATUS_USAGE;
}

status_code describe_word(const char *word, FILE *out, failure *err) {
  size_t at = 0;
  while (word && at < WORD_COUNT && strcmp(WORDS[at].word, word) != 0) at++;
  if (!word || at == WORD_COUNT) return refuse_word(word, err);
  arena memory = {0};
  fprintf(out, "%s: %s\n", word, WORDS[at].meaning);
  if (WORDS[at].settings)
    print_settings(&memory, params_describe(&memory, WORDS[at].settings), out);
  else
    print_columns(out);
  arena_close(&memory);
  return finish(out, err);
}
