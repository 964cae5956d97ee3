#include "plan/script.h"

#include "base/files.h"
#include "base/text.h"
#include "plan/declaration.h"
#include "plan/lua_embedded.h"
#include "plan/lua_files.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64, HOOK_EVERY = 10000, SOURCES_MAX = 64 };

struct script {
  lua_State *lua;
  arena *memory;
  const char *folder;
  const char *const *stages;
  script_limits limits;
  size_t printed; /* bytes */
  uint64_t spent;
  size_t used;
  source_text sources[SOURCES_MAX];
  size_t source_count;
  int read_experiment, read_recipe, keeps, error_text; /* references to the reader's functions */
  value *open[DEEPEST];                                /* the nodes being built, root first */
  size_t depth;
  bool lacks_line; /* the error is about a declared value and has no file:line yet */
};

static script *self(lua_State *L) {
  return *(script **)lua_getextraspace(L);
}

/* ---- limits ---- */

static void *allocate(void *context, void *old, size_t old_size, size_t size) {
  script *s = context;
  if (!old) old_size = 0;
  if (size == 0) {
    free(old);
    s->used -= old_size;
    return NULL;
  }
  if (size > old_size && size - old_size > s->limits.bytes - s->used) return NULL;
  void *fresh = realloc(old, size);
  if (fresh) s->used = s->used - old_size + size;
  return fresh;
}

/* Once the count is spent every further instruction fails too, so that a script cannot catch the
 * error and go on. Coroutines inherit the hook. */
static void count_instructions(lua_State *L, lua_Debug *at) {
  script *s = self(L);
  s->spent += (uint64_t)lua_gethookcount(L);
  if (s->spent <= s->limits.instructions) return;
  lua_sethook(L, count_instructions, LUA_MASKCOUNT, 1);
  lua_getinfo(L, "Sl", at);
  lua_pushfstring(L, "%s:%d: the script took more than %I instructions; it should declare runs",
                  at->short_src, at->currentline, (LUAI_UACINT)s->limits.instructions);
  lua_error(L);
}

/* ---- loading ---- */

/* Pushes the chunk of a text, remembered for messages, or an error message. */
static int load_text(script *s, const char *path, const char *text) {
  if (s->source_count == SOURCES_MAX) {
    lua_pushfstring(s->lua, "%s: more than %d files", path, (int)SOURCES_MAX);
    return LUA_ERRRUN;
  }
  if (*text == LUA_SIGNATURE[0]) {
    lua_pushfstring(s->lua, "%s: compiled Lua is not read, only its text", path);
    return LUA_ERRSYNTAX;
  }
  s->sources[s->source_count++] =
      (source_text){arena_text(s->memory, path), arena_text(s->memory, text)};
  return luaL_loadbufferx(s->lua, text, strlen(text), arena_format(s->memory, "@%s", path), "t");
}

/* load_module(name): the chunk, or nil and a message. */
static int load_module(lua_State *L) {
  script *s = self(L);
  failure err;
  const char *path, *text;
  lua_pushnil(L);
  if (lua_files_read(s->memory, s->folder, luaL_checkstring(L, 1), &path, &text, &err) !=
      STATUS_OK) {
    lua_pushstring(L, err.message);
    return 2;
  }
  return load_text(s, path, text) == LUA_OK ? 1 : 2;
}

enum { MOST_PRINTED = 1 << 20 };

static int print(lua_State *L) {
  int count = lua_gettop(L);
  script *s = self(L);
  for (int i = 1; i <= count; i++) {
    size_t length;
    const char *text = luaL_tolstring(L, i, &length);
    s->printed += length + 1;
    if (s->printed > MOST_PRINTED) return luaL_error(L, "the script printed more than 1 MB");
    fprintf(stderr, "%s%s", i > 1 ? "\t" : "", text);
    lua_pop(L, 1);
  }
  if (count == 0 && ++s->printed > MOST_PRINTED)
    return luaL_error(L, "the script printed more than 1 MB");
  fputc('\n', stderr);
  return 0;
}

/* ---- building the tree: what reader.lua calls ---- */

/* has_control(text) */
static int has_control(lua_State *L) {
  lua_pushboolean(L, text_has_control(luaL_checkstring(L, 1)));
  return 1;
}

static int refuse(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  self(L)->lacks_line = true;
  lua_pushfstring(L, "%s: %s", *path ? path : "experiment", luaL_checkstring(L, 2));
  return lua_error(L);
}

/* Puts a node below the open one; the root has none. */
static void add_node(lua_State *L, value *node) {
  script *s = self(L);
  value *parent = s->depth ? s->open[s->depth - 1] : NULL;
  if (!parent)
    s->open[0] = node;
  else if (parent->type == VALUE_MAP)
    value_put(s->memory, parent, luaL_checkstring(L, 1), node);
  else
    value_push(s->memory, parent, node);
}

