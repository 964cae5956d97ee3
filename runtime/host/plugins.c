#include "host/plugins.h"

#include "base/text.h"
#include "hifm/energy.h"
#include "hifm/flow.h"
#include "hifm/network.h"
#include "hifm/solver.h"
#include "host/plugin_status.h"
#include "host/record_check.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <link.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const KIND_FOLDERS[] = {"", "energies", "flows", "networks", "solvers"};

/* ---- finding ---- */

hifm_kind plugins_folder_kind(const char *path) {
  const char *end = strrchr(path, '/');
  if (!end) return (hifm_kind)0;
  const char *start = end;
  while (start > path && start[-1] != '/') start--;
  for (int kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++) {
    size_t length = strlen(KIND_FOLDERS[kind]);
    if ((size_t)(end - start) == length && strncmp(start, KIND_FOLDERS[kind], length) == 0)
      return (hifm_kind)kind;
  }
  return (hifm_kind)0;
}

static void add_files(arena *a, value *list, const char *folder) {
  DIR *directory = opendir(folder);
  if (!directory) return;
  for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
    size_t length = strlen(entry->d_name);
    if (length <= 3 || entry->d_name[0] == '.' || strcmp(entry->d_name + length - 3, ".so") != 0)
      continue;
    value *file = value_new(a, VALUE_MAP);
    const char *path = arena_format(a, "%s/%s", folder, entry->d_name);
    hifm_kind kind = plugins_folder_kind(path);
    value_put_text(a, file, "kind", kind ? params_kind_text(kind) : "");
    value_put_text(a, file, "name", arena_format(a, "%.*s", (int)length - 3, entry->d_name));
    value_put_text(a, file, "path", path);
    value_push(a, list, file);
  }
  closedir(directory);
}

/* Adds a folder by its real name, once: the search path may name the program's own folder too. */
static void add_folder(arena *a, value *folders, const char *folder) {
  char *real = realpath(folder, NULL);
  if (!real) return;
  bool known = false;
  for (size_t i = 0; i < folders->count; i++)
    known = known || strcmp(folders->items[i]->text, real) == 0;
  if (!known) value_push(a, folders, value_text(a, real));
  free(real);
}

static const value *search_folders(arena *a) {
  value *folders = value_new(a, VALUE_LIST);
  const char *search = getenv("HIFM_PLUGIN_PATH"), *copies = getenv(PLUGINS_COPIES);
  if (copies) {
    add_folder(a, folders, copies);
    return folders;
  }
  for (const char *place; search && (place = text_next_place(a, &search));)
    add_folder(a, folders, place);
  char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length > 0) {
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    add_folder(a, folders, arena_format(a, "%s/plugins", program));
  }
  return folders;
}

static int by_kind_name_path(const void *left, const void *right) {
  const value *x = *(const value *const *)left, *y = *(const value *const *)right;
  static const char *const KEYS[] = {"kind", "name", "path"};
  int order = 0;
  for (size_t i = 0; i < 3 && order == 0; i++)
    order = strcmp(value_get_text(x, KEYS[i], ""), value_get_text(y, KEYS[i], ""));
  return order;
}

const value *plugins_files(arena *a) {
  value *list = value_new(a, VALUE_LIST);
  const value *folders = search_folders(a);
  for (size_t i = 0; i < folders->count; i++) {
    const char *folder = folders->items[i]->text;
    add_files(a, list, folder);
    for (int kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++)
      add_files(a, list, arena_format(a, "%s/%s", folder, KIND_FOLDERS[kind]));
  }
  if (list->count) qsort(list->items, list->count, sizeof *list->items, by_kind_name_path);
  return list;
}

const char *plugins_hint(arena *a, const char *name, const char *const *names, size_t count) {
  const char *hint = text_hint(a, name, names, count);
  if (*hint) return hint;
  return arena_format(a, "%s; others are looked for in HIFM_PLUGIN_PATH",
                      text_choices(a, name, names, count));
}

status_code plugins_find(arena *a, hifm_kind kind, const char *name, const char **path,
                         failure *err) {
  const value *files = plugins_files(a);
  const char **names = arena_get(a, (files->count + 1) * sizeof *names);
  const char *word = params_kind_text(kind), *found = NULL;
  size_t count = 0;
  for (size_t i = 0; i < files->count; i++) {
    const char *its_kind = value_get_text(files->items[i], "kind", "");
    if (*its_kind && strcmp(its_kind, word) != 0) continue;
    names[count] = value_get_text(files->items[i], "name", "");
    if (strcmp(names[count++], name) != 0) continue;
    const char *here = value_get_text(files->items[i], "path", "");
    if (found)
      return failure_set(err, STATUS_BAD_CONFIG,
                         "%s plugin \"%s\" is found twice: %s and %s; keep one", name, word, found,
                         here);
    found = here;
  }
  if (!found)
    return failure_set(err, STATUS_BAD_CONFIG, "\"%s\" is no %s plugin%s", name, word,
                       plugins_hint(a, name, names, count));
  *path = found;
  return STATUS_OK;
}

/* ---- opening ---- */

/* What loading must leave alone: code built for speed at any price flushes denormal numbers to
 * zero for the whole process as soon as it is loaded. */
typedef struct surroundings {
  fenv_t numbers;
  int rounding;
  bool flushes; /* denormal results or operands taken as zero */
  int traps;    /* floating-point exceptions that end the process */
  char locale[256];
} surroundings;

