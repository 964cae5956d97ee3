#include "plan/plan.h"

#include "base/files.h"
#include "base/json.h"
#include "base/key_map.h"
#include "base/text.h"
#include "plan/cells.h"
#include "plan/experiment.h"
#include "plan/file_hashes.h"
#include "plan/lua_files.h"
#include "plan/plugin_files.h"
#include "plan/sandbox.h"

#include <ctype.h>
#include <string.h>

const plan_limits PLAN_DEFAULT_LIMITS = {.instructions = 400000000,
                                         .lua_bytes = (size_t)256 << 20,
                                         .bytes = (size_t)1 << 30,
                                         .cpu_seconds = 10,
                                         .runs = 100000};

typedef struct reading { /* what the child is called with */
  const plan_request *request;
  const value *catalogue;
  const plan_limits *limits;
  const char *folder;
} reading;

/* One line without control characters: a script may put anything into its messages. */
static void clean(failure *err) {
  for (char *c = err->message; *c; c++)
    if (iscntrl((unsigned char)*c)) *c = ' ';
}

/* Runs in the child; its memory ends with it. */
static status_code read_script(void *context, const char **json, size_t *length, failure *err) {
  const reading *r = context;
  arena *a = memory_get(sizeof *a);
  script *lua;
  const char *text, *path = r->request->script;
  const script_limits limits = {r->limits->instructions, r->limits->lua_bytes};
  experiment e = {.request = r->request, .most_runs = (double)r->limits->runs};
  const value *plan;
  schema s;
  status_code status = lua_files_text(a, path, &text, err);
  if (status == STATUS_OK)
    status = script_open(&lua, a, r->folder, schema_names(a, r->catalogue, HIFM_FLOW), limits, err);
  if (status == STATUS_OK) status = script_experiment(lua, path, text, &e.sections, &e.rules, err);
  if (status == STATUS_OK) {
    schema_open(&s, a, r->catalogue,
                (recipes){.memory = a,
                          .lua = lua,
                          .folder = r->request->recipes,
                          .script_folder = r->folder,
                          .records = {.memory = a, .results = r->request->results},
                          .known = value_new(a, VALUE_MAP)});
    e.schema = &s;
    e.lua = lua;
    status = experiment_plan(&e, &plan, err);
  }
  clean(err);
  if (status != STATUS_OK) return status;
  *json = json_text(a, plan);
  *length = strlen(*json);
  return STATUS_OK;
}

static const value *part_at(const value *parts, const value *index) {
  return parts->items[(size_t)index->number];
}

static const value *assemble_audits(arena *a, const value *names, const value *parts,
                                    const value *packed) {
  value *audits = value_new(a, VALUE_MAP);
  for (size_t k = 0; k < names->count; k++) {
    const value *pair = packed->items[k];
    value *made = value_new(a, VALUE_MAP);
    value_put(a, made, SCHEMA_SECTIONS[SECTION_DATASET], part_at(parts, pair->items[0]));
    value_put(a, made, SCHEMA_SECTIONS[SECTION_MEASURE], part_at(parts, pair->items[1]));
    value_put(a, audits, names->keys[k], made);
  }
  return audits;
}

static const char *cell_of(const value *row, const char *column) {
  return value_get_text(value_get(row, "cells"), column, "");
}

static const char *file_of(arena *a, const value *row, const char *column) {
  return cells_files(a, value_get(row, "config"), column);
}

/* Are two files of one name in this column, or paths of this machine? The first row that has a cell
 * says if it is of files. */
static bool needs_contents(arena *a, const value *rows, const char *column) {
  size_t i = 0;
  key_map seen = key_map_new(a);
  while (i < rows->count && !*cell_of(rows->items[i], column)) i++;
  if (i == rows->count || !file_of(a, rows->items[i], column)) return false;
  for (; i < rows->count; i++) {
    const char *cell = cell_of(rows->items[i], column), *file = file_of(a, rows->items[i], column);
    if (!file) continue;
    if (*cell == '/') return true;
    const size_t before = key_map_get_text(&seen, cell);
    if (before == KEY_MAP_ABSENT)
      key_map_put_text(&seen, cell, i);
    else if (strcmp(file, file_of(a, rows->items[before], column)) != 0)
      return true;
  }
  return false;
}

/* A row whose cell in this column shows the name and the content of a file, where it is one. */
static const value *with_file(arena *a, const value *row, const char *column) {
  const char *text = file_of(a, row, column);
  if (!text) return row;
  value *shown = value_copy(a, row), *cells = value_copy(a, value_get(row, "cells"));
  value_put_text(a, cells, column, text);
  value_put(a, shown, "cells", cells);
  return shown;
}

