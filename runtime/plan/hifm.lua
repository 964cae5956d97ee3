-- What a script can say, and what it cannot: this chunk takes away the globals that are dangerous or
-- random, and adds pairs in the order of the keys and require "hifm". Errors are raised at the level
-- of the script's own line.
--
-- It is called with load_module(name): the chunk of a module, or nil and a message. It returns
--   kind_of  a table that knows what h.* made: kind_of[t] is "grid" { choices... }, "none" {},
--            "label" { label, value }, "zip" { lists }, "where" { function }, "also" { table },
--            "experiment" { table } or nil
--   next     which scripts do not have
local load_module = ...
local error, find, next, rawget, rawlen, sort, tostring, type =
  error, string.find, next, rawget, rawlen, table.sort, tostring, type
local set = setmetatable

local absent = { collectgarbage = true, debug = true, dofile = true, io = true, load = true,
  loadfile = true, next = true, os = true, package = true, warn = true }
for name in next, absent do _G[name] = nil end
string.dump, math.random, math.randomseed = nil, nil, nil

-- To Lua a misspelt local is a global that is nil, and to the schema a setting not given.
set(_G, { __metatable = false, __index = function(_, name)
  error('"' .. tostring(name) .. (absent[name] and '" is not available in scripts' or
    '" is not defined; a local misspelt, or a text without quotes?'), 2)
end })

-- A finalizer runs where no instruction is counted.
function setmetatable(t, meta)
  if type(meta) == 'table' and rawget(meta, '__gc') ~= nil then
    error('setmetatable: a script has no __gc', 2)
  end
  return set(t, meta)
end

local ordered = { boolean = true, number = true, string = true }
local function before(x, y)
  local a, b = type(x), type(y)
  if a ~= b then return a < b end
  if a == 'boolean' then return y and not x end
  return x < y
end

-- In the order of the keys: Lua's own depends on its hash seed.
function pairs(t)
  if type(t) ~= 'table' then error('pairs: takes a table, not ' .. type(t), 2) end
  local keys, i = {}, 0
  for key in next, t do
    if not ordered[type(key)] then
      error('pairs: a key that is a ' .. type(key) .. ' has no order', 2)
    end
    keys[#keys + 1] = key
  end
  sort(keys, before)
  return function()
    i = i + 1
    local key = keys[i]
    if key ~= nil then return key, rawget(t, key) end
  end
end
local pairs = pairs

local h, kind_of = {}, set({}, { __mode = 'k' })
local function declare(kind, t)
  kind_of[t] = kind
  return t
end
local function plain(t)
  return type(t) == 'table' and kind_of[t] == nil
end
h.none = declare('none', {})

-- One axis of whole values.
function h.grid(choices)
  if not plain(choices) then error('h.grid: takes a table, { a, b, ... }', 2) end
  local count, copy = 0, {}
  for key, choice in next, choices do
    if type(key) ~= 'number' then
      error('h.grid: choices have no names; write ' .. tostring(key) .. ' = h.grid { ... }', 2)
    end
    count, copy[key] = count + 1, choice
  end
  if count == 0 then error('h.grid: needs at least one choice', 2) end
  if count ~= #copy then error('h.grid: one of the choices is nil', 2) end
  return declare('grid', copy)
end

function h.maybe(value)
  if value == nil then error('h.maybe: the value is nil', 2) end
  return declare('grid', { h.none, value })
end

function h.as(label, value)
  if type(label) ~= 'string' or label == '' then
    error('h.as: the label must be a text, h.as("label", value)', 2)
  end
  if find(label, '^%s') or find(label, '%s$') then
    error('h.as: the label "' .. label .. '" begins or ends with a space', 2)
  end
  if label == 'yes' or label == 'no' then
    error('h.as: "' .. label .. '" says in tables whether a stage is there; choose another label', 2)
  end
  if value == nil then error('h.as: the value is nil', 2) end
  if kind_of[value] ~= nil then error('h.as: names one value, not what h.* made', 2) end
  return declare('label', { label, value })
end

-- Of values without names and without holes, at least one.
local function is_list(t)
  local count = 0
  if not plain(t) then return false end
  for _ in next, t do count = count + 1 end
  return count > 0 and count == rawlen(t)
end

-- Axes that move together.
function h.zip(lists)
  if not plain(lists) then error('h.zip: takes { ["path"] = { ... }, ... }', 2) end
  local length, first
  for path, list in pairs(lists) do
    if type(path) ~= 'string' or not is_list(list) then
      error('h.zip: "' .. tostring(path) .. '" must be a path with a list of values', 2)
    end
    if length and #list ~= length then
      error('h.zip: "' .. path .. '" has ' .. #list .. ' values, "' .. first .. '" has '
        .. length .. '; the lists must be equally long', 2)
    end
    length, first = #list, path
  end
  if not length then error('h.zip: no path given', 2) end
  return declare('zip', { lists })
end

function h.where(keep)
  if type(keep) ~= 'function' then error('h.where: takes a function(run)', 2) end
  return declare('where', { keep })
end

function h.also(rows)
  if not plain(rows) then error('h.also: takes a table like h.experiment', 2) end
  return declare('also', { rows })
end

function h.experiment(declared)
  if not plain(declared) then error('h.experiment: takes a table', 2) end
  return declare('experiment', { declared })
end

-- A nil from a misspelt field would be a setting not given.
for library, fields in pairs { hifm = h, math = math, string = string, table = table } do
  set(fields, { __metatable = false, __index = function(_, name)
    local list
    for known in pairs(fields) do list = list and list .. ', ' .. known or known end
    error(library .. ' has no "' .. tostring(name) .. '"; it has ' .. list, 2)
  end })
end

local loaded = { hifm = h }
function require(name)
  if type(name) ~= 'string' then error('require: the name must be a text', 2) end
  if loaded[name] == nil then
    local chunk, message = load_module(name)
    if not chunk then error(message, 2) end
    loaded[name] = false
    local result = chunk(name)
    loaded[name] = result == nil and true or result
  elseif loaded[name] == false then
    error('require: "' .. name .. '" requires itself', 2)
  end
  return loaded[name]
end

return kind_of, next
