-- From what a script returned to a tree of values, which C builds.
--
-- It is called with kind_of and next (see hifm.lua) and with five functions:
--   open(key, kind, label)  begins a "list", "map", "grid", "none" or "label" below the open node
--   put(key, scalar)        adds a text, number or boolean to it
--   close()                 ends it
--   refuse(path, message)   raises an error about a declared value
--   has_control(text)       whether a text has control characters
-- where key is nil outside maps. It returns four functions:
--   read_experiment(t)      makes a map of "sections" and "rules"
--   read_recipe(t)          makes the recipe's tree
--   keeps(i, run)           calls the where function i
--   error_text(e)           the words of an error that is not a text
local kind_of, next, open, put, close, refuse, has_control = ...
local find, format, huge, integer, length, pcall, rawget, rawlen, tostring, type =
  string.find, string.format, math.huge, math.type, utf8.len, pcall, rawget, rawlen, tostring, type
local deepest, largest, longest, most = 40, 2 ^ 53, 4096, 2000000
local inside, depth, nodes, functions = {}, 0, 0, {}

local function check_text(text, path)
  if #text > longest then refuse(path, 'a text of more than ' .. longest .. ' bytes') end
  if find(text, '\0', 1, true) then refuse(path, 'a text with a zero byte') end
  if not length(text) then refuse(path, 'a text that is not UTF-8') end
  if has_control(text) then
    refuse(path, 'a text with a control character, such as a new line or a tab')
  end
end

local function check_number(number, path)
  if number ~= number then refuse(path, 'not a number (NaN)') end
  if number == huge or number == -huge then refuse(path, 'an infinite number') end
  if integer(number) == 'integer' and (number > largest or number < -largest) then
    refuse(path, 'a whole number beyond 2^53, more than a double holds')
  end
end

local function below(path, name)
  return path == '' and name or path .. '.' .. name
end

local read

-- Positional entries; a plugin value among them gives its name to the path.
local function read_items(t, count, path, name_them)
  for i = 1, count do
    local item, inner = rawget(t, i), path
    local first = name_them and type(item) == 'table' and rawget(item, 1)
    if type(first) == 'string' and find(first, '^[%w_]+$') then inner = below(path, first) end
    read(nil, item, inner)
  end
end

-- Whether t has named entries; refuses every other key.
local function has_names(t, count, path)
  local named = false
  for key in next, t do
    if integer(key) == 'integer' then
      if key < 1 or key > count then refuse(path, 'a list with a hole in it') end
    elseif type(key) ~= 'string' or key == '' then
      refuse(path, 'a key that is neither a name nor a position')
    else
      check_text(key, path)
      named = true
    end
  end
  return named
end

local function read_plain(key, t, path)
  local count = rawlen(t)
  local named = has_names(t, count, path)
  if named then open(key, 'map') end
  if count > 0 or not named then
    open(named and '' or key, 'list')
    read_items(t, count, path, true)
    close()
  end
  if not named then return end
  for name, item in pairs(t) do
    if type(name) == 'string' then read(name, item, below(path, name)) end
  end
  close()
end

local function read_table(key, t, path)
  local kind = kind_of[t]
  if kind == nil then
    read_plain(key, t, path)
  elseif kind == 'none' or kind == 'grid' then
    open(key, kind)
    read_items(t, rawlen(t), path, false)
    close()
  elseif kind == 'label' then
    check_text(t[1], path)
    open(key, kind, t[1])
    read(nil, t[2], path)
    close()
  else
    refuse(path, 'h.' .. kind .. ' is not a value; it is a positional entry of h.experiment')
  end
end

function read(key, node, path)
  local what = type(node)
  nodes = nodes + 1
  if nodes > most then refuse(path, 'more than ' .. most .. ' values in all') end
  if what == 'table' then
    if inside[node] then refuse(path, 'a table that contains itself') end
    if depth == deepest then refuse(path, 'tables nested deeper than ' .. deepest) end
    inside[node], depth = true, depth + 1
    read_table(key, node, path)
    inside[node], depth = nil, depth - 1
    return
  elseif what == 'string' then
    check_text(node, path)
  elseif what == 'number' then
    check_number(node, path)
  elseif what ~= 'boolean' then
    refuse(path, 'a ' .. what .. ' is not a setting')
  end
  put(key, node)
end

local function read_rule(rule)
  local kind = kind_of[rule]
  open(nil, 'map')
  if kind == 'where' then
    functions[#functions + 1] = rule[1]
    put('function', #functions)
  elseif kind == 'zip' or kind == 'also' then
    read('with', rule[1], '')
  else
    refuse('', 'a positional entry must be h.zip, h.where or h.also; settings have names')
  end
  put('rule', kind)
  close()
end

local function read_experiment(declared)
  if kind_of[declared] ~= 'experiment' then
    refuse('', 'the script must end with: return h.experiment { ... }')
  end
  local t, names = declared[1], {}
  local count = rawlen(t)
  for key, item in next, t do
    if integer(key) ~= 'integer' or key < 1 or key > count then names[key] = item end
  end
  inside[t] = true
  open(nil, 'map')
  read_plain('sections', names, '')
  open('rules', 'list')
  for i = 1, count do read_rule(t[i]) end
  close()
  close()
end

local function read_recipe(declared)
  if type(declared) ~= 'table' then
    refuse('dataset', 'a recipe must end with: return { "mcmc" or "file", ... }')
  end
  read(nil, declared, 'dataset')
end

local function keeps(index, run)
  local answer = functions[index](run)
  if type(answer) ~= 'boolean' then
    refuse('where', 'the function must return true or false, not ' .. type(answer))
  end
  return answer
end

-- error{ message = "..." }, error{ "..." } or a value with __tostring.
local function error_text(e)
  local said = type(e) == 'table' and (rawget(e, 'message') or rawget(e, 1)) or e
  local _, text = pcall(tostring, said)
  if type(text) == 'string' and not find(text, '^%a+: 0x') then return text end
  return 'the script raised an error without words, a ' .. type(e)
end

return read_experiment, read_recipe, keeps, error_text