/* Two calls with --set and other files leave other cells, and so do two files of one name in a
 * grid. Cells do not depend on where files are. Their contents are known here only. */
static void show_files(arena *a, const value *packed, value *rows) {
  const value *set = value_get(packed, "set_columns"), *all = value_get(packed, "columns");
  value *columns = value_copy(a, set);
  for (size_t k = 0; k < all->count; k++)
    if (needs_contents(a, rows, all->items[k]->text)) value_push(a, columns, all->items[k]);
  for (size_t k = 0; k < columns->count; k++)
    for (size_t i = 0; i < rows->count; i++)
      rows->items[i] = with_file(a, rows->items[i], columns->items[k]->text);
}

/* What rows have, selected or not. */
static value *begin_row(arena *a, const value *parts, const value *packed) {
  value *row = value_new(a, VALUE_MAP), *config = value_new(a, VALUE_MAP);
  const value *indices = value_get(packed, "parts");
  for (size_t i = 0; i < SECTIONS; i++)
    value_put(a, config, SCHEMA_SECTIONS[i], part_at(parts, indices->items[i]));
  value_put(a, row, "config", config);
  value_put(a, row, "number", value_get(packed, "number"));
  return row;
}

static const value *assemble_row(arena *a, const value *plan, const value *parts,
                                 const value *packed) {
  const value *columns = value_get(plan, "columns"), *texts = value_get(packed, "cells");
  value *row = begin_row(a, parts, packed), *cells = value_new(a, VALUE_MAP);
  for (size_t i = 0; i < columns->count; i++)
    value_put(a, cells, columns->items[i]->text, texts->items[i]);
  value_put(a, row, "cells", cells);
  value_put(a, row, "audits",
            assemble_audits(a, value_get(plan, "audits"), parts, value_get(packed, "audits")));
  if (value_get(packed, "fits")) value_put(a, row, "fits", value_get(packed, "fits"));
  return row;
}

/* Threads have one part of a step to share where a batch is one microbatch. */
static void note_idle_threads(arena *a, const value *schedule, const value *rows, value *notes) {
  const double threads = value_get_number(schedule, "threads", 1);
  size_t whole = 0;
  for (size_t i = 0; i < rows->count; i++) {
    const value *train = value_get(value_get(rows->items[i], "config"), "train");
    whole += value_get_number(train, "microbatch", 0) == 0;
  }
  if (threads > 1 && whole > 0)
    value_push(a, notes,
               value_text(a, arena_format(a,
                                          "schedule.threads = %g: the gradient of a step is still "
                                          "the work of one thread; give train.microbatch, such as "
                                          "batch / %g",
                                          threads, threads)));
}

static status_code assemble(arena *a, const reading *r, const value *packed, const value **out,
                            failure *err) {
  const char *script_path = r->request->script, *slash = strrchr(script_path, '/');
  const char *name = slash ? slash + 1 : script_path;
  size_t length = strlen(name);
  if (length > 4 && text_ends_with(name, ".lua")) length -= 4;
  static const char *const KEPT[] = {"title",  "question", "columns", "schedule",
                                     "tables", "figures",  "audits"};
  value *plan = value_new(a, VALUE_MAP), *rows = value_new(a, VALUE_LIST);
  value *parts = value_copy(a, value_get(packed, "parts")), *unselected = value_new(a, VALUE_LIST);
  const value *packed_rows = value_get(packed, "rows"), *others = value_get(packed, "unselected");
  file_hashes hashes;
  file_hashes_begin(&hashes, a, script_path, r->request->results);
  for (size_t i = 0; i < parts->count; i++) {
    status_code status = file_hashes_fill(&hashes, &parts->items[i], err);
    if (status != STATUS_OK) return status;
  }
  for (size_t i = 0; i < packed_rows->count; i++)
    value_push(a, rows, assemble_row(a, packed, parts, packed_rows->items[i]));
  for (size_t i = 0; i < others->count; i++)
    value_push(a, unselected, begin_row(a, parts, others->items[i]));
  show_files(a, packed, rows);
  for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++)
    value_put(a, plan, KEPT[i], value_get(packed, KEPT[i]));
  note_idle_threads(a, value_get(packed, "schedule"), rows, hashes.notes);
  value_put(a, plan, "notes", hashes.notes);
  value_put(a, plan, "rows", rows);
  value_put(a, plan, "unselected", unselected);
  value_put_text(a, plan, "name", arena_format(a, "%.*s", (int)length, name));
  value_put_text(a, plan, "folder", r->folder);
  *out = plan;
  return STATUS_OK;
}

