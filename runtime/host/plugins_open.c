/* Shared objects into records that the runtime can use. */
#include "base/blake2b.h"
#include "base/files.h"
#include "base/library.h"
#include "hifm/energy.h"
#include "hifm/flow.h"
#include "hifm/network.h"
#include "hifm/solver.h"
#include "host/plugins.h"
#include "host/record_check.h"
#include "host/surroundings.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

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
  char code[33]; /* the hash of its file; "": not known yet */
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

static void *open_library(const char *path, failure *err) {
  int code;
  const char *words;
  void *library = library_open(path, &code, &words);
  if (!library)
    failure_set(err, files_status(code, STATUS_BAD_CONFIG), "cannot load plugin: %s%s", words,
                code == ENOMEM ? " (memory)" : "");
  return library;
}

static status_code load(opened *entry, failure *err) {
  const char *path = entry->path;
  surroundings_remember();
  /* Code built for speed at any price flushes denormal numbers as soon as it is loaded. */
  failure why;
  void *library = open_library(path, &why);
  const char *changed = surroundings_restore();
  if (!library) return failure_set(err, why.status, "%s", why.message);
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

/* What list_library looks for, and the LIST it makes. */
typedef struct beside {
  arena *a;
  const char *folder;
  value *list;
} beside;

static int list_library(struct dl_phdr_info *info, size_t size, void *context) {
  const beside *b = context;
  const size_t length = strlen(b->folder);
  const bool is_there = strncmp(info->dlpi_name, b->folder, length) == 0;
  (void)size;
  if (is_there && info->dlpi_name[length] == '/' && !find_opened(info->dlpi_name))
    value_push(b->a, b->list, value_text(b->a, info->dlpi_name + length + 1));
  return 0;
}

const value *plugins_libraries(arena *a, const char *path) {
  char *real = realpath(path, NULL);
  value *list = value_new(a, VALUE_LIST);
  if (!real) return list;
  *strrchr(real, '/') = 0;
  dl_iterate_phdr(list_library, &(beside){a, real, list});
  free(real);
  return list;
}

typedef void keep(const char *who, const char *where);

static void keep_of_all(keep *keep_it, const char *where) {
  char names[160] = "one of";
  for (const opened *entry = all_opened; entry; entry = entry->next) {
    const size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", entry == all_opened ? " " : ", ",
             entry->plugin.name);
  }
  keep_it(names, where);
}

void plugins_keep_surroundings(const char *where) {
  keep_of_all(surroundings_keep, where);
}

void plugins_keep_settings(const char *where) {
  keep_of_all(surroundings_keep_settings, where);
}

static void hash_file(opened *entry) {
  files_map map = {0};
  if (entry->code[0] || files_map_open(&map, entry->path, NULL) != STATUS_OK) return;
  blake2b_hex(map.bytes, map.length, entry->code);
  files_map_close(&map);
}

void plugins_each_opened(void (*each)(void *context, const hifm_plugin *plugin, const char *code),
                         void *context) {
  for (opened *entry = all_opened; entry; entry = entry->next) {
    hash_file(entry);
    each(context, &entry->plugin, entry->code);
  }
}
