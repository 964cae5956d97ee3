/* Scripts that are broken or hostile: each ends within its limits, with a message that names the
 * script. And what the sandbox leaves and takes. */
#include "plan_fixture.h"

#include <time.h>
#include <unistd.h>

#define RETURN "return require 'hifm'.experiment {\n" FLOW DATASET NETWORK TRAIN

typedef struct hostile {
  const char *name, *text, *message;
} hostile;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The limit of CPU time is one second; two more are allowed for a machine under load. */
static void refuse_all(folder *f, const hostile *scripts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double start = seconds();
    plan_refused_with(f, scripts[i].text, scripts[i].message);
    if (seconds() - start > 10) fail_msg("%s took %.1f s", scripts[i].name, seconds() - start);
  }
}

#define REFUSE_ALL(list) refuse_all(*state, list, sizeof(list) / sizeof *(list))

static void test_endless(void **state) {
  static const hostile scripts[] = {
      {"loop", "\nwhile true do end", "x.lua:2: the script took more than 2000000 instructions"},
      {"goto", "::a:: goto a", "x.lua:1: the script took more than"},
      {"recursion", "local function f() return f() end f()", "the script took more than"},
      {"pcall", "while true do pcall(function() while true do end end) end",
       "the script took more than"},
      {"xpcall", "local function f() xpcall(f, f) return f() end f()", "the script took more than"},
      {"pcall in pcall", "local function f() pcall(f) return f() end f()",
       "the script took more than"},
      {"error in handler", "while true do xpcall(error, error) end", "the script took more than"},
      {"coroutine", "coroutine.wrap(function() while true do end end)()",
       "the script took more than"},
      {"coroutines", "while true do coroutine.wrap(function() end)() end",
       "the script took more than"},
      {"yields",
       "local f = coroutine.wrap(function() while true do coroutine.yield() end end)"
       " while true do f() end",
       "the script took more than"},
      {"close",
       "local t <close> = setmetatable({}, { __close = function() while true do end end })",
       "the script took more than"},
      {"__index",
       "local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end })"
       " while true do pcall(function() return t[1] end) end",
       "the script took more than"},
      {"sort",
       "local t = {} for i = 1, 9999 do t[i] = i end"
       " while true do table.sort(t, function(a, b) return a > b end) end",
       "the script took more than"},
      {"gsub", "local s = ('x'):rep(1e5) while true do s:gsub('x', function() end) end",
       "the script took more than"},
      {"tostring",
       "setmetatable({}, { __tostring = function() while true do end end })"
       " print(setmetatable({}, { __tostring = function() while true do end end }))",
       "the script took more than"},
      {"where",
       "local h = require 'hifm'\nreturn h.experiment {\n"
       "h.where(function() while true do end end)," ALL,
       "x.lua:3: the script took more"},
      {"__gc", "setmetatable({}, { __gc = function() while true do end end })",
       "x.lua:1: setmetatable: a script has no __gc"},
      {"__gc later",
       "local m = {} local t = setmetatable({}, m)"
       " m.__gc = function() while true do end end t = nil " RETURN "seed = -1 }",
       "seed"},
  };
  REFUSE_ALL(scripts);
}

/* One call that runs on without a single instruction: only the process limit ends it. */
static void test_endless_in_c(void **state) {
  static const hostile scripts[] = {
      {"pattern", "string.find(('a'):rep(200), ('a*'):rep(40) .. 'b')",
       "x.lua: the script took more than 1 s of CPU time"},
      {"move", "table.move({}, 1, 1 << 62, 2)", "x.lua: the script took more than 1 s of CPU time"},
  };
  REFUSE_ALL(scripts);
}

