---@meta hifm
-- What `require "hifm"` returns, for editors that know LuaLS annotations. hifm itself does not read
-- this file. Settings: `hifm plugin describe KIND NAME`, `hifm describe train`, ...

local h = {}

---A choice of whole values, made by h.grid, h.maybe or h.as.
---@class hifm.Axis

---A positional entry of h.experiment, made by h.zip, h.where or h.also.
---@class hifm.Rule

---"name", or the name first and then its settings: { "egnn", width = 150 }.
---@alias hifm.Plugin string | { [1]: string, [string]: any } | hifm.Axis

---The path stage first, for instance { { "hessian", energy = "formation" }, { "condition", c = 2 } }.
---@class hifm.Flow
---@field clock? "z" | "t" | hifm.Axis which variable is uniform; "t" does not work with a Hessian
---@field scheme? "finite" | "infinite" | hifm.Axis "infinite": the network also has the output v_z
---@field [integer] hifm.Plugin

---{ "adamw", lr = 1e-4, ... }
---@class hifm.Optimizer
---@field [1]? "adamw"
---@field lr? number | hifm.Axis learning rate
---@field b1? number | hifm.Axis decay of the first moment
---@field b2? number | hifm.Axis decay of the second moment
---@field eps? number | hifm.Axis added to the root
---@field weight_decay? number | hifm.Axis decoupled, on every weight
---@field schedule? "constant" | "cosine" | "linear" | "exponential" | hifm.Axis from lr to final * lr
---@field warmup? integer | hifm.Axis steps in which the learning rate grows from 0 to lr
---@field final? number | hifm.Axis share of lr at the last step; not with "constant"
---@field clip? number | hifm.Axis largest norm of the gradient; 0: no limit

---@class hifm.Train
---@field batch integer | hifm.Axis points of a step
---@field epochs? integer | hifm.Axis passes over the data; or give steps
---@field steps? integer | hifm.Axis optimizer steps; or give epochs
---@field keep? "ends" | "all" | hifm.Axis weights of the best and last epoch, or of all measured epochs
---@field keep_state? boolean | hifm.Axis a run with more epochs can go on from this one
---@field patience? integer | hifm.Axis measurements without a new best one, after which it stops; 0: no limit
---@field ema? number | hifm.Axis decay of the moving average of the weights; 0: no average
---@field skip_nonfinite? integer | hifm.Axis steps in a row that are skipped where they are not finite

---@class hifm.Measure
---@field every? integer | hifm.Axis epochs between measurements
---@field solver? hifm.Plugin
---@field divergence? "exact" | "hutchinson" | hifm.Axis
---@field probes? integer | hifm.Axis random probes of hutchinson
---@field max_attempts? integer | hifm.Axis steps the solver may try before it fails
---@field weights? "averaged" | "raw" | hifm.Axis with train.ema: which weights are measured

---@class hifm.Schedule
---@field timeout? number seconds a job may run; 0: no limit
---@field retries? integer after a crash, kill or timeout
---@field checkpoint? number seconds between checkpoints

---@class hifm.Sections
---@field dataset? hifm.Plugin a recipe of datasets/, "mcmc", "file" or "images"
---@field network? hifm.Plugin
---@field optimizer? hifm.Optimizer | string | hifm.Axis
---@field train? hifm.Train | hifm.Axis
---@field measure? hifm.Measure | hifm.Axis
---@field flow? hifm.Flow | string | hifm.Axis
---@field seed? integer | hifm.Axis initialisation, batches, noise and probes

---@class hifm.Profile: hifm.Sections
---@field schedule? hifm.Schedule
---@field audits? table<string, table<string, number|string>> further measurements, by path

---@class hifm.Table
---@field title? string
---@field columns table[] { "Heading", "column", digits = 3, minus = "flow=OT", error = "points", unit = "bits/dim", best = "least" }; minus: seed by seed; error: ± over test points
---@field only? string|table conditions such as "flow=OT" or { flow = "OT" }, or a list of these, of which one must fit
---@field spread? string a setting: the numbers become a column for each of its values
---@field mean_over? string|string[] settings: numbers are means over them, too
---@field ranks? table { "nll_min", paper = "nll" }: ranks in every seed, Kendall's tau
---@field sort? string|table "column", { "column", descending = true }, or a list of these
---@field paper? string a CSV beside the script, joined on the columns both have
---@field notes? string[] lines below; {column:digits} is the mean of all runs or, where they differ, "least to most"

---@class hifm.Figure
---@field title? string
---@field x? string "epoch", "step", or a setting with numbers, which shows columns of runs.csv
---@field log_x? boolean
---@field panels? (string|table)[] "nll", or { "nll", title = "...", log = true }
---@field only? string|table as in a table
---@field facets? string a setting: panels beside each other, one for each of its values
---@field seeds? "none"|"bars"|"band" the standard deviation over seeds
---@field histogram? "energy"|"distance" in place of x and panels: samples and data, with measure.samples
---@field audit? string of a histogram: the audit that draws the samples; default: the rows' own measurement
---@field weights? "best"|"last" of a histogram; default: best
---@field unfinished? boolean also lines of runs that are not finished, as far as their checkpoints are

---@class hifm.Experiment: hifm.Profile
---@field title? string of the report (hifm report)
---@field question? string what the grid asks, below the report's title
---@field profiles? table<string, hifm.Profile> merged over the experiment by --profile
---@field tables? table<string, hifm.Table>
---@field figures? table<string, hifm.Figure>
---@field [integer] hifm.Rule

---What a script returns: every run of the grid, declared.
---@param declared hifm.Experiment
---@return any
function h.experiment(declared) end

---One axis of whole values; in a list, one entry of several. A grid inside a choice is an axis of
---that choice only.
---@param choices any[]
---@return hifm.Axis
function h.grid(choices) end

---With and without: h.grid { h.none, value }.
---@param value any
---@return hifm.Axis
function h.maybe(value) end

---Names a choice in tables. The name is not part of a run's identity.
---@param label string
---@param value any
---@return hifm.Axis
function h.as(label, value) end

---No entry in a list; in a profile, it removes the setting.
---@type any
h.none = nil

---Axes that move together, by path: h.zip { ["optimizer.lr"] = { 1e-3, 1e-4 }, ["train.batch"] =
---{ 100, 1000 } }. The lists are equally long.
---@param lists table<string, any[]>
---@return hifm.Rule
function h.zip(lists) end

---Keeps the runs for which the function returns true. Its argument is the resolved run:
---run.train.batch, run.network[1] (the name), run.flow.condition (nil if there is no such stage).
---@param keep fun(run: table): boolean
---@return hifm.Rule
function h.where(keep) end

---More rows: the experiment with this table merged over it.
---@param rows hifm.Sections
---@return hifm.Rule
function h.also(rows) end

return h