static int open_node(lua_State *L) {
  static const char *const KINDS[] = {"list", "map", "grid", "none", "label", NULL};
  static const value_type TYPES[] = {VALUE_LIST, VALUE_MAP, VALUE_GRID, VALUE_NONE, VALUE_LABEL};
  script *s = self(L);
  if (s->depth == DEEPEST) return luaL_error(L, "nested too deep");
  value *node = value_new(s->memory, TYPES[luaL_checkoption(L, 2, NULL, KINDS)]);
  if (node->type == VALUE_LABEL) node->text = arena_text(s->memory, luaL_checkstring(L, 3));
  add_node(L, node);
  s->open[s->depth++] = node;
  return 0;
}

static int put_scalar(lua_State *L) {
  arena *a = self(L)->memory;
  int type = lua_type(L, 2);
  add_node(L, type == LUA_TBOOLEAN  ? value_bool(a, lua_toboolean(L, 2))
              : type == LUA_TNUMBER ? value_number(a, lua_tonumber(L, 2))
                                    : value_text(a, luaL_checkstring(L, 2)));
  return 0;
}

static int close_node(lua_State *L) {
  self(L)->depth--;
  return 0;
}

/* ---- what a where function sees: a resolved run, node by node ---- */

static int push_node(lua_State *L, const value *node) {
  if (!node) {
    lua_pushnil(L);
  } else if (node->type == VALUE_BOOL) {
    lua_pushboolean(L, node->flag);
  } else if (node->type == VALUE_NUMBER) {
    lua_pushnumber(L, node->number);
  } else if (node->type == VALUE_TEXT) {
    lua_pushstring(L, node->text);
  } else {
    *(const value **)lua_newuserdatauv(L, sizeof node, 0) = node;
    luaL_setmetatable(L, "hifm.run");
  }
  return 1;
}

/* run.flow.condition is a stage, nil where this run has none; run.network[1] is a plugin's name; an
 * unknown word is an error. */
static int index_run(lua_State *L) {
  script *s = self(L);
  const value *node = *(const value **)luaL_checkudata(L, 1, "hifm.run");
  if (lua_isinteger(L, 2)) {
    lua_Integer i = lua_tointeger(L, 2);
    if (node->type == VALUE_MAP) return push_node(L, i == 1 ? value_get(node, "") : NULL);
    return push_node(L, i >= 1 && (size_t)i <= node->count ? node->items[i - 1] : NULL);
  }
  const char *key = luaL_checkstring(L, 2), *hint = "";
  const value *found = value_get(node, key), *stages = value_get(node, "stages");
  if (!found) found = declaration_stage(stages, key);
  if (found) return push_node(L, found);
  for (size_t i = 0; stages && s->stages[i]; i++)
    if (strcmp(s->stages[i], key) == 0) return push_node(L, NULL);
  if (node->type == VALUE_MAP)
    hint = text_hint(s->memory, key, (const char *const *)node->keys, node->count);
  return luaL_error(L, "a run has no key \"%s\" here%s", key, hint);
}

static int length_of_run(lua_State *L) {
  const value *node = *(const value **)luaL_checkudata(L, 1, "hifm.run");
  lua_pushinteger(L, node->type == VALUE_LIST ? (lua_Integer)node->count : 1);
  return 1;
}

static int refuse_write(lua_State *L) {
  return luaL_error(L, "a run cannot be changed by h.where");
}

/* ---- calls ---- */

typedef struct call {
  const char *path, *text;
  int reader; /* a reference to read_experiment or read_recipe */
  int function;
  const value *run;
  bool keeps; /* the answer */
} call;

static void open_libraries(lua_State *L) {
  static const luaL_Reg LIBRARIES[] = {{"_G", luaopen_base},     {"string", luaopen_string},
                                       {"table", luaopen_table}, {"math", luaopen_math},
                                       {"utf8", luaopen_utf8},   {"coroutine", luaopen_coroutine}};
  for (size_t i = 0; i < sizeof LIBRARIES / sizeof *LIBRARIES; i++) {
    luaL_requiref(L, LIBRARIES[i].name, LIBRARIES[i].func, 1);
    lua_pop(L, 1);
  }
  lua_register(L, "print", print);
}

static void make_run_type(lua_State *L) {
  static const luaL_Reg METHODS[] = {
      {"__index", index_run}, {"__newindex", refuse_write}, {"__len", length_of_run}, {NULL, NULL}};
  luaL_newmetatable(L, "hifm.run");
  luaL_setfuncs(L, METHODS, 0);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

/* name: as "=hifm.lua", for Lua's own messages about a part of ours. */
static void load_embedded(lua_State *L, const char *text, const char *name) {
  if (luaL_loadbufferx(L, text, strlen(text), name, "t") != LUA_OK) lua_error(L);
}

static int set_up(lua_State *L) {
  static const lua_CFunction BUILDERS[] = {open_node, put_scalar, close_node, refuse, has_control};
  script *s = self(L);
  open_libraries(L);
  make_run_type(L);
  load_embedded(L, lua_embedded_hifm, "=hifm.lua");
  lua_pushcfunction(L, load_module);
  lua_call(L, 1, 2);
  load_embedded(L, lua_embedded_reader, "=reader.lua");
  lua_insert(L, -3);
  for (int i = 0; i < 5; i++) lua_pushcfunction(L, BUILDERS[i]);
  lua_call(L, 7, 4);
  s->error_text = luaL_ref(L, LUA_REGISTRYINDEX);
  s->keeps = luaL_ref(L, LUA_REGISTRYINDEX);
  s->read_recipe = luaL_ref(L, LUA_REGISTRYINDEX);
  s->read_experiment = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

static int call_text(lua_State *L) {
  call *c = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, c->reader);
  if (load_text(self(L), c->path, c->text)) return lua_error(L);
  lua_call(L, 0, 1);
  lua_call(L, 1, 0);
  return 0;
}

static int call_keeps(lua_State *L) {
  call *c = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, self(L)->keeps);
  lua_pushinteger(L, c->function);
  push_node(L, c->run);
  lua_call(L, 2, 1);
  c->keeps = lua_toboolean(L, -1);
  return 0;
}