static void test_memory(void **state) {
  static const hostile scripts[] = {
      {"table", "local t = {} for i = 1, 1e9 do t[i] = i end", "took more than 4 MB of memory"},
      {"rep", "local s = ('x'):rep(1e9)", "took more than 4 MB of memory"},
      {"double", "local s = 'x' while true do s = s .. s end", "took more than 4 MB of memory"},
      {"caught", "local s = 'x' while true do pcall(function() s = s .. s end) end",
       "the script took more than"},
      {"concat",
       "local t = {} for i = 1, 1e4 do t[i] = ('x'):rep(1e4) end"
       " table.concat(t)",
       "took more than 4 MB of memory"},
      {"coroutines", "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
       "took more than 4 MB of memory"},
      {"recursion", "local function f() return 1 + f() end f()", "took more than 4 MB of memory"},
      {"C recursion",
       "local s = string.rep('(', 500) .. string.rep(')', 500)"
       " local f = function(f, s) return s:gsub('.', function() return f(f, s) end) end"
       " f(f, s)",
       "C stack overflow"},
      {"unpack", "table.unpack({}, 1, 1e8)", "too many results to unpack"},
      {"shared tables",
       "local t = {} for i = 1, 35 do t = { t, t } end\n"
       "return require 'hifm'.experiment { seed = t }",
       ""},
      {"many values",
       "local t = {} for i = 1, 60 do t = { t } end\n"
       "return require 'hifm'.experiment { seed = t }",
       "x.lua:2: seed: tables nested deeper than 40"},
  };
  REFUSE_ALL(scripts);
}

#define UNDEFINED(name) "\"" name "\" is not defined; a local misspelt, or a text without quotes?"

/* A nil would be a setting not given, and the run one with its default. */
static void test_what_is_not_defined(void **state) {
  folder *f = *state;
  folder_write(f, "module.lua", "local deep = 1\nreturn { depth = dep }");
  static const hostile scripts[] = {
      {"local", HEAD "optimizer = { 'adamw',\n lr = learning_rat }," ALL,
       "x.lua:4: " UNDEFINED("learning_rat")},
      {"no quotes", HEAD "network = mlp," DATASET TRAIN FLOW TAIL, "x.lua:3: " UNDEFINED("mlp")},
      {"in where", HEAD "h.where(function(run)\n return run.seed == wanted end)," ALL,
       "x.lua:4: " UNDEFINED("wanted")},
      {"in a coroutine", "coroutine.wrap(function()\n return a end)()", "x.lua:2: " UNDEFINED("a")},
      {"through _G", "\nlocal t = _G.lr", "x.lua:2: " UNDEFINED("lr")},
      {"through another table", "\nlocal t = setmetatable({}, { __index = _G }).lr",
       "x.lua:2: " UNDEFINED("lr")},
      {"no name", "\nlocal t = _G[7]", "x.lua:2: " UNDEFINED("7")},
      {"in a module", "local m = require 'module'", "module.lua:2: " UNDEFINED("dep")},
      {"library", "\nlocal t = os.getenv 'HOME'", "x.lua:2: \"os\" is not available in scripts"},
      {"function", "\nload 'return 1'", "x.lua:2: \"load\" is not available in scripts"},
      {"field of h", HEAD "flow = h.gird { 1 }," ALL,
       "x.lua:3: hifm has no \"gird\"; it has also, as, experiment, grid, maybe, none, where, zip"},
      {"field of math", "\nlocal t = math.pie", "x.lua:2: math has no \"pie\"; it has abs, "},
      {"taken away", "\nprint = nil\nprint 'x'", "x.lua:3: " UNDEFINED("print")},
      {"setmetatable", "\nsetmetatable(_G, { __index = {} })",
       "cannot change a protected metatable"},
  };
  REFUSE_ALL(scripts);
  plan_of(f, "lr = 1e-3\nassert(lr == 1e-3 and _G.lr == lr and not rawget(_G, 'rate'))\n"
             "rawset(_G, 'rate', 2) assert(rate == 2 and getmetatable(_G) == false)\n" RETURN "}");
}

static void test_nothing_dangerous_is_there(void **state) {
  plan_of(
      *state,
      "local names = {}\n"
      "for name in pairs(_G) do names[#names + 1] = name end\n"
      "names = table.concat(names, ' ')\n"
      "assert(names == '_G _VERSION assert coroutine error getmetatable ipairs math pairs ' ..\n"
      "  'pcall print rawequal rawget rawlen rawset require select setmetatable string ' ..\n"
      "  'table tonumber tostring type utf8 xpcall', names)\n"
      "for name, fields in pairs { dump = string, random = math, randomseed = math } do\n"
      "  assert(rawget(fields, name) == nil and getmetatable(fields) == false)\n"
      "end\n" RETURN "}");
}