status_code plan_load_within(arena *a, const plan_request *request, const value *catalogue,
                             const plan_limits *limits, const value **plan, failure *err) {
  const char *slash = strrchr(request->script, '/'), *json = NULL;
  reading r = {request, catalogue, limits, "."};
  const value *packed;
  size_t length = 0;
  if (!files_exists(request->script))
    return failure_set(err, STATUS_NO_INPUT, "%s: no such script", request->script);
  if (slash)
    r.folder = slash == request->script
                   ? "/"
                   : arena_format(a, "%.*s", (int)(slash - request->script), request->script);
  status_code status = sandbox_run(a, request->script, limits->cpu_seconds, limits->bytes,
                                   read_script, &r, &json, &length, err);
  if (status == STATUS_OK) status = json_parse(a, json, length, request->script, &packed, err);
  return status == STATUS_OK ? assemble(a, &r, packed, plan, err) : status;
}

status_code plan_load(arena *a, const plan_request *request, const value *catalogue,
                      const value **plan, failure *err) {
  return plan_load_within(a, request, catalogue, &PLAN_DEFAULT_LIMITS, plan, err);
}

typedef struct recipe_reading {
  const char *folder, *name;
  const value *catalogue;
} recipe_reading;

/* Runs have numbers of points; the data set that is made does not depend on them. */
static const value *name_recipe(arena *a, const char *name) {
  value *declared = value_new(a, VALUE_MAP), *list = value_new(a, VALUE_LIST);
  value_push(a, list, value_text(a, name));
  value_put(a, declared, "", list);
  value_put_number(a, declared, "train", 1);
  value_put_number(a, declared, "test", 1);
  return declared;
}

/* Without a script the recipe takes its part too: the line of a message is in the recipe's text. */
static void add_recipe_line(const script *lua, failure *err) {
  size_t count;
  const source_text *sources = script_sources(lua, &count);
  if (count) source_lines_error((source_text[]){sources[0], sources[0]}, 2, err);
}

/* Runs in the child, as read_script does. */
static status_code read_recipe(void *context, const char **json, size_t *length, failure *err) {
  const recipe_reading *r = context;
  const plan_limits *most = &PLAN_DEFAULT_LIMITS;
  arena *a = memory_get(sizeof *a);
  schema *s = memory_get(sizeof *s);
  const value *recipe, *dataset, *declared = name_recipe(a, r->name);
  script *lua;
  status_code status = script_open(&lua, a, r->folder, schema_names(a, r->catalogue, HIFM_FLOW),
                                   (script_limits){most->instructions, most->lua_bytes}, err);
  if (status != STATUS_OK) return status;
  schema_open(s, a, r->catalogue,
              (recipes){.memory = a,
                        .lua = lua,
                        .folder = r->folder,
                        .script_folder = r->folder,
                        .records = {.memory = a},
                        .known = value_new(a, VALUE_MAP)});
  status = recipe_find(&s->recipes, r->name, &recipe, err);
  if (status == STATUS_OK) status = schema_resolve(s, SECTION_DATASET, declared, &dataset, err);
  if (status == STATUS_OK)
    status = plugin_files_locate(s, SECTION_DATASET, declared, &dataset, err);
  if (status != STATUS_OK && !s->recipes.has_line) add_recipe_line(lua, err);
  clean(err);
  if (status != STATUS_OK) return status;
  value *answer = value_new(a, VALUE_MAP);
  value_put(a, answer, "dataset", dataset);
  if (value_get(recipe, "check")) value_put(a, answer, "check", value_get(recipe, "check"));
  *json = json_text(a, answer);
  *length = strlen(*json);
  return STATUS_OK;
}

status_code plan_dataset(arena *a, const char *folder, const char *name, const value *catalogue,
                         const value **config, const value **check, failure *err) {
  const plan_limits *most = &PLAN_DEFAULT_LIMITS;
  recipe_reading r = {folder, name, catalogue};
  const char *json = NULL, *path = arena_format(a, "%s/%s.lua", folder, name);
  const value *answer, *dataset;
  size_t length = 0;
  status_code status =
      sandbox_run(a, path, most->cpu_seconds, most->bytes, read_recipe, &r, &json, &length, err);
  if (status == STATUS_OK) status = json_parse(a, json, length, path, &answer, err);
  if (status != STATUS_OK) return status;
  dataset = value_get(answer, "dataset");
  *check = value_get(answer, "check");
  file_hashes hashes;
  file_hashes_begin(&hashes, a, path, NULL);
  status = file_hashes_fill(&hashes, &dataset, err);
  value *map = value_new(a, VALUE_MAP);
  value_put(a, map, "dataset", dataset);
  *config = map;
  return status;
}