/* Lua writes "..." for the start of a long path, and some of its errors have no place. */
static bool names_source(const script *s, const char *message) {
  if (strncmp(message, "...", 3) == 0) return true;
  for (size_t i = 0; i < s->source_count; i++)
    if (strncmp(message, s->sources[i].path, strlen(s->sources[i].path)) == 0) return true;
  return false;
}

/* An error that is not a text as a text. */
static void make_text(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, self(L)->error_text);
  lua_pushvalue(L, 1);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) lua_pushstring(L, "error");
  lua_replace(L, 1);
}

/* Lua's message handler: puts the script's line in front of an error that has none. Afterwards the
 * stack, which knows the line, is gone. */
static int add_line(lua_State *L) {
  const script *s = self(L);
  lua_Debug at;
  if (lua_type(L, 1) != LUA_TSTRING) make_text(L);
  const bool complete = s->lacks_line || names_source(s, lua_tostring(L, 1));
  for (int level = 1; !complete && lua_getstack(L, level, &at); level++) {
    luaL_where(L, level);
    if (!names_source(s, lua_tostring(L, -1))) continue;
    lua_pushvalue(L, 1);
    lua_concat(L, 2);
    return 1;
  }
  lua_settop(L, 1);
  return 1;
}

static status_code report(script *s, int code, failure *err) {
  lua_State *L = s->lua;
  const char *name = s->source_count ? s->sources[0].path : "script";
  if (code == LUA_ERRMEM)
    return failure_set(err, STATUS_BAD_CONFIG, "%s: the script took more than %zu MB of memory",
                       name, s->limits.bytes >> 20);
  const char *message = lua_tostring(L, -1);
  if (!s->lacks_line && !names_source(s, message))
    return failure_set(err, STATUS_BAD_CONFIG, "%s: %s", name, message);
  failure_set(err, STATUS_BAD_CONFIG, "%s%s", message,
              source_lines_lack_comma(message) ? "; is a comma missing before it?" : "");
  if (s->lacks_line) source_lines_error(s->sources, s->source_count, err);
  return STATUS_BAD_CONFIG;
}

static status_code protect(script *s, lua_CFunction function, call *c, failure *err) {
  lua_State *L = s->lua;
  s->lacks_line = false;
  s->depth = 0;
  lua_pushcfunction(L, add_line);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, c);
  int code = lua_pcall(L, 1, 0, 1);
  status_code status = code == LUA_OK ? STATUS_OK : report(s, code, err);
  lua_settop(L, 0);
  return status;
}

status_code script_open(script **out, arena *a, const char *folder, const char *const *stages,
                        script_limits limits, failure *err) {
  script *s = *out = memory_get(sizeof *s);
  *s = (script){.memory = a, .folder = folder, .stages = stages, .limits = limits};
  s->lua = lua_newstate(allocate, s);
  if (!s->lua) return failure_set(err, STATUS_NO_RESOURCE, "no memory to start Lua");
  *(script **)lua_getextraspace(s->lua) = s;
  status_code status = protect(s, set_up, NULL, err);
  lua_sethook(s->lua, count_instructions, LUA_MASKCOUNT, HOOK_EVERY);
  return status;
}

status_code script_experiment(script *s, const char *path, const char *text, const value **sections,
                              const value **rules, failure *err) {
  call c = {.path = path, .text = text, .reader = s->read_experiment};
  status_code status = protect(s, call_text, &c, err);
  if (status != STATUS_OK) return status;
  *sections = value_get(s->open[0], "sections");
  *rules = value_get(s->open[0], "rules");
  return STATUS_OK;
}

status_code script_recipe(script *s, const char *path, const char *text, const value **out,
                          failure *err) {
  call c = {.path = path, .text = text, .reader = s->read_recipe};
  status_code status = protect(s, call_text, &c, err);
  *out = status == STATUS_OK ? s->open[0] : NULL;
  return status;
}

status_code script_keeps(script *s, int function, const value *run, bool *keeps, failure *err) {
  call c = {.run = run, .function = function};
  status_code status = protect(s, call_keeps, &c, err);
  *keeps = c.keeps;
  return status;
}

const source_text *script_sources(const script *s, size_t *count) {
  *count = s->source_count;
  return s->sources;
}