static bool flushes_denormals(void) {
  volatile double smallest = DBL_MIN, denormal = 0x1p-1070;
  volatile double result = smallest / 2, operand = denormal * 0x1p60;
  return result == 0 || operand == 0;
}

static void remember(surroundings *now) {
  fegetenv(&now->numbers);
  now->rounding = fegetround();
  now->flushes = flushes_denormals();
  now->traps = fegetexcept();
  snprintf(now->locale, sizeof now->locale, "%s", setlocale(LC_ALL, NULL));
}

/* Puts back what differs and names it; NULL where all is as before. */
static const char *restore(const surroundings *before) {
  surroundings now;
  remember(&now);
  const char *changed = now.flushes != before->flushes     ? "how denormal numbers are treated"
                        : now.rounding != before->rounding ? "the rounding mode"
                        : now.traps != before->traps       ? "floating-point traps"
                                                           : NULL;
  if (changed) fesetenv(&before->numbers);
  if (strcmp(now.locale, before->locale) == 0) return changed;
  setlocale(LC_ALL, before->locale);
  return "the locale";
}

/* A record shorter than this hifm's may end where the next thing in the library begins. */
static size_t record_bytes(const void *record) {
  Dl_info info;
  const ElfW(Sym) *symbol = NULL;
  if (!dladdr1(record, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol) return 0;
  return symbol->st_size;
}

static status_code check_head(const char *path, const hifm_plugin *record, failure *err) {
  const size_t bytes = record_bytes(record);
  if (bytes < 4 * sizeof(uint32_t))
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: its %s has %zu bytes, too few for the record of a plugin", path,
                       HIFM_ENTRY, bytes);
  const status_code status = record_check_head(path, record, plugins_folder_kind(path), err);
  if (status != STATUS_OK || bytes >= sizeof *record) return status;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "%s: its record has %zu bytes, this hifm's has %zu; rebuild it with this "
                     "hifm's headers",
                     path, bytes, sizeof *record);
}

/* A plugin as the runtime uses it: a copy of its record that leads to a copy of its operations, in
 * which those that the plugin's table is too short for are NULL. */
typedef struct opened {
  struct opened *next;
  hifm_plugin plugin;
  union {
    hifm_energy_ops energy;
    hifm_flow_ops flow;
    hifm_network_ops network;
    hifm_solver_ops solver;
  } ops;
  char path[];
} opened;

static opened *all_opened; /* for the life of the process, like the libraries themselves */

/* ops_size is at most that of the host: record_check_head has seen to it. */
static void copy_record(opened *entry, const hifm_plugin *record) {
  entry->plugin = *record;
  if (!record->ops.energy) return; /* refused by record_check_body */
  memcpy(&entry->ops, record->ops.energy, record->ops_size);
  entry->plugin.ops_size = sizeof entry->ops;
  entry->plugin.ops.energy = &entry->ops.energy; /* every kind's table begins there */
}

static status_code load(opened *entry, failure *err) {
  const char *path = entry->path;
  surroundings before;
  remember(&before);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const char *changed = restore(&before);
  if (!library) return failure_set(err, STATUS_BAD_CONFIG, "cannot load plugin: %s", dlerror());
  if (changed)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: loading it changes %s for the whole program (is it linked with "
                       "-ffast-math?)",
                       path, changed);
  const hifm_plugin *record = dlsym(library, HIFM_ENTRY);
  if (!record)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: exports no \"%s\"; a plugin ends with HIFM_PLUGIN", path, HIFM_ENTRY);
  const status_code status = check_head(path, record, err);
  if (status != STATUS_OK) return status;
  copy_record(entry, record);
  return record_check_body(path, &entry->plugin, err);
}

static opened *find_opened(const char *path) {
  opened *entry = all_opened;
  while (entry && strcmp(entry->path, path) != 0) entry = entry->next;
  return entry;
}

status_code plugins_open(const char *path, const hifm_plugin **out, failure *err) {
  char *real = realpath(path, NULL);
  if (!real)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: cannot load plugin: %s", path, strerror(errno));
  status_code status = STATUS_OK;
  opened *entry = find_opened(real);
  if (!entry) {
    entry = memory_get(sizeof *entry + strlen(real) + 1);
    strcpy(entry->path, real);
    status = load(entry, err);
    if (status == STATUS_OK) {
      entry->next = all_opened;
      all_opened = entry;
    }
  }
  if (status == STATUS_OK)
    *out = &entry->plugin;
  else
    free(entry);
  free(real);
  return status;
}

/* ---- binding ---- */

static status_code open_named(hifm_kind kind, const char *name, const hifm_plugin **out,
                              failure *err) {
  arena memory = {0};
  const char *path = NULL;
  status_code status = plugins_find(&memory, kind, name, &path, err);
  if (status == STATUS_OK) status = plugins_open(path, out, err);
  if (status == STATUS_OK && (*out)->kind != (uint32_t)kind)
    status =
        failure_set(err, STATUS_BAD_CONFIG, "\"%s\" is no %s plugin: %s says it is of kind %s",
                    name, params_kind_text(kind), path, params_kind_text((hifm_kind)(*out)->kind));
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
  const char *path = *where ? arena_format(a, "%s.%s", where, p->name) : p->name;
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
    status = plugin_status_in(plugin->init(bound.self, domain, &said), &said, &why);
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
  if (bound->plugin->drop) bound->plugin->drop(bound->self);
  drop_settings(bound);
  *bound = (hifm_bound){0};
}