static void test_require(void **state) {
  folder *f = *state;
  folder_write(f, "secret.txt", "return 1");
  assert_int_equal(files_make_folder(folder_path(f, "lib"), NULL), STATUS_OK);
  folder_write(f, "lib/deep.lua", "local h = require 'hifm' return { seeds = h.grid { 4, 5 } }");
  folder_write(f, "broken.lua", "\n\nreturn +");
  folder_write(f, "ring.lua", "local r = require 'ring' return r");
  const value *plan = plan_of(f, HEAD "seed = require('lib.deep').seeds," ALL);
  assert_string_equal(plan_column(f, plan, "seed"), "4 5");
  static const hostile scripts[] = {
      {"up", "require '../x'", "x.lua:1: require: \"../x\" is neither \"hifm\" nor a .lua file"},
      {"absolute", "require '/etc/passwd'", "is neither"},
      {"dots", "require '....x'", "is neither"},
      {"c library", "require 'lpeg'", "is neither"},
      {"os", "require 'os'", "is neither"},
      {"zero", "require 'lib\\0deep'", "is neither"},
      {"text", "require 'secret.txt'", "is neither"},
      {"empty", "require ''", "is neither"},
      {"number", "require(nil)", "require: the name must be a text"},
      {"broken", "require 'broken'", "broken.lua:3: unexpected symbol"},
      {"ring", "require 'ring'", "\"ring\" requires itself"},
      {"pairs", "\npairs(nil)", "x.lua:2: pairs: takes a table, not nil"},
  };
  REFUSE_ALL(scripts);
}

static void test_links_do_not_lead_out(void **state) {
  folder *f = *state;
  assert_int_equal(files_make_folder(folder_path(f, "in"), NULL), STATUS_OK);
  folder_write(f, "outside.lua", "return 7");
  assert_int_equal(symlink("../outside.lua", folder_path(f, "in/link.lua")), 0);
  folder_write(f, "in/x.lua", "require 'link'");
  plan_request request = {.script = folder_path(f, "in/x.lua"), .recipes = f->path};
  const value *plan;
  failure err = {0};
  assert_int_equal(plan_load(&f->memory, &request, plan_catalogue(f, NULL), &plan, &err),
                   STATUS_BAD_CONFIG);
  assert_non_null(strstr(err.message, "below the script's folder"));
}

static void test_bytecode_and_broken_text(void **state) {
  folder *f = *state;
  static const hostile scripts[] = {
      {"bytecode", "\x1bLuaT", "x.lua: compiled Lua is not read"},
      {"syntax", "return {\n\n", "x.lua:3: unexpected symbol near <eof>"},
      {"no comma", "return { a = 1 b = 2 }",
       "x.lua:1: '}' expected near 'b'; is a comma missing before it?"},
      {"no comma before", "return { {}\n'x' }",
       "x.lua:2: '}' expected (to close '{' at line 1) near ''x''; is a comma missing before it?"},
      {"empty", "", "x.lua:1: experiment: the script must end with: return h.experiment"},
      {"number", "return 1", "the script must end with: return h.experiment"},
      {"plain table", "return { seed = 1 }", "the script must end with: return h.experiment"},
      {"error", "\nerror('so \\1 not')", "x.lua:2: so   not"},
      {"error table", "\nerror({})", "x.lua:2: the script raised an error without words, a table"},
      {"error nil", "\n\nerror()", "x.lua:3: nil"},
      {"error list", "\nerror{'why'}", "x.lua:2: why"},
      {"error message", "\nerror{ message = 'why' }", "x.lua:2: why"},
      {"error number", "\nerror(42)", "x.lua:2: 42"},
      {"error boolean", "\nerror(false)", "x.lua:2: false"},
      {"error function", "\nerror(print)",
       "x.lua:2: the script raised an error without words, a fun"},
      {"error __tostring",
       "\nerror(setmetatable({}, { __tostring = function() return 'why' end }))", "x.lua:2: why"},
      {"error in __tostring",
       "\nerror(setmetatable({}, { __tostring = function() error({}) end }))",
       "x.lua:2: the script"},
      {"endless __tostring",
       "\nerror(setmetatable({}, { __tostring = function() while true do end end }))", "x.lua:2: "},
      {"error without place", "\nerror('why', 0)", "x.lua:2: why"},
      {"error in where", HEAD "h.where(function(run)\n error { 'why' } end)," ALL, "x.lua:4: why"},
      {"nil call", "\n\nlocal t = nil\nt()", "x.lua:4: attempt to call a nil value (local 't')"},
  };
  REFUSE_ALL(scripts);
  assert_int_equal(files_write(folder_path(f, "zero.lua"), "a\0b", 3, NULL), STATUS_OK);
  plan_request request = {.script = folder_path(f, "zero.lua"), .recipes = f->path};
  const value *plan;
  failure err = {0};
  assert_int_equal(plan_load(&f->memory, &request, plan_catalogue(f, NULL), &plan, &err),
                   STATUS_BAD_CONFIG);
  request.script = folder_path(f, "missing.lua");
  assert_int_equal(plan_load(&f->memory, &request, plan_catalogue(f, NULL), &plan, &err),
                   STATUS_NO_INPUT);
}

/* What editors and shells put at the start of a file. */
static void test_marks_before_a_script(void **state) {
  folder *f = *state;
  static const char *const MARKS[] = {"\xef\xbb\xbf", "#!/usr/bin/env hifm\n",
                                      "\xef\xbb\xbf#!/usr/bin/env hifm\n"};
  folder_write(f, "marked.lua", "\xef\xbb\xbfreturn { seed = 7 }");
  for (size_t i = 0; i < 3; i++) {
    const char *text =
        arena_format(&f->memory, "%s" HEAD "seed = require 'marked'.seed," ALL, MARKS[i]);
    assert_true(value_get_number(plan_config(plan_of(f, text), 0), "seed", 0) == 7);
  }
  plan_refused(f, "#!/usr/bin/env hifm\nreturn {\n", "x.lua:3: unexpected symbol near <eof>");
}

static void test_values_that_are_none(void **state) {
  static const hostile scripts[] = {
      {"NaN", HEAD "\nseed = 0/0," ALL, "x.lua:4: seed: not a number (NaN)"},
      {"infinite", HEAD "optimizer = { 'adamw',\nlr = 1e999 }," ALL,
       "x.lua:4: optimizer.lr: an infinite number"},
      {"minus infinite", HEAD "seed = -math.huge," ALL, "seed: an infinite number"},
      {"beyond 2^53", HEAD "seed = 9007199254740993," ALL, "seed: a whole number beyond 2^53"},
      {"not UTF-8", HEAD "optimizer = '\\xff'," ALL,
       "x.lua:3: optimizer: a text that is not UTF-8"},
      {"surrogate", HEAD "optimizer = '\\xed\\xa0\\x80'," ALL, "a text that is not UTF-8"},
      {"key not UTF-8", HEAD "['\\xc0'] = 1," ALL, "a text that is not UTF-8"},
      {"new line", HEAD "optimizer = 'a\\nb'," ALL,
       "x.lua:3: optimizer: a text with a control character"},
      {"new line in a label", HEAD "seed = h.as('a\\nb', 1)," ALL,
       "x.lua:3: seed: a text with a control character"},
      {"escape in a label", HEAD "seed = h.grid { h.as('a\\27[31mb', 1) }," ALL,
       "x.lua:3: seed: a text with a control character"},
      {"C1 in a label", HEAD "seed = h.as('a\\u{9b}31m', 1)," ALL,
       "x.lua:3: seed: a text with a control character"},
      {"new line in a heading", HEAD "tables = { t = { columns = { { 'a\\nb', 'seed' } } } }," ALL,
       "x.lua:3: tables.t.columns: a text with a control"},
      {"tab in a key", HEAD "['a\\tb'] = 1," ALL, "a text with a control character"},
      {"space before a label", HEAD "seed = h.as(' a', 1)," ALL,
       "x.lua:3: h.as: the label \" a\" begins or ends with a space"},
      {"yes", HEAD "seed = h.as('yes', 1)," ALL, "x.lua:3: h.as: \"yes\" says in tables whether"},
      {"zero byte", HEAD "optimizer = 'a\\0b'," ALL, "optimizer: a text with a zero byte"},
      {"long text", HEAD "optimizer = ('x'):rep(5000)," ALL, "optimizer: a text of more than 4096"},
      {"function", HEAD "measure = { every = print }," ALL,
       "measure.every: a function is not a setting"},
      {"thread", HEAD "seed = coroutine.create(print)," ALL, "seed: a thread is not a setting"},
      {"in a list", HEAD "flow = { { 'condition', c = print } }," REST,
       "x.lua:3: flow.condition.c: a function is not a setting"},
      {"cycle", "local t = {} t.t = t " RETURN "schedule = t }",
       "schedule.t: a table that contains"},
      {"cycle in a grid",
       "local h, t = require 'hifm', {} t[1] = h.grid { t }"
       " return h.experiment { seed = t," ALL,
       "a table that contains itself"},
      {"experiment in itself", "local t = {} t.seed = t return require 'hifm'.experiment(t)",
       "seed: a table that contains itself"},
      {"boolean key", HEAD "[true] = 1," ALL, "a key that is neither a name nor a position"},
      {"fraction key", HEAD "[1.5] = 1," ALL, "a key that is neither a name nor a position"},
      {"hole", HEAD "flow = { [1] = 'transport', [7] = 'project' }," REST, "a list with a hole"},
      {"empty key", HEAD "[''] = 1," ALL, "a key that is neither a name nor a position"},
      {"rule as value", HEAD "seed = h.where(print)," ALL,
       "x.lua:3: seed: h.where is not a value; it is a positional entry"},
      {"value as rule", HEAD "h.grid { 1 }," ALL, "a positional entry must be h.zip, h.where or"},
      {"text as rule", HEAD "'seed'," ALL, "a positional entry must be h.zip, h.where or h.also"},
      {"empty grid", HEAD "seed = h.grid {}," ALL, "x.lua:3: h.grid: needs at least one choice"},
      {"grid of nil", HEAD "seed = h.grid { nil, 1 }," ALL, "x.lua:3: h.grid: one of the choices"},
      {"grid of grid", HEAD "seed = h.grid(h.grid { 1 })," ALL, "h.grid: takes a table"},
      {"label of grid", HEAD "seed = h.as('a', h.grid { 1 })," ALL, "h.as: names one value"},
      {"no label", HEAD "seed = h.as(3, 3)," ALL, "h.as: the label must be a text"},
  };
  REFUSE_ALL(scripts);
}

/* Lua hashes strings with a seed taken from addresses: the order of next() differs between runs. */
static void test_pairs_are_in_order(void **state) {
  folder *f = *state;
  const value *plan =
      plan_of(f, "local h, t, seeds = require 'hifm', {}, ''\n"
                 "for i = 200, 101, -1 do t['k' .. i] = i end\n"
                 "t[3], t[1], t[-2.5], t[false], t[true] = 3, 1, 0, 0, 0\n"
                 "local keys = {}\n"
                 "for key in pairs(t) do keys[#keys + 1] = tostring(key) end\n"
                 "assert(table.concat(keys, ' ', 1, 6) == 'false true -2.5 1 3 k101', keys[1])\n"
                 "assert(keys[105] == 'k200')\n"
                 "return h.experiment { seed = #keys," ALL);
  assert_true(value_get_number(plan_config(plan, 0), "seed", 0) == 105);
  plan_refused_with(f, "for _ in pairs { [{}] = 1 } do end",
                    "x.lua:1: pairs: a key that is a table has no order");
}

static void test_useful_lua_is_there(void **state) {
  plan_of(*state,
          "local names = {}\n"
          "for _, w in ipairs { 'a', 'b' } do table.insert(names, w:upper()) end\n"
          "assert(table.concat(names) == 'AB' and math.floor(2.5) == 2 and utf8.len 'é' == 1)\n"
          "assert(select('#', pcall(error, 'x')) == 2 and tonumber '12' == 12)\n" RETURN "}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_endless, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_endless_in_c, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_memory, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_what_is_not_defined, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_nothing_dangerous_is_there, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_require, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_links_do_not_lead_out, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_bytecode_and_broken_text, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(test_marks_before_a_script, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_values_that_are_none, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_pairs_are_in_order, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(test_useful_lua_is_there, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
